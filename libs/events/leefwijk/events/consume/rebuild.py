"""Building a read model anew beside the one that people read, and switching in one moment."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events.broker import Broker, Place
from leefwijk.events.consume import ledger
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.filling import Filling, PlanningApplier
from leefwijk.events.consume.records import Applier, Record
from leefwijk.events.refill import refilled_below

_log = structlog.get_logger(__name__)

BATCH = 2000
NOTE_SECONDS = 1.0
"""How often the progress of a rebuild is written down."""

_ONE_AT_A_TIME = text("select pg_try_advisory_lock(hashtextextended(:name, 7))")
_DONE = text("select pg_advisory_unlock(hashtextextended(:name, 7))")
_UNFINISHED = text("select building from consumer_generations where consumer = :name for update")
_BEGIN = text("""
update consumer_generations
set building = greatest(current, coalesce(building, 0)) + 1, failed = null, done = 0, total = :total
where consumer = :name returning building
""")
_PROGRESS = text("""
update consumer_generations set done = :done, total = :total where consumer = :name
""")
_FAILED = text("update consumer_generations set failed = :why where consumer = :name")
_POINTER = text(
    "select current, building from consumer_generations where consumer = :name for update"
)
_LIVE_OFFSETS = text("""
select topic, partition, next_offset from consumer_offsets
where consumer = :name and generation = :generation order by topic, partition for update
""")
_SWITCH = text("""
update consumer_generations
set current = building, building = null, switched_at = now(), done = total where consumer = :name
""")
_OLD = text("""
select distinct o.consumer, o.generation from consumer_offsets o
join consumer_generations g using (consumer)
where o.consumer = :name and o.generation < g.current
    and g.switched_at < now() - make_interval(secs => :age)
""")
_FORGET = (
    text("delete from consumer_offsets where consumer = :name and generation = :generation"),
    text("delete from consumer_streams where consumer = :name and generation = :generation"),
    text("delete from parked where consumer = :name and generation = :generation"),
)

KEEP_OLD_SECONDS = 3600
"""How long the old generation stays, for requests that still read it and for a way back."""


class GenerationalApplier(Applier, Protocol):
    """An applier whose tables exist once per generation."""

    async def prepare(self, connection: AsyncConnection, generation: int) -> None:
        """Make the tables of a generation; safe to call twice."""

    async def drop(self, connection: AsyncConnection, generation: int) -> None:
        """Drop the tables of a generation that nobody reads any more."""


class RebuildRunningError(Exception):
    """Another process is rebuilding this read model."""


Progress = Callable[[int, int], Awaitable[None]]
Switched = Callable[[AsyncConnection, int], Awaitable[None]]


async def rebuild(
    core: ConsumerCore,
    applier: GenerationalApplier,
    broker: Broker,
    topics: list[str],
    progress: Progress | None = None,
    switched: Switched | None = None,
) -> int:
    """Read all topics from their start into a new generation, then switch to it.

    Bypasses Faust and every group. What a killed rebuild left behind is dropped, because its
    folding code may have been another. `switched` does more in the transaction of the switch; it
    gets the number of the old generation. Gives the number of records read; raises
    RebuildRunningError, and whatever stopped it, with the old model intact.
    """
    name = core.name
    async with core.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as guard:
        if not (await guard.execute(_ONE_AT_A_TIME, {"name": name})).scalar_one():
            raise RebuildRunningError(f"{name} is being rebuilt already")
        try:
            return await _rebuild(core, applier, broker, topics, progress, switched)
        except Exception as error:
            await _note_failure(core.engine, name, error)
            raise
        finally:
            with suppress(Exception):  # where the connection is gone the lock is gone with it
                await guard.execute(_DONE, {"name": name})


async def _note_failure(engine: AsyncEngine, name: str, error: Exception) -> None:
    why = f"{type(error).__name__}: {error}"[:500].replace("\0", "")
    with suppress(Exception):  # the failure itself is what the caller must see
        async with engine.begin() as connection:
            await connection.execute(_FAILED, {"name": name, "why": why})


async def _rebuild(
    core: ConsumerCore,
    applier: GenerationalApplier,
    broker: Broker,
    topics: list[str],
    progress: Progress | None,
    switched: Switched | None,
) -> int:
    ends = await broker.ends(topics)
    total = sum(ends.values())
    async with core.engine.begin() as connection:
        await ledger.current_generation(connection, core.name, hold=False)
        unfinished = (await connection.execute(_UNFINISHED, {"name": core.name})).scalar_one()
        if unfinished is not None:
            await _forget(connection, applier, unfinished)
        generation = (
            await connection.execute(_BEGIN, {"name": core.name, "total": total})
        ).scalar_one()
        await applier.prepare(connection, generation)
        await ledger.Ledger(connection, core.name, generation).lock_partitions(ends)
    consumer = broker.consumer(fetch_max_bytes=64 * 1024 * 1024)
    way = _way_into(core, applier, generation)
    try:
        await consumer.start()
        starts = await _begin_at_starts(core, consumer, generation, set(ends))
        total -= sum(starts.values())
        done, noted = 0, time.monotonic()
        refills: dict[Place, str] = {}
        gone_back: set[tuple[Place, str]] = set()
        while True:
            records = await _fetch(consumer)
            await way.take(records)
            refills |= _back_to_refilled(consumer, records, refills, gone_back)
            done += len(records)
            total = max(total, done)
            at_end = await _has_read(consumer, ends)
            if at_end or time.monotonic() - noted > NOTE_SECONDS:
                noted = time.monotonic()
                await _note(core.engine, core.name, done, total)
                if progress is not None:
                    await progress(done, total)
            if at_end:
                await way.settle()
                await _note_refills(core, generation, refills)
                await core.skip_again(generation)
                if await _switch(core, generation, set(ends), switched):
                    _log.info("read model switched", consumer=core.name, generation=generation)
                    return done
    finally:
        await way.give_up()
        await consumer.stop()


async def _begin_at_starts(
    core: ConsumerCore, consumer: AIOKafkaConsumer, generation: int, places: set[Place]
) -> dict[Place, int]:
    """Begin each partition at its first record, or at its end where it was emptied."""
    partitions = [TopicPartition(*place) for place in places]
    consumer.assign(partitions)
    found = await consumer.beginning_offsets(partitions)
    for partition, start in found.items():
        consumer.seek(partition, start)
    starts = {(place.topic, place.partition): start for place, start in found.items()}
    async with core.engine.begin() as connection:
        await ledger.Ledger(connection, core.name, generation).set_offsets(starts)
    return starts


class _Careful:
    """The way into a generation for appliers that cannot tell beforehand what they will write."""

    def __init__(self, core: ConsumerCore, generation: int) -> None:
        self._core = core
        self._generation = generation

    async def take(self, records: list[Record]) -> None:
        await self._core.apply(records, generation=self._generation, accept_hole=True)

    async def settle(self) -> bool:
        return True

    async def give_up(self) -> None:
        pass


def _way_into(
    core: ConsumerCore, applier: GenerationalApplier, generation: int
) -> Filling | _Careful:
    if isinstance(applier, PlanningApplier):
        return Filling(core, applier, generation)
    return _Careful(core, generation)


async def _fetch(consumer: AIOKafkaConsumer) -> list[Record]:
    fetched = await consumer.getmany(timeout_ms=200, max_records=BATCH)
    return [Record.of(record) for batch in fetched.values() for record in batch]


def _back_to_refilled(
    consumer: AIOKafkaConsumer,
    records: list[Record],
    known: dict[Place, str],
    gone_back: set[tuple[Place, str]],
) -> dict[Place, str]:
    """Go back where a topic was filled again below what was read; gives the fillings met anew.

    For each filling once: the marks of two relays may lie mixed, and the same records come again.
    """
    seen = (
        ((record.topic, record.partition), record.offset, record.refill)
        for record in records
        if record.offset is not None
    )
    below = refilled_below(seen, {}, known)
    for place, (start, _) in below.ranges.items():
        if (place, below.marks[place]) not in gone_back:
            gone_back.add((place, below.marks[place]))
            consumer.seek(TopicPartition(*place), start)
    return below.marks


async def _note_refills(core: ConsumerCore, generation: int, refills: dict[Place, str]) -> None:
    async with core.engine.begin() as connection:
        await ledger.Ledger(connection, core.name, generation).note_refills(refills)


async def _has_read(consumer: AIOKafkaConsumer, ends: dict[Place, int]) -> bool:
    """Whether the consumer is where the topics ended when the rebuild began."""
    for place, end in ends.items():
        if await consumer.position(TopicPartition(*place)) < end:
            return False
    return True


async def _note(engine: AsyncEngine, name: str, done: int, total: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(_PROGRESS, {"name": name, "done": done, "total": total})


async def _switch(
    core: ConsumerCore, generation: int, places: set[Place], switched: Switched | None
) -> bool:
    """Point readers at the new generation if it has reached the live one, in one transaction.

    Only partitions of the topics that are read now count: a topic may have been given up.
    """
    async with core.engine.begin() as connection:
        pointer = (await connection.execute(_POINTER, {"name": core.name})).one()
        if pointer.building != generation:
            raise RebuildRunningError(f"{core.name}: generation {generation} was given up")
        live = await _offsets(connection, core.name, pointer.current)
        new = await _offsets(connection, core.name, generation)
        if any(new.get(place, 0) < live.get(place, 0) for place in places):
            return False
        await connection.execute(_SWITCH, {"name": core.name})
        if switched is not None:
            await switched(connection, pointer.current)
        return True


async def _offsets(connection: AsyncConnection, name: str, generation: int) -> dict[Place, int]:
    rows = await connection.execute(_LIVE_OFFSETS, {"name": name, "generation": generation})
    return {(row.topic, row.partition): row.next_offset for row in rows}


async def drop_old(
    engine: AsyncEngine, applier: GenerationalApplier, *, age: float = KEEP_OLD_SECONDS
) -> list[int]:
    """Drop generations that were replaced at least `age` seconds ago; says which."""
    async with engine.begin() as connection:
        asked = {"name": applier.name, "age": age}
        old = [row.generation for row in await connection.execute(_OLD, asked)]
        for generation in old:
            await _forget(connection, applier, generation)
    return old


async def _forget(
    connection: AsyncConnection, applier: GenerationalApplier, generation: int
) -> None:
    await applier.drop(connection, generation)
    for statement in _FORGET:
        await connection.execute(statement, {"name": applier.name, "generation": generation})
