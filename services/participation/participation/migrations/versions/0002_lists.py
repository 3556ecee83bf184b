"""What lies in an area is found without reading all areas."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = """
create index known_areas_parent on known_areas (parent) where parent is not null
"""


def upgrade() -> None:
    """Create the index."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
