"""What monitoring knows of own homes, and of what residents and tenants answered."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = """
create table known_homes (
    home    text    primary key,
    area    text    not null,
    within  text[]  not null,
    complex text,
    is_home boolean not null
);
create index known_homes_within on known_homes using gin (within);
create table known_scores (
    event_id text primary key,
    home     text not null,
    score    int  not null,
    measured date not null,
    evidence text not null
);
create index known_scores_home on known_scores (home, measured);
create table known_plans (
    plan    text primary key,
    kind    text not null,
    planned date
);
create table known_plan_homes (
    plan text not null,
    home text not null,
    primary key (home, plan)
);
create table known_deliveries (
    delivery  text        primary key,
    event_id  text        not null,
    completed timestamptz not null
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
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
