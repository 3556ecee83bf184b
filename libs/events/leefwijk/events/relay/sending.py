"""Handing records to Kafka so that none can overtake one that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from struct import unpack_from
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from leefwijk.events.broker import Place
from leefwijk.events.envelope import Headers
from leefwijk.events.refill import Refill

STOP_SECONDS = 2.0


class Outgoing(NamedTuple):
    """A record to send."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


class TopicMadeAnewError(Exception):
    """A topic was deleted and made anew between two batches: what it held before is gone."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"{topic} starts again from its beginning")
        self.topic = topic


async def send(
    producer: AIOKafkaProducer,
    records: Iterable[Outgoing],
    last: Mapping[Place, int],
    marks: Mapping[Place, Refill],
) -> dict[Place, int]:
    """Send all and wait for every acknowledgement; gives the last offset of each partition.

    At most one batch per partition is on its way, and the next leaves when each was acknowledged:
    a client sends a second batch even after the first one failed. `last` holds the offsets that
    were acknowledged before, `marks` the filling that each partition is in. Raises
    TopicMadeAnewError, or the first failure.
    """
    offsets: dict[Place, int] = {}
    left: Sequence[Outgoing] = list(records)
    counts = {
        topic: len(await producer.partitions_for(topic)) for topic in {item.topic for item in left}
    }
    while left:
        batches, left = _fill(producer, left, counts, marks)
        for place, first, count in await _deliver(producer, batches):
            if first < 0:
                continue  # the broker had it already and does not remember where
            if first <= max(offsets.get(place, -1), last.get(place, -1)):
                raise TopicMadeAnewError(place[0])
            offsets[place] = first + count - 1
    return offsets


def _fill(
    producer: AIOKafkaProducer,
    records: Sequence[Outgoing],
    counts: Mapping[str, int],
    marks: Mapping[Place, Refill],
) -> tuple[dict[Place, Any], list[Outgoing]]:
    """One batch per partition, and the records that did not fit in."""
    batches: dict[Place, Any] = {}
    full: set[Place] = set()
    left: list[Outgoing] = []
    for record in records:
        place = (record.topic, partition_of(record.key, counts[record.topic]))
        if place in full:
            left.append(record)
            continue
        batch = batches.get(place)
        if batch is None:
            batch = batches[place] = producer.create_batch()
        mark = marks.get(place)
        headers = [*record.headers, mark.header] if mark is not None else record.headers
        added = batch.append(key=record.key, value=record.value, headers=headers, timestamp=None)
        if added is None:
            full.add(place)
            left.append(record)
    return batches, left


async def _deliver(
    producer: AIOKafkaProducer, batches: Mapping[Place, Any]
) -> list[tuple[Place, int, int]]:
    """Send the batches; place, first offset and number of records of each."""
    counts = [batch.record_count() for batch in batches.values()]
    sent = []
    for (topic, partition), batch in batches.items():
        batch.close()
        sent.append(asyncio.ensure_future(_send(producer, batch, topic, partition)))
    # every outcome is waited for, so that nothing is on its way when a failure is told
    found: list[tuple[Place, int, int]] = []
    done = await asyncio.gather(*sent, return_exceptions=True)
    for place, result, count in zip(batches, done, counts, strict=True):
        if isinstance(result, BaseException):
            raise result
        found.append((place, result.offset, count))
    return found


async def _send(producer: AIOKafkaProducer, batch: Any, topic: str, partition: int) -> Any:
    return await (await producer.send_batch(batch, topic, partition=partition))


def partition_of(key: bytes, count: int) -> int:
    """The partition that every Kafka client gives a key by default."""
    return (murmur2(key) & 0x7FFFFFFF) % count


@lru_cache(maxsize=65536)
def murmur2(key: bytes) -> int:
    """Kafka's hash of a key, equal to aiokafka's; reading it in words at once takes a third."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    size = len(key)
    words, rest = divmod(size, 4)
    found = 0x9747B28C ^ size
    for word in unpack_from(f"<{words}I", key):
        k = word * m & mask
        found = (found * m & mask) ^ ((k ^ k >> 24) * m & mask)
    if rest:
        found = (found ^ int.from_bytes(key[-rest:], "little")) * m & mask
    found = (found ^ found >> 13) * m & mask
    return found ^ found >> 15


async def stop(producer: AIOKafkaProducer) -> None:
    """Wait until nothing is on its way, but not for a broker that is away."""
    try:
        await asyncio.wait_for(producer.stop(), STOP_SECONDS)
    except TimeoutError:
        # an idempotent producer would go on trying for ever
        sender = producer._sender.sender_task  # noqa: SLF001 - it offers no other way to give up
        if sender is not None:
            sender.cancel()
        await producer.client.close()
        if sender is not None:
            await asyncio.wait([sender], timeout=STOP_SECONDS)
