"""The one core through which every consumer applies events.

Change, stream versions and partition offsets are written in one transaction that begins with a lock
on its partitions. Duplicates are dropped by stream version, never by offset. What cannot be applied
is parked with its stream, and the rest of the partition goes on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events import metrics
from leefwijk.events.broker import Place
from leefwijk.events.catalogue import Catalogue
from leefwijk.events.consume import ledger
from leefwijk.events.consume.passing import Passed
from leefwijk.events.consume.records import Applier, Record
from leefwijk.events.consume.sorting import Opened, Sorting, open_batch, sort_batch
from leefwijk.events.refill import refilled_below
from leefwijk.events.store.postgres import is_gone, sqlstate

_log = structlog.get_logger(__name__)

SLOW_SECONDS = 0.8
"""A batch that failed after so long may have been too much for one transaction: the database ends
one that is idle for a second, because readers of every log wait for it."""

_PASSING = ("40", "55P03", "42P01", "42501")
"""Deadlock, lost race, no lock, no table yet, not allowed yet: no event is to blame."""


_NOWHERE: Mapping[Place, int] = {}

Ranges = Mapping[Place, tuple[int, int]]
"""The offsets of each partition from the first up to, not including, the second."""


class MissingRangeError(Exception):
    """These offsets must be read first.

    Kafka went on further than our database, or the topic was filled again below.
    """

    def __init__(self, ranges: Ranges) -> None:
        said = (
            f"{topic}[{partition}]: offsets {start} to {end}"
            for (topic, partition), (start, end) in ranges.items()
        )
        super().__init__(f"never applied: {', '.join(said)}")
        self.ranges = ranges


@dataclass
class Applied:
    """What became of a batch, counted."""

    applied: int = 0
    duplicate: int = 0
    parked: int = 0
    unused: int = 0

    def add(self, other: Applied) -> None:
        """Count the other batch in."""
        self.applied += other.applied
        self.duplicate += other.duplicate
        self.parked += other.parked
        self.unused += other.unused


@dataclass
class ConsumerCore:
    """Applies batches of records for one consumer."""

    engine: AsyncEngine
    applier: Applier
    catalogue: Catalogue
    passed: Passed = field(default_factory=Passed)
    """Offsets behind records of streams that the applier does not follow, not yet written down."""

    @property
    def name(self) -> str:
        """The consumer's name."""
        return self.applier.name

    async def apply(
        self,
        records: Sequence[Record],
        *,
        generation: int | None = None,
        accept_hole: bool = False,
        read_below: Mapping[Place, int] = _NOWHERE,
    ) -> Applied:
        """Apply records, in order per partition.

        Without `generation` the current one is written, and the pointer to it is held so that a
        rebuild cannot switch in between. Raises MissingRangeError where offsets before the batch
        were never applied or the topic was filled again below a record (unless `accept_hole`; what
        lies below the offsets in `read_below` was read since), and whatever says that the database
        is away.
        """
        total = Applied()
        if records:
            below = None if accept_hole else read_below
            ready = await self._apply_or_park(records, generation, below, total)
            await self._apply_ready(ready, generation, total)
        return total

    async def unpark(self) -> Applied:
        """Apply what still waits although the event before it was applied.

        A process may end after an event and before those that waited for it.
        """
        async with self.engine.begin() as connection:
            generation = await ledger.current_generation(connection, self.name, hold=False)
            ready = await ledger.Ledger(connection, self.name, generation).ready()
        total = Applied()
        await self._apply_ready([parked.record for parked in ready], None, total)
        return total

    async def _apply_ready(
        self, ready: list[Record], generation: int | None, total: Applied
    ) -> None:
        """Apply waiting events whose turn has come, and those whose turn comes by it.

        Each in a transaction of its own: should it be faulty, it is parked itself and not the one
        that it waited for.
        """
        while ready:
            ready += await self._apply_or_park([ready.pop(0)], generation, None, total)

    async def _apply_or_park(
        self,
        records: Sequence[Record],
        generation: int | None,
        read_below: Mapping[Place, int] | None,
        total: Applied,
    ) -> list[Record]:
        """Apply; take the batch apart until a faulty event is found and parked."""
        began = time.monotonic()
        try:
            return await self._transaction(records, generation, read_below, total)
        except MissingRangeError:
            raise
        except Exception as error:
            too_much = len(records) > 1 and time.monotonic() - began > SLOW_SECONDS
            if is_passing(error) and not too_much:
                raise
            if len(records) == 1:
                _log.warning("parks an event", consumer=self.name, fault=type(error).__name__)
                fault = f"{type(error).__name__}: {error}"[:2000]
                return await self._transaction(records, generation, read_below, total, fault)
        middle = len(records) // 2
        ready = await self._apply_or_park(records[:middle], generation, read_below, total)
        ready += await self._apply_or_park(records[middle:], generation, read_below, total)
        return ready

    async def _transaction(
        self,
        records: Sequence[Record],
        generation: int | None,
        read_below: Mapping[Place, int] | None,
        total: Applied,
        fault: str | None = None,
    ) -> list[Record]:
        opened = self._open(records)
        live = generation is None
        if live and not opened and read_below is not None and self.passed.go_on(records):
            return []
        async with self.engine.begin() as connection:
            book = await self._book(connection, generation)
            offsets = await book.lock_partitions({(r.topic, r.partition) for r in records})
            if live:
                offsets = self.passed.over(offsets)
            refilled: Mapping[Place, str] = {}
            if read_below is not None:
                refilled = _require_no_hole(records, offsets, book.refills, read_below)
            sorting = Sorting(fault)
            await sort_batch(sorting, book, opened)
            if sorting.changes:
                await self.applier.apply(connection, book.generation, sorting.changes)
            moved = ledger.offsets_behind(records, offsets, sorting.lowest_new)
            await book.write(sorting, moved)
            await book.note_refills(refilled)
        if live:
            self.passed.begin_at(moved, book.refills)
        total.add(self.count(sorting, live=live))
        return sorting.ready()

    async def write_passed(self) -> None:
        """Write down how far was read past what is not followed; until then it is read again."""
        ahead = self.passed.ahead()
        if not ahead:
            return
        async with self.engine.begin() as connection:
            book = await self._book(connection, None)
            stored = await book.lock_partitions(ahead)
            offsets = self.passed.over(stored)
            await book.set_offsets(offsets)
        self.passed.written(offsets, book.refills)

    async def note_refills(self, marks: Mapping[Place, str]) -> None:
        """Note the fillings that partitions are in: everything below was read by now."""
        if marks:
            async with self.engine.begin() as connection:
                book = await self._book(connection, None)
                await book.lock_partitions(marks)
                await book.note_refills(marks)
            self.passed.forget(marks)

    def _open(self, records: Sequence[Record]) -> list[Opened]:
        return open_batch(self.catalogue, self.applier, records)

    def count(self, sorting: Sorting, live: bool) -> Applied:
        """Show in the metrics what became of a batch."""
        counts = Applied(
            len(sorting.changes), sorting.duplicates, len(sorting.parked), sorting.unused
        )
        for outcome, number in vars(counts).items():
            if number:
                metrics.CONSUMED.labels(self.name, outcome).inc(number)
        if not live:
            return counts
        now = time.time()
        age = metrics.EVENT_AGE.labels(self.name)
        newest = 0.0
        for change in sorting.changes:
            moment = change.received.time.timestamp()
            newest = max(newest, moment)
            age.observe(max(0.0, now - moment))
        if newest:
            metrics.APPLIED_AT.labels(self.name).set(newest)
        return counts

    async def retry(
        self, stream_id: str, found: Sequence[Record] = (), *, generation: int | None = None
    ) -> Applied:
        """Try what blocks a parked stream again, with events fetched from its owner put first.

        Raises what the blocking event raises; the stream then stays parked as it was. Where it goes
        in, the events behind it follow until one is faulty itself.
        """
        total = await self.apply(found, generation=generation, accept_hole=True)
        async with self.engine.begin() as connection:
            book = await self._book(connection, generation)
            first = (await book.parked(stream_id))[:1]
            await book.lock_partitions(
                {(item.record.topic, item.record.partition) for item in first}
            )
            for item in first:
                await book.unpark(item)
            sorting = Sorting()
            await sort_batch(sorting, book, self._open([item.record for item in first]))
            if sorting.changes:
                await self.applier.apply(connection, book.generation, sorting.changes)
            await book.write(sorting, {})
        total.add(self.count(sorting, live=generation is None))
        await self._apply_ready(sorting.ready(), generation, total)
        return total

    async def skip(self, stream_id: str, *, by: str, reason: str) -> Applied:
        """Pass over what blocks a stream, and say who did so and why; then go on with the rest."""
        async with self.engine.begin() as connection:
            book = await self._book(connection, None)
            await book.skip_first(stream_id, by=by, reason=reason)
        return await self.retry(stream_id)

    async def skip_again(self, generation: int) -> None:
        """Pass over in a new generation what people passed over in those before it.

        Only where the same event waits as first of its stream again: what can be read by now, or
        waits for another reason, is left as it is.
        """
        async with self.engine.begin() as connection:
            decided = await ledger.Ledger(connection, self.name, generation).skipped_before()
        for one in decided:
            async with self.engine.begin() as connection:
                book = ledger.Ledger(connection, self.name, generation)
                if again := await book.is_first(one):
                    await book.skip_first(one.stream_id, by=one.by, reason=one.reason)
            if again:
                await self.retry(one.stream_id, generation=generation)

    async def _book(self, connection: AsyncConnection, generation: int | None) -> ledger.Ledger:
        """The books of a generation; of the current one the pointer is held."""
        if generation is None:
            generation = await ledger.current_generation(connection, self.name, hold=True)
        return ledger.Ledger(connection, self.name, generation)


def _require_no_hole(
    records: Sequence[Record],
    offsets: Mapping[Place, int],
    refills: Mapping[Place, str],
    read_below: Mapping[Place, int],
) -> Mapping[Place, str]:
    """The fillings that partitions have come into by these records.

    Raises MissingRangeError where something below them was never read.
    """
    first: dict[Place, int] = {}
    for record in records:
        if record.offset is not None:
            first.setdefault((record.topic, record.partition), record.offset)
    missing = {
        place: (offsets[place], offset)
        for place, offset in first.items()
        if offset > offsets[place]
    }
    seen = (
        ((record.topic, record.partition), record.offset, record.refill)
        for record in records
        if record.offset is not None
    )
    below = refilled_below(seen, offsets, refills)
    for place, (start, end) in below.ranges.items():
        if end <= read_below.get(place, 0):
            continue
        found = missing.get(place, (start, end))
        missing[place] = (min(found[0], start), max(found[1], end))
    if missing:
        raise MissingRangeError(missing)
    return below.marks


def is_passing(error: Exception) -> bool:
    """Whether trying the same batch again later may help: the events are not to blame."""
    return is_gone(error) or (sqlstate(error) or "").startswith(_PASSING)
