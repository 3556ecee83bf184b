import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiokafka import TopicPartition
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events import metrics
from leefwijk.events.broker import Broker, Place, TopicMissingError
from leefwijk.events.consume import catchup
from leefwijk.events.consume.catchup import Comparison, apply_with_catch_up, read_ranges
from leefwijk.events.consume.core import Applied, Ranges
from leefwijk.events.consume.loop import ConsumerLoop
from leefwijk.events.consume.records import Change, Record
from leefwijk.events.refill import Refill
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.testing.consuming import Feed, NoteKeeper, Watch, Watched, history, watch
from leefwijk.events.testing.servers import drop_topics, make_topics, read_topic, until, write_topic
from leefwijk.events.topics import partner_topic

ONE_PARTITION = "GM0000"


@dataclass
class Consuming:
    """A consumer under watch and the topic that it reads, of one partition."""

    watch: Watch
    broker: Broker
    topic: str

    @property
    def place(self) -> Place:
        """The one partition."""
        return self.topic, 0

    async def write(self, events: Iterable[StoredEvent], refill: Refill | None = None) -> None:
        """Put events on the topic, as it was filled from the start or since that filling."""
        marks = {self.place: refill} if refill is not None else None
        await write_topic(self.broker, self.topic, events, marks)

    async def records(self) -> list[Record]:
        """What stands on the topic."""
        return [Record.of(record) for record in await read_topic(self.broker, self.topic)]

    async def make_anew(self) -> None:
        """Lose the topic and make an empty one of the same name."""
        await drop_topics(self.broker, [self.topic])
        await make_topics(self.broker, [self.topic])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ConsumerLoop]:
        """The consumer's loop at work."""
        loop = ConsumerLoop(self.watch.core, self.broker, [self.topic])
        task = asyncio.create_task(loop.run())
        try:
            yield loop
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def until(self, holds: Callable[[dict[str, list[int]]], bool]) -> dict[str, list[int]]:
        """Wait until what was applied is as asked for."""

        async def look() -> bool:
            return holds(await self.watch.applied())

        await until(look, seconds=30)
        return await self.watch.applied()


@pytest.fixture
async def consuming(engine: AsyncEngine, broker: Broker, service_name: str) -> Consuming:
    """A consumer of its own, with a topic of its own."""
    await watch(engine)
    topic = partner_topic(service_name, ONE_PARTITION)
    await make_topics(broker, [topic])
    return Consuming(Watch(engine, Watched(NoteKeeper(service_name))), broker, topic)


class TestLoop:
    async def test_what_is_on_the_topic_is_applied_and_restarts_go_on(
        self, consuming: Consuming
    ) -> None:
        """G-CONSUME-1: a consumer goes on where its database says, also after a restart."""
        await consuming.write(history("n-1", 3))
        async with consuming.running() as loop:
            await consuming.until(lambda applied: applied.get("n-1") == [1, 2, 3] and loop.healthy)
        await consuming.write(history("n-1", 2, start=4))
        async with consuming.running():
            await consuming.until(lambda applied: len(applied["n-1"]) == 5)
        assert await consuming.watch.offsets() == {consuming.place: 5}

    async def test_kafka_is_told_how_far_we_are(self, consuming: Consuming) -> None:
        """G-CONSUME-9: as a hint for those who watch the group, a second late at most."""
        await consuming.write(history("n-1", 3))
        watching = consuming.broker.consumer(group_id=consuming.watch.core.name)
        partition = TopicPartition(*consuming.place)

        async def told() -> bool:
            return bool(await watching.committed(partition) == 3)

        async with consuming.running():
            await consuming.until(lambda applied: applied.get("n-1") == [1, 2, 3])
            await watching.start()
            try:
                await until(told)
            finally:
                await watching.stop()

    async def test_kafkas_offset_that_ran_ahead_is_only_a_hint(self, consuming: Consuming) -> None:
        """G-CONSUME-9: our offset leads; what Kafka takes for done is read all the same."""
        await consuming.write(history("n-1", 6))
        consumer = consuming.broker.consumer(group_id=consuming.watch.core.name)
        await consumer.start()
        consumer.assign([TopicPartition(*consuming.place)])
        await consumer.commit({TopicPartition(*consuming.place): 4})
        await consumer.stop()
        async with consuming.running():
            applied = await consuming.until(lambda applied: len(applied.get("n-1", ())) == 6)
        assert applied["n-1"] == [1, 2, 3, 4, 5, 6]

    async def test_what_kafka_takes_for_done_is_read_without_a_next_event(
        self, consuming: Consuming
    ) -> None:
        """G-CONSUME-9: also of a partition of which nothing was ever applied.

        So it is after a restore of our database: Kafka goes on at its end, and nothing may come.
        """
        await consuming.write(history("n-1", 6))
        comparison = Comparison(consuming.watch.core, consuming.broker, [consuming.topic])
        await comparison.once()
        assert await consuming.watch.applied() == {}  # a worker that is at it is left alone
        await comparison.once()
        assert (await consuming.watch.applied())["n-1"] == [1, 2, 3, 4, 5, 6]

    async def test_a_database_that_is_away_loses_nothing(
        self, consuming: Consuming, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """G-CONSUME-11: a batch is tried again in place until it goes in; meanwhile unhealthy.

        It is the last one, and nobody compares offsets meanwhile: nothing else would bring it back.
        """
        monkeypatch.setattr(catchup, "COMPARE_SECONDS", 3600)
        left = 3

        async def away(connection: AsyncConnection, changes: Sequence[Change]) -> None:
            nonlocal left
            if left and changes[-1].received.version == 4:
                left -= 1
                await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

        consuming.watch.applier.disturb = away
        await consuming.write(history("n-1", 4))
        async with consuming.running() as loop:
            await consuming.until(lambda applied: len(applied.get("n-1", ())) == 4 and loop.healthy)
        assert left == 0
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3, 4]}

    async def test_a_topic_that_is_made_anew_is_read_on(
        self, consuming: Consuming, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """G-CONSUME-8: a refilled topic is read on, and each event applied once.

        The client itself notices a new topic of an old name only when its metadata grow old.
        """
        monkeypatch.setattr(catchup, "COMPARE_SECONDS", 0.3)
        events = history("n-1", 6)
        await consuming.write(events[:4])
        async with consuming.running():
            await consuming.until(lambda applied: len(applied.get("n-1", ())) == 4)
            await consuming.make_anew()
            await consuming.write(events)
            await consuming.until(lambda applied: len(applied["n-1"]) == 6)
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3, 4, 5, 6]}

    async def test_a_topic_that_is_longer_than_before_when_it_was_made_anew_is_read_on(
        self, consuming: Consuming
    ) -> None:
        """G-CONSUME-8: what came to lie below our offset is read before what follows it."""
        known, lost = history("n-1", 3), history("n-2", 2)
        await consuming.write([*known, *known, *known])
        await apply_with_catch_up(consuming.watch.core, consuming.broker, await consuming.records())
        await consuming.make_anew()
        await consuming.write([*known, *lost, *history("n-3", 5)], Refill("one", 0))
        await apply_with_catch_up(
            consuming.watch.core, consuming.broker, (await consuming.records())[9:]
        )
        assert await consuming.watch.applied() == {
            "n-1": [1, 2, 3],
            "n-2": [1, 2],
            "n-3": [1, 2, 3, 4, 5],
        }
        assert await consuming.watch.offsets() == {consuming.place: 10}

    async def test_a_batch_of_several_fillings_goes_in(self, consuming: Consuming) -> None:
        """G-CONSUME-8: what was read below a batch is not asked for again, whatever it holds."""
        known, lost = history("n-1", 3), history("n-2", 2)
        await consuming.watch.core.apply(
            [
                Record(*consuming.place, record.offset, record.headers, record.key, record.value)
                for record in Feed().records(*known, *known[:1])
            ]
        )
        for refill in (Refill("one", 0), Refill("two", 5)):
            await consuming.write([*known, *lost], refill)
        core, records = consuming.watch.core, await consuming.records()
        await asyncio.wait_for(apply_with_catch_up(core, consuming.broker, records[4:]), 20)
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3], "n-2": [1, 2]}
        assert await consuming.watch.offsets() == {consuming.place: 10}

    async def test_only_what_was_filled_again_is_read_again(self, consuming: Consuming) -> None:
        """G-CONSUME-8: a filling holds everything, so nothing before it is read once more."""
        known, more = history("n-1", 3), history("n-2", 3)
        await consuming.write(known)
        await consuming.write([*known, *more], Refill("one", 3))
        read: list[int] = []
        core, applied = consuming.watch.core, consuming.watch.core.apply

        async def watched(records: Sequence[Record], **how: Any) -> Applied:
            read.extend(record.offset for record in records if record.offset is not None)
            return await applied(records, **how)

        records = await consuming.records()
        await core.apply(records[:2])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(core, "apply", watched)
            await apply_with_catch_up(core, consuming.broker, records[2:])
        assert read == [2, 3, 4, 5, 6, 7, 8]
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3], "n-2": [1, 2, 3]}


class TestCatchingUp:
    async def test_the_missing_range_is_read_before_what_follows(
        self, consuming: Consuming
    ) -> None:
        """G-CONSUME-9: what lies between our offset and the batch is read without a group."""
        await consuming.write([*history("n-1", 4), *history("n-2", 1)])
        records = await consuming.records()
        await consuming.watch.core.apply(records[:1])
        await apply_with_catch_up(consuming.watch.core, consuming.broker, records[4:])
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3, 4], "n-2": [1]}

    async def test_a_range_that_is_gone_does_not_stop_the_rest(self, consuming: Consuming) -> None:
        """G-CONSUME-9: what is no longer on the broker shows as gaps of its streams."""
        await consuming.write(history("n-1", 2))
        feed = Feed()
        late = [
            Record(*consuming.place, 10 + offset, record.headers, record.key, record.value)
            for offset, record in enumerate(
                feed.records(*history("n-1", 1, start=5), *history("n-2", 1))
            )
        ]
        await apply_with_catch_up(consuming.watch.core, consuming.broker, late)
        assert await consuming.watch.applied() == {"n-1": [1, 2], "n-2": [1]}
        assert await consuming.watch.reasons("n-1") == {5: "gap"}
        assert await consuming.watch.offsets() == {consuming.place: 12}

    async def test_a_range_ends_where_it_is_told_to(self, consuming: Consuming) -> None:
        """Only the missing offsets are read, not what follows them."""
        await consuming.write(history("n-1", 5))
        await read_ranges(consuming.watch.core, consuming.broker, {consuming.place: (0, 3)})
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3]}

    async def test_partitions_are_read_side_by_side_each_to_its_own_end(
        self, consuming: Consuming, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """G-CONSUME-8: however many; one that the broker no longer holds so far ends with it."""
        monkeypatch.setattr(catchup, "BATCH", 2)  # so that one look is not enough
        other = replace(consuming, topic=f"{consuming.topic}.other")
        await make_topics(consuming.broker, [other.topic])
        await consuming.write(history("n-1", 5))
        await other.write(history("n-2", 4))
        nothing = (f"{consuming.topic}.unknown", 0)
        ranges = {consuming.place: (0, 3), other.place: (0, 99), nothing: (7, 7)}
        await read_ranges(consuming.watch.core, consuming.broker, ranges)
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3], "n-2": [1, 2, 3, 4]}
        assert await consuming.watch.offsets() == {consuming.place: 3, other.place: 4}


class TestComparison:
    async def test_a_lost_tail_is_found_without_a_next_event(self, consuming: Consuming) -> None:
        """G-CONSUME-8: a partition that ends before our offset is read anew, and ours goes back."""
        events = history("n-1", 6)
        await consuming.watch.core.apply(
            [
                Record(*consuming.place, record.offset, record.headers, record.key, record.value)
                for record in Feed().records(*events[:4], *events[:4])
            ]
        )
        assert await consuming.watch.offsets() == {consuming.place: 8}
        await consuming.write(events)
        comparison = Comparison(consuming.watch.core, consuming.broker, [consuming.topic])
        await comparison.once()
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3, 4, 5, 6]}
        assert await consuming.watch.offsets() == {consuming.place: 6}

    async def test_a_topic_that_is_exactly_as_long_as_before_is_read_again(
        self, consuming: Consuming
    ) -> None:
        """G-CONSUME-8: also without a next event, and it is read but once."""
        known, lost = history("n-1", 2), history("n-2", 2)
        await consuming.write([*known, *known])
        await consuming.watch.core.apply(await consuming.records())
        await consuming.make_anew()
        await consuming.write([*known, *lost], Refill("one", 0))
        comparison = Comparison(consuming.watch.core, consuming.broker, [consuming.topic])
        await comparison.once()
        assert await consuming.watch.applied() == {"n-1": [1, 2], "n-2": [1, 2]}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(consuming.watch.core, "apply", None)
            await comparison.once()

    async def test_where_nothing_moves_it_reads_on_by_itself(self, consuming: Consuming) -> None:
        """G-CONSUME-9: what nobody reads between two comparisons is read by the comparison."""
        comparison = Comparison(consuming.watch.core, consuming.broker, [consuming.topic])
        await consuming.watch.core.apply([])
        await consuming.write(history("n-1", 3))
        await consuming.watch.core.apply((await consuming.records())[:1])
        await comparison.once()
        assert await consuming.watch.applied() == {"n-1": [1]}
        lag = metrics.CONSUMER_LAG.labels(consuming.watch.core.name)
        assert lag._value.get() == 2
        await comparison.once()
        assert await consuming.watch.applied() == {"n-1": [1, 2, 3]}

    async def test_what_is_applied_meanwhile_is_no_shorter_topic(
        self, consuming: Consuming, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """G-CONSUME-8: a busy topic is not taken for a lost one and read from its start."""
        await consuming.write(history("n-1", 4))
        records = await consuming.records()
        await consuming.watch.core.apply(records[:2])

        class Busy(Broker):
            async def ends(self, topics: Iterable[str]) -> dict[Place, int]:
                before = {consuming.place: 2}
                await consuming.watch.core.apply(records[2:])
                return before

        ranges: list[tuple[int, int]] = []

        async def noted(_core: object, _broker: object, asked: Ranges) -> None:
            ranges.extend(asked.values())

        monkeypatch.setattr(catchup, "read_ranges", noted)
        busy = Busy(consuming.broker.bootstrap)
        await Comparison(consuming.watch.core, busy, [consuming.topic]).once()
        assert ranges == []
        assert await consuming.watch.offsets() == {consuming.place: 4}

    async def test_what_a_killed_process_left_waiting_goes_in_by_itself(
        self, consuming: Consuming
    ) -> None:
        """G-CONSUME-3: whoever died before what waited went in, the comparison sees to it."""
        watch, feed = consuming.watch, Feed()
        one, two, three, four = history("n-1", 4)
        await watch.core.apply(feed.records(one, three, four))

        async def die(connection: AsyncConnection, changes: Sequence[Change]) -> None:
            if changes[0].received.version == 3:
                await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

        watch.applier.disturb = die
        with pytest.raises(DBAPIError):
            await watch.core.apply(feed.records(two))
        watch.applier.disturb = None
        assert await watch.applied() == {"n-1": [1, 2]}
        await Comparison(watch.core, consuming.broker, [consuming.topic]).once()
        assert await watch.applied() == {"n-1": [1, 2, 3, 4]}

    async def test_it_counts_what_is_parked_and_frees_what_need_not_wait(
        self, consuming: Consuming
    ) -> None:
        """G-CONSUME-4: the number of parked streams can be watched."""
        consuming.watch.applier.faulty = {("n-1", 1)}
        await consuming.watch.core.apply(
            Feed().records(*history("n-1", 2), *history("n-2", 1, start=3))
        )
        comparison = Comparison(consuming.watch.core, consuming.broker, [consuming.topic])
        await comparison.once()
        assert metrics.PARKED.labels(consuming.watch.core.name)._value.get() == 2


async def test_a_missing_topic_is_told_by_name(broker: Broker) -> None:
    """Who forgot to make the topics reads which one is missing and what to do."""
    with pytest.raises(TopicMissingError, match=r"leefwijk\.nowhere\.events: .*topics apply"):
        await broker.partitions(["leefwijk.nowhere.events"])
