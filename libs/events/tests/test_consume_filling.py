"""The fast way into a new generation ends where the careful way ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events.consume import ledger
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.filling import Filling, PlanningApplier
from leefwijk.events.consume.records import Change, Record
from leefwijk.events.event import Event
from leefwijk.events.testing.consuming import Everything, Feed, count_up, history, watch
from leefwijk.events.testing.notes import Counted, Noted, Notes, Renamed, stored

CONSUMER = "tally-of-test"


@dataclass
class Tallies:
    """What a batch makes of the tallies."""

    states: dict[str, int]
    rows: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass
class Tally(Everything):
    """Keeps one row per event with the tally so far: each rests on the one before."""

    name: str = CONSUMER
    handles: frozenset[type[Event]] = frozenset({Noted, Counted})
    faulty: set[tuple[str, int]] = field(default_factory=set)
    unwritable: set[tuple[str, int]] = field(default_factory=set)
    reads: int = 0

    async def prepare(self, connection: AsyncConnection, generation: int) -> None:
        """Each row names its generation."""

    async def drop(self, connection: AsyncConnection, generation: int) -> None:
        """Nothing has to go."""

    async def apply(
        self, connection: AsyncConnection, generation: int, changes: Sequence[Change]
    ) -> None:
        """All three steps."""
        streams = {change.received.stream_id for change in changes}
        known = await self.read(connection, generation, streams)
        await self.write(connection, generation, self.plan(known, changes))

    async def read(
        self, connection: AsyncConnection, generation: int, streams: Iterable[str]
    ) -> Mapping[str, int]:
        """The last tally of each stream."""
        self.reads += 1
        rows = await connection.execute(
            text("""
            select distinct on (stream_id) stream_id, tally from tallies
            where generation = :generation and stream_id = any(cast(:streams as text[]))
            order by stream_id, version desc
            """),
            {"generation": generation, "streams": list(streams)},
        )
        return {row.stream_id: row.tally for row in rows}

    def plan(self, known: Mapping[str, int], changes: Sequence[Change]) -> Tallies:
        """Add up."""
        tallies = Tallies(dict(known))
        for change in changes:
            stream, version = change.received.stream_id, change.received.version
            if (stream, version) in self.faulty:
                raise ValueError("this event cannot be taken")
            tally = tallies.states.get(stream, 0) * 3 + version
            tallies.states[stream] = tally
            tallies.rows.append((stream, version, tally))
        return tallies

    async def write(self, connection: AsyncConnection, generation: int, plan: Tallies) -> None:
        """Write the rows."""
        for stream, version, tally in plan.rows:
            if (stream, version) in self.unwritable:
                raise ValueError("this row cannot be written")
            await connection.execute(
                text("insert into tallies values (:generation, :stream, :version, :tally)"),
                {"generation": generation, "stream": stream, "version": version, "tally": tally},
            )


@pytest.fixture
async def tables(engine: AsyncEngine) -> AsyncEngine:
    """A database with the rows of the tally."""
    await watch(engine)
    async with engine.begin() as connection:
        await connection.execute(
            text("create table tallies (generation int, stream_id text, version int, tally int)")
        )
    return engine


async def outcome(engine: AsyncEngine, generation: int) -> dict[str, Any]:
    """Everything that stands in a generation."""
    found: dict[str, Any] = {}
    async with engine.begin() as connection:
        for name, statement in {
            "rows": "select stream_id, version, tally from tallies where generation = :g",
            "streams": "select stream_id, version, event_id from consumer_streams"
            " where generation = :g",
            "parked": "select stream_id, version, reason from parked where generation = :g",
            "offsets": "select topic, partition, next_offset from consumer_offsets"
            " where generation = :g",
        }.items():
            rows = await connection.execute(
                text(f"{statement} order by 1, 2, 3"), {"g": generation}
            )
            found[name] = [tuple(row) for row in rows]
    return found


_generations = count(1, 2)
_slow = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[list[Record]], set[tuple[str, int]]]:
    """Records of a few streams: some repeated, late, missing, spoilt or claimed twice; in batches.

    With them the events that the applier cannot take.
    """
    streams = [f"notes-{n}" for n in range(4)]
    events = [
        event
        for stream in streams
        for event in history(
            stream, 5, fact=lambda v: Renamed(name="x") if v == draw(st.just(3)) else count_up(v)
        )
    ]
    odd = draw(st.booleans())
    if odd:
        events += draw(st.lists(st.sampled_from(events), max_size=6))
        missing = draw(st.sets(st.integers(0, len(events) - 1), max_size=2))
        events = [event for place, event in enumerate(events) if place not in missing]
        if draw(st.booleans()):
            events.append(stored(streams[0], 2, Counted(amount=9)))
        events = draw(st.permutations(events))
    feed = Feed()
    records = feed.records(*events)
    if odd and draw(st.booleans()):
        records[draw(st.integers(0, len(records) - 1))].value = b"\xff"
    cuts = sorted(draw(st.sets(st.integers(1, len(records) - 1), max_size=6)) | {0, len(records)})
    faulty = draw(st.sets(st.tuples(st.sampled_from(streams), st.integers(1, 5)), max_size=1))
    return [records[a:b] for a, b in pairwise(cuts)], faulty if odd else set()


@_slow
@given(delivery=deliveries(), keep=st.sampled_from([1, 3, 50]), writing=st.booleans())
async def test_both_ways_end_alike(
    tables: AsyncEngine,
    delivery: tuple[list[list[Record]], set[tuple[str, int]]],
    keep: int,
    writing: bool,
) -> None:
    """G-REBUILD-1: whatever is delivered in whatever batches, both ways leave the same behind."""
    careful = next(_generations)
    batches, faulty = delivery
    applier = Tally(unwritable=faulty) if writing else Tally(faulty=faulty)
    core = ConsumerCore(tables, applier, Notes([Noted, Counted, Renamed]))
    filling = Filling(core, applier, careful + 1, keep=keep)
    for generation in (careful, careful + 1):
        async with tables.begin() as connection:
            await ledger.current_generation(connection, CONSUMER, hold=False)
            places = {(record.topic, record.partition) for batch in batches for record in batch}
            await ledger.Ledger(connection, CONSUMER, generation).lock_partitions(places)
    for batch in batches:
        await core.apply(batch, generation=careful, accept_hole=True)
        await filling.take(batch)
    await filling.settle()
    assert await outcome(tables, careful + 1) == await outcome(tables, careful)


async def filled(
    tables: AsyncEngine, applier: Tally, batches: Sequence[Sequence[Record]], keep: int
) -> dict[str, Any]:
    """What the fast way makes of these batches."""
    core = ConsumerCore(tables, applier, Notes([Noted, Counted, Renamed]))
    filling = Filling(core, applier, 2, keep=keep)
    async with tables.begin() as connection:
        await ledger.current_generation(connection, CONSUMER, hold=False)
        places = {(record.topic, record.partition) for batch in batches for record in batch}
        await ledger.Ledger(connection, CONSUMER, 2).lock_partitions(places)
    for batch in batches:
        await filling.take(batch)
    await filling.settle()
    return await outcome(tables, 2)


async def test_what_rests_on_a_batch_that_failed_is_worked_out_anew(tables: AsyncEngine) -> None:
    """G-REBUILD-1: the next batch is worked out while one is written that turns out faulty."""
    records = Feed().records(*history("notes-1", 4, fact=count_up))
    applier = Tally(unwritable={("notes-1", 2)})
    found = await filled(tables, applier, [[record] for record in records], 50)
    assert [row[:2] for row in found["rows"]] == [("notes-1", 1)]
    assert found["parked"] == [
        ("notes-1", 2, "fault"),
        ("notes-1", 3, "behind"),
        ("notes-1", 4, "behind"),
    ]


async def test_a_stream_that_was_forgotten_is_known_when_it_comes_again(
    tables: AsyncEngine,
) -> None:
    """G-REBUILD-1: what comes twice goes in once, also where memory held too little of it."""
    feed = Feed()
    one, other = history("a-1", 1, fact=count_up), history("b-1", 2, fact=count_up)
    arrivals = (one, other[:1], one, other)
    found = await filled(tables, Tally(), [feed.records(*events) for events in arrivals], 1)
    assert [row[:2] for row in found["rows"]] == [("a-1", 1), ("b-1", 1), ("b-1", 2)]
    assert found["parked"] == []


async def test_what_is_known_is_not_read_again(tables: AsyncEngine) -> None:
    """Nothing is read of streams that the rebuild has seen from their start."""
    applier = Tally()
    core = ConsumerCore(tables, applier, Notes([Noted, Counted, Renamed]))
    filling = Filling(core, applier, 1)
    feed = Feed()
    for version in (1, 2, 3):
        await filling.take(feed.records(*history("notes-1", 1, start=version)))
    await filling.settle()
    assert applier.reads == 0
    assert [row[1:] for row in (await outcome(tables, 1))["rows"]] == [(1, 1), (2, 5), (3, 18)]


def test_the_tally_can_go_the_fast_way() -> None:
    """What is compared here are two ways."""
    assert isinstance(Tally(), PlanningApplier)
