"""A participation for every test that speaks to it over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from participation_kit import (
    ASSEN,
    HOOGEVEEN,
    LARIKS,
    PEELO,
    PITTELO,
    Participation,
    service,
)

from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.language.monitoring.partners import PartnerKind, PartnerRegistered
from leefwijk.events.schemas import Migrations
from leefwijk.events.testing.servers import Databases
from leefwijk.service.issuer import DevelopmentIssuer
from participation.app import definition

PLACES = (
    (ASSEN, AreaKind.MUNICIPALITY, None),
    (LARIKS, AreaKind.DISTRICT, ASSEN),
    *((f"BU0106010{number}@2020", AreaKind.NEIGHBOURHOOD, LARIKS) for number in range(6)),
    (PITTELO, AreaKind.DISTRICT, ASSEN),
    ("BU01060401@2020", AreaKind.NEIGHBOURHOOD, PITTELO),
    (PEELO, AreaKind.DISTRICT, ASSEN),
    ("GM0118@2020", AreaKind.MUNICIPALITY, None),
    (HOOGEVEEN, AreaKind.DISTRICT, "GM0118@2020"),
)
PARTNERS = (
    ("hv-assen", PartnerKind.TENANTS_ORGANISATION, ("GM0106", "GM0118")),
    ("hv-emmen", PartnerKind.TENANTS_ORGANISATION, ("GM0114",)),
    ("gemeente-assen", PartnerKind.MUNICIPALITY, ("GM0106",)),
)


@pytest.fixture(scope="session")
def database_parts() -> tuple[Migrations, ...]:
    """A database of participation."""
    return definition.all_migrations


@pytest.fixture(scope="session")
def api_tokens(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    """Signs tokens for callers."""
    return DevelopmentIssuer(tmp_path_factory.mktemp("participation-issuer"))


@pytest.fixture
async def participation(
    databases: Databases, api_tokens: DevelopmentIssuer
) -> AsyncIterator[Participation]:
    """A participation that has heard of Assen and some of its areas, and of Hoogeveen."""
    url = await databases.fresh(*definition.all_migrations)
    made = service(url, api_tokens)
    await made.hearing.started_long_ago()
    for area, kind, parent in PLACES:
        fact = AreaRegistered(
            area=area,
            kind=kind,
            name=area,
            parent=parent,
            municipalities=("GM0118",) if "0118" in area else ("GM0106",),
        )
        await made.hearing.hear("monitoring", area, fact)
    for partner, kind, municipalities in PARTNERS:
        registered = PartnerRegistered(name=partner, kind=kind, municipalities=municipalities)
        await made.hearing.hear("monitoring", partner, registered)
    yield made
    await made.client.aclose()
    await made.context.store.close()
    await made.context.engine.dispose()
    await databases.drop(url)


@pytest.fixture
async def another(
    participation: Participation, api_tokens: DevelopmentIssuer
) -> AsyncIterator[Participation]:
    """The same service started again on the same database."""
    made = service(participation.url, api_tokens)
    made.hearing.versions = participation.hearing.versions
    yield made
    await made.client.aclose()
    await made.context.store.close()
    await made.context.engine.dispose()
