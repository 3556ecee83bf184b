"""What every consumer must do with what it is given, whatever it makes of the events.

A consumer proves itself by a subclass that gives the fixture `applier`, and by `fact` the events
of its own that it is to be tried with:

    class TestNoteKeeper(ConsumerSuite):
        @pytest.fixture
        def applier(self) -> NoteKeeper:
            return NoteKeeper()
"""

# ruff: noqa: S101, PLR2004 - these are tests: they assert and state their figures

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events.consume import core as consumer_core
from leefwijk.events.consume.core import MissingRangeError
from leefwijk.events.consume.records import Applier, Change
from leefwijk.events.event import Event
from leefwijk.events.store.postgres import is_gone
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.testing.consuming import (
    TOPIC,
    Feed,
    Watch,
    Watched,
    count_up,
    history,
    record,
    watch,
)
from leefwijk.events.testing.notes import EVENTS, Notes, Renamed, stored
from leefwijk.events.testing.servers import until


class Unused(Event, type="nl.leefbaarheid.notes.unused.v1", service="notes"):
    """Something that no consumer needs to know."""


class ConsumerSuite:
    """The behaviour of a consumer."""

    @pytest.fixture
    async def watched(self, engine: AsyncEngine, applier: Applier) -> Watch:
        """The consumer under watch."""
        await watch(engine)
        own = applier.handles - set(EVENTS)
        return Watch(engine, Watched(applier), Notes([*EVENTS, Unused, *own]))

    def fact(self, version: int) -> Event:
        """An event that the consumer uses, to be the one of this version of a stream."""
        return count_up(version)

    def history(self, stream_id: str, length: int, start: int = 1) -> list[StoredEvent]:
        """So many events of a stream."""
        return history(stream_id, length, start, self.fact)

    async def test_events_are_applied_in_order_and_the_offset_moves(self, watched: Watch) -> None:
        """G-CONSUME-1: change, version and offset are there after one batch."""
        feed = Feed()
        done = await watched.core.apply(
            feed.records(*self.history("n-1", 3), *self.history("n-2", 2))
        )
        assert (done.applied, done.duplicate, done.parked) == (5, 0, 0)
        assert await watched.applied() == {"n-1": [1, 2, 3], "n-2": [1, 2]}
        assert await watched.offsets() == {(TOPIC, 0): 5}
        assert await watched.version("n-1") == 3

    async def test_what_is_known_is_dropped_by_its_version(self, watched: Watch) -> None:
        """G-CONSUME-2: an event delivered again, in the batch or later, has no second effect."""
        feed = Feed()
        events = self.history("n-1", 3)
        await watched.core.apply(feed.records(*events, *events))
        done = await watched.core.apply(feed.records(*events, *self.history("n-1", 1, start=4)))
        assert (done.applied, done.duplicate) == (1, 3)
        assert await watched.applied() == {"n-1": [1, 2, 3, 4]}

    async def test_the_same_offsets_again_change_nothing(self, watched: Watch) -> None:
        """G-CONSUME-2: a redelivered batch moves no offset back."""
        feed = Feed()
        records = feed.records(*self.history("n-1", 5))
        await watched.core.apply(records)
        await watched.core.apply(records[1:3])
        assert await watched.offsets() == {(TOPIC, 0): 5}
        assert await watched.applied() == {"n-1": [1, 2, 3, 4, 5]}

    async def test_a_gap_waits_and_ends_in_order(self, watched: Watch) -> None:
        """G-CONSUME-3: what comes too early waits, and goes in in order when the gap is filled."""
        feed = Feed()
        one, two, three, four = self.history("n-1", 4)
        done = await watched.core.apply(feed.records(one, four, three))
        assert (done.applied, done.parked) == (1, 2)
        assert await watched.reasons("n-1") == {3: "gap", 4: "gap"}
        assert await watched.offsets() == {(TOPIC, 0): 3}
        await watched.core.apply(feed.records(two))
        assert await watched.applied() == {"n-1": [1, 2, 3, 4]}
        assert await watched.parked_streams() == []

    async def test_what_waited_and_came_again_in_one_batch_does_not_stay(
        self, watched: Watch
    ) -> None:
        """G-CONSUME-3: an event that comes too early, then again in its turn, waits no longer."""
        one, two, three = self.history("n-1", 3)
        await watched.core.apply(Feed().records(two, one, two, three))
        assert await watched.applied() == {"n-1": [1, 2, 3]}
        assert await watched.parked_streams() == []

    async def test_a_stream_first_seen_in_its_middle_is_a_gap(self, watched: Watch) -> None:
        """G-CONSUME-3: a stream whose first event is not version one waits."""
        feed = Feed()
        await watched.core.apply(
            feed.records(*self.history("n-1", 2, start=2), *self.history("n-2", 1))
        )
        assert await watched.applied() == {"n-2": [1]}
        assert await watched.reasons("n-1") == {2: "gap", 3: "gap"}
        await watched.core.apply(feed.records(*self.history("n-1", 1)))
        assert await watched.applied() == {"n-2": [1], "n-1": [1, 2, 3]}

    async def test_a_missing_event_may_come_by_another_way(self, watched: Watch) -> None:
        """G-CONSUME-3: a gap ends when its owner hands over what is missing."""
        await watched.core.apply(Feed().records(*self.history("n-1", 2, start=3)))
        await watched.core.retry("n-1", [record(event) for event in self.history("n-1", 2)])
        assert await watched.applied() == {"n-1": [1, 2, 3, 4]}
        assert await watched.offsets() == {(TOPIC, 0): 2}

    async def test_a_fault_parks_only_its_stream(self, watched: Watch) -> None:
        """G-CONSUME-4: the faulty event and what follows it wait; everything else goes on."""
        feed = Feed()
        watched.applier.faulty = {("n-5", 2)}
        events = [event for n in range(10) for event in self.history(f"n-{n}", 3)]
        done = await watched.core.apply(feed.records(*events))
        assert (done.applied, done.parked) == (28, 2)
        applied = await watched.applied()
        assert applied.pop("n-5") == [1]
        assert applied == {f"n-{n}": [1, 2, 3] for n in range(10) if n != 5}
        assert await watched.reasons("n-5") == {2: "fault", 3: "behind"}
        assert await watched.offsets() == {(TOPIC, 0): 30}
        await watched.core.apply(feed.records(*self.history("n-5", 1, start=4)))
        assert await watched.reasons("n-5") == {2: "fault", 3: "behind", 4: "behind"}

    async def test_a_mended_fault_is_tried_again_by_hand(self, watched: Watch) -> None:
        """G-CONSUME-4: after a retry the stream goes on in order, up to the next faulty event."""
        watched.applier.faulty = {("n-1", 2), ("n-1", 4)}
        await watched.core.apply(Feed().records(*self.history("n-1", 5)))
        with pytest.raises(ValueError, match="cannot be taken"):
            await watched.core.retry("n-1")
        assert await watched.reasons("n-1") == {
            2: "fault",
            3: "behind",
            4: "behind",
            5: "behind",
        }
        watched.applier.faulty = {("n-1", 4)}
        await watched.core.retry("n-1")
        assert await watched.reasons("n-1") == {4: "fault", 5: "behind"}
        watched.applier.faulty = set()
        await watched.core.retry("n-1")
        assert await watched.applied() == {"n-1": [1, 2, 3, 4, 5]}
        assert await watched.parked_streams() == []

    async def test_a_fault_can_be_passed_over(self, watched: Watch) -> None:
        """G-CONSUME-4: skipping says who and why, and the stream goes on without the event."""
        feed = Feed()
        watched.applier.faulty = {("n-1", 2)}
        events = self.history("n-1", 3)
        await watched.core.apply(feed.records(*events))
        await watched.core.skip("n-1", by="operator", reason="known to be wrong")
        assert await watched.applied() == {"n-1": [1, 3]}
        async with watched.engine.begin() as connection:
            row = (await connection.execute(text("select * from parked_skips"))).one()
        assert (row.stream_id, row.version, row.skipped_by) == ("n-1", 2, "operator")
        await watched.core.apply(feed.records(*events))
        assert await watched.parked_streams() == []

    async def test_a_gap_can_be_passed_over(self, watched: Watch) -> None:
        """G-CONSUME-4: what never came is dropped should it come after all; it is no fork."""
        feed = Feed()
        one, two, three, four = self.history("n-1", 4)
        await watched.core.apply(feed.records(one, four))
        await watched.core.skip("n-1", by="operator", reason="lost for ever")
        assert await watched.applied() == {"n-1": [1, 4]}
        await watched.core.apply(feed.records(two, three))
        assert await watched.applied() == {"n-1": [1, 4]}
        assert await watched.parked_streams() == []
        first = self.history("n-2", 1, start=3)
        await watched.core.apply(feed.records(*first))
        await watched.core.skip("n-2", by="operator", reason="lost for ever")
        await watched.core.apply(feed.records(*self.history("n-2", 4)))
        assert (await watched.applied())["n-2"] == [3, 4]
        assert await watched.parked_streams() == []

    async def test_a_newer_version_of_an_event_waits_for_a_newer_reader(
        self, watched: Watch
    ) -> None:
        """G-CONSUME-5: an event type known in an older version only parks as unknown-version."""
        newer = replace(
            stored("n-1", 1, Renamed(name="x")), type="nl.leefbaarheid.notes.renamed.v9"
        )
        await watched.core.apply(Feed().records(newer, *self.history("n-1", 1, start=2)))
        assert await watched.reasons("n-1") == {1: "unknown-version", 2: "behind"}

    async def test_unused_events_only_move_the_version_on(self, watched: Watch) -> None:
        """G-CONSUME-6: a type that the consumer does not use, or nobody knows, leaves no gap."""
        unused = stored("n-1", 1, Unused())
        unheard = replace(unused, version=2, id=uuid4(), type="nl.else.where.happened.v1")
        done = await watched.core.apply(
            Feed().records(unused, unheard, *self.history("n-1", 1, start=3))
        )
        assert (done.unused, done.applied) == (2, 1)
        assert await watched.applied() == {"n-1": [3]}
        assert await watched.version("n-1") == 3

    @pytest.mark.parametrize("data", ["[]", "{", '{"amount": "many"}', "\x00"])
    async def test_data_that_cannot_be_read_park_their_stream(
        self, watched: Watch, data: str
    ) -> None:
        """G-CONSUME-4: whatever stands in the data, the partition goes on."""
        bad = replace(self.history("n-1", 1)[0], data=data)
        await watched.core.apply(Feed().records(bad, *self.history("n-2", 1)))
        assert await watched.reasons("n-1") == {1: "fault"}
        assert await watched.applied() == {"n-2": [1]}

    async def test_an_upcaster_that_stumbles_parks_the_stream(self, watched: Watch) -> None:
        """G-CONSUME-4: an old event that cannot be read as a new one is a fault of that event."""
        old = replace(
            stored("n-1", 1, Renamed(name="")),
            type="nl.leefbaarheid.notes.renamed.v1",
            data='["not", "an", "object"]',
        )
        await watched.core.apply(Feed().records(old, *self.history("n-2", 1)))
        assert await watched.reasons("n-1") == {1: "fault"}

    async def test_a_record_that_is_no_event_waits_on_its_own(self, watched: Watch) -> None:
        """G-CONSUME-4: a record without an envelope waits under the name of its place."""
        feed = Feed()
        records = feed.records(*self.history("n-1", 1), *self.history("n-2", 1))
        spoilt = replace(
            records[0], headers=(("ce_id", b"\xff\x00"), ("other", b"\x00")), value=None
        )
        done = await watched.core.apply([spoilt, records[1]])
        assert (done.applied, done.parked) == (1, 1)
        assert await watched.parked_streams() == [f"{TOPIC}/0/0"]
        await watched.core.skip(f"{TOPIC}/0/0", by="operator", reason="no event of ours")
        assert await watched.parked_streams() == []

    async def test_a_fork_is_never_guessed_at(self, watched: Watch) -> None:
        """G-CONSUME-7: a known version with another id parks the stream from there on."""
        feed = Feed()
        one, two, three = self.history("n-1", 3)
        other = replace(two, id=uuid4())
        await watched.core.apply(feed.records(one, two, other, three))
        assert await watched.reasons("n-1") == {2: "fork", 3: "behind"}
        await watched.core.skip("n-1", by="operator", reason="the first one holds")
        assert await watched.applied() == {"n-1": [1, 2, 3]}
        await watched.core.apply(feed.records(two))
        assert await watched.parked_streams() == []

    async def test_a_fork_among_waiting_events_is_seen(self, watched: Watch) -> None:
        """G-CONSUME-7: two events that claim one version while it waits go in neither of them."""
        feed = Feed()
        one, two, three = self.history("n-1", 3)
        await watched.core.apply(feed.records(one, three, replace(three, id=uuid4())))
        await watched.core.apply(feed.records(two))
        assert await watched.reasons("n-1") in ({3: "fork"}, {2: "behind", 3: "fork"})
        await watched.core.skip("n-1", by="operator", reason="neither")
        assert (await watched.applied())["n-1"][0] == 1

    async def test_a_topic_made_anew_is_read_from_its_start(self, watched: Watch) -> None:
        """G-CONSUME-8: offsets that begin at 0 again are new records, not duplicates."""
        before = Feed()
        events = self.history("n-1", 6)
        await watched.core.apply(before.records(*events[:4]))
        anew = Feed()
        await watched.core.apply(anew.records(*events[:2]))
        assert await watched.offsets() == {(TOPIC, 0): 4}
        await watched.core.apply(anew.records(*events[2:4], events[4]), accept_hole=True)
        assert await watched.offsets() == {(TOPIC, 0): 5}
        shorter = Feed()
        shorter.next_offset = 1
        await watched.core.apply(shorter.records(events[5]))
        assert await watched.offsets() == {(TOPIC, 0): 2}
        assert await watched.applied() == {"n-1": [1, 2, 3, 4, 5, 6]}

    async def test_what_was_never_read_is_missed_before_what_follows(self, watched: Watch) -> None:
        """G-CONSUME-9: a first offset above ours raises, and nothing of the batch is applied."""
        feed = Feed()
        records = feed.records(*self.history("n-1", 5), *self.history("n-2", 2))
        await watched.core.apply(records[:2])
        with pytest.raises(MissingRangeError) as caught:
            await watched.core.apply(records[5:])
        assert caught.value.ranges == {(TOPIC, 0): (2, 5)}
        assert await watched.applied() == {"n-1": [1, 2]}
        await watched.core.apply(records[2:5], accept_hole=True)
        await watched.core.apply(records[5:])
        assert await watched.applied() == {"n-1": [1, 2, 3, 4, 5], "n-2": [1, 2]}

    async def test_a_worker_that_lost_its_partition_is_fenced(self, watched: Watch) -> None:
        """G-CONSUME-10: two workers on one partition apply every event once."""
        feed = Feed()
        await watched.core.apply(feed.records(*self.history("n-0", 1)))
        records = feed.records(*self.history("n-1", 4))
        entered, leave = asyncio.Event(), asyncio.Event()

        async def linger(connection: AsyncConnection, _changes: Sequence[Change]) -> None:
            watched.applier.disturb = None
            entered.set()
            while not leave.is_set():  # the server ends a transaction that stands idle
                await connection.execute(text("select pg_sleep(0.01)"))

        watched.applier.disturb = linger
        stale = asyncio.create_task(watched.core.apply(records[:3]))
        await entered.wait()
        fresh = asyncio.create_task(watched.another().apply(records))

        async def locked_out() -> bool:
            return fresh.done() or await watched.waits()

        await until(locked_out)
        assert not fresh.done(), "the partition is locked"
        leave.set()
        assert (await stale).applied == 3
        assert ((await fresh).applied, (await fresh).duplicate) == (1, 3)
        done = await watched.core.apply(records[1:3])
        assert (done.applied, done.duplicate) == (0, 2)
        assert await watched.applied() == {"n-0": [1], "n-1": [1, 2, 3, 4]}
        assert await watched.offsets() == {(TOPIC, 0): 5}

    async def test_killed_between_apply_and_commit_nothing_happened(self, watched: Watch) -> None:
        """G-CONSUME-1: change, version and offset go in together or not at all."""
        records = Feed().records(*self.history("n-1", 3))

        async def die(connection: AsyncConnection, _changes: Sequence[Change]) -> None:
            await connection.execute(
                text("insert into applied (generation, stream_id, version) values (1, 'n-1', 99)")
            )
            watched.applier.disturb = None
            await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

        watched.applier.disturb = die
        with pytest.raises(DBAPIError) as caught:
            await watched.core.apply(records)
        assert is_gone(caught.value)
        assert (await watched.applied(), await watched.offsets()) == ({}, {})
        await watched.core.apply(records)
        assert await watched.applied() == {"n-1": [1, 2, 3]}

    async def test_killed_before_what_waited_goes_in_it_goes_in_later(self, watched: Watch) -> None:
        """G-CONSUME-3: a gap that was filled a moment before the end is found by itself."""
        feed = Feed()
        one, two, three, four = self.history("n-1", 4)
        await watched.core.apply(feed.records(one, three, four))

        async def die(connection: AsyncConnection, changes: Sequence[Change]) -> None:
            if changes[0].received.version == 3:
                await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

        watched.applier.disturb = die
        with pytest.raises(DBAPIError):
            await watched.core.apply(feed.records(two))
        assert await watched.applied() == {"n-1": [1, 2]}
        watched.applier.disturb = None
        await watched.another().unpark()
        assert await watched.applied() == {"n-1": [1, 2, 3, 4]}
        assert await watched.parked_streams() == []

    @pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "42P01", "57014"])
    async def test_what_passes_by_itself_parks_nothing(self, watched: Watch, state: str) -> None:
        """G-CONSUME-11: a deadlock, a lost race or a missing table is no fault of an event."""
        records = Feed().records(*self.history("n-1", 2))

        async def stumble(connection: AsyncConnection, _changes: Sequence[Change]) -> None:
            await connection.execute(
                text(f"do $$ begin raise exception 'no' using errcode = '{state}'; end $$")
            )

        watched.applier.disturb = stumble
        with pytest.raises(DBAPIError):
            await watched.core.apply(records)
        assert await watched.parked_streams() == []
        watched.applier.disturb = None
        await watched.core.apply(records)
        assert await watched.applied() == {"n-1": [1, 2]}

    async def test_too_much_for_one_transaction_is_taken_apart(
        self, watched: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """G-CONSUME-11: a batch that runs into the time limit is tried in parts, not for ever."""
        monkeypatch.setattr(consumer_core, "SLOW_SECONDS", 0.01)

        async def slow(connection: AsyncConnection, changes: Sequence[Change]) -> None:
            if len(changes) > 2:
                await asyncio.sleep(0.02)
                await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

        watched.applier.disturb = slow
        await watched.core.apply(Feed().records(*self.history("n-1", 6)))
        assert await watched.applied() == {"n-1": [1, 2, 3, 4, 5, 6]}

    async def test_partitions_go_on_independently(self, watched: Watch) -> None:
        """G-CONSUME-1: a batch may hold several partitions, each with an offset of its own."""
        first, second = Feed(0), Feed(1)
        await watched.core.apply(
            [*first.records(*self.history("n-1", 2)), *second.records(*self.history("n-2", 3))]
        )
        assert await watched.offsets() == {(TOPIC, 0): 2, (TOPIC, 1): 3}
