"""Areas by monitoring's facts: a unit lies in a registered neighbourhood, and what in what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from housing_mix.domain.codes import KnownCodes
from housing_mix.domain.places import KnownAreas
from housing_mix.importing.vera import vera_codes
from leefwijk.events.consume.reactions import Reactions
from leefwijk.events.consume.records import Change, streams_of
from leefwijk.events.decider import Context
from leefwijk.events.event import Event
from leefwijk.service.context import ServiceContext
from leefwijk.service.places import KEEP, PLACED, place_said

TABLE = "known_areas"
_FIND = text("select area from known_areas where area = any(cast(:areas as text[]))")
_OF_EDITION = text("select area from known_areas where area like :edition")


class AreaKnowledge:
    """Keeps the table of areas up to date."""

    name = "housing-mix.areas"
    tables = (TABLE,)

    def __init__(self, reactions: Reactions) -> None:
        self._reactions = reactions
        self.handles: frozenset[type[Event]] = frozenset(PLACED) | reactions.handles
        self.follows = streams_of(self.handles)

    async def apply(
        self, connection: AsyncConnection, _generation: int, changes: Sequence[Change]
    ) -> None:
        """Write what the changes say; then what they ask for."""
        told = [place_said(change.event) for change in changes if isinstance(change.event, PLACED)]
        if told:
            await connection.execute(KEEP, told)
        await self._reactions.add(connection, self.name, changes)


async def known_areas(service: ServiceContext, areas: Iterable[str]) -> KnownAreas:
    """Those of the areas that are registered."""
    async with service.reading.connect() as connection:
        rows = (await connection.execute(_FIND, {"areas": list(areas)})).all()
    return KnownAreas(frozenset(row.area for row in rows))


async def areas_of_edition(service: ServiceContext, edition: int) -> frozenset[str]:
    """Every neighbourhood of an edition."""
    async with service.reading.connect() as connection:
        rows = (await connection.execute(_OF_EDITION, {"edition": f"BU%@{edition}"})).all()
    return frozenset(row.area for row in rows)


async def known_for_correction(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownAreas, KnownCodes]:
    """The area that the command names, if it is known, and VERA's codes."""
    return await known_areas(service, [command.dwelling.area]), vera_codes()
