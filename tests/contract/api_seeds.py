"""One aggregate of each kind, so that hostile requests meet something that could be harmed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from api_kit import AREA, MUNICIPALITY, PARTNER, Service
from sqlalchemy import text

from housing_mix.domain.stock import DeliverDwelling
from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.housing_mix.dwellings import Dwelling
from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.events.language.monitoring.effort_levels import Movement
from leefwijk.events.language.participation.words import Group, Level
from leefwijk.service.roles import Role
from monitoring.domain.area import RegisterArea
from monitoring.domain.other_levels import AreaLevels
from monitoring.domain.places import KnownPlace
from monitoring.domain.proposing import (
    CitedMeasurement,
    Grounds,
    KnownFigure,
    KnownPartners,
    KnownStory,
    ProposeEffortLevel,
    StatedEffect,
    StatedPeriod,
)
from participation.domain.trajectory_knowledge import CheckedGroup, KnownCheck
from participation.domain.trajectory_life import OpenTrajectory

BUURT = "BU01060100@2020"
_KNOWN_AREA = text("""
insert into known_areas (area, name, municipalities) values (:area, 'Centrum', array[:municipality])
""")
_KNOWN_PARTNER = text("""
insert into known_partners (partner, kind, municipalities)
values (:partner, 'tenants_organisation', array[:where])
""")


async def seed(service: Service) -> None:
    """Make what there has to be; fills `service.things`."""
    if service.name in _SEEDS:
        await _SEEDS[service.name](service)


async def _post(service: Service, path: str, role: Role, body: dict[str, Any]) -> str:
    answer = await service.client.post(path, json=body, headers=service.bearer(role))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _monitoring(service: Service) -> None:
    handler = service.app.state.context.handler
    await handler.execute(
        RegisterArea(area=AREA, kind=AreaKind.DISTRICT, name="Centrum"), create=True
    )
    things = service.things
    things["areas"] = AREA
    things["partners"] = await _post(
        service,
        "/partners",
        Role.AREA_MANAGER,
        {"name": "Gemeente Assen", "kind": "municipality", "municipalities": [MUNICIPALITY]},
    )
    things["experienced-areas"] = await _post(
        service,
        "/experienced-areas",
        Role.ANALYST,
        {
            "name": "De Hofjes",
            "parts": [{"area": AREA, "inhabitants": 900}],
            "reason": "zo heet het",
        },
    )
    things["stories"] = await _post(
        service,
        f"/areas/{AREA}/stories",
        Role.NEIGHBOURHOOD_WORKER,
        {"theme": "meeting", "tone": "strength", "teller": "resident", "text": "Elke week koffie"},
    )
    await _level_proposed(service)


async def _level_proposed(service: Service) -> None:
    """A proposal on a figure that nobody imported: its gates can be read."""

    async def known(*_asked: object) -> tuple[object, ...]:
        event = UUID(int=2)
        figure = KnownFigure(AREA, "2022", "lonely", "2022", "51.4", event)
        told = KnownStory(service.things["stories"], (AREA,), date(2026, 1, 1), event)
        place = KnownPlace(AREA, "Centrum", (MUNICIPALITY,))
        return place, Grounds((figure,), (told,)), KnownPartners({}), AreaLevels()

    proposal = ProposeEffortLevel(
        area=AREA,
        level=EffortLevelName.EXTRA,
        valid=StatedPeriod(from_=date(2100, 1, 1), through=date(2101, 12, 31)),
        measurements=(CitedMeasurement(source_edition="2022", indicator="lonely", period="2022"),),
        stories=(service.things["stories"],),
        effects=(StatedEffect(theme=Theme.MEETING, movement=Movement.UP, by=date(2101, 1, 1)),),
    )
    handler = service.app.state.context.handler
    proposed = await handler.execute(proposal, create=True, knows=known)
    service.things["effort-proposals"] = proposed.id


async def _initiatives(service: Service) -> None:
    engine = service.app.state.context.reading
    async with engine.connect() as connection:
        await connection.execute(_KNOWN_AREA, {"area": AREA, "municipality": MUNICIPALITY})
    service.things["initiatives"] = await _post(
        service,
        "/initiatives",
        Role.NEIGHBOURHOOD_WORKER,
        {
            "title": "Koffiehoek",
            "area": AREA,
            "themes": ["meeting"],
            "taker": "residents",
            "collectiveBenefit": "Iedereen is welkom",
        },
    )
    await _asset(service)


async def _asset(service: Service) -> None:
    service.things["assets"] = await _post(
        service,
        "/assets",
        Role.NEIGHBOURHOOD_WORKER,
        {
            "assetKind": "meeting_place",
            "label": "Buurtkamer",
            "area": AREA,
            "holder": "organisation",
            "heldBy": "corporation",
            "openTo": "everyone",
        },
    )


async def _participation(service: Service) -> None:
    engine = service.app.state.context.reading
    async with engine.connect() as connection:
        known = text(
            "insert into known_areas (area, municipalities) values (:area, array[:municipality])"
        )
        await connection.execute(known, {"area": AREA, "municipality": MUNICIPALITY})
        for partner in ("hv-assen", PARTNER):
            await connection.execute(_KNOWN_PARTNER, {"partner": partner, "where": MUNICIPALITY})
    service.things["involvement-checks"] = await _post(
        service,
        "/involvement-checks",
        Role.NEIGHBOURHOOD_WORKER,
        {"area": AREA, "themes": ["meeting"], "groups": ["tenants"]},
    )
    service.things["wish-panels"] = await _post(
        service,
        "/wish-panels",
        Role.NEIGHBOURHOOD_WORKER,
        {
            "area": AREA,
            "themes": ["meeting"],
            "groups": [{"group": "tenants", "homes": 60}],
            "closesAt": "2999-01-01T12:00:00Z",
        },
    )
    await _participation_goes_on(service)


async def _housing_mix(service: Service) -> None:
    handler = service.app.state.context.handler
    home = Dwelling(area=BUURT, unit="WOO", unit_detail="TUS", tenancy="VEH")
    for number in ("e-1001", "e-1002"):
        delivered = DeliverDwelling(dwelling=home, reference_date=date(2026, 1, 1))
        await handler.execute(delivered, id_=number, create=True)
    service.things["dwellings"] = "e-1001"
    service.things["plans"] = await _post(
        service,
        "/plans",
        Role.PORTFOLIO_MANAGER,
        {"kind": "demolition", "dwellings": ["e-1002"]},
    )


async def _participation_goes_on(service: Service) -> None:
    """What follows a concluded check, without the many steps before it."""

    async def concluded(*_asked: object) -> tuple[KnownCheck]:
        tenants = CheckedGroup(Group.TENANTS, Level.ADVISE)
        day = date(2100, 1, 1)
        id_ = UUID(int=1)
        place = (AREA, (MUNICIPALITY,), (Theme.MEETING,))
        return (KnownCheck("c1", "concluded", *place, id_, day, (tenants,)),)

    opened = await service.app.state.context.handler.execute(
        OpenTrajectory(check="c1", title="De vijver"), create=True, knows=concluded
    )
    service.things["trajectories"] = opened.id
    service.things["formal-advices"] = await _post(
        service,
        "/formal-advices",
        Role.AREA_MANAGER,
        {
            "about": {"kind": "effort_level", "id": AREA},
            "title": "Grootschalige inzet",
            "area": AREA,
            "organisation": "hv-assen",
            "informedOn": "2026-01-05",
            "adviseBy": "2099-12-31",
        },
    )
    service.things["living-agreements"] = await _post(
        service,
        "/living-agreements",
        Role.NEIGHBOURHOOD_WORKER,
        {"title": "Trappenhuis", "area": AREA, "homes": 48, "topics": ["noise"]},
    )


_SEEDS: dict[str, Callable[[Service], Awaitable[None]]] = {
    "monitoring": _monitoring,
    "initiatives": _initiatives,
    "participation": _participation,
    "housing_mix": _housing_mix,
}
