"""By which facts an area lies in another, and the euros of a bridge between two levels."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Areas heard of before carry no id of their fact; what is heard from now on does."""
    op.execute("alter table known_areas add column evidence text")
    op.execute("alter table known_levels add column bridge_budgets jsonb not null default '{}'")
