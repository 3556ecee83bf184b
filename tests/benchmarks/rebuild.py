"""Building a read model anew: against a bare loop that only fetches, and against the live path."""

from __future__ import annotations

import time

from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.benchmarks import samples
from tests.benchmarks.live import projected_rate
from tests.benchmarks.measuring import ROUNDS, Measured, Say, number, ratio
from tests.benchmarks.relay import produce
from tests.benchmarks.servers import servers

from leefwijk.events.broker import Broker
from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.rebuild import BATCH, rebuild
from leefwijk.events.schemas import CONSUME
from leefwijk.events.store.postgres import create_engine
from leefwijk.service import garbage
from projections.app import MIGRATIONS
from projections.read_models import AREA_EFFORT_STATUS

EVENTS = 60_000
LIVE_EVENTS = 20_000
"""As many of them tell how fast the live path is."""
GROWN_EVENTS = 240_000
"""A rebuild is linear: an event costs no more among so many."""
GOAL_GROWTH = 1.3
GOAL = 40_000.0
GOAL_AGAINST_LIVE = 6.0


async def measure(say: Say) -> list[Measured]:
    """Fetching alone, the rebuild and the live path on the same topics, by turns."""
    ours, fetched, live = [], [], []
    async with servers() as running:
        await running.declare_topics()
        await fill(running.broker, EVENTS)
        engine = create_engine(await running.database("rebuild", CONSUME, MIGRATIONS))
        for turn in range(ROUNDS):
            fetched.append(await fetch_rate(running.broker))
            ours.append(await rebuild_rate(engine, running.broker))
            live.append(await projected_rate(running, LIVE_EVENTS))
            say(f"rebuild: round {turn + 1} of {ROUNDS}")
        await fill(running.broker, GROWN_EVENTS - EVENTS)
        grown = [await rebuild_rate(engine, running.broker) for _ in range(ROUNDS)]
        await engine.dispose()
    return [
        ratio("rebuild, Kafka to read model", ours, fetched, None, "a bare getmany loop"),
        Measured("rebuild, events per second", tuple(ours), "events/s", GOAL),
        ratio("rebuild against the live path", ours, live, GOAL_AGAINST_LIVE, "the Faust worker"),
        Measured(
            f"rebuild, an event among {number(GROWN_EVENTS)} against one among {number(EVENTS)}",
            tuple(few / many for few, many in zip(ours, grown, strict=True)),
            goal=GOAL_GROWTH,
            at_least=False,
        ),
    ]


async def fill(broker: Broker, events: int) -> None:
    """Put the history on the topics."""
    producer = broker.producer()
    await producer.start()
    try:
        await produce(producer, list(samples.history(events)))
    finally:
        await producer.stop()


async def fetch_rate(broker: Broker) -> float:
    """Records per second that a consumer fetches and throws away."""
    places = await broker.partitions(AREA_EFFORT_STATUS.topics)
    total = sum((await broker.ends(AREA_EFFORT_STATUS.topics)).values())
    consumer = broker.consumer(fetch_max_bytes=64 * 1024 * 1024)
    started = time.perf_counter()
    await consumer.start()
    try:
        consumer.assign(places)
        for place in places:
            consumer.seek(TopicPartition(place.topic, place.partition), 0)
        done = 0
        while done < total:
            found = await consumer.getmany(timeout_ms=200, max_records=BATCH)
            done += sum(map(len, found.values()))
        return done / (time.perf_counter() - started)
    finally:
        await consumer.stop()


async def rebuild_rate(engine: AsyncEngine, broker: Broker) -> float:
    """Records per second of the whole rebuild, from its call to the switch."""
    projection = AREA_EFFORT_STATUS.projection()
    core = ConsumerCore(engine, projection, published_language())
    # as the command does
    garbage.settle_for_a_job()
    started = time.perf_counter()
    done = await rebuild(core, projection, broker, AREA_EFFORT_STATUS.topics)
    return done / (time.perf_counter() - started)
