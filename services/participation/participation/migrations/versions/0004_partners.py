"""Which organisations are registered, of what kind, and where they work with the corporation."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = """
create table known_partners (
    partner        text   primary key,
    kind           text   not null,
    municipalities text[] not null,
    left_on        jsonb  not null default '{}'
)
"""


def upgrade() -> None:
    """Create the table."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
