"""Fixtures on real servers, as a pytest plugin; the root `conftest.py` loads it for every test.

PostgreSQL and Kafka start once per run, on free ports, when the first test asks for them. With
`DATABASE_URL` or `KAFKA_BOOTSTRAP` set, those servers are used instead and left as they were found.

A service overrides `database_parts` with its own migrations:

    @pytest.fixture(scope="session")
    def database_parts() -> tuple[Migrations, ...]:
        return (STORE, CONSUME, MONITORING)
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.broker import Broker
from leefwijk.events.schemas import CONSUME, STORE, Migrations
from leefwijk.events.store.postgres import create_engine
from leefwijk.events.testing.servers import Databases

# the data go away with the run: nothing has to survive a power cut
_POSTGRES = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made in it
_ROOM = 1024**3


def _scratch() -> TemporaryDirectory[str]:
    """A folder in memory where there is room: databases are then made ten times as fast."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return TemporaryDirectory(
        prefix="leefwijk-", dir=_MEMORY if roomy else None, ignore_cleanup_errors=True
    )


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a database server on which tests may create databases."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    from leefwijk.local import EmbeddedPostgres

    class Disposable(EmbeddedPostgres):
        stop_signal = signal.SIGQUIT  # at once: nobody will read the data again

    with (
        _scratch() as folder,
        Disposable(Path(folder) / "postgres", settings=_POSTGRES) as server,
    ):
        yield server.url()


@pytest.fixture(scope="session")
async def databases(postgres_url: str) -> AsyncIterator[Databases]:
    """Makes fresh databases: `await databases.fresh(STORE)`."""
    made = Databases(postgres_url)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def database_parts() -> tuple[Migrations, ...]:
    """The migrations that `database_url` comes with."""
    return (STORE, CONSUME)


@pytest.fixture
async def database_url(
    databases: Databases, database_parts: tuple[Migrations, ...]
) -> AsyncIterator[str]:
    """The address of a database for this test alone, migrated and empty."""
    url = await databases.fresh(*database_parts)
    yield url
    await databases.drop(url)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine as services use it, on the database of this test."""
    made = create_engine(database_url)
    yield made
    await made.dispose()


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """The address of a Kafka broker."""
    given = os.environ.get("KAFKA_BOOTSTRAP")
    if given:
        yield given
        return
    from leefwijk.local import EmbeddedKafka

    with (
        _scratch() as folder,
        EmbeddedKafka(Path(folder) / "kafka") as server,
    ):
        yield server.bootstrap


@pytest.fixture(scope="session")
def broker(kafka_bootstrap: str) -> Broker:
    """A real broker."""
    return Broker(kafka_bootstrap)


@pytest.fixture
def service_name() -> str:
    """The name of a service that only this test has, so that its topics are its own."""
    return f"t{uuid4().hex[:12]}"
