"""Knowledge of other services is built anew, beside the knowledge that decisions go by."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events.broker import Broker
from leefwijk.events.consume import ledger
from leefwijk.events.consume.catchup import apply_with_catch_up
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.knowledge import rebuild_knowledge
from leefwijk.events.consume.reactions import Reaction, Reactions
from leefwijk.events.consume.records import Change, Record
from leefwijk.events.event import Audience, Event
from leefwijk.events.language.restores import StoreRestored
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.testing.consuming import Everything
from leefwijk.events.testing.notes import (
    EVENTS,
    Count,
    Counted,
    Noted,
    Notes,
    Overdue,
    moment,
    stored,
)
from leefwijk.events.testing.servers import make_topics, read_topic, write_topic
from leefwijk.events.topics import platform_topic

KEPT_THROUGH = moment(100)
AFTER = KEPT_THROUGH + timedelta(seconds=60)


class KeptNotesRestored(
    StoreRestored,
    type="nl.leefbaarheid.notes.store-restored.v1",
    audience=Audience.PARTNERS,
    service="notes",
):
    """The notes go on from a backup."""


async def _itself(_connection: AsyncConnection, change: Change) -> Iterable[str]:
    return [change.received.subject]


REACTIONS = (Reaction("count-overdue", Overdue, _itself, lambda _change: Count(amount=1), True),)


class Totals(Everything):
    """Keeps the sum of each note; may be told to fail, or to wait for a moment."""

    tables = ("totals",)

    def __init__(self, name: str, reactions: Reactions) -> None:
        self.name = name
        self._reactions = reactions
        self.handles: frozenset[type[Event]] = frozenset({Counted}) | reactions.handles

    async def apply(
        self, connection: AsyncConnection, _generation: int, changes: Sequence[Change]
    ) -> None:
        """Add up."""
        for change in changes:
            if isinstance(change.event, Counted):
                await connection.execute(
                    text("""
                    insert into totals values (:note, :amount)
                    on conflict (note) do update set total = totals.total + excluded.total
                    """),
                    {"note": change.received.subject, "amount": change.event.amount},
                )
        await self._reactions.add(connection, self.name, changes)


class Knower:
    """A service that knows the totals of notes, and does something when one is overdue."""

    def __init__(self, engine: AsyncEngine, broker: Broker, topic: str, name: str) -> None:
        self.engine, self.broker, self.topic, self.name = engine, broker, topic, name
        self.catalogue = Notes((*EVENTS, KeptNotesRestored))
        self.reactions = Reactions(name, REACTIONS)
        self.live = ConsumerCore(engine, Totals(name, self.reactions), self.catalogue)

    async def hear(self, *events: StoredEvent) -> None:
        """Put events on the topic, and let the live consumer read all of it."""
        await write_topic(self.broker, self.topic, events)
        await self.read()

    async def read(self) -> None:
        """Let the live consumer read the topic, as its loop does."""
        records = [Record.of(record) for record in await read_topic(self.broker, self.topic)]
        await apply_with_catch_up(self.live, self.broker, records)

    async def rebuild(self) -> int:
        """Build the knowledge anew."""
        applier = Totals(self.name, Reactions(self.name))
        core = ConsumerCore(self.engine, applier, self.catalogue)
        work = rebuild_knowledge(core, self.reactions, self.broker, [self.topic])
        return await asyncio.wait_for(work, 30)

    async def totals(self) -> dict[str, int]:
        """What it knows."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(text("select note, total from totals"))
            return {row.note: row.total for row in rows}

    async def todos(self) -> list[str]:
        """What it is going to do, or has done."""
        async with self.engine.connect() as connection:
            return list((await connection.execute(text("select target from todos"))).scalars())

    async def empty_topic(self) -> None:
        """Take everything off the topic, as a restore of its owner does."""
        ends = await self.broker.ends([self.topic])
        async with self.broker.admin() as admin:
            await admin.delete_records(
                {TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items()}
            )


@pytest.fixture
async def knower(engine: AsyncEngine, broker: Broker, service_name: str) -> Knower:
    """The service, before it has heard of anything."""
    topic = platform_topic(service_name)
    await make_topics(broker, [topic])
    async with engine.begin() as connection:
        await connection.execute(text("create table totals (note text primary key, total int)"))
    return Knower(engine, broker, topic, f"{service_name}.knowledge")


def counted(note: str, version: int, amount: int) -> StoredEvent:
    """A count of a note."""
    return stored(f"notes-{note}", version, Counted(amount=amount))


def overdue(note: str, version: int, seconds: float = 0) -> StoredEvent:
    """A note is overdue, recorded so many seconds before (or after) what the restore kept last."""
    at = KEPT_THROUGH + timedelta(seconds=seconds)
    return stored(f"notes-{note}", version, Overdue(on=at.date()), at=at)


def restored() -> StoredEvent:
    """What the owner of the notes says after its restore."""
    event = KeptNotesRestored(era=2, restored_at=AFTER, kept_through=KEPT_THROUGH)
    return stored(f"notes-{uuid4()}", 1, event, at=AFTER)


async def test_knowledge_is_what_the_topic_says(knower: Knower) -> None:
    """G-KNOWLEDGE-1: what was wrong or is no longer said is gone; what is said is there once."""
    await knower.hear(counted("a", 1, 3), counted("a", 2, 4), counted("b", 1, 5))
    async with knower.engine.begin() as connection:
        await connection.execute(text("update totals set total = 99 where note = 'a'"))
        await connection.execute(text("insert into totals values ('never', 1)"))
    assert await knower.rebuild() == 3
    assert await knower.totals() == {"a": 7, "b": 5}
    await knower.hear(counted("a", 3, 1))
    assert await knower.totals() == {"a": 8, "b": 5}
    await knower.rebuild()
    assert await knower.totals() == {"a": 8, "b": 5}


async def test_a_restore_of_the_owner_is_followed(knower: Knower) -> None:
    """G-KNOWLEDGE-2: lost events count no more, and those with their versions count."""
    kept = [counted("a", 1, 3), counted("b", 1, 5)]
    await knower.hear(*kept, counted("a", 2, 100), counted("lost", 1, 100))
    await knower.empty_topic()
    await knower.hear(*kept, restored(), counted("a", 2, 4), counted("a", 3, 1))
    assert (await knower.totals())["a"] == 103, "by itself it cannot know"
    await knower.rebuild()
    assert await knower.totals() == {"a": 8, "b": 5}
    await knower.hear(counted("a", 4, 2), counted("lost", 1, 7))
    assert await knower.totals() == {"a": 10, "b": 5, "lost": 7}


async def test_a_consumer_that_was_behind_reads_what_comes_again(knower: Knower) -> None:
    """G-KNOWLEDGE-2: what it had not read when the topic was emptied comes again, and counts."""
    first, *rest = counted("a", 1, 3), counted("a", 2, 4), counted("b", 1, 5)
    await knower.hear(first)
    await write_topic(knower.broker, knower.topic, rest)
    await knower.empty_topic()
    await knower.hear(first, *rest)
    assert await knower.totals() == {"a": 7, "b": 5}
    await knower.rebuild()
    assert await knower.totals() == {"a": 7, "b": 5}


async def test_a_topic_that_was_emptied_and_holds_nothing(knower: Knower) -> None:
    """G-KNOWLEDGE-2: a rebuild ends also where a partition has an end and no record."""
    events = [counted(f"n{number}", 1, 1) for number in range(30)]
    await knower.hear(*events)
    await knower.empty_topic()
    await knower.hear(events[1])
    assert await knower.rebuild() == 1
    assert await knower.totals() == {"n1": 1}


async def test_nothing_is_done_a_second_time(knower: Knower) -> None:
    """G-KNOWLEDGE-3: rebuilding makes no todo for what was known, even if its todo is gone."""
    await knower.hear(counted("a", 1, 3), overdue("a", 2))
    assert await knower.todos() == ["a"]
    await knower.rebuild()
    assert await knower.todos() == ["a"]
    async with knower.engine.begin() as connection:
        await connection.execute(text("delete from todos"))
    await knower.rebuild()
    assert await knower.todos() == []


async def test_what_becomes_known_by_the_rebuild_is_reacted_to(knower: Knower) -> None:
    """G-KNOWLEDGE-3: an event that the live consumer has not read makes its todo, and only one."""
    await knower.hear(counted("a", 1, 3))
    await write_topic(knower.broker, knower.topic, [overdue("a", 2), overdue("new", 1)])
    await knower.rebuild()
    assert sorted(await knower.todos()) == ["a", "new"]
    await knower.read()
    assert sorted(await knower.todos()) == ["a", "new"]


async def test_what_happened_since_a_restore_is_reacted_to(knower: Knower) -> None:
    """G-KNOWLEDGE-3: the live consumer took it for something known: its version had been lost."""
    kept = [counted("a", 1, 3), overdue("a", 2, -50)]
    await knower.hear(*kept, counted("a", 3, 1), counted("a", 4, 1))
    async with knower.engine.begin() as connection:
        await connection.execute(text("delete from todos"))
    await knower.empty_topic()
    await knower.hear(*kept, restored(), overdue("a", 3, 70), stored("notes-a", 4, Noted()))
    assert await knower.todos() == []
    await knower.rebuild()
    assert await knower.todos() == ["a"]
    async with knower.engine.connect() as connection:
        rows = await connection.execute(text("select event_id from todos"))
        at = {row.event_id for row in rows}
    records = await read_topic(knower.broker, knower.topic)
    versions = {
        dict(record.headers)["ce_sequence"]
        for record in records
        if dict(record.headers)["ce_id"].decode() in {str(id_) for id_ in at}
    }
    assert versions == {b"0000000003"}


async def test_a_killed_rebuild_leaves_the_old_knowledge(knower: Knower) -> None:
    """G-KNOWLEDGE-4: decisions go by the old knowledge until the new one is whole."""
    await knower.hear(*(counted(f"n{number}", 1, 1) for number in range(20)))
    async with knower.engine.begin() as connection:
        await connection.execute(text("update totals set total = 50"))
    applier = Totals(knower.name, Reactions(knower.name))
    core = ConsumerCore(knower.engine, applier, knower.catalogue)

    async def die(done: int, _total: int) -> None:
        if done:
            raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        await rebuild_knowledge(core, knower.reactions, knower.broker, [knower.topic], die)
    assert set((await knower.totals()).values()) == {50}
    await knower.hear(counted("n1", 2, 1))
    assert (await knower.totals())["n1"] == 51
    await knower.rebuild()
    assert await knower.totals() == {f"n{number}": 2 if number == 1 else 1 for number in range(20)}
    async with knower.engine.connect() as connection:
        left = await connection.execute(
            text("select count(*) from pg_namespace where nspname ~ 'knowledge_[0-9]+$'")
        )
        assert left.scalar_one() == 0, "what the killed one left behind is gone"


async def test_the_live_consumer_goes_on_meanwhile(knower: Knower) -> None:
    """G-KNOWLEDGE-4: whatever the live consumer reads during a rebuild is in the new knowledge."""
    expected = dict.fromkeys((f"n{number}" for number in range(20)), 0)
    rebuilding: asyncio.Task[int] | None = None
    for version in range(1, 11):
        events = [counted(name, version, version) for name in expected]
        expected = {name: total + version for name, total in expected.items()}
        await knower.hear(*events)
        if version == 4:
            rebuilding = asyncio.create_task(knower.rebuild())
    assert rebuilding is not None
    await rebuilding
    await knower.read()
    assert await knower.totals() == expected
    async with knower.engine.begin() as connection:
        assert await ledger.current_generation(connection, knower.name, hold=False) == 2


async def test_tables_must_be_named(knower: Knower) -> None:
    """G-KNOWLEDGE-1: a service that does not name its tables keeps its knowledge as it is."""

    class Nameless(Everything):
        name = "nameless"
        handles: frozenset[type[Event]] = frozenset()

        async def apply(self, *_: object) -> None:
            """Nothing."""

    core = ConsumerCore(knower.engine, Nameless(), knower.catalogue)
    with pytest.raises(TypeError, match="which tables"):
        await rebuild_knowledge(core, knower.reactions, knower.broker, [knower.topic])
