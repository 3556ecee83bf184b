"""How far the facts of others are known to have been read, and what waits to be understood."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.ledger import proofs
from leefwijk.events.topics import platform_topic

_PARKED = text("""
select distinct stream_id, cast(headers as text) as headers from parked
join consumer_generations g using (consumer)
where consumer = :consumer and generation = g.current
""")


@dataclass(frozen=True)
class Read:
    """How far one owner's facts are known to have been read."""

    proved: datetime | None
    """When it was last proved that everything had been read."""
    held: bool
    """Whether a message that bears on the question waits to be understood."""


@dataclass(frozen=True)
class Reading:
    """What was proved about reading, per service, and streams of which something waits."""

    proved: Mapping[str, datetime]
    waiting: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Stream and the municipalities its message is about; none: it may be about any."""

    def so_far(
        self, service: str, aggregates: Iterable[str], municipalities: tuple[str, ...]
    ) -> Read:
        """How far facts on these aggregates of a service, in these municipalities, were read."""
        names = tuple(f"{aggregate}-" for aggregate in aggregates)
        held = any(
            stream.startswith(names) and (not about or set(about) & set(municipalities))
            for stream, about in self.waiting
        )
        return Read(self.proved.get(platform_topic(service)), held)


async def reading_of(connection: AsyncConnection, consumer: str) -> Reading:
    """What is known now of how far a consumer has read."""
    proved = await proofs(connection, consumer)
    rows = await connection.execute(_PARKED, {"consumer": consumer})
    waiting = tuple((row.stream_id, _municipalities(row.headers)) for row in rows)
    return Reading(proved, waiting)


def _municipalities(headers: str) -> tuple[str, ...]:
    named = dict(json.loads(headers)).get("ce_municipalities", "")
    return tuple(code for code in named.split(",") if code)
