"""The bookkeeping of a consumer, in its own database: offsets, stream versions, parked events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.broker import Place
from leefwijk.events.consume.records import Record
from leefwijk.events.consume.sorting import PASSED_OVER, PATIENT, Parked, Sorting, Stream
from leefwijk.events.store.direct import Columns, Statement, fetch

_REGISTER = text(
    "insert into consumer_generations (consumer) values (:consumer) on conflict do nothing"
)
_CURRENT = "select current from consumer_generations where consumer = :consumer"
_CURRENT_READ = text(_CURRENT)
_CURRENT_HELD = text(f"{_CURRENT} for share")

_KNOW_PARTITIONS = text("""
insert into consumer_offsets (consumer, generation, topic, partition, next_offset)
select :consumer, :generation, topic, partition, 0
from unnest(cast(:topics as text[]), cast(:partitions as int[])) as t (topic, partition)
on conflict do nothing
""")
_LOCK_PARTITIONS = Statement("""
select topic, partition, next_offset, refill from consumer_offsets
join unnest(cast(:topics as text[]), cast(:partitions as int[])) as t (topic, partition)
    using (topic, partition)
where consumer = :consumer and generation = :generation
order by topic, partition for update of consumer_offsets
""")
_MOVE_OFFSETS = Statement("""
update consumer_offsets set next_offset = t.next_offset, read_at = now()
from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:offsets as bigint[]))
    as t (topic, partition, next_offset)
where consumer = :consumer and generation = :generation
    and consumer_offsets.topic = t.topic and consumer_offsets.partition = t.partition
""")
_NOTE_REFILLS = text("""
update consumer_offsets set refill = t.refill
from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:refills as text[]))
    as t (topic, partition, refill)
where consumer = :consumer and generation = :generation
    and consumer_offsets.topic = t.topic and consumer_offsets.partition = t.partition
""")
_OFFSETS = text("""
select topic, partition, next_offset, refill from consumer_offsets
where consumer = :consumer and generation = :generation
""")
_STREAMS = Statement("""
select stream_id, version, event_id from consumer_streams
where consumer = :consumer and generation = :generation
    and stream_id = any(cast(:stream_ids as text[]))
union all
-- one more row, without a name, where anything at all waits: mostly nothing does
select null, 0, null where exists (
    select from parked where consumer = :consumer and generation = :generation
)
""")
_PARKED_COLUMNS = """p.stream_id, p.version, p.event_id, p.topic, p.partition, p.at_offset,
    p.headers, p.key, p.value, p.reason, p.detail"""
_WAITING = Statement(f"""
select {_PARKED_COLUMNS} from parked p
where p.consumer = :consumer and p.generation = :generation
    and p.stream_id = any(cast(:stream_ids as text[]))
order by p.stream_id, p.version
""")
_READY = text(f"""
select {_PARKED_COLUMNS} from parked p
join consumer_streams s using (consumer, generation, stream_id)
where p.consumer = :consumer and p.generation = :generation and p.version = s.version + 1
    and not exists (
        select from parked blocking
        where blocking.consumer = p.consumer and blocking.generation = p.generation
            and blocking.stream_id = p.stream_id
            and blocking.reason <> all(cast(:patient as text[]))
    )
order by p.stream_id limit 1000
""")
_WRITE_STREAMS_SQL = """
insert into consumer_streams (consumer, generation, stream_id, version, event_id)
select :consumer, :generation, stream_id, version, event_id
from unnest(cast(:stream_ids as text[]), cast(:versions as int[]), cast(:event_ids as uuid[]))
    as t (stream_id, version, event_id)
order by stream_id
on conflict (consumer, generation, stream_id) do update
    set version = excluded.version, event_id = excluded.event_id
"""
_WRITE_STREAMS = Statement(_WRITE_STREAMS_SQL)
_WRITE_BOTH = Statement(f"with moved as ({_MOVE_OFFSETS.text}) {_WRITE_STREAMS_SQL}")
_PARK = text("""
insert into parked (consumer, generation, stream_id, version, topic, partition, at_offset, event_id,
                    headers, key, value, reason, detail)
values (:consumer, :generation, :stream_id, :version, :topic, :partition, :at_offset, :event_id,
        cast(:headers as jsonb), :key, :value, :reason, :detail)
on conflict (consumer, generation, stream_id, version) do update
    set reason = excluded.reason, detail = excluded.detail
""")
_PARKED_STREAMS = text("""
select distinct stream_id from parked where consumer = :consumer and generation = :generation
""")
_SKIPPED = text("""
insert into parked_skips (consumer, generation, stream_id, version, event_id, skipped_by, reason)
values (:consumer, :generation, :stream_id, :version, :event_id, :by, :reason)
""")
_SKIPPED_BEFORE = text("""
select distinct on (stream_id, version, event_id)
    stream_id, version, event_id, skipped_by, reason, skipped_at
from parked_skips where consumer = :consumer and generation < :generation
order by stream_id, version, event_id, skipped_at
""")
_UNPARK = text("""
delete from parked where consumer = :consumer and generation = :generation
    and stream_id = :stream_id and version = :version
""")

_PROVE = text("""
insert into consumer_proofs (consumer, topic, proved_at)
select :consumer, topic, :at from unnest(cast(:topics as text[])) as t (topic) order by topic
on conflict (consumer, topic) do update
    set proved_at = greatest(consumer_proofs.proved_at, excluded.proved_at)
""")
_PROOFS = text("select topic, proved_at from consumer_proofs where consumer = :consumer")


async def prove_read(
    connection: AsyncConnection, consumer: str, topics: Sequence[str], at: datetime
) -> None:
    """Note that these topics had been read to their end, as it was at this moment."""
    if topics:
        await connection.execute(_PROVE, {"consumer": consumer, "topics": list(topics), "at": at})


async def proofs(connection: AsyncConnection, consumer: str) -> dict[str, datetime]:
    """For each topic the last moment of which is known that everything had been read."""
    rows = await connection.execute(_PROOFS, {"consumer": consumer})
    return {row.topic: row.proved_at for row in rows}


async def current_generation(connection: AsyncConnection, consumer: str, *, hold: bool) -> int:
    """The generation that readers see; `hold` keeps a rebuild from switching meanwhile."""
    # by SQLAlchemy: it is the first statement of a transaction, which is opened by it
    statement, asked = _CURRENT_HELD if hold else _CURRENT_READ, {"consumer": consumer}
    found = (await connection.execute(statement, asked)).scalar_one_or_none()
    if found is None:
        await connection.execute(_REGISTER, asked)
        found = (await connection.execute(statement, asked)).scalar_one()
    return int(found)


@dataclass(frozen=True)
class Skip:
    """What a person passed over, and why."""

    stream_id: str
    version: int
    event_id: UUID | None
    """`PASSED_OVER`: the versions up to this one, which never came."""
    by: str
    reason: str


class Ledger:
    """The books of one consumer and generation, within one transaction."""

    def __init__(self, connection: AsyncConnection, consumer: str, generation: int) -> None:
        self._connection = connection
        self.generation = generation
        self._who = {"consumer": consumer, "generation": generation}
        self.refills: dict[Place, str] = {}
        """The filling that each partition was in when last read, of those asked for here."""

    async def lock_partitions(self, places: Iterable[Place]) -> dict[Place, int]:
        """Lock the partitions in order and say which offset comes next in each."""
        ordered = sorted(places)
        asked = {
            **self._who,
            "topics": [place[0] for place in ordered],
            "partitions": [place[1] for place in ordered],
        }
        rows = await self._run(_LOCK_PARTITIONS, asked)
        if len(rows) < len(ordered):
            await self._connection.execute(_KNOW_PARTITIONS, asked)
            rows = await self._run(_LOCK_PARTITIONS, asked)
        self.refills |= {(row["topic"], row["partition"]): row["refill"] for row in rows}
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def set_offsets(self, offsets: Mapping[Place, int]) -> None:
        """Set the next offsets of partitions of which everything before them was read."""
        await self._run(_MOVE_OFFSETS, {**self._who, **_columns(offsets)})

    async def note_refills(self, marks: Mapping[Place, str]) -> None:
        """Note the fillings that partitions are in, of which everything below was read."""
        if marks:
            asked = {
                "topics": [place[0] for place in marks],
                "partitions": [place[1] for place in marks],
                "refills": list(marks.values()),
            }
            await self._connection.execute(_NOTE_REFILLS, {**self._who, **asked})
            self.refills |= marks

    async def offsets(self) -> dict[Place, int]:
        """The next offset of every partition read so far."""
        rows = (await self._connection.execute(_OFFSETS, self._who)).all()
        self.refills |= {(row.topic, row.partition): row.refill for row in rows}
        return {(row.topic, row.partition): row.next_offset for row in rows}

    async def streams(self, ids: set[str]) -> dict[str, Stream]:
        """Version and waiting events of these streams."""
        asked = {**self._who, "stream_ids": sorted(ids)}
        rows = await self._run(_STREAMS, asked)
        streams = {
            stream_id: Stream(version, event_id)
            for stream_id, version, event_id in rows
            if stream_id is not None
        }
        if len(streams) < len(rows):
            for parked in await self._parked(asked):
                stream = streams.setdefault(parked.stream_id, Stream())
                stream.waiting[parked.version] = parked
        return streams

    async def _parked(self, asked: dict[str, object]) -> list[Parked]:
        return [_parked_row(row) for row in await self._run(_WAITING, asked)]

    async def _run(self, statement: Statement, asked: Mapping[str, object]) -> Sequence[Columns]:
        return await fetch(self._connection, statement, asked)

    async def ready(self) -> list[Parked]:
        """Waiting events that are the next of their streams, so that nothing keeps them waiting."""
        rows = await self._connection.execute(_READY, {**self._who, "patient": sorted(PATIENT)})
        return [_parked_row(row) for row in rows.mappings()]

    async def parked(self, stream_id: str) -> list[Parked]:
        """The waiting events of a stream, in version order."""
        return await self._parked({**self._who, "stream_ids": [stream_id]})

    async def parked_streams(self) -> list[str]:
        """The streams of which something waits."""
        rows = await self._connection.execute(_PARKED_STREAMS, self._who)
        return [row.stream_id for row in rows]

    async def unpark(self, parked: Parked) -> None:
        """Take a waiting event out."""
        await self._connection.execute(
            _UNPARK, {**self._who, "stream_id": parked.stream_id, "version": parked.version}
        )

    async def skip_first(self, stream_id: str, *, by: str, reason: str) -> None:
        """Count the first waiting event as dealt with, or the versions missing before it."""
        parked = await self.parked(stream_id)
        if not parked:
            raise LookupError(f"nothing of {stream_id} is parked")
        first = parked[0]
        stream = (await self.streams({stream_id}))[stream_id]
        version, event_id = _in_the_way(first, stream)
        if event_id != PASSED_OVER:
            await self.unpark(first)
        if version > stream.version:
            moved = {"stream_ids": [stream_id], "versions": [version], "event_ids": [event_id]}
            await self._run(_WRITE_STREAMS, {**self._who, **moved})
        await self._connection.execute(
            _SKIPPED,
            {
                **self._who,
                "stream_id": stream_id,
                "version": version,
                "event_id": event_id,
                "by": by,
                "reason": reason,
            },
        )

    async def skipped_before(self) -> list[Skip]:
        """What people passed over in earlier generations, streams in version order."""
        rows = await self._connection.execute(_SKIPPED_BEFORE, self._who)
        return [
            Skip(row.stream_id, row.version, row.event_id, row.skipped_by, row.reason)
            for row in rows
        ]

    async def is_first(self, skip: Skip) -> bool:
        """Whether the same stands in the way of its stream in this generation."""
        parked = await self.parked(skip.stream_id)
        if not parked:
            return False
        stream = (await self.streams({skip.stream_id}))[skip.stream_id]
        return _in_the_way(parked[0], stream) == (skip.version, skip.event_id)

    async def write(self, sorting: Sorting, offsets: Mapping[Place, int]) -> None:
        """Write moved streams, what was parked and unparked, and the next offsets."""
        moved = sorted(name for name, stream in sorting.streams.items() if stream.moved)
        streams = {
            "stream_ids": moved,
            "versions": [sorting.streams[name].version for name in moved],
            "event_ids": [sorting.streams[name].event_id for name in moved],
        }
        if moved and offsets:
            await self._run(_WRITE_BOTH, {**self._who, **_columns(offsets), **streams})
        elif moved:
            await self._run(_WRITE_STREAMS, {**self._who, **streams})
        elif offsets:
            await self.set_offsets(offsets)
        for parked in sorting.unparked:
            await self.unpark(parked)
        for parked in sorting.parked:
            await self.park(parked)

    async def park(self, parked: Parked) -> None:
        """Let an event wait."""
        record = parked.record
        await self._connection.execute(
            _PARK,
            {
                **self._who,
                "stream_id": parked.stream_id,
                "version": parked.version,
                "topic": record.topic,
                "partition": record.partition,
                "at_offset": record.offset,
                "event_id": parked.event_id,
                "headers": json.dumps(
                    [[_text(name), _text(content)] for name, content in record.headers]
                ),
                "key": record.key,
                "value": record.value,
                "reason": parked.reason,
                "detail": _text(parked.detail),
            },
        )


def offsets_behind(
    records: Sequence[Record], before: Mapping[Place, int], lowest_new: Mapping[Place, int]
) -> dict[Place, int]:
    """The next offsets when these records have been dealt with.

    An offset goes back only where a record below it was new: the topic was made anew, and its
    offsets mean other records now.
    """
    after: dict[Place, int] = {}
    for record in records:
        if record.offset is None:
            continue
        place = (record.topic, record.partition)
        if record.offset >= after.get(place, 0):
            after[place] = record.offset + 1
    anew = {place for place, offset in lowest_new.items() if offset < before[place]}
    return {
        place: end if place in anew else max(end, before[place]) for place, end in after.items()
    }


def _columns(offsets: Mapping[Place, int]) -> dict[str, object]:
    return {
        "topics": [place[0] for place in offsets],
        "partitions": [place[1] for place in offsets],
        "offsets": list(offsets.values()),
    }


def _in_the_way(first: Parked, stream: Stream) -> tuple[int, UUID | None]:
    """Version and id of what a stream waits for: an event, or the last one that never came."""
    if first.version > stream.version + 1:
        # nobody knows the ids of what never came; it is dropped should it come after all
        return first.version - 1, PASSED_OVER
    return first.version, first.event_id


def _parked_row(row: Columns) -> Parked:
    headers = row["headers"]
    # the driver gives JSON as text, SQLAlchemy as what it says
    said = json.loads(headers) if isinstance(headers, str) else headers
    return Parked(
        row["stream_id"],
        row["version"],
        row["event_id"],
        Record(
            row["topic"],
            row["partition"],
            row["at_offset"],
            tuple((name, content.encode()) for name, content in said),
            row["key"],
            row["value"],
        ),
        row["reason"],
        row["detail"],
    )


def _text(content: str | bytes | None) -> str:
    """What a text column can hold, whatever stood in the record."""
    if content is None:
        return ""
    raw = content.encode(errors="replace") if isinstance(content, str) else content
    return raw.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
