"""From the store to acknowledged in Kafka, against a bare producer of the same records."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.benchmarks import samples
from tests.benchmarks.measuring import ROUNDS, Measured, Say, ratio
from tests.benchmarks.servers import servers

from leefwijk.events import log
from leefwijk.events.broker import Broker
from leefwijk.events.catalogue import published_language
from leefwijk.events.envelope import source_uri
from leefwijk.events.log import Cursor
from leefwijk.events.relay.relay import Relay, Routing
from leefwijk.events.schemas import STORE
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.testing.servers import make_topics
from leefwijk.events.topics import platform_topic

EVENTS = 30_000
GOAL = 0.5
_CURSOR = text("select position from relays where name = :name")
_LAST = text("select max(position) from events")


async def measure(say: Say) -> list[Measured]:
    """The same events each time: to a new topic by a new relay, then by a bare producer."""
    ours, theirs = [], []
    async with servers() as running:
        engine = create_engine(await running.database("relay", STORE))
        await fill(engine, EVENTS)
        for turn in range(ROUNDS):
            ours.append(await relay_rate(engine, running.broker))
            theirs.append(await producer_rate(running.broker, await recorded(engine)))
            say(f"relay: round {turn + 1} of {ROUNDS}")
        await engine.dispose()
    return [ratio("relay, store to acknowledged in Kafka", ours, theirs, GOAL, "a bare producer")]


async def fill(engine: AsyncEngine, events: int) -> None:
    """Store events."""
    append = await samples.proposal()
    store = EventStore(engine, "bench")
    for _ in range(0, events, 1000):
        await asyncio.gather(*(store.commit(samples.anew(append)) for _ in range(1000)))
    await store.close()


def _routing(service: str) -> Routing:
    source = source_uri(samples.CHAMBER_NUMBER, service)
    return Routing(service, source, published_language(), frozenset())


async def relay_rate(engine: AsyncEngine, broker: Broker) -> float:
    """Events per second, from the relay's start (lead and connection included) to the last."""
    name = f"bench-{uuid4().hex[:8]}"
    await make_topics(broker, [platform_topic(name)])
    async with engine.connect() as connection:
        last = (await connection.execute(_LAST)).scalar_one()
    relay = Relay(engine, _routing(name), broker, "bench")
    started = time.perf_counter()
    running = asyncio.create_task(relay.run())
    try:
        while True:
            await asyncio.sleep(0.01)
            async with engine.connect() as connection:
                found = (await connection.execute(_CURSOR, {"name": name})).scalar_one_or_none()
            if found == last:
                return EVENTS / (time.perf_counter() - started)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def recorded(engine: AsyncEngine) -> list[samples.Wanted]:
    """The records that the relay makes of the store, in memory."""
    name = f"bare-{uuid4().hex[:8]}"
    routing = _routing(name)
    found: list[samples.Wanted] = []
    cursor = Cursor()
    # statement by statement: one transaction over the whole log would outlast its time limit
    plain = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with plain.connect() as connection:
        while entries := await log.read_after(connection, cursor, 1000):
            cursor = entries[-1].cursor
            for entry in entries:
                key, value = entry.event.stream_id.encode(), entry.event.data.encode()
                found += [
                    (topic, key, value, headers) for topic, headers in routing.records(entry.event)
                ]
    return found


async def producer_rate(broker: Broker, records: Sequence[samples.Wanted]) -> float:
    """Records per second of the idempotent producer alone, handed one by one, all acknowledged."""
    await make_topics(broker, {topic for topic, *_ in records})
    producer = broker.producer()
    await producer.start()
    try:
        started = time.perf_counter()
        await produce(producer, records)
        return len(records) / (time.perf_counter() - started)
    finally:
        await producer.stop()


async def produce(producer: object, records: Sequence[samples.Wanted]) -> None:
    """Send all; return when all are acknowledged."""
    send = producer.send  # type: ignore[attr-defined]  # aiokafka ships no types
    sent = [
        await send(topic, key=key, value=value, headers=headers)
        for topic, key, value, headers in records
    ]
    await asyncio.gather(*sent)
