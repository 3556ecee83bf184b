"""One running platform for all integration tests, and the areas that they work in."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

# test folders are no packages: the helpers beside the tests are found by their folder
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "faults"))

from platform_kit import Running
from platform_scenes import Scenes


@pytest.fixture(scope="session")
async def platform() -> AsyncIterator[Running]:
    """The platform: PostgreSQL, Kafka, three services and the worker, on free ports."""
    with TemporaryDirectory(prefix="leefwijk-", ignore_cleanup_errors=True) as folder:
        running = Running(Path(folder))
        try:
            await running.start()
            yield running
        finally:
            await running.end()


@pytest.fixture(scope="session")
async def scenes(platform: Running) -> Scenes:
    """What tests begin with: registered areas with figures, a partner, levels, initiatives."""
    made = Scenes(platform)
    await made.prepare()
    return made
