"""The SQL of the store, each statement in one place.

A statement that writes has no order of its own: PostgreSQL runs its parts from the last to the
first. Each part therefore asks for `appended`, because the events come before everything else: a
lock taken earlier would give the transaction its number while it waits, and a conflict would be
found only after the documents were written.
"""

from leefwijk.events.store.direct import Statement

_EVENTS_AND_DOCUMENTS = """
with incoming as (
    select * from unnest(
        cast(:stream_ids as text[]), cast(:versions as int[]), cast(:expected as int[]),
        cast(:ids as uuid[]), cast(:types as text[]), cast(:data as text[]),
        cast(:metadata as text[]), cast(:recorded as timestamptz[])
    ) as t (stream_id, version, expected, id, type, data, metadata, recorded_at)
), appended as (
    insert into events (stream_id, version, era, id, type, data, metadata, recorded_at)
    select
        stream_id,
        -- a free key is not enough: without the expected head the version is null and the whole
        -- statement fails, which is one round trip cheaper than asking first
        case when expected = 0 or version > expected + 1 or exists (
            select from events head
            where head.stream_id = incoming.stream_id and head.version = incoming.expected
        ) then version end,
        (select max(era) from eras), id, type, cast(data as jsonb), cast(metadata as jsonb),
        recorded_at
    from incoming
    order by stream_id, version
    returning 1
), documented as (
    insert into documents (
        stream_id, version, shape, state, due_at, kind, area, municipalities, status, title,
        facets, partner_sequences, created_at, recorded_at
    )
    select
        stream_id, version, shape, cast(state as jsonb), due_at, kind, area,
        cast(municipalities as text[]), status, title, cast(facets as text[]),
        cast(partner_sequences as jsonb), recorded_at, recorded_at
    from unnest(
        cast(:d_stream_ids as text[]), cast(:d_versions as int[]), cast(:d_shapes as int[]),
        cast(:d_states as text[]), cast(:d_due as timestamptz[]), cast(:d_kinds as text[]),
        cast(:d_areas as text[]), cast(:d_municipalities as text[]), cast(:d_statuses as text[]),
        cast(:d_titles as text[]), cast(:d_facets as text[]), cast(:d_partners as text[]),
        cast(:d_recorded as timestamptz[])
    ) as t (stream_id, version, shape, state, due_at, kind, area, municipalities, status, title,
            facets, partner_sequences, recorded_at)
    where (select count(*) from appended) >= 0
    order by stream_id
    on conflict (stream_id) do update set
        version = excluded.version,
        recorded_at = excluded.recorded_at,
        partner_sequences = excluded.partner_sequences,
        -- a writer with older folding code cannot know what a newer document holds: it marks it
        stale = documents.shape > excluded.shape,
        shape = greatest(documents.shape, excluded.shape),
        state = case when documents.shape > excluded.shape
            then documents.state else excluded.state end,
        due_at = case when documents.shape > excluded.shape
            then least(documents.due_at, excluded.due_at) else excluded.due_at end,
        area = excluded.area, municipalities = excluded.municipalities,
        status = excluded.status, title = excluded.title,
        facets = case when documents.shape > excluded.shape
            then documents.facets else excluded.facets end
)
"""

COMMIT_EVENTS = Statement(f"{_EVENTS_AND_DOCUMENTS} select 1")
"""Events and documents of a group: one statement, one transaction, one round trip."""

COMMIT_GROUP = Statement(f"""{_EVENTS_AND_DOCUMENTS}
, remembered as (
    insert into idempotency (caller, route, key, body_hash, answer)
    select caller, route, key, body_hash, cast(answer as jsonb)
    from unnest(
        cast(:i_callers as text[]), cast(:i_routes as text[]), cast(:i_keys as text[]),
        cast(:i_hashes as text[]), cast(:i_answers as text[])
    ) as t (caller, route, key, body_hash, answer)
    where (select count(*) from appended) >= 0
), settled as (
    update todos set done_at = now(), outcome = 'done'
    where id = any(cast(:todos as uuid[])) and done_at is null
        and (select count(*) from appended) >= 0
    returning id
)
select case when (select count(*) from settled) = cardinality(cast(:todos as uuid[]))
    then 1 else 1 / (select 0) end
""")

"""The same with kept answers and settled todos."""

# JSON is read as text: the driver would otherwise parse what is often only passed on
EVENT_COLUMNS = """stream_id, version, position, id, type, cast(data as text) as data,
    cast(metadata as text) as metadata, recorded_at"""
DOCUMENT_COLUMNS = """stream_id, version, shape, stale, cast(state as text) as state, due_at, kind,
    area, municipalities, status, title, facets,
    cast(partner_sequences as text) as partner_sequences, created_at, recorded_at"""

EVENTS_OF = Statement(f"""
select {EVENT_COLUMNS} from events
where stream_id = :stream_id and version > :after order by version limit :limit
""")

DOCUMENT = Statement(f"""
select {DOCUMENT_COLUMNS} from documents where stream_id = :stream_id
""")

HEADS = Statement("""
select stream_id, max(version) as version from events
where stream_id = any(cast(:stream_ids as text[]))
group by stream_id
""")

FIND_IDS = Statement("""
select e.id from events e
join unnest(cast(:stream_ids as text[]), cast(:versions as int[])) as t (stream_id, version)
    using (stream_id, version)
where e.id = any(cast(:ids as uuid[]))
""")

KNOWN_KEYS = Statement("""
select caller, route, key from idempotency
join unnest(cast(:callers as text[]), cast(:routes as text[]), cast(:keys as text[]))
    as t (caller, route, key) using (caller, route, key)
""")

OPEN_TODOS = Statement(
    "select id from todos where id = any(cast(:ids as uuid[])) and done_at is null"
)

ANSWER = Statement("""
select body_hash, cast(answer as text) as answer from idempotency
where caller = :caller and route = :route and key = :key
""")

FORGET_ANSWERS = Statement("""
delete from idempotency where ctid = any(array(
    select ctid from idempotency where created_at < now() - make_interval(hours => 24) limit 1000
)) returning 1
""")
