"""Reading rows as of a day and as known at a moment, within one generation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.ledger import current_generation, proofs
from leefwijk.events.topics import platform_topic
from projections.read_models import ReadModel
from projections.spans import Spans


@dataclass(frozen=True)
class Said:
    """A row as it was said at the moment asked for."""

    stream_id: str
    kind: str
    key: str
    area: str | None
    municipalities: tuple[str, ...]
    link: str | None
    valid_from: date | None
    valid_through: date | None
    recorded_from: datetime
    body: Mapping[str, Any]
    events: tuple[UUID, ...]
    """The newest that it rests on."""
    rests_on: Spans | None = None
    """The versions of its stream that it rests on; none: it does not say."""

    def holds_on(self, day: date) -> bool:
        """Whether its period covers the day; a row without a period always holds."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_through is None or day <= self.valid_through
        )


_COLUMNS = """stream_id, kind, key, area, municipalities, link, valid_from, valid_through,
    recorded_from, cast(body as text) as body, events, rests_on"""
_KNOWN = "(recorded_to is null or recorded_to > :known) and recorded_from <= :known"
_NOW = "recorded_to is null"

_BUILT_THROUGH = text("""
select max(recorded_from) from (
    select recorded_from from rows where generation = :generation and projection = :projection
    order by recorded_from desc limit 1
) as newest
""")

_FAULTY = "held: an event of this stream cannot be read"

_FAMILY = """
with recursive family as (
    select area, 0 as depth from rows
    where generation = :generation and projection = :projection and kind = 'area'
        and area = :area and recorded_to is null
    union
    select child.area, family.depth + 1 from rows child
    join family on child.link = family.area
    where child.generation = :generation and child.projection = :projection
        and child.kind = 'area' and child.recorded_to is null and family.depth < 4
) select distinct area from family
"""


class Snapshot:
    """One generation of a read model, at one moment of knowledge."""

    def __init__(
        self, connection: AsyncConnection, model: ReadModel, generation: int, known: datetime | None
    ) -> None:
        self._connection = connection
        self._model = model
        self._who: dict[str, Any] = {"projection": model.consumer, "generation": generation}
        self._known = known
        self.generation = generation

    @classmethod
    async def open(
        cls, connection: AsyncConnection, model: ReadModel, known: datetime | None = None
    ) -> Snapshot:
        """Read the pointer once: everything in this snapshot comes from one generation."""
        generation = await current_generation(connection, model.consumer, hold=False)
        return cls(connection, model, generation, known)

    async def rows(self, areas: Sequence[str], kinds: Iterable[str]) -> list[Said]:
        """What is said of these areas."""
        when, known = self._when()
        found = await self._connection.execute(
            text(
                f"select {_COLUMNS} from rows where generation = :generation "
                f"and projection = :projection and area = any(cast(:areas as text[])) "
                f"and kind = any(cast(:kinds as text[])) and {when} "
                "order by kind, recorded_from, stream_id, key"
            ),
            {**self._who, **known, "areas": list(areas), "kinds": list(kinds)},
        )
        return [_said(row) for row in found]

    async def beneath(self, rows: Sequence[Said]) -> list[UUID]:
        """All that these rows rest on, each event once: what a row keeps and what it has dropped.

        Every version of a row keeps the newest of its time, so that together they hold them all.
        """
        found = await self._connection.execute(
            text(
                "select stream_id, kind, key, events from rows where generation = :generation "
                "and projection = :projection and area = any(cast(:areas as text[])) "
                "and stream_id = any(cast(:streams as text[])) order by recorded_from"
            ),
            {
                **self._who,
                "areas": sorted({row.area for row in rows if row.area is not None}),
                "streams": sorted({row.stream_id for row in rows}),
            },
        )
        wanted = {(row.stream_id, row.kind, row.key) for row in rows}
        return list(
            dict.fromkeys(
                id_
                for row in found
                if (row.stream_id, row.kind, row.key) in wanted
                for id_ in row.events
            )
        )

    async def one(self, kind: str, key: str, area: str) -> Said | None:
        """One row of an area."""
        return next((row for row in await self.rows([area], [kind]) if row.key == key), None)

    async def named(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """What is said of things that belong to no area, by their id: indicators, partners."""
        found = await self._connection.execute(
            text(
                "select key, cast(body as text) as body from rows where generation = :generation "
                f"and projection = :projection and kind = :kind and {_NOW}"
            ),
            {**self._who, "kind": kind},
        )
        return {row.key: json.loads(row.body) for row in found}

    async def family(self, area: str) -> list[str]:
        """The area and every area below it; for an experienced area its parts and theirs."""
        found = await self._connection.execute(text(_FAMILY), {**self._who, "area": area})
        below = [row.area for row in found]
        return below or [area]

    async def areas(
        self,
        *,
        municipalities: Sequence[str],
        kinds: Sequence[str],
        edition: int | None,
        after: str | None,
        limit: int,
    ) -> list[Said]:
        """A page of areas in the order of their ids, of one edition or of all."""
        found = await self._connection.execute(
            text(
                f"select {_COLUMNS} from rows where generation = :generation "
                f"and projection = :projection and kind = 'area' and {_NOW} "
                "and (cardinality(cast(:municipalities as text[])) = 0 "
                "     or municipalities && cast(:municipalities as text[])) "
                "and body->>'kind' = any(cast(:kinds as text[])) "
                "and (cast(:edition as text) is null or area like '%@' || cast(:edition as text)) "
                "and area > :after order by area limit :limit"
            ),
            {
                **self._who,
                "municipalities": list(municipalities),
                "kinds": list(kinds),
                "edition": str(edition) if edition is not None else None,
                "after": after or "",
                "limit": limit,
            },
        )
        return [_said(row) for row in found]

    async def experienced(self, municipalities: Sequence[str]) -> list[Said]:
        """The areas as people live them in these municipalities, every drawing of them."""
        found = await self._connection.execute(
            text(
                f"select {_COLUMNS} from rows where generation = :generation "
                f"and projection = :projection and kind = 'area' and {_NOW} "
                "and body->>'kind' = 'experienced' "
                "and municipalities && cast(:municipalities as text[]) order by area"
            ),
            {**self._who, "municipalities": list(municipalities)},
        )
        return [_said(row) for row in found]

    async def held(self, streams: Iterable[str], areas: Sequence[str]) -> dict[str, str]:
        """Streams of which an event waits, with the reason: their rows are behind.

        Streams that have rows, and streams about these areas of which nothing has been applied yet.

        What is wrong with an event stays with the operator: its detail may repeat what it holds.
        """
        found = await self._connection.execute(
            text(
                "select distinct on (stream_id) stream_id, reason, detail from parked "
                "where consumer = :projection and generation = :generation "
                "and (stream_id = any(cast(:streams as text[])) "
                "     or headers @> any(cast(:areas as jsonb[]))) order by stream_id, version"
            ),
            {
                **self._who,
                "streams": sorted(set(streams)),
                "areas": [json.dumps([["ce_area", area]]) for area in areas],
            },
        )
        return {
            row.stream_id: f"held: {row.detail}" if row.reason == "gap" else _FAULTY
            for row in found
        }

    async def reached(self, streams: Mapping[str, int]) -> bool:
        """Whether the read model holds these versions; what is parked has not been reached.

        A stream that it does not follow changes nothing in it.
        """
        followed = {name for name in streams if self._model.follows(name)}
        found = await self._connection.execute(
            text(
                "select stream_id, version from consumer_streams where consumer = :projection "
                "and generation = :generation and stream_id = any(cast(:streams as text[]))"
            ),
            {**self._who, "streams": sorted(followed)},
        )
        versions = {row.stream_id: row.version for row in found}
        return all(versions.get(name, 0) >= streams[name] for name in followed)

    async def built_through(self) -> datetime | None:
        """Recording time of the newest event that has a row."""
        found = await self._connection.execute(_BUILT_THROUGH, self._who)
        newest: datetime | None = found.scalar_one()
        return newest

    async def proofs(self) -> dict[str, datetime]:
        """Per service the last moment of which it is known that everything it said was read."""
        found = await proofs(self._connection, self._who["projection"])
        services = {platform_topic(service): service for service in self._model.services}
        return {services[topic]: at for topic, at in found.items() if topic in services}

    def _when(self) -> tuple[str, dict[str, Any]]:
        return (_NOW, {}) if self._known is None else (_KNOWN, {"known": self._known})


def _said(row: Any) -> Said:
    return Said(
        row.stream_id,
        row.kind,
        row.key,
        row.area,
        tuple(row.municipalities),
        row.link,
        row.valid_from,
        row.valid_through,
        row.recorded_from,
        json.loads(row.body),
        tuple(row.events),
        tuple(row.rests_on) if row.rests_on is not None else None,
    )
