"""What decisions must know of the service's own checks, and what is gathered with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from leefwijk.events.decider import Context
from leefwijk.service.context import ServiceContext
from participation.domain.asked_since import asked_everywhere
from participation.domain.concluding import term_of
from participation.domain.owed_check import KnownSubject, SettlingCheck
from participation.domain.places import (
    AgeShares,
    EarlierChecks,
    EarlierDecision,
    KnownArea,
)
from participation.knowledge.ages import age_shares
from participation.knowledge.areas import known_area
from participation.knowledge.asked import concluded_since, wanted_in
from participation.knowledge.decisions import about, earlier_decision

_STANDING = text("""
select stream_id from documents
where kind = 'involvement-checks' and area = :area and status in ('concluded', 'in_doubt')
    and stream_id <> :own
    and (facets @> array[cast(:complex as text)]
         or (:complex = '' and not exists (
             select from unnest(facets) as facet where facet like 'complex:%')))
    and (select array_agg(facet) from unnest(facets) as facet where facet like 'theme:%')
        <@ cast(:themes as text[])
    and (state->'conclusion'->>'last_asked')::date <= cast(:last_asked as date)
order by stream_id
""")
"""Only asking again renews: who was asked later is not set aside by older answers (PAR-09)."""
_SUPERSEDED = text("""
select substr(facet, 12) as old, min(stream_id) as new from documents, unnest(facets) as facet
where kind = 'involvement-checks' and status in ('concluded', 'in_doubt', 'expired')
    and facets && cast(:supersedes as text[]) and facet = any(cast(:supersedes as text[]))
group by 1
""")
_TRAJECTORIES = text("""
select substr(facet, 7) as "check", substr(stream_id, 14) as trajectory
from documents, unnest(facets) as facet
where kind = 'trajectories' and facets && cast(:checks as text[])
    and facet = any(cast(:checks as text[]))
order by trajectory
""")
_INITIATIVES = text("""
select distinct e.stream_id as stream, d.subject from events e
join known_decisions d on d.evidence @> array[cast(e.id as text)]
where e.stream_id = any(cast(:streams as text[])) order by d.subject
""")


def _check(stream: str) -> str:
    return stream.removeprefix("involvement-checks-")


async def for_opening(
    service: ServiceContext, command: Any, state: Any, context: Context
) -> tuple[KnownArea, EarlierDecision]:
    """The area, and what was decided there before anybody is asked."""
    (area,) = await known_area(service, command, state, context)
    themes = frozenset(theme.value for theme in command.themes)
    earlier = await earlier_decision(
        service, command.area, command.complex, themes, command.relates_to_id
    )
    return area, earlier


async def for_adopting(
    service: ServiceContext, _command: Any, state: Any, _context: Context
) -> tuple[EarlierDecision]:
    """What was decided before a partner's word becomes a check."""
    themes = frozenset(state.themes)
    return (await earlier_decision(service, state.area, state.complex, themes, None),)


async def for_concluding(
    service: ServiceContext, _command: Any, state: Any, context: Context
) -> tuple[AgeShares, EarlierChecks]:
    """Inhabitants by age, and the checks that a first conclusion supersedes."""
    term = term_of(state)
    asked = {
        "area": state.area,
        "own": f"involvement-checks-{context.stream}",
        "complex": f"complex:{state.complex}" if state.complex else "",
        "themes": [f"theme:{theme}" for theme in state.themes],
        "last_asked": term.last_asked if term else None,
    }
    async with service.reading.connect() as connection:
        found = (await connection.execute(_STANDING, asked)).scalars()
        earlier = EarlierChecks(tuple(map(_check, found)))
    return await age_shares(service, state.area), earlier


async def superseded_by(service: ServiceContext, *checks: str) -> dict[str, str]:
    """Of these checks, the concluded ones that took their place."""
    asked = {"supersedes": [f"supersedes:{check}" for check in checks]}
    async with service.reading.connect() as connection:
        rows = (await connection.execute(_SUPERSEDED, asked)).all()
    return {row.old: _check(row.new) for row in rows}


@dataclass
class Leaning:
    """What leans on a check."""

    initiatives: list[str] = field(default_factory=list)
    """Those whose support rests on one of its conclusions."""
    trajectories: list[str] = field(default_factory=list)


async def leaning_on(service: ServiceContext, *checks: str) -> defaultdict[str, Leaning]:
    """What leans on each of these checks (PAR-09)."""
    found: defaultdict[str, Leaning] = defaultdict(Leaning)
    streams = [f"involvement-checks-{check}" for check in checks]
    async with service.reading.connect() as connection:
        for row in await connection.execute(_INITIATIVES, {"streams": streams}):
            found[_check(row.stream)].initiatives.append(row.subject)
        named = {"checks": [f"check:{check}" for check in checks]}
        for row in await connection.execute(_TRAJECTORIES, named):
            found[row.check].trajectories.append(row.trajectory)
    return found


async def settling(service: ServiceContext, owed: Any) -> SettlingCheck:
    """The check by which residents were asked, since the override, in every part of the place.

    Where what went ahead is in one complex, its residents are who is to be asked.
    """
    if owed.decided_on is None:
        return SettlingCheck()
    wanted = await wanted_in(service, owed.area, (await about(service, owed.subject)).complex)
    checks = await concluded_since(service, wanted, owed.decided_on)
    found = asked_everywhere(wanted, frozenset(owed.themes), owed.decided_on, checks)
    return SettlingCheck(found.check, found.on) if found is not None else SettlingCheck()


async def for_owing(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownSubject]:
    """The themes of what went ahead."""
    return (KnownSubject((await about(service, command.subject)).themes),)


async def for_judging_debt(
    service: ServiceContext, _command: Any, state: Any, _context: Context
) -> tuple[SettlingCheck]:
    """Whether residents were asked meanwhile."""
    return (await settling(service, state),)
