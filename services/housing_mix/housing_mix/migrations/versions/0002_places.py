"""What lies in what, so that a list by area finds all that lies in it.

Rows of before have no parent until `leefwijk knowledge rebuild housing_mix`.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = """
alter table known_areas
    add column parent text,
    add column parts  text[] not null default '{}';
create index known_areas_parent on known_areas (parent) where parent is not null
"""


def upgrade() -> None:
    """Add parents and parts."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
