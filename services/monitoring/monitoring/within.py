"""What lies in an area, by the areas and the drawings that monitoring itself keeps."""

from __future__ import annotations

from sqlalchemy import text

from leefwijk.service.context import ServiceContext

_WITHIN = text("""
with recursive within (area) as (
    select cast(:area as text)
    union
    select found.area from within, lateral (
        select d.area from documents d
        where d.kind = 'areas' and d.facets @> array['parent:' || within.area]
        union all
        select substr(facet, 6) from documents d, unnest(d.facets) as facet
        where d.kind = 'experienced-areas' and d.facets @> array['area:' || within.area]
            and facet like 'part:%'
    ) as found
) select area from within order by area
""")


async def areas_within(service: ServiceContext, area: str | None) -> list[str] | None:
    """An area with all that lies in it, by its parts too; of an area not registered, itself."""
    if area is None:
        return None
    async with service.reading.connect() as connection:
        return list((await connection.execute(_WITHIN, {"area": area})).scalars())
