"""A service whose database is put back from a backup while Kafka is ahead of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from leefwijk.events import log
from leefwijk.events.broker import Broker
from leefwijk.events.consume.records import Record
from leefwijk.events.envelope import Received, receive
from leefwijk.events.event import Audience
from leefwijk.events.language.restores import StoreRestored
from leefwijk.events.log import Cursor
from leefwijk.events.relay.relay import Relay, Routing
from leefwijk.events.restore import Restored, Restorer
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.testing.notes import (
    MUNICIPALITY,
    OTHER_MUNICIPALITY,
    Counted,
    Noted,
    append,
    commit,
    row,
)
from leefwijk.events.testing.servers import read_topic, until
from leefwijk.events.topics import partner_topic, platform_topic


class NotesStoreRestored(
    StoreRestored,
    type="nl.leefbaarheid.restores-of-notes.store-restored.v1",
    audience=Audience.PARTNERS,
    service="notes",
):
    """The notes go on from a backup."""


BOTH = {MUNICIPALITY: 1, OTHER_MUNICIPALITY: 1}


@dataclass
class Service:
    """A service whose database can be copied and put back."""

    url: str
    broker: Broker
    routing: Routing
    engine: AsyncEngine = field(init=False)
    store: EventStore = field(init=False)
    steps: list[str] = field(default_factory=list)
    kept: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Connect."""
        self.engine = create_engine(self.url)
        self.store = EventStore(self.engine, self.routing.service)

    async def close(self) -> None:
        """Leave the database to itself."""
        await self.store.close()
        await self.engine.dispose()

    async def administer(self, *statements: str) -> None:
        """Do something to the database as a whole while nobody is connected."""
        await self.close()
        server = make_url(self.url).set(database="postgres")
        engine = create_async_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()
        self.open()

    async def back_up(self) -> None:
        """Copy the database."""
        name = make_url(self.url).database
        await self.administer(f"create database {name}_copy template {name}")

    async def put_back(self) -> None:
        """Put the copy in the place of the database."""
        name = make_url(self.url).database
        await self.administer(
            f"drop database {name} with (force)", f"create database {name} template {name}_copy"
        )

    async def note(self, stream: str, expected: int, *amounts: int) -> None:
        """Record facts for partners of both municipalities."""
        made = append(stream, expected)
        rows = tuple(
            row(Noted(amount=amount), municipalities=sorted(BOTH), partnersequences=BOTH)
            for amount in amounts
        )
        await self._commit(made.stream_id, expected, rows)

    async def count(self, stream: str, expected: int, *amounts: int) -> None:
        """Record facts for the platform."""
        await self._commit(stream, expected, tuple(row(Counted(amount=n)) for n in amounts))

    async def _commit(self, stream: str, expected: int, rows: tuple[Any, ...]) -> None:
        await self.store.commit(commit(replace(append(stream, expected), events=rows)))

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        """The relay of the service at work."""
        task = asyncio.create_task(Relay(self.engine, self.routing, self.broker, "a service").run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def send(self) -> None:
        """Let the relay send everything."""
        async with self.relaying():
            await until(self._nothing_waits)

    async def _nothing_waits(self) -> bool:
        async with self.engine.connect() as connection:
            found = (await connection.execute(text("select era, xid, position from relays"))).all()
            cursor = Cursor(*found[0]) if found else Cursor()
            return not (await log.waiting_after(connection, cursor))[0]

    async def restored(self, **changes: Any) -> Restored:
        """Run the restore."""
        settings: dict[str, Any] = {"tell": self.steps.append, "keep": self.kept.append, **changes}
        restorer = Restorer(self.engine, self.routing, self.broker, "an operator", **settings)
        return await asyncio.wait_for(restorer.run(), 60)

    async def stored(self) -> list[Any]:
        """The events of the store, in the order of the log."""
        return await self.rows(
            "select stream_id, version, id, era, type from events order by era, xid, position"
        )

    async def rows(self, query: str) -> list[Any]:
        """Rows of the database."""
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(query))).all())

    async def run(self, statement: str) -> None:
        """Change something in the database, as no service would."""
        async with self.engine.begin() as connection:
            await connection.execute(text(statement))

    async def on(self, topic: str | None = None) -> list[Received]:
        """The events of a topic, in order per partition."""
        records = await read_topic(self.broker, topic or platform_topic(self.routing.service))
        return [receive(record.headers, record.key, record.value) for record in records]

    async def require_in_step(self) -> None:
        """Every topic holds what the store says it must and nothing else, in order per stream.

        A record may stand there twice: sending is tried again when its outcome is unknown.
        """
        stored = await self.stored()
        _require(await self.on(), stored)
        facts = [event for event in stored if event.type in {Noted.type, NotesStoreRestored.type}]
        for code in self.routing.municipalities:
            _require(await self.on(partner_topic(self.routing.service, code)), facts)


def _require(found: list[Received], stored: list[Any]) -> None:
    told = [(event.stream_id, event.version, event.id) for event in found]
    wanted = [(event.stream_id, event.version, event.id) for event in stored]
    assert set(told) == set(wanted)  # noqa: S101 - what a test asks for
    for stream in {name for name, _, _ in wanted}:
        versions = [version for name, version, _ in told if name == stream]
        first = sorted(set(versions), key=versions.index)
        assert first == sorted(first)  # noqa: S101 - what a test asks for
