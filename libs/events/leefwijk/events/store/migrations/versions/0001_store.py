"""The event log, its state documents, and what the relay and the API keep beside them."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table eras (era int primary key);
insert into eras values (1);

create table events (
    stream_id   text        not null,
    version     int         not null,
    era         int         not null,
    position    bigint      generated always as identity,
    xid         xid8        not null default pg_current_xact_id(),
    id          uuid        not null,
    type        text        not null,
    data        jsonb       not null,
    metadata    jsonb       not null,
    recorded_at timestamptz not null,
    primary key (stream_id, version)
);
create index events_in_order on events (era, xid, position);
comment on table events is
    'Insert-only. The table is the outbox: relays read it in the order (era, xid, position).';

create table documents (
    stream_id         text primary key,
    version           int         not null,
    shape             int         not null,
    stale             boolean     not null default false,
    state             jsonb       not null,
    due_at            timestamptz,
    kind              text        not null,
    area              text,
    municipalities    text[]      not null default '{}',
    status            text,
    title             text,
    facets            text[]      not null default '{}',
    partner_sequences jsonb       not null default '{}',
    created_at        timestamptz not null,
    recorded_at       timestamptz not null
) with (fillfactor = 85);
create index documents_facets on documents using gin (facets);
create index documents_listed on documents (kind, created_at desc, stream_id desc);
create index documents_titles on documents using gin (to_tsvector('dutch', title))
    where title is not null;
create index documents_due on documents (due_at) where due_at is not null;

create table idempotency (
    caller      text        not null,
    route       text        not null,
    key         text        not null,
    body_hash   text        not null,
    answer      jsonb       not null,
    created_at  timestamptz not null default now(),
    primary key (caller, route, key)
);
create index idempotency_age on idempotency (created_at);

create table actors (
    number  bigint generated always as identity primary key,
    issuer  text not null,
    subject text not null,
    unique (issuer, subject)
);
comment on table actors is 'Who acted, by opaque number. Erasing a row makes the number nobody.';

create table relays (
    name         text primary key,
    era          int         not null default 0,
    xid          xid8        not null default '0',
    position     bigint      not null default 0,
    leader       text,
    backend      int,
    heartbeat_at timestamptz
);
create table relay_offsets (
    topic        text   not null,
    partition    int    not null,
    acknowledged bigint not null,
    primary key (topic, partition)
);
create table relay_refills (topic text primary key, asked_at timestamptz not null default now());
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
