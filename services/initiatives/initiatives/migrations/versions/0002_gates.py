"""What initiatives knows for its gates, from the facts of three services."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = """
alter table known_levels
    add column bridged_through  date,
    add column without_director boolean not null default false;
create table known_efforts (
    effort_id text          primary key,
    event_ids text[]        not null,
    area      text          not null,
    year      int           not null,
    amount    numeric(16,2) not null
);
create index known_efforts_area on known_efforts (area, year);
create index known_efforts_events on known_efforts using gin (event_ids);
create table known_bases (
    place         text primary key,
    area          text not null,
    verdict       text not null,
    since         date not null,
    valid_through date,
    because       jsonb not null,
    evidence      text not null
);
create table known_partners (
    partner text primary key,
    name    text not null
);
create table known_roles (
    area          text   not null,
    partner       text   not null,
    role          text   not null,
    subject       text   not null,
    holds_from    date   not null,
    holds_through date,
    evidence      text[] not null,
    primary key (area, partner, role, subject)
);
create table known_agreements (
    municipality text    not null,
    year         int     not null,
    required     boolean not null,
    listed       text[]  not null,
    evidence     text    not null,
    primary key (municipality, year)
);
create table known_answers (
    event_id  text   primary key,
    stream_id text   not null,
    version   int    not null,
    type      text   not null,
    data      jsonb  not null,
    about     text[] not null
);
create index known_answers_about on known_answers using gin (about);
create index known_answers_stream on known_answers (stream_id, version);
create table known_dwellings (
    dwelling text primary key,
    area     text not null
);
create index known_dwellings_area on known_dwellings (area);
create table known_imports (
    import_id text        primary key,
    event_id  text        not null,
    completed timestamptz not null
);
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
