from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.broker import Broker
from leefwijk.events.consume.catchup import Comparison
from leefwijk.events.consume.core import ConsumerCore, MissingRangeError
from leefwijk.events.consume.ledger import proofs
from leefwijk.events.consume.records import Record
from leefwijk.events.refill import Refill
from leefwijk.events.testing.consuming import (
    TOPIC,
    Feed,
    NoteKeeper,
    Watch,
    Watched,
    history,
    record,
    watch,
)
from leefwijk.events.testing.servers import make_topics, write_topic
from leefwijk.events.topics import partner_topic

OTHERS = [history(f"others-{number}", 1)[0] for number in range(40)]


class Following(Watched):
    """A consumer that follows the notes of one name only."""

    followed = "n-"

    def follows(self, stream_id: str, /) -> bool:
        """Whether it is one of them."""
        return stream_id.startswith(self.followed)


@pytest.fixture
async def watched(engine: AsyncEngine) -> Watch:
    """A consumer under watch that follows some streams."""
    await watch(engine)
    return Watch(engine, Following(NoteKeeper()))


async def _stored(watched: Watch) -> int:
    return (await watched.offsets()).get((TOPIC, 0), 0)


async def test_streams_that_are_not_followed_only_move_the_offset(engine: AsyncEngine) -> None:
    """G-CONSUME-13: what a consumer does not follow is not kept, leaves no gap and waits never."""
    await watch(engine)
    applier = Following(NoteKeeper())
    applier.followed = "others-"
    watched = Watch(engine, applier)
    feed = Feed()
    first = feed.records(*history("n-1", 2))
    behind_a_gap = feed.records(*history("n-1", 1, start=7), *history("n-2", 1, start=3))
    done = await watched.core.apply([*first, *behind_a_gap])
    assert (done.applied, done.parked) == (0, 0)
    assert await watched.applied() == {}
    assert await watched.offsets() == {(TOPIC, 0): 4}
    assert await watched.version("n-1") == 0
    unreadable = Record(TOPIC, 0, 4, (), b"x", b"{}")
    assert (await watched.core.apply([unreadable])).parked == 1
    applier.followed = "n-"
    await watched.core.apply(feed.records(*history("n-3", 2)), accept_hole=True)
    assert await watched.applied() == {"n-3": [1, 2]}


async def test_what_is_passed_is_written_with_what_comes_next(watched: Watch) -> None:
    """G-CONSUME-15: an offset alone is no reason to write; the next event takes it along."""
    feed = Feed()
    await watched.core.apply(feed.records(*history("n-1", 1)))
    await watched.core.apply(feed.records(*OTHERS[:10]))
    await watched.core.apply(feed.records(*OTHERS[10:20]))
    assert await _stored(watched) == 1
    await watched.core.apply(feed.records(*history("n-1", 1, start=2)))
    assert await _stored(watched) == 22
    assert await watched.applied() == {"n-1": [1, 2]}


async def test_what_was_passed_is_read_again_after_a_crash(watched: Watch) -> None:
    """G-CONSUME-15: what was in memory only is asked for by whoever comes after."""
    feed = Feed()
    await watched.core.apply(feed.records(*history("n-1", 1)))
    passed = feed.records(*OTHERS[:10])
    await watched.core.apply(passed)
    after, following = watched.another(), feed.records(*history("n-1", 1, start=2))
    with pytest.raises(MissingRangeError) as missing:
        await after.apply(following)
    assert missing.value.ranges == {(TOPIC, 0): (1, 11)}
    await after.apply(passed, accept_hole=True)
    await after.apply(following)
    assert await _stored(watched) == 12
    assert await watched.applied() == {"n-1": [1, 2]}


async def test_a_hole_among_what_is_passed_is_missed(watched: Watch) -> None:
    """G-CONSUME-15: offsets that nobody delivered are not passed, whatever lies around them."""
    feed = Feed()
    await watched.core.apply(feed.records(*history("n-1", 1)))
    await watched.core.apply(feed.records(*OTHERS[:10]))
    never = feed.records(*history("n-2", 1))
    with pytest.raises(MissingRangeError):
        await watched.core.apply(feed.records(*OTHERS[10:20]))
    await watched.core.apply(never, accept_hole=True)
    assert await watched.applied() == {"n-1": [1], "n-2": [1]}


async def test_what_was_filled_again_is_not_passed(watched: Watch) -> None:
    """G-CONSUME-8: a new mark is seen also on what is not followed: what lies below it may be."""
    feed = Feed()
    await watched.core.apply(feed.records(*history("n-1", 1), *OTHERS[:10]))
    mark = Refill("one", 4)
    refilled = [
        replace(record, headers=(*record.headers, mark.header))
        for record in feed.records(*OTHERS[10:20])
    ]
    with pytest.raises(MissingRangeError) as missing:
        await watched.core.apply(refilled)
    assert missing.value.ranges == {(TOPIC, 0): (4, 11)}
    await watched.core.apply(refilled, read_below={(TOPIC, 0): 11})
    assert await _stored(watched) == 21


async def test_an_offset_that_was_set_back_wins(watched: Watch) -> None:
    """G-CONSUME-15: whoever sets the offset back in the database wants all of it to be read."""
    feed = Feed()
    await watched.core.apply(feed.records(*history("n-1", 2)))
    await watched.core.apply(feed.records(*OTHERS[:10]))
    async with watched.engine.begin() as connection:
        await connection.execute(text("update consumer_offsets set next_offset = 1"))
    with pytest.raises(MissingRangeError) as missing:
        await watched.core.apply(feed.records(*history("n-1", 1, start=3)))
    assert missing.value.ranges == {(TOPIC, 0): (1, 12)}
    await watched.core.write_passed()
    assert await _stored(watched) == 1


async def test_a_comparison_writes_down_what_was_passed(
    engine: AsyncEngine, broker: Broker, service_name: str
) -> None:
    """G-CONSUME-15: after ten seconds at most it is in the database, and proved to be read."""
    await watch(engine)
    topic = partner_topic(service_name, "GM0000")
    await make_topics(broker, [topic])
    await write_topic(broker, topic, OTHERS)
    core = Watch(engine, Following(NoteKeeper(service_name))).core
    records = [record(event, number, 0, topic) for number, event in enumerate(OTHERS)]
    await core.apply(records[:1])
    await core.apply(records[1:])
    await Comparison(core, broker, [topic]).once()
    async with engine.begin() as connection:
        stored = await connection.scalar(text("select next_offset from consumer_offsets"))
        assert topic in await proofs(connection, core.name)
    assert stored == len(OTHERS)


_runs = count(1)
_steps = st.one_of(
    st.tuples(st.just("deliver"), st.integers(0, 1), st.integers(1, 5)),
    st.tuples(st.just("crash"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("write"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("again"), st.just(0), st.integers(1, 8)),
    st.tuples(st.just("ahead"), st.just(0), st.integers(1, 8)),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    followed=st.lists(st.booleans(), min_size=5, max_size=25), steps=st.lists(_steps, max_size=20)
)
async def test_whoever_reads_and_whoever_dies_nothing_that_is_followed_is_passed(
    watched: Watch, followed: Sequence[bool], steps: Sequence[tuple[str, int, int]]
) -> None:
    """G-CONSUME-15: two workers by turns, crashes, redelivery, and a Kafka that runs ahead."""
    run = next(_runs)
    notes = iter(history(f"n-{run}", len(followed)))
    others = iter(OTHERS)
    events = [next(notes) if mine else next(others) for mine in followed]
    topic = [record(event, offset, run) for offset, event in enumerate(events)]
    workers = [watched.another(), watched.another()]
    reached = 0

    async def deliver(worker: ConsumerCore, records: Sequence[Record]) -> None:
        while True:
            try:
                await worker.apply(records)
            except MissingRangeError as missing:
                ((start, end),) = missing.ranges.values()
                await worker.apply(topic[start:end], accept_hole=True)
            else:
                return

    for step, worker, number in steps:
        if step == "deliver":
            await deliver(workers[worker], topic[reached : reached + number])
            reached = min(len(topic), reached + number)
        elif step == "crash":
            workers[worker] = watched.another()
        elif step == "write":
            await workers[worker].write_passed()
        elif step == "again":
            reached = max(0, reached - number)
        else:
            reached = min(len(topic) - 1, reached + number)
        stored = (await watched.offsets()).get((TOPIC, run), 0)
        applied = (await watched.applied()).get(f"n-{run}", [])
        assert len(applied) >= sum(followed[:stored]), "the offset stands behind what was applied"
    await deliver(workers[0], topic[reached:])
    await workers[0].write_passed()
    assert (await watched.applied()).get(f"n-{run}", []) == list(range(1, sum(followed) + 1))


async def test_what_is_missing_is_asked_for_at_once(watched: Watch) -> None:
    """G-CONSUME-9: of all partitions of a batch together, so that they are read side by side."""
    first, second = Feed(0), Feed(1)
    never = [*first.records(*OTHERS[:3]), *second.records(*history("n-1", 1))]
    behind = [*first.records(*OTHERS[3:5]), *second.records(*history("n-1", 1, start=2))]
    with pytest.raises(MissingRangeError) as missing:
        await watched.core.apply(behind)
    assert missing.value.ranges == {(TOPIC, 0): (0, 3), (TOPIC, 1): (0, 1)}
    await watched.core.apply(never, accept_hole=True)
    await watched.core.apply(behind)
    assert await watched.applied() == {"n-1": [1, 2]}
    assert await watched.offsets() == {(TOPIC, 0): 5, (TOPIC, 1): 2}
