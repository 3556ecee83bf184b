"""When it was last proved that a consumer had read all of a topic."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.execute("""
    create table consumer_proofs (
        consumer  text        not null,
        topic     text        not null,
        proved_at timestamptz not null,
        primary key (consumer, topic)
    )
    """)
