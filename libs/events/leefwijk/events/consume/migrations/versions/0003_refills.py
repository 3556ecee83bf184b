"""Which filling of its topic the next offset of a partition belongs to."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column: what was read so far came before any filling that is marked."""
    op.execute("alter table consumer_offsets add column refill text not null default ''")
