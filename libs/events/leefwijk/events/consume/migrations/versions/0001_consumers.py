"""What a consumer keeps in its own database: offsets, stream versions, parked events, todos."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table consumer_offsets (
    consumer    text   not null,
    generation  int    not null,
    topic       text   not null,
    partition   int    not null,
    next_offset bigint not null,
    read_at     timestamptz not null default now(),
    primary key (consumer, generation, topic, partition)
);
create table consumer_streams (
    consumer    text not null,
    generation  int  not null,
    stream_id   text not null,
    version     int  not null,
    event_id    uuid not null,
    primary key (consumer, generation, stream_id)
) with (fillfactor = 85);
create table parked (
    consumer    text        not null,
    generation  int         not null,
    stream_id   text        not null,
    version     int         not null,
    topic       text        not null,
    partition   int         not null,
    at_offset   bigint,
    event_id    uuid,
    headers     jsonb       not null,
    key         bytea,
    value       bytea,
    reason      text        not null,
    detail      text        not null,
    since       timestamptz not null default now(),
    primary key (consumer, generation, stream_id, version)
);
create table parked_skips (
    consumer    text        not null,
    generation  int         not null,
    stream_id   text        not null,
    version     int         not null,
    event_id    uuid,
    skipped_by  text        not null,
    reason      text        not null,
    skipped_at  timestamptz not null default now()
);
create table consumer_generations (
    consumer    text primary key,
    current     int not null default 1,
    building    int,
    done        bigint not null default 0,
    total       bigint not null default 0,
    failed      text,
    started_at  timestamptz not null default now(),
    switched_at timestamptz
);
create table todos (
    id          uuid        primary key,
    event_id    uuid        not null,
    reaction    text        not null,
    target      text        not null,
    command     jsonb       not null,
    created_at  timestamptz not null default now(),
    not_before  timestamptz not null default now(),
    attempts    int         not null default 0,
    done_at     timestamptz,
    outcome     text,
    unique (event_id, reaction, target)
);
create index todos_open on todos (not_before) where done_at is null;
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
