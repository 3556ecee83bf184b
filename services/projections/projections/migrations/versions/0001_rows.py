"""Rows of read models: a version of a row per change, per generation."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table rows (
    projection     text        not null,
    generation     int         not null,
    kind           text        not null,
    stream_id      text        not null,
    key            text        not null,
    area           text,
    municipalities text[]      not null default '{}',
    link           text,
    valid_from     date,
    valid_through  date,
    recorded_from  timestamptz not null,
    recorded_to    timestamptz,
    body           jsonb       not null,
    events         uuid[]      not null
) partition by list (generation);
create unique index rows_current on rows (generation, projection, stream_id, kind, key)
    where recorded_to is null;
create index rows_by_area on rows (generation, projection, area, kind, recorded_from);
create index rows_by_link on rows (generation, projection, kind, link) where link is not null;
create index rows_listed on rows (generation, projection, kind, area) where recorded_to is null;
"""


def upgrade() -> None:
    """Create the table; each generation gets a partition of its own."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
