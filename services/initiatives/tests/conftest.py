"""Initiatives on a real database: empty, and as it knows De Lariks Oost."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from initiatives.app import definition
from leefwijk.events.schemas import Migrations
from leefwijk.events.testing.servers import Databases
from leefwijk.service.issuer import DevelopmentIssuer

# test folders are no packages: the helpers beside this file are found by their folder
sys.path.append(str(Path(__file__).parent))

from initiatives_facts import BUURT, Facts, agreement, level, responsible, verdict
from initiatives_town import Town, made_town


@pytest.fixture(scope="session")
def database_parts() -> tuple[Migrations, ...]:
    """A database of initiatives."""
    return definition.all_migrations


@pytest.fixture(scope="session")
def api_tokens(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    """Signs tokens for callers."""
    return DevelopmentIssuer(tmp_path_factory.mktemp("initiatives-issuer"))


@pytest.fixture
async def empty(databases: Databases, api_tokens: DevelopmentIssuer) -> AsyncIterator[Town]:
    """A service that heard nothing, on 2026-04-13."""
    url = await databases.fresh(*definition.all_migrations)
    town = made_town(url, api_tokens)
    await town.hearing.started_long_ago()
    yield town
    await town.client.aclose()
    await town.context.store.close()
    await town.context.engine.dispose()
    await databases.drop(url)


@pytest.fixture(scope="session")
def facts() -> Facts:
    """What other services may say."""
    return Facts()


@pytest.fixture
async def town(empty: Town, facts: Facts) -> Town:
    """B1: De Lariks Oost as initiatives knows it on 2026-04-13, everything read."""
    await empty.areas()
    await empty.hear("monitoring", "base-lariks-oost", verdict(), "M1")
    await empty.hear("monitoring", "lariks", level(), "M2")
    await empty.hear("monitoring", "gm0106-2026", agreement(2026), "M4")
    await empty.hear("monitoring", "assen-public-space", responsible("public-space"), "M5")
    await empty.homes({BUURT: 212})
    await empty.check("P1")
    await empty.read_all()
    return empty
