"""What is looked at again when something is heard: gates of standing grants and overrides."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from initiatives.domain.judging_again import JudgeGatesAgain
from initiatives.knowledge.checks import areas_asked
from initiatives.knowledge.dwellings import areas_without_homes
from leefwijk.events.consume.reactions import Reaction
from leefwijk.events.consume.records import Change
from leefwijk.events.event import Event
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.housing_mix.dwelling_imports import DwellingImportCompleted
from leefwijk.events.language.housing_mix.dwellings import (
    DwellingChanged,
    DwellingCorrected,
    DwellingLeftStock,
)
from leefwijk.events.language.monitoring.area_roles import AreaRoleAssigned, AreaRoleEnded
from leefwijk.events.language.monitoring.base_conditions import BaseVerdictChanged
from leefwijk.events.language.monitoring.effort_levels import (
    EffortLevelAgreed,
    EffortLevelBridged,
    EffortLevelEnded,
    EffortLevelExpired,
    EffortLevelQuestionAnswered,
    EffortLevelQuestioned,
)
from leefwijk.events.language.monitoring.performance_agreements import (
    PerformanceAgreementConcluded,
)
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
)
from leefwijk.events.language.participation.trajectories import PromiseLowered, PromiseRaised

_IN_AREAS = text("""
with recursive up as (
    select area, parent from known_areas where area = any(cast(:areas as text[]))
    union
    select k.area, k.parent from known_areas k join up on k.area = up.parent
), down as (
    select area, parts from known_areas where area = any(cast(:areas as text[]))
    union
    select k.area, k.parts from known_areas k
    join down on k.parent = down.area or k.area = any(down.parts)
), related as (
    select area from up union select area from down
    union select unnest(cast(:areas as text[]))
), lived as (
    select area from related
    union select k.area from known_areas k join related on k.parts @> array[related.area]
)
select stream_id from documents where kind = 'initiatives'
    and facets @> array['gates:watched']
    and facets && (select array_agg('area:' || area) from lived)
order by stream_id
""")
_IN_MUNICIPALITIES = text("""
select stream_id from documents where kind = 'initiatives'
    and facets @> array['gates:watched'] and facets && cast(:municipalities as text[])
order by stream_id
""")


def _ids(rows: Iterable[str]) -> list[str]:
    return [stream.removeprefix("initiatives-") for stream in rows]


async def in_areas(connection: AsyncConnection, areas: Iterable[str]) -> list[str]:
    """Initiatives with gates that count, in, above or below these areas."""
    found = await connection.execute(_IN_AREAS, {"areas": sorted(areas)})
    return _ids(found.scalars())


async def _in_area(connection: AsyncConnection, change: Change) -> Iterable[str]:
    return await in_areas(connection, [change.event.area])  # type: ignore[attr-defined]  # theirs have one


async def _in_municipalities(connection: AsyncConnection, codes: Iterable[str]) -> list[str]:
    asked = {"municipalities": [f"municipality:{code}" for code in codes]}
    return _ids((await connection.execute(_IN_MUNICIPALITIES, asked)).scalars())


async def _where_agreed(connection: AsyncConnection, change: Change) -> Iterable[str]:
    event = change.event
    assert isinstance(event, PerformanceAgreementConcluded)  # noqa: S101 - registered for it
    return await _in_municipalities(connection, (event.municipality,))


async def _where_delivered(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """After a delivery homes may be there again, or lie elsewhere than they did."""
    event = change.event
    assert isinstance(event, DwellingImportCompleted)  # noqa: S101 - registered for it
    return await _in_municipalities(connection, event.municipalities)


async def _where_none_is_left(connection: AsyncConnection, change: Change) -> Iterable[str]:
    areas = await areas_without_homes(connection, change)
    return await in_areas(connection, areas) if areas else []


async def _where_asked(connection: AsyncConnection, change: Change) -> Iterable[str]:
    areas = await areas_asked(connection, change)
    return await in_areas(connection, areas) if areas else []


def look_at(*gates: Gate) -> Callable[[Change], JudgeGatesAgain]:
    """The command to judge these gates again."""

    def command(_change: Change) -> JudgeGatesAgain:
        return JudgeGatesAgain(gates=gates)

    return command


_BY_AREA: dict[type[Event], Gate] = {
    BaseVerdictChanged: Gate.BASE_IN_ORDER,
    AreaRoleAssigned: Gate.NO_OTHER_PARTY_RESPONSIBLE,
    AreaRoleEnded: Gate.NO_OTHER_PARTY_RESPONSIBLE,
    EffortLevelAgreed: Gate.EFFORT_LEVEL_AND_BUDGET,
    EffortLevelBridged: Gate.EFFORT_LEVEL_AND_BUDGET,
    EffortLevelExpired: Gate.EFFORT_LEVEL_AND_BUDGET,
    EffortLevelEnded: Gate.EFFORT_LEVEL_AND_BUDGET,
    EffortLevelQuestioned: Gate.EFFORT_LEVEL_AND_BUDGET,
    EffortLevelQuestionAnswered: Gate.EFFORT_LEVEL_AND_BUDGET,
    CheckConcluded: Gate.RESIDENTS_INVOLVEMENT,
    CheckWithdrawn: Gate.RESIDENTS_INVOLVEMENT,
    ConclusionDoubted: Gate.RESIDENTS_INVOLVEMENT,
    ExplanationTold: Gate.RESIDENTS_INVOLVEMENT,
}


def _name(event: type[Event]) -> str:
    """`judge-gates-on-base-verdict-changed`."""
    return f"judge-gates-on-{event.type.split('.')[-2]}"


REACTIONS = (
    *(Reaction(_name(event), event, _in_area, look_at(gate)) for event, gate in _BY_AREA.items()),
    Reaction(
        _name(PerformanceAgreementConcluded),
        PerformanceAgreementConcluded,
        _where_agreed,
        look_at(Gate.PERFORMANCE_AGREEMENTS),
    ),
    *(
        Reaction(_name(event), event, _where_asked, look_at(Gate.RESIDENTS_INVOLVEMENT))
        for event in (PromiseLowered, PromiseRaised)
    ),
    Reaction(
        _name(DwellingImportCompleted),
        DwellingImportCompleted,
        _where_delivered,
        look_at(Gate.OWN_TENANTS_BENEFIT),
    ),
    *(
        Reaction(_name(event), event, _where_none_is_left, look_at(Gate.OWN_TENANTS_BENEFIT))
        for event in (DwellingLeftStock, DwellingChanged, DwellingCorrected)
    ),
)
COMMANDS = {reaction.name: JudgeGatesAgain for reaction in REACTIONS}
