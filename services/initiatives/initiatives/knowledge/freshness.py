"""How far the facts of others are known to have been read, as gates want to know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume import reading
from leefwijk.gates.line import Freshness

CONSUMER = "initiatives.knowledge"


@dataclass(frozen=True)
class Reading(reading.Reading):
    """What was proved about reading, per service, and streams of which something waits."""

    def of(
        self, service: str, aggregates: Iterable[str], municipalities: tuple[str, ...]
    ) -> Freshness:
        """Freshness of facts on these aggregates of a service, in these municipalities."""
        read = self.so_far(service, aggregates, municipalities)
        return Freshness(read.proved, read.held)


async def reading_of(connection: AsyncConnection) -> Reading:
    """What is known now of how far was read."""
    found = await reading.reading_of(connection, CONSUMER)
    return Reading(found.proved, found.waiting)
