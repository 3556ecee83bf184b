"""What participation knows of others, and the texts that stand beside its facts."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table sealed_texts (
    text_id     text        primary key,
    wrapped_key bytea       not null,
    sealed      bytea       not null,
    stored_at   timestamptz not null default now()
);
create table known_areas (
    area           text   primary key,
    parent         text,
    municipalities text[] not null,
    parts          text[] not null default '{}'
);
create index known_areas_parts on known_areas using gin (parts);
create table known_initiatives (
    initiative text   primary key,
    themes     text[] not null
);
create table known_decisions (
    event_id text   primary key,
    subject  text   not null,
    area     text   not null,
    day      date   not null,
    evidence text[] not null default '{}'
);
create index known_decisions_area on known_decisions (area);
create index known_decisions_evidence on known_decisions using gin (evidence);
create table known_ages (
    area      text not null,
    indicator text not null,
    period    text not null,
    number    numeric,
    primary key (area, indicator, period)
)
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
