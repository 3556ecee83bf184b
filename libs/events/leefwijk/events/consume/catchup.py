"""Reading what Kafka will not deliver by itself, and noticing that it has to be read.

Kafka's committed offset is a hint that may have run ahead of what was applied; a topic may have
lost its tail or been made anew. The offset in our database leads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic

import structlog
from aiokafka import TopicPartition

from leefwijk.events import metrics
from leefwijk.events.broker import Broker, Place
from leefwijk.events.consume import ledger
from leefwijk.events.consume.core import ConsumerCore, MissingRangeError, Ranges
from leefwijk.events.consume.records import Record
from leefwijk.events.refill import refilled_below

_log = structlog.get_logger(__name__)

COMPARE_SECONDS = 10.0
LAST_RECORD_SECONDS = 2.0
BATCH = 1000


async def read_ranges(core: ConsumerCore, broker: Broker, ranges: Ranges) -> None:
    """Apply these offsets, without a group, all partitions side by side."""
    ends = {TopicPartition(*place): end for place, (start, end) in ranges.items() if start < end}
    if not ends:
        return
    consumer = broker.consumer()
    try:
        await consumer.start()
        consumer.assign(list(ends))
        for place, (start, end) in ranges.items():
            if start < end:
                consumer.seek(TopicPartition(*place), start)
        while ends:
            fetched = await consumer.getmany(*ends, timeout_ms=500, max_records=BATCH)
            found = [(partition, record) for partition, some in fetched.items() for record in some]
            records = [Record.of(record) for at, record in found if record.offset < ends[at]]
            # what is no longer on the broker cannot be read: stream versions tell what is missing
            await core.apply(records, accept_hole=True)
            last = {} if found else await consumer.end_offsets(list(ends))
            ends = {
                partition: end
                for partition, end in ends.items()
                if await consumer.position(partition) < end and last.get(partition, end) >= end
            }
    finally:
        await consumer.stop()


async def apply_with_catch_up(core: ConsumerCore, broker: Broker, records: list[Record]) -> None:
    """Apply a batch; where offsets before it were never applied, read those first."""
    read_below: dict[Place, int] = {}
    while True:
        try:
            await core.apply(records, read_below=read_below)
        except MissingRangeError as missing:
            _log.warning(
                "reads offsets that were never applied", consumer=core.name, what=str(missing)
            )
            await read_ranges(core, broker, missing.ranges)
            # the filling that a record is in is noted with the record itself, and not before
            read_below |= {place: end for place, (_, end) in missing.ranges.items()}
            ours, _ = await _books(core)
            if any(ours.get(place, 0) < end for place, (_, end) in missing.ranges.items()):
                # what is gone from the broker is passed; gaps in streams will show what it held
                await core.apply(records, accept_hole=True)
                return
        else:
            return


async def _books(core: ConsumerCore) -> tuple[dict[Place, int], dict[Place, str]]:
    """The next offsets, and the fillings that they belong to."""
    async with core.engine.begin() as connection:
        generation = await ledger.current_generation(connection, core.name, hold=False)
        book = ledger.Ledger(connection, core.name, generation)
        return await book.offsets(), book.refills


async def _last_records(broker: Broker, ends: Mapping[Place, int]) -> list[Record]:
    """The last record of each partition, of those that the broker gives without delay."""
    wanted = {TopicPartition(*place): end - 1 for place, end in ends.items()}
    found: list[Record] = []
    if not wanted:
        return found
    consumer = broker.consumer()
    try:
        await consumer.start()
        consumer.assign(list(wanted))
        for partition, offset in wanted.items():
            consumer.seek(partition, offset)
        until = monotonic() + LAST_RECORD_SECONDS
        while wanted and monotonic() < until:
            fetched = await consumer.getmany(*wanted, timeout_ms=200)
            for partition, records in fetched.items():
                # another offset: the topic lost it meanwhile
                if records and records[0].offset == wanted.pop(partition):
                    found.append(Record.of(records[0]))
    finally:
        await consumer.stop()
    return found


async def _parked(core: ConsumerCore) -> int:
    async with core.engine.begin() as connection:
        generation = await ledger.current_generation(connection, core.name, hold=False)
        return len(await ledger.Ledger(connection, core.name, generation).parked_streams())


class Comparison:
    """Compares our offsets with the broker's ends, at assignment and every ten seconds."""

    def __init__(self, core: ConsumerCore, broker: Broker, topics: list[str]) -> None:
        self._core = core
        self._broker = broker
        self._topics = topics
        self._before: dict[Place, int] = {}

    async def once(self) -> None:
        """Read a partition anew whose end lies before our offset; read on where nothing moved.

        Read again, too, what was filled again below our offset without our noticing.
        """
        began = datetime.now(UTC)
        await self._core.write_passed()
        # ours first: what is applied meanwhile must not look like a topic that became shorter
        ours, refills = await _books(self._core)
        ends = await self._broker.ends(self._topics)
        metrics.CONSUMER_LAG.labels(self._core.name).set(
            sum(max(0, end - ours.get(place, 0)) for place, end in ends.items())
        )
        shorter, behind = {}, {}
        for place, end in ends.items():
            next_offset = ours.get(place, 0)
            if end < next_offset:
                _log.warning("topic holds less than was read; reads it anew", place=place)
                shorter[place] = (0, end)
            elif end > next_offset and self._before.get(place) == next_offset:
                behind[place] = (next_offset, end)
        await read_ranges(self._core, self._broker, {**shorter, **behind})
        if shorter:
            await self._reset({place: end for place, (_, end) in shorter.items()})
        unsure = await self._refilled(
            {place: end for place, end in ends.items() if 0 < end == ours.get(place, 0)}, refills
        )
        now, _ = await _books(self._core)
        # a partition of which nothing was ever applied has no offset yet, and may be behind as well
        self._before = {place: now.get(place, 0) for place in ends}
        await self._prove(ends, {**now, **dict.fromkeys(unsure, 0)}, began)
        await self._core.unpark()
        metrics.PARKED.labels(self._core.name).set(await _parked(self._core))

    async def _refilled(self, ends: dict[Place, int], known: Mapping[Place, str]) -> set[Place]:
        """Read on where a topic was filled again, up to the very offset that comes next for us.

        Gives the partitions whose last record could not be looked at.
        """
        last = await _last_records(self._broker, ends)
        found = {(record.topic, record.partition): record.refill for record in last}
        below = refilled_below(
            ((place, ends[place], refill) for place, refill in found.items()), {}, known
        )
        if below.ranges:
            _log.warning("topics were filled again below", places=sorted(below.ranges))
        await read_ranges(self._core, self._broker, below.ranges)
        await self._core.note_refills(below.marks)
        return ends.keys() - found.keys()

    async def _prove(self, ends: dict[Place, int], ours: dict[Place, int], at: datetime) -> None:
        """Note which topics were read to their end, as it was when this comparison began."""
        behind = {place[0] for place, end in ends.items() if ours.get(place, 0) < end}
        whole = sorted({place[0] for place in ends} - behind)
        async with self._core.engine.begin() as connection:
            await ledger.prove_read(connection, self._core.name, whole, at)

    async def _reset(self, ends: Mapping[Place, int]) -> None:
        async with self._core.engine.begin() as connection:
            generation = await ledger.current_generation(connection, self._core.name, hold=True)
            book = ledger.Ledger(connection, self._core.name, generation)
            await book.lock_partitions(sorted(ends))
            await book.set_offsets(ends)
        self._core.passed.forget(ends)

    async def run(self, *, on_failure: Callable[[Exception], None] | None = None) -> None:
        """Compare until cancelled."""
        while True:
            try:
                await self.once()
            except Exception as error:  # noqa: BLE001 - the next comparison tries again
                if on_failure is not None:
                    on_failure(error)
            await asyncio.sleep(COMPARE_SECONDS)
