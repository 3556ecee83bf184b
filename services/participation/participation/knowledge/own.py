"""What decisions must know of the service's own checks, and what is gathered with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from leefwijk.events.decider import Context
from leefwijk.service.context import ServiceContext
from participation.domain.owed_check import KnownSubject, SettlingCheck
from participation.domain.places import (
    AgeShares,
    EarlierChecks,
    EarlierDecision,
    KnownArea,
)
from participation.knowledge.ages import age_shares
from participation.knowledge.areas import known_area, within
from participation.knowledge.decisions import earlier_decision, themes_of

_STANDING = text("""
select stream_id from documents
where kind = 'involvement-checks' and area = :area and status in ('concluded', 'in_doubt')
    and stream_id <> :own
    and (facets @> array[cast(:complex as text)]
         or (:complex = '' and not exists (
             select from unnest(facets) as facet where facet like 'complex:%')))
    and (select array_agg(facet) from unnest(facets) as facet where facet like 'theme:%')
        <@ cast(:themes as text[])
order by stream_id
""")
_CONCLUDED = text("""
select d.stream_id, (d.state->'conclusion'->>'on')::date as day from documents d
where d.kind = 'involvement-checks' and d.status in ('concluded', 'in_doubt', 'expired')
    and d.area = any(cast(:areas as text[]))
    and (cardinality(cast(:themes as text[])) = 0 or d.facets && cast(:themes as text[]))
    and (d.state->'conclusion'->>'on')::date >= cast(:since as date)
order by day, d.stream_id limit 1
""")
_SUPERSEDED = text("""
select stream_id from documents
where kind = 'involvement-checks' and status in ('concluded', 'in_doubt', 'expired')
    and facets @> array[cast(:supersedes as text)]
order by stream_id limit 1
""")


def _check(stream: str) -> str:
    return stream.removeprefix("involvement-checks-")


async def for_opening(
    service: ServiceContext, command: Any, state: Any, context: Context
) -> tuple[KnownArea, EarlierDecision]:
    """The area, and what was decided there before anybody is asked."""
    (area,) = await known_area(service, command, state, context)
    themes = tuple(theme.value for theme in command.themes)
    earlier = await earlier_decision(service, command.area, themes, command.relates_to_id)
    return area, earlier


async def for_concluding(
    service: ServiceContext, _command: Any, state: Any, context: Context
) -> tuple[AgeShares, EarlierChecks]:
    """Inhabitants by age, and the checks that the conclusion supersedes."""
    asked = {
        "area": state.area,
        "own": f"involvement-checks-{context.stream}",
        "complex": f"complex:{state.complex}" if state.complex else "",
        "themes": [f"theme:{theme}" for theme in state.themes],
    }
    async with service.reading.connect() as connection:
        found = (await connection.execute(_STANDING, asked)).scalars()
        earlier = EarlierChecks(tuple(map(_check, found)))
    return await age_shares(service, state.area), earlier


async def superseded_by(service: ServiceContext, check: str) -> str | None:
    """The concluded check that took the place of this one."""
    asked = {"supersedes": f"supersedes:{check}"}
    async with service.reading.connect() as connection:
        found = (await connection.execute(_SUPERSEDED, asked)).scalar_one_or_none()
    return _check(found) if found else None


async def settling(service: ServiceContext, owed: Any) -> SettlingCheck:
    """The first check that was concluded on what is owed since the gate was overridden."""
    if owed.decided_on is None:
        return SettlingCheck()
    places = (await within(service, [owed.area])).get(owed.area, frozenset({owed.area}))
    asked = {
        "areas": sorted(places),
        "themes": [f"theme:{theme}" for theme in owed.themes],
        "since": owed.decided_on,
    }
    async with service.reading.connect() as connection:
        row = (await connection.execute(_CONCLUDED, asked)).one_or_none()
    return SettlingCheck(_check(row.stream_id), row.day) if row else SettlingCheck()


async def for_owing(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownSubject]:
    """The themes of what went ahead."""
    return (KnownSubject(await themes_of(service, command.subject)),)


async def for_judging_debt(
    service: ServiceContext, _command: Any, state: Any, _context: Context
) -> tuple[SettlingCheck]:
    """Whether residents were asked meanwhile."""
    return (await settling(service, state),)
