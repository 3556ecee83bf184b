"""The contract of the store as a state machine, run against the fake and against PostgreSQL.

The machine runs in a thread of its own and hands every step to the loop of the tests, where the
store lives. What a rule draws never depends on who won a race.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events import log
from leefwijk.events.log import Cursor
from leefwijk.events.store.listing import Query, find
from leefwijk.events.store.memory import MemoryStore
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.store.records import (
    MAX_EVENT_BYTES,
    Append,
    Commit,
    ConflictError,
    StoredEvent,
    TodoDoneError,
    TwinError,
    UnavailableError,
)
from leefwijk.events.testing.notes import append, commit
from leefwijk.events.testing.store_model import Kept, Model, ids_of
from leefwijk.events.testing.store_suite import FullStore

T = TypeVar("T")
NAMES = ("a", "b", "c", "d")
KEYS = ("k1", "k2")
TODOS = 3
TOO_LARGE = json.dumps({"text": "x" * MAX_EVENT_BYTES})
TOLD = (ConflictError, TwinError, TodoDoneError, UnavailableError)
"""What may be said of a commit while the database goes away."""
_runs = count(1)


@dataclass(frozen=True)
class Part:
    """An append to one stream; `off` by that many from the version it stands at."""

    name: str
    off: int
    events: int
    shape: int = 1


@dataclass(frozen=True)
class Attempt:
    """A commit to try."""

    parts: tuple[Part, ...]
    key: str | None = None
    todo: int | None = None
    large: bool = False


class InMemory:
    """The fake, as the machine wants it."""

    todos = False

    def __init__(self) -> None:
        self.store: FullStore = MemoryStore()
        self.other = self.store

    async def log(self, streams: Sequence[str]) -> list[StoredEvent]:
        """All events in the order in which they went in."""
        found = [event for name in streams for event in await self.store.events_of(name)]
        return sorted(found, key=lambda event: event.position)


class OnPostgres:
    """Two stores on one database, as two processes of a service have them."""

    todos = True

    def __init__(self, engines: tuple[AsyncEngine, AsyncEngine]) -> None:
        self.engines = engines
        self.store: FullStore = EventStore(engines[0], "cut")
        self.other: FullStore = EventStore(engines[1], "notes")
        self._cursor = Cursor()

    async def log(self, streams: Sequence[str]) -> list[StoredEvent]:
        """What the log holds since it was last asked for, read in small steps."""
        found: list[StoredEvent] = []
        async with self.autocommit().connect() as connection:
            while entries := await log.read_after(connection, self._cursor, 7):
                self._cursor = entries[-1].cursor
                found += [entry.event for entry in entries]
        return [event for event in found if event.stream_id in streams]

    def autocommit(self) -> AsyncEngine:
        """The engine for statements on their own; nobody cuts its connections."""
        return self.engines[1].execution_options(isolation_level="AUTOCOMMIT")

    async def owe(self, ids: Sequence[UUID]) -> None:
        """Open todos."""
        async with self.autocommit().connect() as connection:
            await connection.execute(
                text("""
                insert into todos (id, event_id, reaction, target, command)
                select id, id, 'r', 't', '{}' from unnest(cast(:ids as uuid[])) as t (id)
                """),
                {"ids": list(ids)},
            )

    async def settled(self, ids: Sequence[UUID]) -> set[UUID]:
        """Which of these todos are done."""
        asked = text("select id from todos where id = any(:ids) and done_at is not null")
        async with self.autocommit().connect() as connection:
            return set((await connection.execute(asked, {"ids": list(ids)})).scalars())

    async def count(self, prefix: str) -> int:
        """How many events there are, whatever their streams claim."""
        asked = text("select count(*) from events where stream_id like :prefix || '%'")
        async with self.autocommit().connect() as connection:
            return int((await connection.execute(asked, {"prefix": prefix})).scalar_one())

    async def cut(self) -> None:
        """End every connection of the first store, as a failover does."""
        async with self.autocommit().connect() as connection:
            await connection.execute(
                text("""
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and application_name like '%cut%'
                """)
            )

    async def mend(self) -> None:
        """Let the first store find out that its connections are gone; it is told as away."""
        for _ in range(8):
            with suppress(UnavailableError):
                await self.store.events_of("none")
            await asyncio.sleep(0.002)

    async def restart(self) -> None:
        """Close the first store and open it again."""
        assert isinstance(self.store, EventStore)
        await self.store.close()
        self.store = EventStore(self.engines[0], "cut")

    async def close(self) -> None:
        """Close both."""
        for store in (self.store, self.other):
            assert isinstance(store, EventStore)
            await store.close()


_parts = st.builds(
    Part,
    st.sampled_from(NAMES),
    st.sampled_from([0, 0, 0, 0, 1, -1, -2, 3]),
    st.integers(1, 3),
    st.sampled_from([1, 1, 1, 2]),
)


def attempts(*, todo: bool) -> st.SearchStrategy[Attempt]:
    """Commits of one or two streams, mostly sound."""
    return st.builds(
        Attempt,
        st.lists(_parts, min_size=1, max_size=2, unique_by=lambda part: part.name).map(tuple),
        st.sampled_from([None, None, None, *KEYS]),
        st.sampled_from([None, None, *range(TODOS)]) if todo else st.none(),
        st.integers(0, 15).map(lambda number: number == 15),
    )


class StoreMachine(RuleBasedStateMachine):
    """Commits of every kind against a store and its model."""

    def __init__(self, subject: InMemory | OnPostgres, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.subject = subject
        self.loop = loop
        self.model = Model()
        self.failed = False
        self.prefix = f"{next(_runs):05d}-"
        self.todos = [UUID(int=(int(self.prefix[:-1]) << 8) + number) for number in range(TODOS)]
        self.streams = [self.prefix + name for name in NAMES]
        self.logged: list[StoredEvent] = []
        if isinstance(subject, OnPostgres):
            self.run(subject.owe(self.todos))

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        """Do something on the loop where the store lives."""
        self.failed = True
        result = asyncio.run_coroutine_threadsafe(step, self.loop).result(30)
        self.failed = False
        return result

    def commit_of(self, attempt: Attempt) -> Commit:
        """The commit that an attempt means, now."""
        parts: list[Append] = []
        for part in attempt.parts:
            stream = self.prefix + part.name
            expected = max(0, self.model.head(stream) + part.off)
            made = append(
                stream,
                expected,
                count=part.events,
                shape=part.shape,
                kind=self.prefix,
                title=stream,
            )
            if attempt.large:
                made = replace(made, events=(*made.events[:-1], _too_large(made)))
            parts.append(made)
        key = attempt.key and self.prefix + attempt.key
        todo = None if attempt.todo is None else self.todos[attempt.todo]
        return commit(*parts, key=key, body=f"body of {key}", todo=todo)

    def expect(self, tried: Sequence[Commit], said: Sequence[object]) -> None:
        """Each verdict is what it would be had the commits come one after the other."""
        for one, outcome in zip(tried, said, strict=True):
            assert outcome == self.model.verdict(one)
            self.model.settle(one, outcome)

    @rule(attempt=attempts(todo=False))
    def commit(self, attempt: Attempt) -> None:
        """One commit: right, stale or ahead of its streams, with or without a key."""
        made = self.commit_of(attempt)
        self.expect([made], self.run(try_all(self.subject.store, [made])))

    @rule(attempt=attempts(todo=False))
    def commit_twice(self, attempt: Attempt) -> None:
        """The very same commit again, as a client does that missed the answer."""
        made = self.commit_of(attempt)
        self.expect([made], self.run(try_all(self.subject.store, [made])))
        again = replace(made, appends=self.commit_of(attempt).appends)
        self.expect([again], self.run(try_all(self.subject.store, [again])))

    @rule(tried=st.lists(attempts(todo=False), min_size=2, max_size=6))
    def commit_together(self, tried: list[Attempt]) -> None:
        """Commits handed over at once: each is judged by those before it, and by no other."""
        made = [self.commit_of(attempt) for attempt in tried]
        self.expect(made, self.run(try_all(self.subject.store, made)))

    @rule(tried=st.lists(st.sets(st.sampled_from(NAMES), min_size=1, max_size=2), min_size=2))
    def race(self, tried: list[set[str]]) -> None:
        """Two processes commit at once: winners share no stream, a loser lost to a winner."""
        made = [
            self.commit_of(Attempt(tuple(Part(name, 0, 1) for name in sorted(names))))
            for names in tried[:6]
        ]

        async def both() -> list[object]:
            stores = (self.subject.store, self.subject.other)
            each = [try_all(stores[place % 2], [one]) for place, one in enumerate(made)]
            return [said for one in await asyncio.gather(*each) for said in one]

        said = self.run(both())
        won: set[str] = set()
        for one, outcome in zip(made, said, strict=True):
            if outcome is None:
                mine = {part.stream_id for part in one.appends}
                assert not won & mine, "two won one version"
                won |= mine
            self.model.settle(one, outcome)
        for one, outcome in zip(made, said, strict=True):
            if outcome is not None:
                assert isinstance(outcome, tuple)
                assert outcome[0] is ConflictError
                assert outcome[1] in won & {part.stream_id for part in one.appends}

    @rule(attempt=attempts(todo=False), turns=st.integers(0, 3))
    def walk_away(self, attempt: Attempt, turns: int) -> None:
        """A caller that does not wait leaves all of its commit or nothing."""
        made = self.commit_of(replace(attempt, large=False))
        possible = self.model.verdict(made) is None

        async def away() -> bool:
            task = asyncio.create_task(self.subject.store.commit(made))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            # whoever comes next on the same stream is judged after it
            probe = append(made.appends[0].stream_id, 999_999)
            await try_all(self.subject.store, [commit(probe)])
            return await self.is_in(made)

        went_in = self.run(away())
        assert possible or not went_in
        self.model.settle(made, None if went_in else "nobody heard")

    @rule(name=st.sampled_from(NAMES), after=st.integers(0, 9), limit=st.integers(1, 4))
    def load_some(self, name: str, after: int, limit: int) -> None:
        """A stream is read from any version on, in parts of any size."""
        stream = self.prefix + name
        found = self.run(self.subject.store.events_of(stream, after=after, limit=limit))
        wanted = self.model.streams.get(stream, [])[after : after + limit]
        assert [event.id for event in found] == wanted
        assert [event.version for event in found] == [after + n for n in range(1, len(wanted) + 1)]

    async def is_in(self, tried: Commit) -> bool:
        """Whether a commit is in the store; half of it never is."""
        there: set[UUID] = set()
        for part in tried.appends:
            there |= {event.id for event in await self.subject.store.events_of(part.stream_id)}
        mine = ids_of(tried)
        assert not mine & there or mine <= there, "half a commit"
        return mine <= there

    @invariant()
    def streams_are_as_accepted(self) -> None:
        """Versions 1..n without holes, nothing refused, and the document is that of the last."""
        self.run(self._look_at_streams())

    async def _look_at_streams(self) -> None:
        store, model = self.subject.store, self.model
        for stream in self.streams:
            events = await store.events_of(stream)
            assert [event.version for event in events] == list(range(1, len(events) + 1))
            assert [event.id for event in events] == model.streams.get(stream, [])
            found, wanted = await store.document(stream), model.documents.get(stream)
            if found is None or wanted is None:
                assert found is None
                assert wanted is None
                continue
            folded_at = json.loads(found.row.state)["at"]
            assert Kept(found.version, found.row.shape, folded_at, found.stale) == wanted
            assert found.version == len(events)

    @invariant()
    def answers_are_those_of_the_accepted(self) -> None:
        """A key is taken by what was accepted only."""
        for key in KEYS:
            name = self.prefix + key
            found = self.run(self.subject.store.answer("caller", "POST /notes", name))
            assert (found and found[0]) == self.model.keys.get(name)

    def teardown(self) -> None:
        """The log holds what was accepted and nothing else, each stream in its order."""
        if self.failed:
            return  # what went wrong is told already
        entries = self.run(self.subject.log(self.streams))
        ids = [event.id for event in entries]
        assert len(ids) == len(set(ids)), "twice in the log"
        assert not set(ids) & self.model.refused
        for stream in self.streams:
            mine = [event for event in entries if event.stream_id == stream]
            assert [event.id for event in mine] == self.model.streams.get(stream, [])


class PostgresMachine(StoreMachine):
    """What only the database has: todos, lists, restarts and broken connections."""

    subject: OnPostgres

    @rule(tried=st.lists(attempts(todo=True), min_size=1, max_size=5))
    def settle_todos(self, tried: list[Attempt]) -> None:
        """A todo is settled with the append that it led to, once."""
        made = [self.commit_of(attempt) for attempt in tried]
        self.expect(made, self.run(try_all(self.subject.store, made)))

    @rule(todo=st.integers(0, TODOS - 1))
    def settle_without_events(self, todo: int) -> None:
        """A todo may be settled by a command that found nothing to do."""
        made = Commit((), None, self.todos[todo])
        said = self.run(try_all(self.subject.store, [made]))[0]
        assert said == ((TodoDoneError, None) if self.todos[todo] in self.model.done else None)
        self.model.done.add(self.todos[todo])

    @rule()
    def restart(self) -> None:
        """What was acknowledged is there after a restart."""
        self.run(self.subject.restart())

    @rule(tried=st.lists(attempts(todo=True), min_size=1, max_size=4), pause=st.integers(0, 3))
    def cut(self, tried: list[Attempt], pause: int) -> None:
        """Connections end half way: told as done is done, and unavailable is never half."""
        made = [self.commit_of(replace(attempt, large=False)) for attempt in tried]

        async def while_cut() -> list[object]:
            told = asyncio.create_task(try_all(self.subject.store, made))
            await asyncio.sleep(pause * 0.0004)
            await self.subject.cut()
            said = await told
            await self.subject.mend()
            return said

        for one, outcome in zip(made, self.run(while_cut()), strict=True):
            went_in = self.run(self.is_in(one))
            assert outcome is not None or went_in, "acknowledged and not there"
            if outcome is not None:
                assert isinstance(outcome, tuple)
                assert outcome[0] is UnavailableError or not went_in, "refused and there"
                assert outcome[0] in TOLD
            if went_in:
                assert self.model.verdict(one) is None
            self.model.settle(one, None if went_in else outcome)

    @rule(size=st.integers(1, 3))
    def list_all(self, size: int) -> None:
        """A list read in pages shows every stream once, at its version."""

        async def pages() -> list[tuple[str, int]]:
            found, after = [], None
            while True:
                page = await find(
                    self.subject.engines[1], Query(self.prefix, limit=size, after=after)
                )
                found += [(document.stream_id, document.version) for document in page.documents]
                after = page.next
                if after is None:
                    return found

        found = self.run(pages())
        kept = self.model.documents
        assert sorted(found) == sorted((name, document.version) for name, document in kept.items())

    @invariant()
    def todos_are_those_of_the_accepted(self) -> None:
        """A todo is settled by what was accepted only."""
        assert self.run(self.subject.settled(self.todos)) == self.model.done

    def teardown(self) -> None:
        """Besides, no event stands in the table that no stream shows."""
        super().teardown()
        if self.failed:
            return
        known = sum(map(len, self.model.streams.values()))
        assert self.run(self.subject.count(self.prefix)) == known


def _too_large(part: Append) -> Any:
    return replace(part.events[-1], data=TOO_LARGE)


async def try_all(store: FullStore, tried: Sequence[Commit]) -> list[object]:
    """Hand commits over at once; what was said to each."""
    said = await asyncio.gather(*map(store.commit, tried), return_exceptions=True)
    return [
        None if error is None else (type(error), getattr(error, "stream_id", None))
        for error in said
    ]


def bounded(examples: int, steps: int) -> settings:
    """Few enough to be waited for; other ones every time, and told how to have them again."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


async def check(machine: Callable[[], StoreMachine], limits: settings) -> None:
    """Run a machine beside this loop."""
    await asyncio.to_thread(lambda: run_state_machine_as_test(machine, settings=limits))  # type: ignore[arg-type]  # a factory will do


@pytest.fixture
async def on_postgres(engine: AsyncEngine, database_url: str) -> AsyncIterator[OnPostgres]:
    """One database for all examples; each has streams of its own."""
    cut = create_engine(database_url, application="cut")
    subject = OnPostgres((cut, engine))
    yield subject
    await subject.close()
    await cut.dispose()


async def test_the_fake_keeps_the_contract() -> None:
    """G-STORE-1: whatever is tried of the fake, it holds what it accepted, whole and in order."""
    loop = asyncio.get_running_loop()
    await check(lambda: StoreMachine(InMemory(), loop), bounded(50, 30))


async def test_the_store_keeps_the_contract(on_postgres: OnPostgres) -> None:
    """G-STORE-1: whatever is tried of the real store, also when its connections are cut."""
    loop = asyncio.get_running_loop()
    await check(lambda: PostgresMachine(on_postgres, loop), bounded(30, 20))
