"""Areas: what lies in what, by monitoring's facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.decider import Context, refuse
from leefwijk.service.context import ServiceContext
from leefwijk.service.places import KEEP, PARTS, PLACED, place_said
from participation.domain.parties import KnownParty
from participation.domain.places import KnownArea, KnownPlaces
from participation.knowledge.parties import known_party

TABLE = "known_areas"

_FIND = text("select municipalities from known_areas where area = :area")
_LIES_IN = text("""
select area, municipalities from known_areas where area = any(cast(:areas as text[]))
""")
_WITHIN = text("""
with recursive within as (
    select area as place, area, parent from known_areas
    where area = any(cast(:areas as text[]))
    union
    select w.place, k.area, k.parent from within w
    join known_areas k on k.area = w.parent or k.parts @> array[w.area]
)
select place, area from within
""")


def _place(change: Change) -> Write:
    return KEEP, place_said(change.event)


WRITES: Writes = dict.fromkeys(PLACED, _place)


async def known_area(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownArea]:
    """The area that the command names. Refuses `unknown-area`."""
    async with service.reading.connect() as connection:
        found = (await connection.execute(_FIND, {"area": command.area})).scalar_one_or_none()
    if found is None:
        refuse("unknown-area", f"{command.area} is not registered, or not heard of yet.")
    return (KnownArea(command.area, tuple(found)),)


async def smallest_parts(service: ServiceContext, area: str) -> tuple[str, ...]:
    """The smallest known areas that an area consists of; itself where it has no parts."""
    async with service.reading.connect() as connection:
        found = (await connection.execute(PARTS, {"areas": [area]})).all()
    return tuple(row.area for row in found if row.smallest) or (area,)


async def within(service: ServiceContext, areas: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each known area, itself and all that it lies in or is a part of."""
    async with service.reading.connect() as connection:
        rows = (await connection.execute(_WITHIN, {"areas": sorted(areas)})).all()
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row.place].add(row.area)
    return {place: frozenset(around) for place, around in found.items()}


async def known_places(
    service: ServiceContext, command: Any, state: Any, _context: Context
) -> tuple[KnownPlaces]:
    """Where the areas of an asking lie."""
    return (KnownPlaces(await within(service, command.asked_in or (state.area,))),)


async def known_step_place(
    service: ServiceContext, command: Any, state: Any, _context: Context
) -> tuple[KnownPlaces]:
    """Where the area lies toward which people are addressed."""
    return (KnownPlaces(await within(service, (command.area or state.area,))),)


async def known_handed_in(
    service: ServiceContext, command: Any, state: Any, context: Context
) -> tuple[KnownArea, KnownPlaces, KnownParty]:
    """The area that a partner asked in, where the parts of it lie, and who that partner is.

    Refuses `unknown-area` and `unknown-partner`.
    """
    party = await known_party(service, context.actor.partner, context.today)
    (area,) = await known_area(service, command, state, context)
    asked = {command.area, *(place for asking in command.askings for place in asking.asked_in)}
    async with service.reading.connect() as connection:
        rows = (await connection.execute(_LIES_IN, {"areas": sorted(asked)})).all()
    lies_in = {row.area: tuple(row.municipalities) for row in rows}
    return area, KnownPlaces(await within(service, asked), lies_in), party
