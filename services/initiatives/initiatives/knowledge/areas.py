"""Areas: what lies in what, by monitoring's facts, and the areas that people live in as such."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from initiatives.domain.gates import KnownArea
from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.decider import Context, refuse
from leefwijk.events.fields import municipality_of
from leefwijk.gates.place import Place
from leefwijk.service.context import ServiceContext
from leefwijk.service.places import PARTS, PLACED, place_said

TABLE = "known_areas"

_KEEP = text("""
insert into known_areas (area, name, parent, municipalities, parts, evidence)
values (:area, :name, :parent, :municipalities, :parts, :evidence)
on conflict (area) do update set name = excluded.name, parent = excluded.parent,
    municipalities = excluded.municipalities, parts = excluded.parts, evidence = excluded.evidence
""")
_FIND = text("select area, name, parent, municipalities from known_areas where area = :area")
_HEARD_OF = text("""
select exists (select from known_areas where municipalities && cast(:municipalities as text[]))
""")
_ABOVE = text("""
with recursive above as (
    select area as part, area, parent, 0 as distance, cast('{}' as text[]) as because,
        evidence from known_areas
    where area = any(cast(:areas as text[]))
    union
    -- that it lies in its parent was said when it was registered itself
    select above.part, k.area, k.parent, above.distance + 1,
        above.because || above.evidence, k.evidence
    from known_areas k join above on k.area = above.parent
    where above.distance < 5
)
select part, area, distance, false as lived, because from above
union
-- an area as people live it leads over the division it is composed of
select above.part, k.area, above.distance, true, above.because || k.evidence
from above join known_areas k on k.parts @> array[above.area]
order by part, distance, lived desc, area
""")


def _place(change: Change) -> Write:
    return _KEEP, {**place_said(change.event), "evidence": str(change.received.id)}


WRITES: Writes = dict.fromkeys(PLACED, _place)


async def known_area(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownArea]:
    """The area that the command names. Refuses `unknown-area`.

    What residents do does not wait until monitoring has told of their wijk or buurt (INI-03): an
    administrative code says by itself in which municipality it lies, if that one was heard of.
    """
    by_its_code = municipality_of(command.area)
    async with service.reading.connect() as connection:
        row = (await connection.execute(_FIND, {"area": command.area})).one_or_none()
        if row is not None:
            return (KnownArea(row.area, row.name, tuple(row.municipalities)),)
        found = await connection.execute(_HEARD_OF, {"municipalities": list(by_its_code)})
    if not found.scalar_one():
        refuse(
            "unknown-area", f"{command.area} is not registered in monitoring, or not heard of yet."
        )
    return (KnownArea(command.area, None, by_its_code),)


async def place_of(
    connection: AsyncConnection, area: str, municipalities: tuple[str, ...]
) -> tuple[Place, tuple[str, ...]]:
    """The place as gates look at it, and every area within it, itself included."""
    rows = (await connection.execute(PARTS, {"areas": [area]})).all()
    below = tuple(row.area for row in rows) or (area,)
    smallest = tuple(row.area for row in rows if row.smallest and row.area != area)
    above: dict[str, list[str]] = defaultdict(list)
    because: dict[str, tuple[str, ...]] = {}
    found = await connection.execute(_ABOVE, {"areas": [area, *smallest]})
    for row in found:
        if row.area != row.part:
            above[row.part].append(row.area)
        if row.part == area:
            because.setdefault(row.area, tuple(id_ for id_ in row.because if id_))
    place = Place(
        area,
        within=tuple(above[area]),
        parts=smallest,
        within_of_part=tuple((part, tuple(above[part])) for part in smallest),
        municipalities=municipalities or municipality_of(area),
        because=because,
    )
    return place, below
