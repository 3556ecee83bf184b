"""Real servers for tests: databases made from a template, topics made and read in one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.structs import ConsumerRecord
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from leefwijk.events import topics
from leefwijk.events.broker import Broker, Place
from leefwijk.events.envelope import platform_headers, source_uri
from leefwijk.events.migrate import migrate
from leefwijk.events.refill import Refill
from leefwijk.events.relay.sending import Outgoing, send
from leefwijk.events.schemas import Migrations
from leefwijk.events.store.records import StoredEvent

_PARTNERS_OF_ONE = ".partner-events."


class Databases:
    """Fresh databases on one server, each a copy of a migrated template."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url).set(drivername="postgresql+asyncpg")
        self._templates: dict[tuple[Migrations, ...], asyncio.Task[str]] = {}
        self._mine: list[str] = []

    async def fresh(self, *parts: Migrations) -> str:
        """The address of a database that nobody else uses, with these migrations applied."""
        name = f"t_{uuid4().hex}"
        template = "template1"
        if parts:
            if parts not in self._templates:
                self._templates[parts] = asyncio.create_task(self._template(parts))
            template = await self._templates[parts]
        self._mine.append(name)
        await self._run(f"create database {name} template {template}")
        return self._address(name)

    async def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        name = str(make_url(url).database)
        await self._run(f"drop database if exists {name} with (force)")
        with suppress(ValueError):
            self._mine.remove(name)

    async def close(self) -> None:
        """Drop whatever is left of ours."""
        for name in list(self._mine):
            await self.drop(self._address(name))

    async def _template(self, parts: tuple[Migrations, ...]) -> str:
        name = f"t_template_{uuid4().hex}"
        self._mine.append(name)
        await self._run(f"create database {name}")
        await migrate(self._address(name), *parts)
        return name

    async def _run(self, statement: str) -> None:
        engine = _plain_engine(self._server)
        try:
            async with engine.connect() as connection:
                await connection.execute(text(statement))
        finally:
            await engine.dispose()

    def _address(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


def _plain_engine(url: URL) -> AsyncEngine:
    return create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


async def until(
    holds: Callable[[], Awaitable[bool]], seconds: float = 20, pause: float = 0.02
) -> None:
    """Look until it holds; neither a database nor a broker tells anybody. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - as said
            await asyncio.sleep(pause)


def partitions_of(topic: str) -> int:
    """The number of partitions that a topic of this name is declared with."""
    partner = _PARTNERS_OF_ONE in topic
    return topics.PARTNER_PARTITIONS if partner else topics.PLATFORM_PARTITIONS


async def make_topics(broker: Broker, names: Iterable[str]) -> None:
    """Create topics as they are declared, and wait until they can be written."""
    wanted = list(names)
    async with broker.admin() as admin:
        await admin.create_topics(
            [NewTopic(name, partitions_of(name), 1, topic_configs=topics.CONFIG) for name in wanted]
        )
    await _until_usable(broker, wanted)


async def drop_topics(broker: Broker, names: Iterable[str]) -> None:
    """Delete topics, and wait until they are gone."""
    wanted = set(names)
    async with broker.admin() as admin:
        await admin.delete_topics(sorted(wanted))
        while wanted & set(await admin.list_topics()):  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.02)


async def _until_usable(broker: Broker, names: Sequence[str]) -> None:
    consumer = broker.consumer()
    await consumer.start()
    try:
        places = [
            TopicPartition(name, part) for name in names for part in range(partitions_of(name))
        ]
        while True:
            with suppress(Exception):  # whatever a client raises about a topic that is being made
                await consumer.end_offsets(places)
                return
            await asyncio.sleep(0.02)
    finally:
        await consumer.stop()


async def write_topic(
    broker: Broker,
    name: str,
    events: Iterable[StoredEvent],
    marks: Mapping[Place, Refill] | None = None,
) -> None:
    """Put events on a topic as a relay does, with the marks of its partitions."""
    producer = broker.producer()
    await producer.start()
    try:
        await send(
            producer,
            [
                Outgoing(
                    name,
                    event.stream_id.encode(),
                    event.data.encode(),
                    platform_headers(event, source_uri("04032148", event.type.split(".")[2])),
                )
                for event in events
            ],
            {},
            marks or {},
        )
    finally:
        await producer.stop()


async def read_topic(
    broker: Broker, name: str, count: int | None = None, seconds: float = 20
) -> list[ConsumerRecord[bytes, bytes]]:
    """The records of a topic in the order of their partitions; waits until there are `count`."""
    consumer = broker.consumer()
    await consumer.start()
    try:
        places = [TopicPartition(name, part) for part in range(partitions_of(name))]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        found: list[ConsumerRecord[bytes, bytes]] = []
        async with asyncio.timeout(seconds):
            while count is not None and len(found) < count:
                for batch in (await consumer.getmany(timeout_ms=100)).values():
                    found += batch
            ends = await consumer.end_offsets(places)
            while await _read(consumer, places) < sum(ends.values()):
                for batch in (await consumer.getmany(timeout_ms=100)).values():
                    found += batch
        return found
    finally:
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> int:
    return sum([await consumer.position(place) for place in places])
