"""Services in this process, for the tests of their APIs."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))  # for api_*.py, which are helpers and no tests
pytest.register_assert_rewrite("api_kit")

from api_kit import Service, started  # noqa: E402 - needs the path above
from api_seeds import seed  # noqa: E402

from leefwijk.events.testing.servers import Databases  # noqa: E402
from leefwijk.service.issuer import DevelopmentIssuer  # noqa: E402
from leefwijk.service.wiring import definitions  # noqa: E402


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    """An issuer with a key of its own."""
    return DevelopmentIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
async def services(
    databases: Databases, issuer: DevelopmentIssuer
) -> AsyncIterator[dict[str, Service]]:
    """Every service by name, with one aggregate of each kind that commands can make."""
    made: dict[str, Service] = {}
    async with AsyncExitStack() as stack:
        for name, definition in definitions().items():
            url = await databases.fresh(*definition.all_migrations)
            made[name] = await stack.enter_async_context(started(definition, url, issuer))
            await seed(made[name])
        yield made
