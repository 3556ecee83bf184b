"""PostgreSQL and Kafka of a row, as they run for users: every commit reaches the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.filling import filler

from leefwijk.events import topics
from leefwijk.events.broker import Broker
from leefwijk.events.catalogue import published_language
from leefwijk.events.migrate import migrate
from leefwijk.events.schemas import Migrations
from leefwijk.local import EmbeddedKafka, EmbeddedPostgres
from leefwijk.local.postgres import USER

POSTGRES = {"max_connections": "400"}
"""256 clients at once need more than the default; everything else is as in `make run`."""


@dataclass
class Servers:
    """Real servers in a folder that goes away."""

    folder: Path
    postgres: EmbeddedPostgres
    kafka: EmbeddedKafka | None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def broker(self) -> Broker:
        """The broker of this row."""
        if self.kafka is None:
            raise LookupError("this row has no Kafka")
        return Broker(self.kafka.bootstrap)

    async def database(self, name: str, *parts: Migrations) -> str:
        """The address of a new database with these migrations."""
        await asyncio.to_thread(self.postgres.create_database, name)
        url = self.postgres.url(name)
        await migrate(url, *parts)
        return url

    async def declare_topics(self) -> None:
        """Create the topics of the platform."""
        wanted = topics.declared_topics(published_language(), ("GM0106",))
        async with self.broker.admin() as admin:
            await topics.apply(admin, await topics.compare(admin, wanted), replication=1)

    def pgbench_environment(self) -> dict[str, str]:
        """How pgbench reaches the server."""
        password = (self.postgres.folder / "password").read_text(encoding="utf-8")
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.postgres.port),
            "PGUSER": USER,
            "PGPASSWORD": password,
            "LC_ALL": "C",
        }


_WRITTEN = """
create table written as
select repeat(md5(n::text), 30) as text from generate_series(1, 1500000) as n
"""


async def _at_work_for_a_while(postgres: EmbeddedPostgres) -> None:
    """Let the server have written a gigabyte of its log before anything is measured.

    A server that has been at work uses the files of its log again; a new one makes and zeroes one
    after the other, and everybody waits some 50 ms for each.
    """
    async with filler(postgres.url()) as connection:
        await connection.execute(_WRITTEN)
        await connection.execute("drop table written")
        await connection.execute("checkpoint")


@asynccontextmanager
async def servers(
    *, kafka: bool = True, postgres: Mapping[str, str] | None = None
) -> AsyncIterator[Servers]:
    """Start them on free ports, and remove them with their data.

    `postgres` are settings of this row's server beside those that all rows share.
    """
    with TemporaryDirectory(prefix="leefwijk-bench-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        database = EmbeddedPostgres(folder / "postgres", settings={**POSTGRES, **(postgres or {})})
        broker = EmbeddedKafka(folder / "kafka") if kafka else None
        running = [server for server in (database, broker) if server is not None]
        try:
            await asyncio.gather(*(asyncio.to_thread(server.start) for server in running))
            await _at_work_for_a_while(database)
            yield Servers(folder, database, broker)
        finally:
            for server in reversed(running):
                await asyncio.to_thread(server.stop)
