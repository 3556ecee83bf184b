"""Which complex an initiative is in: a decision on one building is none on its street."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = """
alter table known_initiatives add column complex text
"""


def upgrade() -> None:
    """Add the column."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
