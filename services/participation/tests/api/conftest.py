"""A participation for every test that speaks to it over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from participation_kit import ASSEN, LARIKS, LUCHIESLAND, Participation, service

from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.migrate import Migrations
from leefwijk.events.testing.servers import Databases
from leefwijk.service.issuer import DevelopmentIssuer
from participation.app import definition


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
    """A participation that has heard of Assen, Lariks and Luchiesland Noord and nothing else."""
    url = await databases.fresh(*definition.all_migrations)
    made = service(url, api_tokens)
    await made.hearing.started_long_ago()
    places = (
        (ASSEN, AreaKind.MUNICIPALITY, "Assen", None),
        (LARIKS, AreaKind.DISTRICT, "Wijk 01 Lariks", ASSEN),
        (LUCHIESLAND, AreaKind.NEIGHBOURHOOD, "Luchiesland Noord", LARIKS),
    )
    for area, kind, name, parent in places:
        fact = AreaRegistered(
            area=area, kind=kind, name=name, parent=parent, municipalities=("GM0106",)
        )
        await made.hearing.hear("monitoring", area, fact)
    yield made
    await made.client.aclose()
    await made.context.store.close()
    await made.context.engine.dispose()
    await databases.drop(url)
