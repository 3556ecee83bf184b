"""Which filling of a topic each partition is in, so that its records can say so."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.execute("""
    create table relay_marks (
        topic     text   not null,
        partition int    not null,
        refill    text   not null,
        begins_at bigint not null,
        primary key (topic, partition)
    )
    """)
