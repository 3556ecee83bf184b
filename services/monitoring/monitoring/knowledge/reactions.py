"""What is judged again when something is heard: bases, the grounds of agreed levels, roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume import told
from leefwijk.events.consume.reactions import Reaction, Reactions
from leefwijk.events.consume.records import Change, streams_of
from leefwijk.events.consume.writing import Writes, write_all
from leefwijk.events.decider import Command
from leefwijk.events.event import Event
from leefwijk.events.language.housing_mix.dwelling_imports import DwellingImportCompleted
from leefwijk.events.language.housing_mix.dwellings import (
    ConditionCorrected,
    ConditionRecorded,
    DwellingCorrected,
    DwellingLeftStock,
)
from leefwijk.events.language.housing_mix.plans import (
    DemolitionDateReset,
    PlanDecided,
    PlanLapsed,
    PlanWithdrawn,
)
from leefwijk.events.language.monitoring.area_roles import (
    AreaRole,
    AreaRoleAssigned,
    AreaRoleEnded,
)
from leefwijk.events.language.monitoring.base_conditions import (
    BaseAssessed,
    BaseAssessmentCorrected,
    BaseAssessmentLapsed,
    BaseVerdictChanged,
    Verdict,
)
from leefwijk.events.language.monitoring.effort_levels import Ground
from leefwijk.events.language.monitoring.partners import PartnerLeftMunicipality
from leefwijk.gates.within import lies_in
from monitoring.domain.area_roles import EndRolesOfPartner
from monitoring.domain.assessing import JudgeBase
from monitoring.domain.places import patterns_below
from monitoring.domain.questioning import JudgeLevelGround
from monitoring.knowledge import asked, homes, living_agreements

CONSUMER = "monitoring.knowledge"

_LIVED = text("""
select area from documents
where kind = 'experienced-areas' and area is not null
    and facets && (select array_agg('part:' || area) from unnest(cast(:areas as text[])) t (area))
""")
_BASES = text("""
select substr(stream_id, 17) as id from documents
where kind = 'base-conditions' and area = any(cast(:areas as text[])) order by stream_id
""")
_BASES_OF = text("""
select substr(stream_id, 17) as id from documents
where kind = 'base-conditions'
    and facets && (select array_agg('municipality:' || m) from unnest(cast(:of as text[])) t (m))
order by stream_id
""")
_SEEN_FROM = text("""
select distinct area from known_homes where is_home and complex in (
    select substr(facet, 9) from documents, unnest(facets) facet
    where stream_id = :stream and facet like 'complex:%'
) order by area
""")
_LEVELS = text("""
select substr(stream_id, 15) as id from documents
where kind = 'effort-levels' and status = 'agreed' and area = any(cast(:areas as text[]))
order by stream_id
""")

_LEVELS_BELOW = text("""
select substr(stream_id, 15) as id, area from documents
where kind = 'effort-levels' and status = 'agreed' and area like any(cast(:below as text[]))
order by stream_id
""")

_ROLES_OF = text("""
select substr(stream_id, 12) as id from documents
where kind = 'area-roles' and facets @> array[
    'partner:' || cast(:partner as text), 'municipality:' || cast(:left as text)
]
order by stream_id
""")


class MonitoringKnowledge:
    """Keeps the tables up to date and writes the todos of reactions."""

    name = CONSUMER
    tables = (*homes.TABLES, told.TABLE)

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


WRITES: Writes = {**homes.WRITES, **asked.WRITES, **living_agreements.WRITES}


async def _around(connection: AsyncConnection, *areas: str) -> list[str]:
    """The areas, what they lie in, and the areas as people live them that hold one of them."""
    found = [area for one in areas for area in (one, *lies_in(one))]
    lived = await connection.execute(_LIVED, {"areas": found})
    return [*found, *lived.scalars()]


async def _bases(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """The assessed areas that a fact about homes bears on."""
    areas = await _around(connection, change.event.area)  # type: ignore[attr-defined]  # all have one
    return (await connection.execute(_BASES, {"areas": areas})).scalars().all()


async def _corrected_home(connection: AsyncConnection, change: Change) -> Iterable[str]:
    event = change.event
    assert isinstance(event, DwellingCorrected)  # noqa: S101 - registered for it
    areas = await _around(connection, event.dwelling.area)
    return (await connection.execute(_BASES, {"areas": areas})).scalars().all()


async def _delivered(connection: AsyncConnection, change: Change) -> Iterable[str]:
    event = change.event
    assert isinstance(event, DwellingImportCompleted)  # noqa: S101 - registered for it
    asked = {"of": list(event.municipalities)}
    return (await connection.execute(_BASES_OF, asked)).scalars().all()


async def _bases_above(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """The assessed areas that an area lies in: what changes in it may change them."""
    event = change.event
    assert isinstance(event, BaseVerdictChanged)  # noqa: S101 - registered for it
    if event.complex is not None:
        return []
    above = [area for area in await _around(connection, event.area) if area != event.area]
    return (await connection.execute(_BASES, {"areas": above})).scalars().all()


async def _seen_from_afar(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """The other assessed areas in which a complex lies that was ever looked at through this one."""
    area = change.received.subject
    stream = {"stream": f"base-conditions-{area}"}
    lies = (await connection.execute(_SEEN_FROM, stream)).scalars().all()
    around = await _around(connection, *lies)
    found = (await connection.execute(_BASES, {"areas": around})).scalars()
    return [one for one in found if one != area]


async def _levels(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """The agreed levels that rest on the base of an area."""
    event = change.event
    assert isinstance(event, BaseVerdictChanged)  # noqa: S101 - registered for it
    if event.complex is not None:
        return []
    areas = await _around(connection, event.area)
    levels = (await connection.execute(_LEVELS, {"areas": areas})).scalars().all()
    return [*levels, *await _levels_below(connection, event.area)]


async def _levels_below(connection: AsyncConnection, area: str) -> list[str]:
    """The agreed levels of what lies in an area and of which nobody looked any nearer."""
    rows = await connection.execute(_LEVELS_BELOW, {"below": list(patterns_below(area))})
    nearer = {row.id: _nearer(row.area, area) for row in rows}
    asked = {"areas": [one for path in nearer.values() for one in path]}
    judged = set((await connection.execute(_BASES, asked)).scalars())
    return [level for level, path in nearer.items() if path and judged.isdisjoint(path)]


def _nearer(area: str, wider: str) -> list[str]:
    """The area and what it lies in, up to a wider one; nothing, where it does not lie in that."""
    path = [area, *lies_in(area)]
    return path[: path.index(wider)] if wider in path else []


async def _directed(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """The agreed levels of an area whose director comes or goes."""
    event = change.event
    assert isinstance(event, (AreaRoleAssigned, AreaRoleEnded))  # noqa: S101 - registered
    if event.role is not AreaRole.DIRECTOR:
        return []
    return (await connection.execute(_LEVELS, {"areas": [event.area]})).scalars().all()


async def _roles_of(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """The areas of a municipality in which the partner that left it has or had a role."""
    event = change.event
    assert isinstance(event, PartnerLeftMunicipality)  # noqa: S101 - registered for it
    asked = {"partner": change.received.subject, "left": event.municipality}
    return (await connection.execute(_ROLES_OF, asked)).scalars().all()


def _end_roles(change: Change) -> EndRolesOfPartner:
    event = change.event
    assert isinstance(event, PartnerLeftMunicipality)  # noqa: S101 - registered for it
    return EndRolesOfPartner(
        partner=change.received.subject, municipality=event.municipality, on=event.on
    )


def _judge_base(change: Change) -> JudgeBase:
    return JudgeBase(on=change.event.on)


def _judge_corrected(change: Change) -> JudgeBase:
    """Moved to another day, the base reads otherwise from the earlier of the two on."""
    event = change.event
    assert isinstance(event, (BaseAssessmentCorrected, ConditionCorrected))  # noqa: S101 - registered
    return JudgeBase(on=min(event.on, event.was or event.on))


def _judge_level(change: Change) -> JudgeLevelGround:
    event = change.event
    assert isinstance(event, BaseVerdictChanged)  # noqa: S101 - registered for it
    steps = ", ".join(dict.fromkeys(step.step.value for step in event.because))
    newly_known = event.before is Verdict.UNKNOWN and event.verdict is Verdict.NOT_IN_ORDER
    how = "not" if newly_known else "no longer"
    return JudgeLevelGround(
        ground=Ground.BASE,
        area=event.area,
        lost=event.before is Verdict.IN_ORDER and event.verdict is not Verdict.IN_ORDER,
        newly_known=newly_known,
        because=f"The base of {event.area} is {how} in order: {steps}.",
        evidence=(change.received.id,),
        on=event.on,
    )


def _judge_direction(change: Change) -> JudgeLevelGround:
    event = change.event
    assert isinstance(event, (AreaRoleAssigned, AreaRoleEnded))  # noqa: S101 - registered
    ended = isinstance(event, AreaRoleEnded)
    return JudgeLevelGround(
        ground=Ground.DIRECTOR,
        lost=ended,
        because="No municipality directs the area any more.",
        evidence=(change.received.id,),
        on=event.on if isinstance(event, AreaRoleEnded) else event.valid.from_,
    )


_CORRECTIONS: tuple[type[Event], ...] = (BaseAssessmentCorrected, ConditionCorrected)
_BASE_REACTIONS = tuple(
    Reaction(
        f"judge-base-{event.type.split('.')[3]}",
        event,
        targets,
        _judge_corrected if event in _CORRECTIONS else _judge_base,
    )
    for event, targets in (
        (ConditionRecorded, _bases),
        (ConditionCorrected, _bases),
        (DwellingLeftStock, _bases),
        (DwellingCorrected, _corrected_home),
        (DwellingImportCompleted, _delivered),
        (PlanDecided, _bases),
        (PlanWithdrawn, _bases),
        (PlanLapsed, _bases),
        (DemolitionDateReset, _bases),
        (BaseVerdictChanged, _bases_above),
        (BaseAssessed, _seen_from_afar),
        (BaseAssessmentCorrected, _seen_from_afar),
        (BaseAssessmentLapsed, _seen_from_afar),
    )
)
_LEVEL_REACTIONS = (
    Reaction("judge-level-base", BaseVerdictChanged, _levels, _judge_level),
    Reaction("judge-level-directed", AreaRoleAssigned, _directed, _judge_direction),
    Reaction("judge-level-undirected", AreaRoleEnded, _directed, _judge_direction),
)
_ROLE_REACTIONS = (
    Reaction("end-roles-of-partner", PartnerLeftMunicipality, _roles_of, _end_roles),
)
REACTIONS = (*_BASE_REACTIONS, *_LEVEL_REACTIONS, *_ROLE_REACTIONS)
COMMANDS: dict[str, type[Command[Any]]] = {
    **{reaction.name: JudgeBase for reaction in _BASE_REACTIONS},
    **{reaction.name: JudgeLevelGround for reaction in _LEVEL_REACTIONS},
    **{reaction.name: EndRolesOfPartner for reaction in _ROLE_REACTIONS},
}
