"""The fast way into a generation that nobody reads yet.

A rebuild is the only writer of its generation. What it wrote it therefore knows without reading it
again, and while the database takes one batch in, the next is worked out. Whatever is out of the
ordinary (an event that must wait, a fault) goes through `ConsumerCore.apply` with nothing on its
way, so that there is one place that judges it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.core import SLOW_SECONDS, ConsumerCore, is_passing
from leefwijk.events.consume.ledger import Ledger, offsets_behind
from leefwijk.events.consume.records import Applier, Change, Record
from leefwijk.events.consume.sorting import Opened, Sorting, Stream, open_batch, sort_opened

KNOWN_STREAMS = 50_000
"""Streams whose present state is kept in memory; the others are read again when they come back."""

AT_ONCE = 100
"""Records that are read before others get their turn."""

S_co = TypeVar("S_co", covariant=True)


class Plan(Protocol[S_co]):
    """What a batch of changes makes, not yet written."""

    @property
    def states(self) -> Mapping[str, S_co]:
        """The state of each of its streams when it has been written."""


@runtime_checkable
class PlanningApplier(Applier, Protocol):
    """An applier that can tell what changes make before it writes them."""

    async def read(
        self, connection: AsyncConnection, generation: int, streams: Iterable[str]
    ) -> Mapping[str, Any]:
        """The states of those of the streams that have any."""

    def plan(self, known: Mapping[str, Any], changes: Sequence[Change]) -> Plan[Any]:
        """What the changes make of what is known: pure, it changes nothing that it is given."""

    async def write(self, connection: AsyncConnection, generation: int, plan: Any) -> None:
        """Write a plan in the given transaction."""


@dataclass(slots=True)
class _Known:
    """A stream as it is once everything on its way has been written."""

    version: int
    event_id: UUID | None
    state: Any | None


@dataclass
class _Step:
    """A batch that has been worked out and can be written."""

    records: Sequence[Record]
    sorting: Sorting
    plan: Plan[Any] | None


class _UnusualError(Exception):
    """The batch must go the careful way."""


@dataclass
class Filling:
    """Fills one generation from records, in the order in which they are handed over."""

    core: ConsumerCore
    applier: PlanningApplier
    generation: int
    keep: int = KNOWN_STREAMS
    _known: dict[str, _Known] = field(default_factory=dict)
    _whole: bool = True
    """Nothing was ever forgotten: a stream that is not known is new."""
    _way: asyncio.Task[None] | None = None
    _on_its_way: Sequence[Record] = ()
    _since: float = 0.0

    async def take(self, records: Sequence[Record]) -> None:
        """Take records in; they may still be on their way when this returns.

        Raises what says that the database is away, also on behalf of the records before.
        """
        if not records:
            return
        try:
            step = await self._work_out(records)
        except Exception as error:
            if is_passing(error):
                raise
            step = None
        went_well = await self.settle()
        if step is not None and went_well:
            self._remember(step)
            self._on_its_way, self._since = records, time.monotonic()
            self._way = asyncio.create_task(self._write(step))
        else:
            # what was worked out upon something that failed is as wrong as that
            await self._carefully(records)

    async def settle(self) -> bool:
        """Wait until nothing is on its way; says whether all of it went the fast way."""
        if self._way is None:
            return True
        way, self._way = self._way, None
        try:
            await way
        except Exception as error:
            # what was too much for one transaction is taken apart by the core
            if is_passing(error) and time.monotonic() - self._since < SLOW_SECONDS:
                raise
            await self._carefully(self._on_its_way)
            return False
        return True

    async def give_up(self) -> None:
        """Leave nothing on its way."""
        if self._way is not None:
            self._way.cancel()
            await asyncio.gather(self._way, return_exceptions=True)

    async def _carefully(self, records: Sequence[Record]) -> None:
        """Through the core, which finds out what is wrong; what was known may be so no more."""
        self._known.clear()
        self._whole = False
        await self.core.apply(records, generation=self.generation, accept_hole=True)

    async def _work_out(self, records: Sequence[Record]) -> _Step:
        opened: list[Opened] = []
        for start in range(0, len(records), AT_ONCE):
            some = records[start : start + AT_ONCE]
            opened += open_batch(self.core.catalogue, self.applier, some)
            # the transaction that is open meanwhile must not wait for us between its statements
            await asyncio.sleep(0)
        streams = {one.received.stream_id for one in opened if one.received is not None}
        read = await self._read(streams - self._known.keys())
        known = read | {name: self._known[name] for name in streams & self._known.keys()}
        sorting = Sorting()
        sorting.streams = {name: Stream(it.version, it.event_id) for name, it in known.items()}
        sort_opened(sorting, opened)
        if sorting.parked or sorting.unparked:
            raise _UnusualError
        states = {name: it.state for name, it in known.items() if it.state is not None}
        plan = self.applier.plan(states, sorting.changes) if sorting.changes else None
        return _Step(records, sorting, plan)

    async def _read(self, streams: set[str]) -> dict[str, _Known]:
        """What the database holds of streams that are not known; nothing of theirs is on its way.

        Raises _UnusualError where an event of one of them waits.
        """
        if self._whole or not streams:
            return {}
        engine = self.core.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            found = await Ledger(connection, self.core.name, self.generation).streams(streams)
            if any(stream.waiting for stream in found.values()):
                raise _UnusualError
            states = await self.applier.read(connection, self.generation, found)
        return {
            name: _Known(stream.version, stream.event_id, states.get(name))
            for name, stream in found.items()
        }

    def _remember(self, step: _Step) -> None:
        states = step.plan.states if step.plan is not None else {}
        for name, stream in step.sorting.streams.items():
            before = self._known.pop(name, None)
            state = states.get(name, before.state if before is not None else None)
            self._known[name] = _Known(stream.version, stream.event_id, state)
        for name in list(islice(self._known, max(0, len(self._known) - self.keep))):
            del self._known[name]
            self._whole = False

    async def _write(self, step: _Step) -> None:
        async with self.core.engine.begin() as connection:
            book = Ledger(connection, self.core.name, self.generation)
            offsets = await book.lock_partitions({(r.topic, r.partition) for r in step.records})
            if step.plan is not None:
                await self.applier.write(connection, self.generation, step.plan)
            await book.write(
                step.sorting, offsets_behind(step.records, offsets, step.sorting.lowest_new)
            )
        self.core.count(step.sorting, live=False)
