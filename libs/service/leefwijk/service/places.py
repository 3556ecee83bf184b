"""What lies in an area, by the table of areas that a service keeps up from monitoring's facts.

The table `known_areas` has `area`, `parent` and `parts`: the parts of an area as people live it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from leefwijk.events.event import Event
from leefwijk.events.language.monitoring.areas import (
    AreaRegistered,
    ExperiencedAreaDrawn,
    ExperiencedAreaRedrawn,
)
from leefwijk.service.context import ServiceContext

PLACED: tuple[type[Event], ...] = (AreaRegistered, ExperiencedAreaDrawn, ExperiencedAreaRedrawn)
"""The facts that say where an area lies."""
KEEP = text("""
insert into known_areas (area, parent, municipalities, parts)
values (:area, :parent, :municipalities, :parts)
on conflict (area) do update set parent = excluded.parent,
    municipalities = excluded.municipalities, parts = excluded.parts
""")
"""Keeps a row of the table as `place_said` gives it."""

BELOW = """
with recursive below as (
    select area, parts from known_areas where area = any(cast(:areas as text[]))
    union
    select found.area, found.parts from below, lateral (
        select area, parts from known_areas where parent = below.area
        union all
        select area, parts from known_areas where area = any(below.parts)
    ) as found
)
"""
"""Begins a query: `below` are these areas and all that lies in them."""
PARTS = text(f"""
{BELOW}
select area, cardinality(parts) = 0
    and not exists (select from known_areas k where k.parent = below.area) as smallest
from below order by area
""")
"""What lies in `areas`, and of each whether nothing lies in it again."""
_BELOW = text(f"{BELOW} select distinct area from below order by area")


def place_said(event: Event) -> dict[str, Any]:
    """A row of the table, by what monitoring says of an area; `event` is one of `PLACED`."""
    if isinstance(event, AreaRegistered):
        parent, parts = event.parent, []
    else:
        assert isinstance(event, ExperiencedAreaDrawn | ExperiencedAreaRedrawn)  # noqa: S101 - so it is
        parent, parts = None, [part.area for part in event.parts]
    return {
        "area": event.area,
        "name": event.name,
        "parent": parent,
        "municipalities": list(event.municipalities),
        "parts": parts,
    }


async def all_within(service: ServiceContext, areas: Iterable[str]) -> list[str]:
    """These areas with all that lies in them; an area never heard of is not among them."""
    async with service.reading.connect() as connection:
        found = await connection.execute(_BELOW, {"areas": list(areas)})
        return list(found.scalars())


async def areas_within(service: ServiceContext, area: str | None) -> list[str] | None:
    """An area with all that lies in it, by its parts too; of an area never heard of, itself."""
    return None if area is None else await all_within(service, [area]) or [area]
