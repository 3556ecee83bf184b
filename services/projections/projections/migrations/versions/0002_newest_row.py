"""Finding the newest row by an index: every answer says how far the read model has come."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the index, to every generation there is and will be."""
    op.execute("create index rows_newest on rows (generation, projection, recorded_from)")
