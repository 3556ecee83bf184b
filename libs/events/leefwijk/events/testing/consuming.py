"""Records made by hand, and an applier under watch, for tests of consumers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events.broker import Place
from leefwijk.events.catalogue import Catalogue
from leefwijk.events.consume import ledger
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.records import Applier, Change, Record
from leefwijk.events.consume.sorting import Parked
from leefwijk.events.envelope import platform_headers, source_uri
from leefwijk.events.event import Event
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.testing.notes import (
    EVENTS,
    Counted,
    Noted,
    Notes,
    Overdue,
    Renamed,
    stored,
)

TOPIC = "leefwijk.notes.events"
SOURCE = source_uri("04032148", "notes")


def record(
    event: StoredEvent, offset: int | None = None, partition: int = 0, topic: str = TOPIC
) -> Record:
    """The record that the relay would send for an event."""
    return Record(
        topic,
        partition,
        offset,
        tuple(platform_headers(event, SOURCE)),
        event.stream_id.encode(),
        event.data.encode(),
    )


@dataclass
class Feed:
    """A partition that is written by hand."""

    partition: int = 0
    next_offset: int = 0

    def records(self, *events: StoredEvent) -> list[Record]:
        """Put events on the partition and give their records."""
        found = [
            record(event, self.next_offset + step, self.partition)
            for step, event in enumerate(events)
        ]
        self.next_offset += len(events)
        return found


def count_up(version: int) -> Event:
    """The event that a history consists of, unless another is asked for."""
    return Counted(amount=version)


def history(
    stream_id: str, length: int, start: int = 1, fact: Callable[[int], Event] = count_up
) -> list[StoredEvent]:
    """So many events of a stream; the id of each follows from its place."""
    number = sum(stream_id.encode())
    return [
        stored(stream_id, version, fact(version), id_=UUID(int=number * 1_000_000 + version))
        for version in range(start, start + length)
    ]


class Everything:
    """To be inherited by an applier that keeps every stream."""

    def follows(self, _stream_id: str, /) -> bool:
        """Whether it keeps this one."""
        return True


class NoteKeeper(Everything):
    """The simplest consumer: it counts what it used, per note."""

    def __init__(self, name: str = "notes-of-test") -> None:
        self.name = name
        self.handles: frozenset[type[Event]] = frozenset({Noted, Counted, Renamed, Overdue})

    async def apply(
        self, connection: AsyncConnection, generation: int, changes: Sequence[Change]
    ) -> None:
        """Nothing to keep beside what the watch keeps."""


@dataclass
class Watched(Everything):
    """An applier whose work is written down in its own transaction, and can be disturbed."""

    inner: Applier
    disturb: Callable[[AsyncConnection, Sequence[Change]], Any] | None = None
    """Called before the changes are applied; may raise, wait or end the connection."""
    faulty: set[tuple[str, int]] = field(default_factory=set)
    """Events that the applier cannot take: stream and version."""

    def __post_init__(self) -> None:
        self.name = self.inner.name
        self.handles: frozenset[type[Event]] = self.inner.handles.union(EVENTS)

    async def prepare(self, connection: AsyncConnection, generation: int) -> None:
        """Nothing is made per generation: each row names its own."""

    async def drop(self, connection: AsyncConnection, generation: int) -> None:
        """Forget what was applied to a generation."""
        await connection.execute(
            text("delete from applied where generation = :generation"), {"generation": generation}
        )

    async def apply(
        self, connection: AsyncConnection, generation: int, changes: Sequence[Change]
    ) -> None:
        """Write down what is applied, then let the consumer do it."""
        if self.disturb is not None:
            await self.disturb(connection, changes)
        for change in changes:
            if (change.received.stream_id, change.received.version) in self.faulty:
                raise ValueError("this event cannot be taken")
        await connection.execute(
            text("""
            insert into applied (generation, stream_id, version)
            select :generation, stream_id, version
            from unnest(cast(:streams as text[]), cast(:versions as int[]))
                as t (stream_id, version)
            """),
            {
                "generation": generation,
                "streams": [change.received.stream_id for change in changes],
                "versions": [change.received.version for change in changes],
            },
        )
        used = [change for change in changes if type(change.event) in self.inner.handles]
        if used:
            await self.inner.apply(connection, generation, used)


async def watch(engine: AsyncEngine) -> None:
    """Make the table in which a watched applier's work is written down."""
    async with engine.begin() as connection:
        await connection.execute(
            text("""
            create table applied (
                place bigint generated always as identity, generation int, stream_id text,
                version int
            )
            """)
        )


@dataclass
class Watch:
    """A consumer under watch, and what became of what it was given."""

    engine: AsyncEngine
    applier: Watched
    catalogue: Catalogue = field(default_factory=Notes)

    def __post_init__(self) -> None:
        self.core = ConsumerCore(self.engine, self.applier, self.catalogue)

    def another(self, engine: AsyncEngine | None = None) -> ConsumerCore:
        """A second worker of the same consumer."""
        return ConsumerCore(engine or self.engine, self.applier, self.catalogue)

    async def applied(self, generation: int = 1) -> dict[str, list[int]]:
        """The versions of each stream in the order in which they were applied."""
        async with self._looking() as connection:
            rows = await connection.execute(
                text("""
                select stream_id, version from applied where generation = :generation
                order by place
                """),
                {"generation": generation},
            )
            found: dict[str, list[int]] = {}
            for row in rows:
                found.setdefault(row.stream_id, []).append(row.version)
        return found

    async def parked(self, stream_id: str) -> list[Parked]:
        """What waits of a stream."""
        async with self._looking() as connection:
            return await self._book(connection).parked(stream_id)

    async def reasons(self, stream_id: str) -> dict[int, str]:
        """Why the versions of a stream wait."""
        return {parked.version: parked.reason for parked in await self.parked(stream_id)}

    async def parked_streams(self) -> list[str]:
        """The streams of which something waits."""
        async with self._looking() as connection:
            return await self._book(connection).parked_streams()

    async def version(self, stream_id: str) -> int:
        """The version that the consumer has reached in a stream."""
        async with self._looking() as connection:
            found = await self._book(connection).streams({stream_id})
        return found[stream_id].version if stream_id in found else 0

    async def offsets(self) -> dict[Place, int]:
        """The offset that the consumer reads next in each partition."""
        async with self._looking() as connection:
            return await self._book(connection).offsets()

    async def waits(self) -> bool:
        """Whether somebody waits for what somebody else has locked."""
        async with self._looking() as connection:
            found = await connection.execute(
                text("""
                select exists (
                    select from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'
                )
                """)
            )
            return bool(found.scalar_one())

    def _looking(self) -> AsyncConnection:
        """To look without a transaction: the server ends one that this machine keeps waiting."""
        return self.engine.execution_options(isolation_level="AUTOCOMMIT").connect()

    def _book(self, connection: AsyncConnection) -> ledger.Ledger:
        return ledger.Ledger(connection, self.applier.name, 1)
