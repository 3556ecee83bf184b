"""Rows of a read model: every change makes a new version of its row, none is overwritten.

A row is written from one stream only; what spans streams is composed when it is read. A version
holds from the recording of the event that made it until that of the next: that is what `knownAt`
reads. On which days something holds stands in the row, and that is what `asOf` reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.event import Event

EVIDENCE = 20
"""Event ids kept beside a row; the stream holds them all."""


@dataclass(frozen=True)
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

    def with_body(self, **changes: Any) -> Row:
        """The same row with parts of its body replaced."""
        return replace(self, body={**self.body, **changes})


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


@dataclass
class _Version:
    row: Row
    recorded_from: datetime
    recorded_to: datetime | None = None
    stored: bool = False


class Batch:
    """The row versions that a batch of changes makes, worked out in memory."""

    def __init__(self, folds: Folds) -> None:
        self._folds = folds
        self._current: dict[str, dict[tuple[str, str], _Version]] = {}
        self.closed: list[tuple[str, Row, datetime]] = []
        self.made: list[tuple[str, _Version]] = []

    def know(self, stream_id: str, row: Row, recorded_from: datetime) -> None:
        """A row as it is stored now."""
        version = _Version(row, recorded_from, stored=True)
        self._current.setdefault(stream_id, {})[row.kind, row.key] = version

    def apply(self, change: Change) -> None:
        """Fold one event."""
        stream, time = change.received.stream_id, change.received.time
        versions = self._current.setdefault(stream, {})
        rows = {place: version.row for place, version in versions.items()}
        for result in self._folds.by_event[type(change.event)](rows, change):
            place = (result.kind, result.key)
            before = versions.pop(place, None)
            if before is not None:
                self._close(stream, before, time)
            if isinstance(result, Row):
                known = before.row.events if before is not None else ()
                events = (*known, change.received.id)[-EVIDENCE:]
                version = _Version(replace(result, events=events), time)
                versions[place] = version
                self.made.append((stream, version))

    def _close(self, stream: str, version: _Version, time: datetime) -> None:
        version.recorded_to = time
        if version.stored:
            self.closed.append((stream, version.row, time))

    def inserted(self) -> list[tuple[str, _Version]]:
        """New versions, without those that were replaced at the very moment they were made."""
        return [item for item in self.made if item[1].recorded_to != item[1].recorded_from]


_CURRENT = text("""
select stream_id, kind, key, area, municipalities, link, valid_from, valid_through, recorded_from,
       cast(body as text) as body, events
from rows
where generation = :generation and projection = :projection and recorded_to is null
    and stream_id = any(cast(:streams as text[]))
""")
_CLOSE = text("""
update rows set recorded_to = t.recorded_to
from unnest(cast(:streams as text[]), cast(:kinds as text[]), cast(:keys as text[]),
            cast(:times as timestamptz[])) as t (stream_id, kind, key, recorded_to)
where rows.generation = :generation and rows.projection = :projection
    and rows.stream_id = t.stream_id and rows.kind = t.kind and rows.key = t.key
    and rows.recorded_to is null
""")
_INSERT = text("""
insert into rows (projection, generation, kind, stream_id, key, area, municipalities, link,
                  valid_from, valid_through, recorded_from, recorded_to, body, events)
select :projection, :generation, kind, stream_id, key, area, string_to_array(municipalities, ','),
       link, valid_from, valid_through, recorded_from, recorded_to, cast(body as jsonb),
       cast(string_to_array(events, ',') as uuid[])
from unnest(
    cast(:kinds as text[]), cast(:streams as text[]), cast(:keys as text[]),
    cast(:areas as text[]), cast(:municipalities as text[]), cast(:links as text[]),
    cast(:valid_from as date[]), cast(:valid_through as date[]),
    cast(:recorded_from as timestamptz[]), cast(:recorded_to as timestamptz[]),
    cast(:bodies as text[]), cast(:events as text[])
) as t (kind, stream_id, key, area, municipalities, link, valid_from, valid_through,
        recorded_from, recorded_to, body, events)
""")


class RowProjection:
    """Applies changes to rows: one read, one update and one insert for a whole batch."""

    def __init__(self, name: str, folds: Folds) -> None:
        self.name = name
        self.handles = frozenset(folds.by_event)
        self._folds = folds

    async def apply(
        self, connection: AsyncConnection, generation: int, changes: Sequence[Change]
    ) -> None:
        """Fold the changes and write what they make."""
        who = {"projection": self.name, "generation": generation}
        batch = Batch(self._folds)
        streams = sorted({change.received.stream_id for change in changes})
        for stored in await connection.execute(_CURRENT, {**who, "streams": streams}):
            row = Row(
                stored.kind,
                stored.key,
                json.loads(stored.body),
                stored.area,
                tuple(stored.municipalities),
                stored.link,
                stored.valid_from,
                stored.valid_through,
                tuple(stored.events),
            )
            batch.know(stored.stream_id, row, stored.recorded_from)
        for change in changes:
            batch.apply(change)
        if batch.closed:
            await connection.execute(
                _CLOSE,
                {
                    **who,
                    "streams": [stream for stream, _, _ in batch.closed],
                    "kinds": [row.kind for _, row, _ in batch.closed],
                    "keys": [row.key for _, row, _ in batch.closed],
                    "times": [time for _, _, time in batch.closed],
                },
            )
        made = batch.inserted()
        if made:
            await connection.execute(_INSERT, {**who, **_columns(made)})

    async def prepare(self, connection: AsyncConnection, generation: int) -> None:
        """Make the partition of a generation."""
        await connection.execute(
            text(
                f"create table if not exists rows_{int(generation)} partition of rows "
                f"for values in ({int(generation)})"
            )
        )

    async def drop(self, connection: AsyncConnection, generation: int) -> None:
        """Drop the partition of a generation."""
        await connection.execute(text(f"drop table if exists rows_{int(generation)}"))


def _columns(made: list[tuple[str, _Version]]) -> dict[str, list[Any]]:
    rows = [version.row for _, version in made]
    return {
        "streams": [stream for stream, _ in made],
        "kinds": [row.kind for row in rows],
        "keys": [row.key for row in rows],
        "areas": [row.area for row in rows],
        "municipalities": [",".join(row.municipalities) for row in rows],
        "links": [row.link for row in rows],
        "valid_from": [row.valid_from for row in rows],
        "valid_through": [row.valid_through for row in rows],
        "recorded_from": [version.recorded_from for _, version in made],
        "recorded_to": [version.recorded_to for _, version in made],
        "bodies": [json.dumps(row.body, separators=(",", ":")) for row in rows],
        "events": [",".join(map(str, row.events)) for row in rows],
    }
