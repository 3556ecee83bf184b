import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.reactions import Reaction, Reactions, TodoWorker
from leefwijk.events.consume.records import Change
from leefwijk.events.event import Event
from leefwijk.events.handling import Handler
from leefwijk.events.store.postgres import EventStore
from leefwijk.events.store.records import Commit, UnavailableError
from leefwijk.events.testing.consuming import Everything, Feed
from leefwijk.events.testing.notes import Count, Counted, Noted, Notes, Write, stored
from leefwijk.events.testing.servers import until

LATER = datetime(2100, 1, 1, tzinfo=UTC)


async def both(_connection: AsyncConnection, _change: Change) -> Iterable[str]:
    """The aggregates that a reaction is about."""
    return ["one", "two"]


class Knowing(Everything):
    """A service that counts on two notes of its own whenever something was noted elsewhere."""

    name = "knowing"
    handles: frozenset[type[Event]] = frozenset({Noted})

    def __init__(self, *reactions: Reaction) -> None:
        self.reactions = Reactions(
            "knowing",
            reactions
            or (Reaction("count-along", Noted, both, lambda change: Count(amount=amount(change))),),
        )

    async def apply(
        self, connection: AsyncConnection, generation: int, changes: Sequence[Change]
    ) -> None:
        """Write todos for what was noted."""
        await self.reactions.add(connection, self.name, changes)


def amount(change: Change) -> int:
    """What was noted."""
    assert isinstance(change.event, Noted)
    return change.event.amount


class Reacting:
    """The consumer, the worker and the notes that it changes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.store = EventStore(engine, "knowing")
        self.handler = Handler(self.store, Notes())
        self.worker = TodoWorker(engine, self.handler, {"count-along": Count})
        self.feed = Feed()

    async def hear(self, *amounts: int, applier: Knowing | None = None) -> None:
        """Apply events of another service."""
        core = ConsumerCore(self.engine, applier or Knowing(), Notes())
        events = [
            stored("notes-far", version, Noted(amount=number), at=LATER)
            for version, number in enumerate(amounts, start=self.feed.next_offset + 1)
        ]
        await core.apply(self.feed.records(*events))

    async def todos(self) -> list[Row[Any]]:
        """All todos, in the order of their targets."""
        async with self.engine.begin() as connection:
            rows = await connection.execute(
                text("select target, outcome, attempts, done_at from todos order by target, id")
            )
            return list(rows.all())

    async def outcomes(self) -> list[str | None]:
        """How the todos ended."""
        return [row.outcome for row in await self.todos()]

    async def amounts(self, id_: str) -> list[int]:
        """What was counted on a note of ours."""
        return [
            Counted.from_json(event.data).amount
            for event in await self.store.events_of(f"notes-{id_}")
            if event.type == Counted.type
        ]


@pytest.fixture
async def reacting(engine: AsyncEngine) -> AsyncIterator[Reacting]:
    """A service with its two notes."""
    made = Reacting(engine)
    for id_ in ("one", "two"):
        await made.handler.execute(Write(), id_=id_, create=True)
    yield made
    await made.store.close()


async def test_a_reaction_is_issued_once_to_each_target(reacting: Reacting) -> None:
    """G-TODO-1: an event leads to one command per target, and the append marks it done."""
    await reacting.hear(3)
    assert await reacting.outcomes() == [None, None]
    assert await reacting.worker.once() == 2
    assert await reacting.outcomes() == ["done", "done"]
    assert (await reacting.amounts("one"), await reacting.amounts("two")) == ([3], [3])
    assert await reacting.worker.once() == 0


async def test_an_event_that_comes_again_leads_to_nothing_new(reacting: Reacting) -> None:
    """G-TODO-1: todos are unique for ever, also when knowledge is built anew."""
    await reacting.hear(3)
    await reacting.worker.once()
    async with reacting.engine.begin() as connection:
        for table in ("consumer_streams", "consumer_offsets"):
            await connection.execute(text(f"delete from {table}"))
    again = Feed()
    async with reacting.engine.begin() as connection:
        event_id = (await connection.execute(text("select event_id from todos"))).scalars().first()
    core = ConsumerCore(reacting.engine, Knowing(), Notes())
    await core.apply(again.records(stored("notes-far", 1, Noted(amount=3), id_=event_id, at=LATER)))
    assert await reacting.worker.once() == 0
    assert await reacting.amounts("one") == [3]


async def test_two_workers_do_it_once(reacting: Reacting) -> None:
    """G-TODO-2: several processes may work at once."""
    await reacting.hear(1, 2, 3)
    other = TodoWorker(reacting.engine, reacting.handler, {"count-along": Count})
    await asyncio.gather(reacting.worker.once(), other.once())
    assert sorted(await reacting.amounts("one")) == [1, 2, 3]
    assert await reacting.outcomes() == ["done"] * 6


async def test_killed_between_append_and_mark_nothing_is_done_twice(reacting: Reacting) -> None:
    """G-TODO-2: the mark is in the transaction of the append; whatever dies, both or neither."""
    await reacting.hear(3)

    class Dying(EventStore):
        async def commit(self, commit: Commit) -> None:
            await super().commit(commit)
            raise asyncio.CancelledError

    dying = Dying(reacting.engine, "knowing")
    worker = TodoWorker(reacting.engine, Handler(dying, Notes()), {"count-along": Count})
    with pytest.raises(asyncio.CancelledError):
        await worker.once()
    assert (await reacting.outcomes()).count("done") == 1
    await reacting.worker.once()
    assert (await reacting.amounts("one"), await reacting.amounts("two")) == ([3], [3])
    await dying.close()


async def test_a_refusal_ends_a_todo_with_its_code(reacting: Reacting) -> None:
    """G-TODO-3: what is refused is not asked again; the code says why."""
    await reacting.hear(-5)
    await reacting.worker.once()
    assert await reacting.outcomes() == ["below-zero", "below-zero"]
    assert await reacting.worker.once() == 0


async def test_a_command_that_changes_nothing_ends_its_todo(reacting: Reacting) -> None:
    """G-TODO-3: accepted without an event is done."""
    await reacting.hear(0)
    await reacting.worker.once()
    assert await reacting.outcomes() == ["done", "done"]


async def test_a_target_that_does_not_exist_ends_its_todo(reacting: Reacting) -> None:
    """G-TODO-3: there is nobody to issue the command to."""

    async def nobody(_connection: AsyncConnection, _change: Change) -> Iterable[str]:
        return ["nobody"]

    await reacting.hear(
        1, applier=Knowing(Reaction("count-along", Noted, nobody, lambda _: Count(amount=1)))
    )
    await reacting.worker.once()
    assert await reacting.outcomes() == ["not-found"]


async def test_anything_else_is_tried_again_later_and_stops_nobody(reacting: Reacting) -> None:
    """G-TODO-3: a store that is away, or a reaction that this release does not know."""
    await reacting.hear(
        1,
        applier=Knowing(
            Reaction("forgotten", Noted, both, lambda _: Count(amount=1)),
            Reaction("count-along", Noted, both, lambda _: Count(amount=2)),
        ),
    )
    await reacting.worker.once()
    assert await reacting.outcomes() in (
        [None, "done", None, "done"],
        ["done", None, None, "done"],
        [None, "done", "done", None],
        ["done", None, "done", None],
    )
    assert await reacting.amounts("one") == [2]
    assert await reacting.worker.once() == 0, "it waits a while"
    # the pause is over, and a later release knows the reaction
    async with reacting.engine.begin() as connection:
        await connection.execute(text("update todos set not_before = now()"))
    later = TodoWorker(
        reacting.engine, reacting.handler, {"count-along": Count, "forgotten": Count}
    )
    assert await later.once() == 2
    assert await reacting.outcomes() == ["done"] * 4


async def test_a_todo_that_failed_for_days_is_still_tried(reacting: Reacting) -> None:
    """G-TODO-3: the pause grows to five minutes and no further, however often it failed."""
    await reacting.hear(1)
    async with reacting.engine.begin() as connection:
        await connection.execute(text("update todos set attempts = 5000"))

    class Away(EventStore):
        async def commit(self, commit: Commit) -> None:
            raise UnavailableError("away")

    worker = TodoWorker(
        reacting.engine,
        Handler(Away(reacting.engine, "knowing"), Notes()),
        {"count-along": Count},
    )
    assert await worker.once() == 2
    async with reacting.engine.begin() as connection:
        pause = (
            await connection.execute(text("select max(not_before) - now() from todos"))
        ).scalar_one()
    assert timedelta(seconds=290) < pause <= timedelta(seconds=300)


async def test_a_new_service_does_not_react_to_the_past(reacting: Reacting) -> None:
    """G-TODO-4: reactions begin with the first start, unless one says otherwise."""
    core = ConsumerCore(
        reacting.engine,
        Knowing(
            Reaction("count-along", Noted, both, lambda _: Count(amount=1)),
            Reaction("from-the-start", Noted, both, lambda _: Count(amount=1), from_start=True),
        ),
        Notes(),
    )
    await core.apply(Feed().records(stored("notes-far", 1, Noted(amount=3))))
    async with reacting.engine.begin() as connection:
        names = (await connection.execute(text("select distinct reaction from todos"))).scalars()
        assert list(names) == ["from-the-start"]


async def test_the_worker_goes_on_by_itself(reacting: Reacting) -> None:
    """G-TODO-1: a poked worker works at once, and its oldest todo is measured."""
    task = asyncio.create_task(reacting.worker.run("knowing"))
    await reacting.hear(4)
    reacting.worker.poke()

    async def done() -> bool:
        return await reacting.outcomes() == ["done", "done"]

    await until(done)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
