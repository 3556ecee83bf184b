"""What initiatives knows of areas and effort levels, from monitoring's facts."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table known_areas (
    area           text   primary key,
    name           text,
    parent         text,
    municipalities text[] not null,
    parts          text[] not null default '{}'
);
create index known_areas_parts on known_areas using gin (parts);
create table known_levels (
    level_id      text        primary key,
    area          text        not null,
    level         text        not null,
    valid_from    date        not null,
    valid_through date,
    budgets       jsonb       not null,
    evidence      text[]      not null,
    as_of         timestamptz not null
);
create index known_levels_area on known_levels (area);
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
