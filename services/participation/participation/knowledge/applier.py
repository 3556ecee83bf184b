"""The consumer of other services' facts: what it keeps and what it sets in motion."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.reactions import Reactions
from leefwijk.events.consume.records import Change, streams_of
from leefwijk.events.consume.writing import Writes, write_all
from leefwijk.events.event import Event
from participation.knowledge import ages, areas, decisions, parties

WRITES: Writes = {**areas.WRITES, **ages.WRITES, **decisions.WRITES, **parties.WRITES}


class ParticipationKnowledge:
    """Keeps the tables up to date and writes the todos of reactions."""

    name = "participation.knowledge"
    tables = (areas.TABLE, ages.TABLE, parties.TABLE, *decisions.TABLES)

    def __init__(self, reactions: Reactions) -> None:
        self._reactions = reactions
        self.handles: frozenset[type[Event]] = frozenset(WRITES) | reactions.handles
        self.follows = streams_of(self.handles)

    async def apply(
        self, connection: AsyncConnection, _generation: int, changes: Sequence[Change]
    ) -> None:
        """Write what the changes say, in order; then what they ask for."""
        await write_all(connection, WRITES, changes)
        await self._reactions.add(connection, self.name, changes)
