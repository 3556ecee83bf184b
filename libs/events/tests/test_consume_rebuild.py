import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events.broker import Broker
from leefwijk.events.consume import rebuild as rebuild_module
from leefwijk.events.consume.ledger import Ledger
from leefwijk.events.consume.rebuild import RebuildRunningError, drop_old, rebuild
from leefwijk.events.consume.records import Change, Record
from leefwijk.events.refill import Refill
from leefwijk.events.relay.sending import partition_of
from leefwijk.events.store.postgres import sqlstate
from leefwijk.events.testing.consuming import Feed, NoteKeeper, Watch, Watched, history, watch
from leefwijk.events.testing.servers import make_topics, read_topic, write_topic
from leefwijk.events.topics import platform_topic


@pytest.fixture
async def topic(broker: Broker, service_name: str) -> str:
    """A topic of six partitions that nobody else has."""
    name = platform_topic(service_name)
    await make_topics(broker, [name])
    return name


@pytest.fixture
async def live(engine: AsyncEngine, service_name: str) -> Watch:
    """The consumer whose read model is built anew."""
    await watch(engine)
    return Watch(engine, Watched(NoteKeeper(service_name)))


async def pointer(live: Watch) -> Row[tuple[int, int | None, str | None]]:
    """What the books say of the generations."""
    async with live.engine.begin() as connection:
        found = await connection.execute(
            text("select current, building, failed from consumer_generations")
        )
        return found.one()


async def feed_live(live: Watch, broker: Broker, topic: str) -> None:
    """Apply what stands on the topic as a live worker does."""
    await live.core.apply([Record.of(record) for record in await read_topic(broker, topic)])


async def test_rebuilt_equals_live_under_load(live: Watch, broker: Broker, topic: str) -> None:
    """G-REBUILD-1: while events go on to arrive, the new model ends up as the live one."""
    streams = [history(f"n-{number}", 30) for number in range(20)]
    await write_topic(broker, topic, [event for stream in streams for event in stream[:10]])
    await feed_live(live, broker, topic)
    rebuilding = asyncio.create_task(rebuild(live.core, live.applier, broker, [topic]))
    for part in range(10, 30, 5):
        await write_topic(
            broker, topic, [event for stream in streams for event in stream[part : part + 5]]
        )
        await feed_live(live, broker, topic)
    await asyncio.wait_for(rebuilding, 30)
    assert tuple(await pointer(live)) == (2, None, None)
    await feed_live(live, broker, topic)
    everything = {f"n-{number}": list(range(1, 31)) for number in range(20)}
    assert await live.applied(2) == everything
    one = await live.applied(1)
    assert all(
        one[stream] == versions[: len(one[stream])] for stream, versions in everything.items()
    )


async def test_what_was_filled_again_meanwhile_is_read_again(
    live: Watch, broker: Broker, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G-CONSUME-8: a rebuild goes back to where a topic was filled again, and notes that it did."""
    events = history("n-1", 8)
    place = (topic, partition_of(b"n-1", 6))
    await write_topic(broker, topic, events, {place: Refill("one", 0)})
    fetch, passed = rebuild_module._fetch, 3

    async def further(consumer: AIOKafkaConsumer) -> list[Record]:
        """What stood on the topic before took the reader past its first records."""
        nonlocal passed
        records = await fetch(consumer)
        skipped = passed if records else 0
        passed -= skipped
        return records[skipped:]

    monkeypatch.setattr(rebuild_module, "_fetch", further)
    await rebuild(live.core, live.applier, broker, [topic])
    assert await live.applied(2) == {"n-1": list(range(1, 9))}
    async with live.engine.begin() as connection:
        book = Ledger(connection, live.core.name, 2)
        await book.offsets()
    assert book.refills[place] == "one"


async def test_mixed_fillings_hold_up_no_rebuild(live: Watch, broker: Broker, topic: str) -> None:
    """G-CONSUME-8: it goes back for each filling once, whatever order their records lie in."""
    place = (topic, partition_of(b"n-1", 6))
    first, second = Refill("one", 0), Refill("two", 3)
    for refill in (first, second, first, second):
        await write_topic(broker, topic, history("n-1", 4), {place: refill})
    await asyncio.wait_for(rebuild(live.core, live.applier, broker, [topic]), 30)
    assert await live.applied(2) == {"n-1": [1, 2, 3, 4]}


async def test_what_people_passed_over_stays_passed_over(
    live: Watch, broker: Broker, topic: str
) -> None:
    """G-REBUILD-1: a rebuild asks nobody again about an event, or about what never came."""
    one, two, three = history("n-1", 3)
    first, *_, fourth = history("n-2", 4)
    await write_topic(broker, topic, [one, two, three, first, fourth, *history("n-3", 2)])
    live.applier.faulty = {("n-1", 2), ("n-3", 2)}
    await feed_live(live, broker, topic)
    for stream in ("n-1", "n-2"):
        await live.core.skip(stream, by="operator", reason="known to be wrong")
    before = await live.applied(1)
    assert before == {"n-1": [1, 3], "n-2": [1, 4], "n-3": [1]}
    for generation in (2, 3):  # a decision is for all that come after, not for the next alone
        await rebuild(live.core, live.applier, broker, [topic])
        assert await live.applied(generation) == before
        # nobody has decided about this one
        assert await live.parked_streams() == ["n-3"]
    live.applier.faulty = set()
    await rebuild(live.core, live.applier, broker, [topic])
    assert (await live.applied(4))["n-1"] == [1, 2, 3]  # what can be read by now is read


async def test_the_switch_waits_until_the_new_model_has_reached_the_live_one(
    live: Watch, broker: Broker, topic: str
) -> None:
    """G-REBUILD-2: readers are never taken back in time."""
    await write_topic(broker, topic, history("n-1", 5))
    await feed_live(live, broker, topic)
    reached: list[int] = []

    async def look(done: int, total: int) -> None:
        if (await pointer(live)).current == 1:
            reached.append(done)
        if len(reached) == 1:
            # the live model gets ahead while the new one is being filled
            await write_topic(broker, topic, history("n-2", 5))
            await feed_live(live, broker, topic)

    read = await asyncio.wait_for(rebuild(live.core, live.applier, broker, [topic], look), 30)
    assert read == 10
    assert await live.applied(2) == {"n-1": [1, 2, 3, 4, 5], "n-2": [1, 2, 3, 4, 5]}


async def test_the_pointer_does_not_move_while_a_batch_goes_in(live: Watch) -> None:
    """G-REBUILD-2: a switch waits for the batch that is being written to the old model."""
    refused: list[str | None] = []

    async def switch(_connection: AsyncConnection, _changes: Sequence[Change]) -> None:
        async with live.engine.connect() as another:
            try:
                await another.execute(
                    text("select current from consumer_generations for update nowait")
                )
            except DBAPIError as error:
                refused.append(sqlstate(error))

    feed = Feed()
    await live.core.apply(feed.records(*history("n-1", 1)))
    live.applier.disturb = switch
    await live.core.apply(feed.records(*history("n-1", 1, start=2)))
    assert refused == ["55P03"]
    assert await live.applied(1) == {"n-1": [1, 2]}


async def test_the_live_worker_goes_over_with_the_pointer(
    live: Watch, broker: Broker, topic: str
) -> None:
    """G-REBUILD-2: after the switch the next batch is applied to the new model only."""
    await write_topic(broker, topic, history("n-1", 2))
    await feed_live(live, broker, topic)
    await rebuild(live.core, live.applier, broker, [topic])
    await write_topic(broker, topic, history("n-1", 1, start=3))
    await feed_live(live, broker, topic)
    assert await live.applied(1) == {"n-1": [1, 2]}
    assert await live.applied(2) == {"n-1": [1, 2, 3]}


async def test_a_failed_rebuild_leaves_the_old_model(
    live: Watch, broker: Broker, topic: str
) -> None:
    """G-REBUILD-3: the old model is read and written as before; the next rebuild starts afresh."""
    await write_topic(broker, topic, history("n-1", 3))
    await feed_live(live, broker, topic)

    async def fail(_done: int, _total: int) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        await rebuild(live.core, live.applier, broker, [topic], fail)
    row = await pointer(live)
    assert (row.current, row.building, row.failed) == (1, 2, "OSError: the disk is full")
    await write_topic(broker, topic, history("n-1", 1, start=4))
    await feed_live(live, broker, topic)
    assert (await live.applied(1))["n-1"] == [1, 2, 3, 4]
    await rebuild(live.core, live.applier, broker, [topic])
    assert tuple(await pointer(live)) == (3, None, None)
    assert await live.applied(2) == {}, "what the failed one left behind is gone"
    assert await live.applied(3) == {"n-1": [1, 2, 3, 4]}


async def test_a_database_that_goes_away_fails_the_rebuild_and_parks_nothing(
    live: Watch, broker: Broker, topic: str
) -> None:
    """G-REBUILD-3: no event is blamed for it."""
    await write_topic(broker, topic, history("n-1", 3))

    async def die(connection: AsyncConnection, _changes: Sequence[Change]) -> None:
        await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    live.applier.disturb = die
    with pytest.raises(Exception, match="closed"):
        await rebuild(live.core, live.applier, broker, [topic])
    live.applier.disturb = None
    assert (await pointer(live)).current == 1
    async with live.engine.begin() as connection:
        assert (await connection.execute(text("select count(*) from parked"))).scalar_one() == 0


async def test_only_one_rebuild_runs(live: Watch, broker: Broker, topic: str) -> None:
    """G-REBUILD-4: a second rebuild of the same model is refused."""
    await write_topic(broker, topic, history("n-1", 3))
    tried: list[bool] = []

    async def try_another(_done: int, _total: int) -> None:
        if not tried:
            tried.append(True)
            with pytest.raises(RebuildRunningError):
                await rebuild(live.core, live.applier, broker, [topic])

    await rebuild(live.core, live.applier, broker, [topic], try_another)
    assert tried


async def test_a_topic_that_was_given_up_does_not_hold_the_switch(
    live: Watch, broker: Broker, topic: str
) -> None:
    """G-REBUILD-2: offsets of a topic that is no longer read are not waited for."""
    await live.core.apply(Feed().records(*history("n-9", 4)))
    await write_topic(broker, topic, history("n-1", 2))
    await asyncio.wait_for(rebuild(live.core, live.applier, broker, [topic]), 20)
    assert await live.applied(2) == {"n-1": [1, 2]}


async def test_old_generations_are_dropped_later(live: Watch, broker: Broker, topic: str) -> None:
    """G-REBUILD-5: requests that still read the old model are given an hour."""
    await write_topic(broker, topic, history("n-1", 2))
    await feed_live(live, broker, topic)
    await rebuild(live.core, live.applier, broker, [topic])
    assert await drop_old(live.engine, live.applier) == []
    assert await live.applied(1) == {"n-1": [1, 2]}
    assert await drop_old(live.engine, live.applier, age=0) == [1]
    assert (await live.applied(1), await live.applied(2)) == ({}, {"n-1": [1, 2]})
    assert await live.version("n-1") == 0


async def test_a_faulty_event_parks_in_the_new_model_too(
    live: Watch, broker: Broker, topic: str
) -> None:
    """G-REBUILD-1: what cannot be applied waits in the new model as it does in the live one."""
    live.applier.faulty = {("n-1", 2)}
    await write_topic(broker, topic, [*history("n-1", 3), *history("n-2", 3)])
    await feed_live(live, broker, topic)
    await rebuild(live.core, live.applier, broker, [topic])
    assert await live.applied(2) == await live.applied(1) == {"n-1": [1], "n-2": [1, 2, 3]}
