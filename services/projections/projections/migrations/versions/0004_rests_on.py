"""Which versions of its stream a row rests on: how many events, beyond the ids that it keeps."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column to every generation; rows of before do not say until they are rebuilt."""
    op.execute("alter table rows add column rests_on int[]")
