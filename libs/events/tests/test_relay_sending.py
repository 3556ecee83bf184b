import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given, settings
from hypothesis import strategies as st

from leefwijk.events.relay.sending import Outgoing, TopicMadeAnewError, partition_of, send

TOPIC = "leefwijk.notes.events"
ROOM = 9


class FakeBatch:
    """A batch with room for three short records."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.closed = False

    def append(self, *, key: bytes, value: bytes, headers: Any, timestamp: Any) -> object | None:
        """Take a record in if there is room."""
        if sum(map(len, self.records)) + len(value) > ROOM:
            return None
        self.records.append(value)
        return object()

    def record_count(self) -> int:
        """How many records it holds."""
        return len(self.records)

    def close(self) -> None:
        """No more records."""
        self.closed = True


class FakeProducer:
    """Keeps what it is sent; refuses a second batch of a partition before the first is settled."""

    def __init__(self, partitions: int = 2, start: int = 0) -> None:
        self.partitions = partitions
        self.topic: dict[int, list[bytes]] = {part: [] for part in range(partitions)}
        self.start = start
        self.on_its_way: set[int] = set()
        self.fails: set[bytes] = set()
        self.answered = 0

    async def partitions_for(self, topic: str) -> set[int]:
        """The numbers of the partitions."""
        return set(range(self.partitions))

    def create_batch(self) -> FakeBatch:
        """An empty batch."""
        return FakeBatch()

    async def send_batch(self, batch: FakeBatch, topic: str, *, partition: int) -> Any:
        """Deliver a little later, or fail at once."""
        assert batch.closed
        assert partition not in self.on_its_way, "two batches of one partition are on their way"
        self.on_its_way.add(partition)

        async def deliver() -> Any:
            fails = bool(self.fails & set(batch.records))
            await asyncio.sleep(0 if fails else 0.001 * (partition + 1))
            self.on_its_way.discard(partition)
            self.answered += 1
            if fails:
                raise KafkaTimeoutError
            offset = self.start + len(self.topic[partition])
            self.topic[partition] += batch.records
            return SimpleNamespace(offset=offset)

        return asyncio.ensure_future(deliver())


def outgoing(count: int, keys: int = 4) -> list[Outgoing]:
    """Records of a few streams."""
    return [
        Outgoing(TOPIC, b"key-%d" % (number % keys), b"%03d" % number, [])
        for number in range(count)
    ]


async def test_batches_of_a_partition_follow_one_another() -> None:
    """G-RELAY-3: the next batch of a partition leaves when the one before was acknowledged."""
    producer = FakeProducer()
    offsets = await send(producer, outgoing(40), {}, {})
    assert sum(map(len, producer.topic.values())) == 40
    for values in producer.topic.values():
        assert values == sorted(values)
    assert offsets == {
        (TOPIC, part): len(values) - 1 for part, values in producer.topic.items() if values
    }


async def test_after_a_failure_nothing_leaves_and_nothing_is_on_its_way() -> None:
    """G-RELAY-3: what comes after a failed batch does not reach its partition."""
    producer = FakeProducer(partitions=1)
    producer.fails = {b"007"}
    with pytest.raises(KafkaTimeoutError):
        await send(producer, outgoing(20), {}, {})
    assert producer.topic[0] == [b"%03d" % number for number in range(6)]
    assert producer.on_its_way == set()


@settings(deadline=None, max_examples=50)
@given(sizes=st.lists(st.integers(0, ROOM - 3), min_size=1, max_size=20))
async def test_a_short_record_does_not_overtake_a_long_one(sizes: list[int]) -> None:
    """G-RELAY-3: what does not fit into a batch holds back all that follows on its partition."""
    producer = FakeProducer()
    records = [
        one._replace(value=one.value + b"x" * size)
        for one, size in zip(outgoing(len(sizes)), sizes, strict=True)
    ]
    await send(producer, records, {}, {})
    assert sum(map(len, producer.topic.values())) == len(records)
    for values in producer.topic.values():
        assert values == sorted(values)


@pytest.mark.parametrize("failing", [0, 1])
async def test_every_answer_is_waited_for_before_a_failure_is_told(failing: int) -> None:
    """G-RELAY-3: a failed partition does not leave the others on their way."""
    producer = FakeProducer(partitions=2)
    records = outgoing(4)
    parts = {partition_of(record.key, 2): record for record in records}
    producer.fails = {parts[failing].value}
    with pytest.raises(KafkaTimeoutError):
        await send(producer, records, {}, {})
    assert producer.on_its_way == set()
    assert producer.answered == 2


async def test_offsets_that_begin_again_are_noticed() -> None:
    """G-RELAY-4: an acknowledged offset at or below the last one means another topic."""
    producer = FakeProducer(partitions=1)
    with pytest.raises(TopicMadeAnewError):
        await send(producer, outgoing(3), {(TOPIC, 0): 2}, {})
    assert await send(FakeProducer(partitions=1, start=3), outgoing(3), {(TOPIC, 0): 2}, {}) == {
        (TOPIC, 0): 5
    }


@given(key=st.binary(min_size=1, max_size=40), count=st.integers(1, 12))
def test_a_key_has_the_partition_that_every_client_gives_it(key: bytes, count: int) -> None:
    """G-RELAY-1: streams stay on their partition, whoever writes."""
    expected = DefaultPartitioner()(key, list(range(count)), [])
    assert partition_of(key, count) == expected
