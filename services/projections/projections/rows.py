"""Rows of a read model: every change makes a new version of its row, none is overwritten.

A row is written from one stream only; what spans streams is composed when it is read. A version
holds from the recording of the event that made it until that of the next: that is what `knownAt`
reads. On which days something holds stands in the row, and that is what `asOf` reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change, streams_of
from leefwijk.events.event import Event
from leefwijk.events.store.direct import Statement, driver_of, fetch
from projections.spans import Spans, with_version

EVIDENCE = 20
"""Event ids kept beside a row; the stream holds them all."""


@dataclass(slots=True)  # not frozen: that would double the time it takes to make one
class Row:
    """One thing that a read model says, from one stream."""

    kind: str
    key: str
    body: Mapping[str, Any]
    area: str | None = None
    municipalities: tuple[str, ...] = ()
    link: str | None = None
    """What it hangs on, for example the parent of an area."""
    valid_from: date | None = None
    valid_through: date | None = None
    events: tuple[UUID, ...] = ()
    """The newest that it rests on, at most twenty."""
    rests_on: Spans | None = ()
    """The versions of its stream that it rests on; none: written before that was kept."""

    def with_body(self, **changes: Any) -> Row:
        """The same row with parts of its body replaced."""
        return Row(
            self.kind,
            self.key,
            {**self.body, **changes},
            self.area,
            self.municipalities,
            self.link,
            self.valid_from,
            self.valid_through,
            self.events,
            self.rests_on,
        )

    def holding(self, valid_from: date | None, valid_through: date | None) -> Row:
        """The same row, said of other days."""
        return Row(
            self.kind,
            self.key,
            self.body,
            self.area,
            self.municipalities,
            self.link,
            valid_from,
            valid_through,
            self.events,
            self.rests_on,
        )


@dataclass(frozen=True)
class End:
    """The row is no longer said."""

    kind: str
    key: str


Rows = Mapping[tuple[str, str], Row]
"""The present rows of one stream, by kind and key."""
Fold = Callable[[Rows, Change], Iterable[Row | End]]
"""Pure: from a stream's present rows and its next event to the rows that change."""


@dataclass
class Folds:
    """The folds of a projection, by event."""

    by_event: dict[type[Event], Fold] = field(default_factory=dict)

    def on(self, *events: type[Event]) -> Callable[[Fold], Fold]:
        """Register a fold for these events."""

        def register(fold: Fold) -> Fold:
            for event in events:
                if event in self.by_event:
                    raise TypeError(f"{event.__name__} is folded twice")
                self.by_event[event] = fold
            return fold

        return register

    def include(self, other: Folds) -> None:
        """Take in the folds of another module."""
        for event, fold in other.by_event.items():
            self.on(event)(fold)


@dataclass(slots=True)
class Version:
    """A row from the recording of one event to that of the next."""

    row: Row
    recorded_from: datetime
    recorded_to: datetime | None = None
    stored: bool = False


Current = dict[tuple[str, str], Version]
"""The present versions of one stream's rows, by kind and key."""


class Batch:
    """The row versions that a batch of changes makes, worked out in memory.

    `known` holds the present versions of each stream that has any.
    """

    def __init__(self, folds: Folds, known: Mapping[str, Current]) -> None:
        self._folds = folds
        self.states: dict[str, Current] = {stream: {**rows} for stream, rows in known.items()}
        self.closed: list[tuple[str, Row, datetime]] = []
        self._made: list[tuple[str, Version]] = []

    def apply(self, change: Change) -> None:
        """Fold one event."""
        stream, time = change.received.stream_id, change.received.time
        versions = self.states.setdefault(stream, {})
        rows = {place: version.row for place, version in versions.items()}
        for result in self._folds.by_event[type(change.event)](rows, change):
            place = (result.kind, result.key)
            before = versions.pop(place, None)
            if before is not None:
                self._close(stream, before, time)
            if isinstance(result, Row):
                row = result
                if before is not None and result is before.row:
                    # a fold may say the same again; the version before keeps what it rests on
                    row = result.with_body()
                _rest(row, before.row if before is not None else None, change)
                version = Version(row, time)
                versions[place] = version
                self._made.append((stream, version))

    def _close(self, stream: str, version: Version, time: datetime) -> None:
        if version.stored:
            self.closed.append((stream, version.row, time))
        else:
            version.recorded_to = time

    def inserted(self) -> list[tuple[str, Version]]:
        """New versions, without those that were replaced at the very moment they were made."""
        return [item for item in self._made if item[1].recorded_to != item[1].recorded_from]

    def done(self) -> None:
        """Whatever a later batch closes of what was made here is in the database by then."""
        for _, version in self._made:
            version.stored = True


def _rest(row: Row, before: Row | None, change: Change) -> None:
    """A row rests on what it rested on before and on this event, each once."""
    known, spans = (before.events, before.rests_on) if before is not None else ((), ())
    received = change.received
    again = received.id in known
    row.events = known if again else (*known, received.id)[-EVIDENCE:]
    row.rests_on = with_version(spans, received.version) if spans is not None else None


_CURRENT = Statement("""
select stream_id, kind, key, area, municipalities, link, valid_from, valid_through, recorded_from,
       cast(body as text) as body, events, rests_on
from rows
where generation = :generation and projection = :projection and recorded_to is null
    and stream_id = any(cast(:streams as text[]))
""")
_CLOSE = Statement("""
update rows set recorded_to = t.recorded_to
from unnest(cast(:streams as text[]), cast(:kinds as text[]), cast(:keys as text[]),
            cast(:times as timestamptz[])) as t (stream_id, kind, key, recorded_to)
where rows.generation = :generation and rows.projection = :projection
    and rows.stream_id = t.stream_id and rows.kind = t.kind and rows.key = t.key
    and rows.recorded_to is null
""")
_COLUMNS = (
    *("projection", "generation", "kind", "stream_id", "key", "area", "municipalities", "link"),
    *("valid_from", "valid_through", "recorded_from", "recorded_to", "body", "events"),
    "rests_on",
)


class RowProjection:
    """Applies changes to rows: one read, one update and one copy for a whole batch."""

    def __init__(self, name: str, folds: Folds) -> None:
        self.name = name
        self.handles = frozenset(folds.by_event)
        self.follows = streams_of(self.handles)
        self._folds = folds
        self._table = f"rows_{name.rpartition('.')[2].replace('-', '_')}"

    async def apply(
        self, connection: AsyncConnection, generation: int, changes: Sequence[Change]
    ) -> None:
        """Fold the changes and write what they make."""
        streams = {change.received.stream_id for change in changes}
        # of a stream that begins in this batch there is nothing yet
        begun = {change.received.stream_id for change in changes if change.received.version == 1}
        known = await self.read(connection, generation, streams - begun)
        await self.write(connection, generation, self.plan(known, changes))

    async def read(
        self, connection: AsyncConnection, generation: int, streams: Iterable[str]
    ) -> dict[str, Current]:
        """The present rows of those of the streams that have any."""
        known: dict[str, Current] = {}
        wanted = sorted(streams)
        if not wanted:
            return known
        asked = {"projection": self.name, "generation": generation, "streams": wanted}
        for found in await fetch(connection, _CURRENT, asked):
            stream_id, kind, key, area, municipalities, link, since, through, *more = found
            recorded_from, body, events, rests_on = more
            row = Row(
                kind,
                key,
                json.loads(body),
                area,
                tuple(municipalities),
                link,
                since,
                through,
                tuple(events),
                tuple(rests_on) if rests_on is not None else None,
            )
            version = Version(row, recorded_from, stored=True)
            known.setdefault(stream_id, {})[kind, key] = version
        return known

    def plan(self, known: Mapping[str, Current], changes: Sequence[Change]) -> Batch:
        """What the changes make of what is known: pure."""
        batch = Batch(self._folds, known)
        for change in changes:
            batch.apply(change)
        batch.done()
        return batch

    async def write(self, connection: AsyncConnection, generation: int, batch: Batch) -> None:
        """Close the versions that ended and add those that began, in the given transaction."""
        if batch.closed:
            await fetch(
                connection,
                _CLOSE,
                {
                    "projection": self.name,
                    "generation": generation,
                    "streams": [stream for stream, _, _ in batch.closed],
                    "kinds": [row.kind for _, row, _ in batch.closed],
                    "keys": [row.key for _, row, _ in batch.closed],
                    "times": [time for _, _, time in batch.closed],
                },
            )
        made = batch.inserted()
        if made:
            driver = await driver_of(connection)
            await driver.copy_records_to_table(
                f"{self._table}_{int(generation)}",
                records=[_record(self.name, generation, stream, it) for stream, it in made],
                columns=_COLUMNS,
            )

    async def prepare(self, connection: AsyncConnection, generation: int) -> None:
        """Make the partition of a generation, and that of the read model with its first."""
        await connection.execute(
            text(
                f"create table if not exists {self._table} partition of rows "
                f"for values in ('{self.name}') partition by list (generation)"
            )
        )
        await connection.execute(
            text(
                f"create table if not exists {self._table}_{int(generation)} "
                f"partition of {self._table} for values in ({int(generation)})"
            )
        )

    async def drop(self, connection: AsyncConnection, generation: int) -> None:
        """Drop the partition of a generation."""
        await connection.execute(text(f"drop table if exists {self._table}_{int(generation)}"))


def _record(name: str, generation: int, stream: str, version: Version) -> tuple[Any, ...]:
    row = version.row
    return (
        name,
        generation,
        row.kind,
        stream,
        row.key,
        row.area,
        row.municipalities,
        row.link,
        row.valid_from,
        row.valid_through,
        version.recorded_from,
        version.recorded_to,
        to_json(row.body).decode(),
        row.events,
        row.rests_on,
    )
