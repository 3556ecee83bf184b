"""Where people were asked since a day, by the service's own checks, and where they should be."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from leefwijk.service.context import ServiceContext
from participation.domain.asked_since import Concluded, Wanted
from participation.domain.involvement_check import InvolvementCheck
from participation.knowledge.areas import smallest_parts, within

_CONCLUDED = text("""
select d.stream_id, (d.state->'conclusion'->>'on')::date as day,
    array(select substr(facet, 7) from unnest(d.facets) as facet
          where facet like 'theme:%') as themes,
    array(select substr(facet, strpos(facet, ':') + 1) from unnest(d.facets) as facet
          where facet like 'asked-in:%' or facet like 'complex:%') as asked_in
from documents d
where d.kind = 'involvement-checks' and d.status in ('concluded', 'in_doubt', 'expired')
    and d.facets && cast(:places as text[])
    and (d.state->'conclusion'->>'on')::date >= cast(:since as date)
order by day, d.stream_id
""")
"""Of a check on a complex it is the complex that is found: it covers nothing else (PAR-11)."""


_ANEW = text("""
select array(select substr(facet, 10) from unnest(facets) as facet
             where facet like 'asked-in:%') as asked_in
from documents
where kind = 'involvement-checks' and status in ('concluded', 'in_doubt', 'expired')
    and facets @> array[cast(:supersedes as text)]
""")


async def wanted_in(service: ServiceContext, area: str, complex_: str | None = None) -> Wanted:
    """The parts of an area, or the one complex in it, each with what counts as asking there."""
    if complex_ is not None:
        around = (await within(service, [area])).get(area, frozenset({area}))
        return {complex_: frozenset({complex_}) | around}
    parts = await smallest_parts(service, area)
    around_each = await within(service, parts)
    return {part: around_each.get(part, frozenset({part})) for part in parts}


async def concluded_since(
    service: ServiceContext, wanted: Wanted, since: date
) -> tuple[Concluded, ...]:
    """Checks by which people were asked in any of these parts, concluded since, in that order."""
    covering = sorted({place for covers in wanted.values() for place in covers})
    places = [f"{name}:{place}" for name in ("asked-in", "complex") for place in covering]
    async with service.reading.connect() as connection:
        rows = (await connection.execute(_CONCLUDED, {"places": places, "since": since})).all()
    return tuple(
        Concluded(
            row.stream_id.removeprefix("involvement-checks-"),
            row.day,
            frozenset(row.themes),
            frozenset(row.asked_in),
        )
        for row in rows
    )


async def asked_anew(service: ServiceContext, id_: str, check: InvolvementCheck) -> bool:
    """Whether people were asked anew wherever a check had asked, by those that took its place.

    Where they were not, its promises stand until its own last day (PAR-09, PAR-11).
    """
    async with service.reading.connect() as connection:
        asked = await connection.execute(_ANEW, {"supersedes": f"supersedes:{id_}"})
        newer = list(asked.scalars())
    if not newer or check.complex is not None:
        return bool(newer)
    places = frozenset().union(*newer)
    for area in check.asked_in:
        wanted = await wanted_in(service, area)
        if not all(covers & places for covers in wanted.values()):
            return False
    return True
