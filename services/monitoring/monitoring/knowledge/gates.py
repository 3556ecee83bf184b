"""What the gates of a level are judged by, gathered from own streams and from others' facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from leefwijk.events.consume.reading import Reading as HowFar
from leefwijk.events.consume.reading import reading_of
from leefwijk.events.decider import Context, refuse
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.area_roles import AreaRole
from leefwijk.events.language.monitoring.base_conditions import Verdict
from leefwijk.events.language.monitoring.effort_levels import Ground
from leefwijk.gates.line import At, Freshness
from leefwijk.gates.parties import Parties, PartyRole
from leefwijk.gates.place import Place
from leefwijk.gates.within import lies_in
from leefwijk.service.context import ServiceContext
from monitoring.domain.area_roles import AreaRoles
from monitoring.domain.base_condition import BaseCondition
from monitoring.domain.base_verdict import PlaceRead, read_area
from monitoring.domain.effort_level import EffortLevel
from monitoring.domain.level_gates import LevelGates
from monitoring.domain.other_levels import AreaLevels
from monitoring.domain.partner import Partner
from monitoring.domain.places import KnownPlace
from monitoring.domain.questioning import JudgeLevelGround, LevelGrounds
from monitoring.knowledge.agreements import agreements_of
from monitoring.knowledge.asked import advice_on, checks_in
from monitoring.knowledge.base import base_around
from monitoring.knowledge.homes import own_homes
from monitoring.knowledge.own import area_levels, place_of, smallest_parts
from monitoring.knowledge.reactions import CONSUMER
from monitoring.policies import LevelKnowledge, advice_due, level_gates


async def known_for_agreeing(
    service: ServiceContext, command: Any, level: EffortLevel, context: Context
) -> tuple[AreaLevels, LevelGates, AreaRoles]:
    """The other levels of the area, the gates as they read now (MON-35), who does what there."""
    (levels,) = await area_levels(service, command, level, context)
    asked = command.valid if command is not None else None
    if asked is not None:  # another period than was proposed is judged as what it is
        level = replace(level, valid_from=asked.from_, valid_through=asked.through)
    gates = await gates_of(service, level, levels, context)
    roles = await service.handler.load(AreaRoles, level.area)
    return levels, gates, roles.state


async def known_for_override(
    service: ServiceContext, command: Any, level: EffortLevel, context: Context
) -> tuple[LevelGates]:
    """The gates as they read now."""
    (levels,) = await area_levels(service, command, level, context)
    return (await gates_of(service, level, levels, context),)


async def gates_of(
    service: ServiceContext, level: EffortLevel, levels: AreaLevels, context: Context
) -> LevelGates:
    """Every gate of a proposal, judged now on what is known."""
    place = await place_of(service, level.area)
    if place is None:
        refuse("unknown-area", f"{level.area} is not registered.")
    first = max(level.valid_from or context.today, context.today)
    in_force = _in_force(levels, first)
    scope = (place.area, *place.parts)
    where = await _place(service, place)
    places = [
        *where.nearest,
        *where.parts,
        *(a for _, above in where.within_of_part for a in above),
    ]
    async with service.reading.connect() as connection:
        read = await reading_of(connection, CONSUMER)
        homes = _fresh(read, "housing_mix", ("dwellings", "dwelling-imports"), place)
        asked = _fresh(read, "participation", ("involvement-checks", "trajectories"), place)
        advised = _fresh(read, "participation", ("formal-advices",), place)
        stock = _fresh(read, "housing_mix", ("dwellings", "dwelling-imports", "plans"), place)
        dwellings = await own_homes(connection, scope, homes)
        checks = await checks_in(connection, places, asked)
        due = advice_due(level.level, in_force)
        advice = await advice_on(connection, context.stream, advised, due=due)
    known = LevelKnowledge(
        where,
        await base_of(service, place, context.today),
        in_force,
        checks,
        await agreements_of(service, place.municipalities, Freshness(context.now)),
        dwellings,
        advice,
        await _parties(service, where.nearest, Freshness(context.now)),
        stock,
    )
    return LevelGates(level_gates(level, known, At(context.now)))


def _in_force(levels: AreaLevels, day: date) -> EffortLevelName | None:
    """The level that holds on a day; where a replaced one runs on, the one agreed for that day."""
    return next((one.level for one in levels.found if one.overlaps(day, day)), None)


def _fresh(read: HowFar, service: str, aggregates: tuple[str, ...], place: KnownPlace) -> Freshness:
    so_far = read.so_far(service, aggregates, place.municipalities)
    return Freshness(so_far.proved, so_far.held)


async def _parties(service: ServiceContext, areas: Iterable[str], fresh: Freshness) -> Parties:
    """Who is responsible for what in these areas; complete, for the roles are monitoring's own."""
    found = []
    for area in areas:
        roles = (await service.handler.load(AreaRoles, area)).state
        for one in roles.held:
            if one.role is AreaRole.RESPONSIBLE:
                name = (await service.handler.load(Partner, one.partner)).state.name
                found.append(
                    PartyRole(
                        name or one.partner,
                        area,
                        one.subject or "",
                        one.first,
                        (str(one.event),),
                        one.last,
                    )
                )
    return Parties(tuple(found), fresh)


async def _place(service: ServiceContext, place: KnownPlace) -> Place:
    """The area with its smallest parts, of which residents must have been asked in each."""
    smallest = await smallest_parts(service, place)
    parts = smallest if smallest != (place.area,) else ()
    return Place(
        place.area,
        within=lies_in(place.area),
        parts=parts,
        within_of_part=tuple((part, lies_in(part)) for part in parts),
        municipalities=place.municipalities,
    )


async def base_of(service: ServiceContext, place: KnownPlace, day: date) -> PlaceRead | None:
    """The verdict on the narrowest assessed place that holds this one, derived now.

    The same as initiatives asks of the base: the buurt before the wijk before the municipality.
    """
    for area in (place.area, *lies_in(place.area)):
        asked = place if area == place.area else await place_of(service, area)
        if asked is None:
            continue
        loaded = await service.handler.load(BaseCondition, area)
        reading = read_area(loaded.state, await base_around(service, asked, day), day).area
        if reading.rests_on_something:
            return PlaceRead(area, reading)
    return None


async def known_grounds(
    service: ServiceContext, command: JudgeLevelGround, level: EffortLevel, context: Context
) -> tuple[LevelGrounds]:
    """Which grounds of a level are there now."""
    there: set[Ground] = set()
    place = await place_of(service, level.area)
    if place is not None:
        base = await base_of(service, place, context.today)
        if base is not None and base.reading.verdict is Verdict.IN_ORDER:
            there.add(Ground.BASE)
    roles = await service.handler.load(AreaRoles, level.area)
    # a role may end or begin on a day to come: what counts is the day that the fact speaks of
    if roles.state.director(max(command.on, context.today)) is not None:
        there.add(Ground.DIRECTOR)
    return (LevelGrounds(frozenset(there)),)
