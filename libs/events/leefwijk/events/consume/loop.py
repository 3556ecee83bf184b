"""A consumer loop on plain aiokafka, for what services need to know of each other."""

from __future__ import annotations

import asyncio
import time

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from leefwijk.events.broker import Broker, TopicMissingError
from leefwijk.events.consume import ledger
from leefwijk.events.consume.catchup import Comparison, apply_with_catch_up
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.records import Record

_log = structlog.get_logger(__name__)

COMMIT_SECONDS = 1.0
"""How often Kafka is told how far we are. It is a hint for those who watch: our offsets lead."""
FIRST_PAUSE = 0.5
MAX_PAUSE = 5.0


class _SeekToOurs(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """On assignment, go to the offsets in our database."""

    def __init__(self, core: ConsumerCore, consumer: AIOKafkaConsumer) -> None:
        self._core = core
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Nothing to do: whoever gets them reads our offsets."""

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Seek, whatever Kafka's committed offset says."""
        async with self._core.engine.begin() as connection:
            generation = await ledger.current_generation(connection, self._core.name, hold=False)
            ours = await ledger.Ledger(connection, self._core.name, generation).offsets()
        for place in assigned:
            self._consumer.seek(place, ours.get((place.topic, place.partition), 0))


class ConsumerLoop:
    """Reads topics with a group and applies what comes; retries in place, forever."""

    def __init__(self, core: ConsumerCore, broker: Broker, topics: list[str]) -> None:
        self._core = core
        self._broker = broker
        self._topics = topics
        self._pause = FIRST_PAUSE
        self.healthy = False
        """Whether the last batch, or the last look for one, went well."""

    async def run(self) -> None:
        """Consume until cancelled."""
        comparison = Comparison(self._core, self._broker, self._topics)
        comparing = asyncio.create_task(comparison.run(), name=f"{self._core.name} comparison")
        try:
            while True:
                try:
                    await self._consume()
                except (KafkaError, TopicMissingError, OSError) as error:
                    self.healthy = False
                    _log.warning("no broker", consumer=self._core.name, reason=str(error))
                except Exception:  # noqa: BLE001 - it must outlive whatever comes
                    self.healthy = False
                    _log.exception("consumer starts again", consumer=self._core.name)
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, MAX_PAUSE)
        finally:
            comparing.cancel()
            await asyncio.gather(comparing, return_exceptions=True)

    async def _consume(self) -> None:
        await self._broker.partitions(self._topics)
        consumer = self._broker.consumer(group_id=self._core.name)
        consumer.subscribe(self._topics, listener=_SeekToOurs(self._core, consumer))
        try:
            await consumer.start()
            told, telling = time.monotonic(), False
            while True:
                fetched = await consumer.getmany(timeout_ms=200, max_records=1000)
                records = [Record.of(record) for batch in fetched.values() for record in batch]
                if records:
                    await self._apply(records)
                    telling = True
                if telling and time.monotonic() - told >= COMMIT_SECONDS:
                    await consumer.commit()
                    told, telling = time.monotonic(), False
                self.healthy, self._pause = True, FIRST_PAUSE
        finally:
            await consumer.stop()

    async def _apply(self, records: list[Record]) -> None:
        """Apply until it succeeds: the database being away is no reason to lose an event."""
        pause = 0.1
        while True:
            try:
                await apply_with_catch_up(self._core, self._broker, records)
            except Exception as error:  # noqa: BLE001 - retried in place, whatever it is
                self.healthy = False
                _log.warning("batch waits", consumer=self._core.name, reason=str(error)[:300])
                await asyncio.sleep(pause)
                pause = min(pause * 2, MAX_PAUSE)
            else:
                return
