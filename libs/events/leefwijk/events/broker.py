"""Connections to Kafka, made in one place with one set of settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

Place = tuple[str, int]
"""A topic and a partition of it."""

MAX_RECORD_BYTES = 1024 * 1024
SEND_TIMEOUT_MS = 10_000


class TopicMissingError(Exception):
    """A declared topic is not on the broker: run `leefwijk topics apply`."""


@dataclass(frozen=True)
class Broker:
    """Where Kafka is and how to log in."""

    bootstrap: str
    security: Mapping[str, Any] = field(default_factory=dict)
    """Further connection settings of the client, such as `security_protocol`."""

    def producer(self) -> AIOKafkaProducer:
        """An idempotent producer that waits for all replicas."""
        return AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=256 * 1024,
            max_request_size=MAX_RECORD_BYTES,
            request_timeout_ms=SEND_TIMEOUT_MS,
            metadata_max_age_ms=30_000,
            **self.security,
        )

    def consumer(self, **settings: Any) -> AIOKafkaConsumer:
        """A consumer that commits nothing by itself and starts at the beginning."""
        defaults: dict[str, Any] = {
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "metadata_max_age_ms": 30_000,
            "max_partition_fetch_bytes": 4 * MAX_RECORD_BYTES,
        }
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, **(defaults | dict(self.security) | settings)
        )

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        """An administrator, for topics only."""
        client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, **self.security)
        try:
            await client.start()
            yield client
        finally:
            await client.close()

    async def partitions(self, topics: Iterable[str]) -> list[TopicPartition]:
        """Every partition of these topics. Raises TopicMissingError."""
        names = sorted(set(topics))
        async with self.admin() as admin:
            described = await admin.describe_topics(names) if names else []
        found = {answer["topic"]: answer for answer in described if not answer["error_code"]}
        missing = [name for name in names if name not in found]
        if missing:
            raise TopicMissingError(
                f"{', '.join(missing)}: not on the broker; run `leefwijk topics apply`"
            )
        return [
            TopicPartition(name, part["partition"])
            for name in names
            for part in sorted(found[name]["partitions"], key=lambda part: part["partition"])
        ]

    async def ends(self, topics: Iterable[str]) -> dict[Place, int]:
        """The offset that the next record of each partition will get."""
        places = await self.partitions(topics)
        consumer = self.consumer()
        try:
            await consumer.start()
            found = await consumer.end_offsets(places)
        finally:
            await consumer.stop()
        return {(place.topic, place.partition): end for place, end in found.items()}
