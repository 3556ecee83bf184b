"""Topics read with a plain client, as a partner in another language would."""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer
from platform_kit import Running, wait_until


def header(record: Any, name: str) -> str:
    """An attribute of the event that a record carries."""
    return str(dict(record.headers)[f"ce_{name}"].decode())


async def everything_in(platform: Running, *topics: str) -> list[Any]:
    """All records of these topics from their start; each partition in its order."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=platform.broker.bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        places = sorted(consumer.assignment())
        assert {place.topic for place in places} == set(topics)
        ends = await consumer.end_offsets(places)
        found: list[Any] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=100)).values():
                found += batch
        return found
    finally:
        await consumer.stop()


async def relayed(platform: Running, topic: str, *ids: str, seconds: float = 20) -> list[Any]:
    """All records of a topic, once it holds these events."""
    missing = set(ids)

    async def there() -> list[Any]:
        nonlocal missing
        found = await everything_in(platform, topic)
        missing = set(ids) - {header(record, "id") for record in found}
        return found if not missing else []

    return await wait_until(there, f"{topic} holds {len(ids)} events", seconds, pause=0.3)
