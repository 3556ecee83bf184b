"""What topics hold that the store does not: events recorded after the backup it goes on from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from aiokafka import TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.broker import Broker
from leefwijk.events.consume.records import Record
from leefwijk.events.envelope import BadEnvelopeError, Received, receive

BATCH = 5000

_UNKNOWN = text("""
select place from unnest(
    cast(:stream_ids as text[]), cast(:versions as int[]), cast(:ids as uuid[])
) with ordinality as t (stream_id, version, id, place)
left join events e using (stream_id, version)
where e.id is distinct from t.id
order by place
""")

Found = Callable[[Received, Record], None]


async def read_topics(broker: Broker, topics: Sequence[str]) -> AsyncIterator[list[Record]]:
    """Every record that the topics hold now, in batches, each partition in its order.

    Raises TopicMissingError.
    """
    ends = {TopicPartition(*place): end for place, end in (await broker.ends(topics)).items()}
    consumer = broker.consumer(fetch_max_bytes=64 * 1024 * 1024)
    try:
        await consumer.start()
        starts = await consumer.beginning_offsets(list(ends))
        left = {place for place, end in ends.items() if starts[place] < end}
        consumer.assign(sorted(left))
        for place in left:
            consumer.seek(place, starts[place])
        while left:
            fetched = await consumer.getmany(*left, timeout_ms=200, max_records=BATCH)
            yield [Record.of(record) for batch in fetched.values() for record in batch]
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()


async def look_ahead(
    engine: AsyncEngine, broker: Broker, topics: Sequence[str], lost: Found, known: Found
) -> None:
    """Call `lost` for each event on the topics that the store does not have, `known` for the rest.

    An event is the same if stream, version and id are. What carries no readable envelope is none.
    """
    async for records in read_topics(broker, topics):
        opened = [(_open(record), record) for record in records]
        events = [(received, record) for received, record in opened if received is not None]
        asked = {
            "stream_ids": [received.stream_id for received, _ in events],
            "versions": [received.version for received, _ in events],
            "ids": [received.id for received, _ in events],
        }
        async with engine.connect() as connection:
            unknown = set((await connection.execute(_UNKNOWN, asked)).scalars())
        for place, (received, record) in enumerate(events, start=1):
            (lost if place in unknown else known)(received, record)


def _open(record: Record) -> Received | None:
    try:
        return receive(record.headers, record.key, record.value)
    except BadEnvelopeError:
        return None
