from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.records import Record
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
from leefwijk.events.testing.notes import Notes
from leefwijk.events.testing.suites import ConsumerSuite


class TestNoteKeeper(ConsumerSuite):
    @pytest.fixture
    def applier(self) -> NoteKeeper:
        """The simplest consumer."""
        return NoteKeeper()


@pytest.fixture
async def watched(engine: AsyncEngine) -> Watch:
    """A consumer under watch."""
    await watch(engine)
    return Watch(engine, Watched(NoteKeeper()))


_runs = count(1)
_slow = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_slow
@given(data=st.data())
async def test_in_whatever_order_events_come_each_is_applied_once_in_its_turn(
    watched: Watch, data: st.DataObject
) -> None:
    """G-CONSUME-2, G-CONSUME-3: shuffled, repeated, cut into batches: the outcome is the same."""
    run = next(_runs)
    events = [event for n in range(3) for event in history(f"n-{run}-{n}", 4)]
    delivered = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events)))))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(delivered)), max_size=4)) | {0})
    feed = Feed(partition=run)
    for start, end in zip(cuts, [*cuts[1:], len(delivered)], strict=True):
        await watched.core.apply(feed.records(*delivered[start:end]))
    applied = await watched.applied()
    for n in range(3):
        assert applied[f"n-{run}-{n}"] == [1, 2, 3, 4]
        assert await watched.reasons(f"n-{run}-{n}") == {}


_names = st.sampled_from(
    [
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_subject",
        "ce_time",
        "ce_sequence",
        "ce_partitionkey",
        "ce_specversion",
        "ce_\x00",
        "other",
    ]
)
_contents = st.one_of(
    st.none(),
    st.binary(max_size=12),
    st.sampled_from(
        [b"0", b"-1", b"99999999999999999999", b"2026-01-01", b"2026-01-01T00:00:00", b"\x00"]
    ),
    st.integers(1000, 3000).map(lambda size: b"x" * size),
)


@_slow
@given(
    changed=st.dictionaries(_names, _contents, min_size=1, max_size=3),
    key=st.none() | st.binary(max_size=3),
    value=st.none() | st.binary(max_size=20),
)
async def test_no_record_blocks_its_partition(
    watched: Watch, changed: dict[str, Any], key: bytes | None, value: bytes | None
) -> None:
    """G-CONSUME-4: whatever stands on a topic, what follows is applied and the offset moves."""
    run = next(_runs)
    sound = record(history(f"odd-{run}", 1)[0], 0, run)
    headers = {**dict(sound.headers), **changed}
    odd = Record(
        TOPIC,
        run,
        0,
        tuple(headers.items()),
        key if key is not None or not changed else sound.key,
        value,
    )
    await watched.core.apply([odd, record(history(f"even-{run}", 1)[0], 1, run)])
    assert (await watched.applied())[f"even-{run}"] == [1]
    assert (await watched.offsets())[TOPIC, run] == 2


async def test_a_record_is_read_once_for_all_its_consumers(engine: AsyncEngine) -> None:
    """G-CONSUME-13: what one consumer has read of a record, the next one takes over."""
    await watch(engine)
    read: list[str] = []

    class Counting(Notes):
        def decode(self, type_: str, data: Any) -> Any:
            read.append(type_)
            return super().decode(type_, data)

    language = Counting()
    records = Feed().records(*history("n-1", 3))
    for name in ("one", "another"):
        core = ConsumerCore(engine, Watched(NoteKeeper(name)), language)
        assert (await core.apply(records)).applied == 3
    assert len(read) == 3
    assert replace(records[0], offset=7).received is None
