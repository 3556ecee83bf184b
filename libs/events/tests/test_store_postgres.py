import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.store import direct
from leefwijk.events.store.direct import driver_of
from leefwijk.events.store.postgres import EventStore, create_engine, is_gone, sqlstate
from leefwijk.events.store.records import Commit, TodoDoneError, UnavailableError
from leefwijk.events.store.writer import GroupFailedError, OutcomeUnknownError
from leefwijk.events.testing.notes import append, commit


@pytest.fixture
async def store(engine: AsyncEngine) -> AsyncIterator[EventStore]:
    """A store in a fresh database."""
    store = EventStore(engine, "notes")
    yield store
    await store.close()


async def add_todo(engine: AsyncEngine) -> UUID:
    """An open todo."""
    todo = uuid4()
    async with engine.begin() as connection:
        await connection.execute(
            text("""
            insert into todos (id, event_id, reaction, target, command)
            values (:id, :id, 'r', 't', '{}')
            """),
            {"id": todo},
        )
    return todo


class TestOneStatement:
    async def test_the_events_come_before_everything_else(
        self, engine: AsyncEngine, store: EventStore
    ) -> None:
        """G-STORE-9: nothing takes a lock or a transaction number before the events do."""
        await store.commit(commit(append("notes-2", 0)))
        todo = await add_todo(engine)
        async with engine.begin() as connection:
            await connection.execute(text("create table steps (n serial, at text)"))
            await connection.execute(
                text("""
                create function step() returns trigger language plpgsql as
                $$ begin insert into steps (at) values (tg_table_name); return new; end $$
                """)
            )
            for table in ("events", "documents", "idempotency", "todos"):
                await connection.execute(
                    text(f"""
                    create trigger step before insert or update on {table}
                    for each row execute function step()
                    """)
                )
        whole = commit(append("notes-1", 0, count=2), append("notes-2", 1), key="k", todo=todo)
        for made in (whole, commit(append("notes-1", 2, count=2))):
            await store.commit(made)
            async with engine.begin() as connection:
                steps = await connection.execute(text("delete from steps returning at, n"))
                order = [row.at for row in sorted(steps, key=lambda row: row.n)]
            assert set(order[: order.count("events")]) == {"events"}
            assert order[-1] != "events"

    async def test_a_group_is_one_statement(
        self, store: EventStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A group of any size costs one round trip, whatever belongs to its members."""
        asked = []
        write = store.write

        async def counted(commits: Sequence[Commit]) -> None:
            asked.append(len(commits))
            await write(commits)

        monkeypatch.setattr(store, "write", counted)
        await asyncio.gather(*(store.commit(commit(append(f"n-{i}", 0))) for i in range(12)))
        assert asked == [12]


class TestTodos:
    async def test_an_append_settles_its_todo(self, engine: AsyncEngine, store: EventStore) -> None:
        """G-TODO-2: the todo is done in the transaction of the append, and only once."""
        todo = await add_todo(engine)
        await store.commit(commit(append("notes-1", 0), todo=todo))
        with pytest.raises(TodoDoneError):
            await store.commit(commit(append("notes-1", 1), todo=todo))
        assert len(await store.events_of("notes-1")) == 1

    async def test_a_command_that_changed_nothing_settles_its_todo(
        self, engine: AsyncEngine, store: EventStore
    ) -> None:
        """G-TODO-2: a todo may end without an event."""
        todo = await add_todo(engine)
        await store.commit(commit(todo=todo))
        with pytest.raises(TodoDoneError):
            await store.commit(commit(todo=todo))

    async def test_a_done_todo_takes_nobody_along(
        self, engine: AsyncEngine, store: EventStore
    ) -> None:
        """G-STORE-4: in a group only the commit of the settled todo fails."""
        todo = await add_todo(engine)
        await store.commit(commit(todo=todo))
        results = await asyncio.gather(
            store.commit(commit(append("notes-1", 0))),
            store.commit(commit(append("notes-2", 0), todo=todo)),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [type(None), TodoDoneError]


class TestUnknownOutcome:
    async def test_a_commit_whose_answer_is_lost_is_found(self, engine: AsyncEngine) -> None:
        """G-STORE-3: the connection is lost after the commit; the events are found by their ids."""

        class LosesAnswers(EventStore):
            async def write(self, commits: Sequence[Commit]) -> None:
                await super().write(commits)
                raise OutcomeUnknownError

        store = LosesAnswers(engine, "notes")
        await store.commit(commit(append("notes-1", 0, count=2)))
        assert len(await store.events_of("notes-1")) == 2
        await store.close()

    async def test_a_connection_that_dies_before_the_commit_is_unavailable(
        self, engine: AsyncEngine, database_url: str
    ) -> None:
        """G-STORE-3: the backend is ended while the append waits; absent is unavailable."""
        other = create_engine(database_url)
        store = EventStore(other, "notes")
        async with engine.begin() as connection:
            await connection.execute(text("lock table events in exclusive mode"))
            task = asyncio.create_task(store.commit(commit(append("notes-1", 0))))
            for _ in range(200):
                ended = await connection.execute(
                    text("""
                    select pg_terminate_backend(pid) from pg_locks
                    where not granted and relation = cast('events' as regclass)
                    """)
                )
                if ended.all():
                    break
                await asyncio.sleep(0.01)
        with pytest.raises(UnavailableError):
            await task
        assert await store.events_of("notes-1") == []
        await store.commit(commit(append("notes-1", 0)))
        await store.close()
        await other.dispose()

    async def test_a_commit_without_events_cannot_be_found(self, store: EventStore) -> None:
        """G-STORE-3: what left no event is not taken for a success."""
        assert await store.found([commit(todo=uuid4()), commit(append("notes-1", 0))]) == [
            False,
            False,
        ]


class TestAway:
    async def test_a_server_that_is_not_there_is_unavailable(self) -> None:
        """G-STORE-10: reading and appending say that the database cannot be reached."""
        engine = create_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
        store = EventStore(engine, "notes")
        with pytest.raises(UnavailableError):
            await store.events_of("notes-1")
        with pytest.raises(UnavailableError):
            await store.commit(commit(append("notes-1", 0)))
        await store.close()

    async def test_a_server_that_lets_nobody_in_is_away(self, database_url: str) -> None:
        """G-STORE-10: starting up, full or behind a changed password: the database is away."""
        refused = create_engine(database_url.rsplit("/", 1)[0] + "/no_such_database")
        with pytest.raises(OSError, match="InvalidCatalogNameError") as caught:
            async with refused.connect():
                pass
        assert is_gone(caught.value)
        store = EventStore(refused, "notes")
        with pytest.raises(UnavailableError):
            await store.commit(commit(append("notes-1", 0)))
        await store.close()
        await refused.dispose()

    async def test_what_a_statement_did_wrong_is_no_absence(self, engine: AsyncEngine) -> None:
        """G-STORE-10: a fault of our own is told as one: trying again would not help."""
        for wrong in ("select 1 / 0", "select nonsense", "select cast('x' as int)"):
            with pytest.raises(DBAPIError) as caught:
                async with engine.begin() as connection:
                    await connection.execute(text(wrong))
            assert not is_gone(caught.value), wrong

    async def test_a_statement_after_a_failed_one_is_no_absence(self, engine: AsyncEngine) -> None:
        """G-STORE-10: who goes on in a failed transaction would try again for ever."""
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError):
                await connection.execute(text("select 1 / 0"))
            with pytest.raises(DBAPIError) as caught:
                await connection.execute(text("select 1"))
        assert sqlstate(caught.value) == "25P02"
        assert not is_gone(caught.value)

    async def test_no_free_connection_is_away(
        self, engine: AsyncEngine, store: EventStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """G-STORE-10: a store whose connections are all taken says so, and is well afterwards."""
        monkeypatch.setattr(direct, "WAIT_SECONDS", 0.05)
        async with engine.begin() as connection:
            await connection.execute(text("lock table events"))
            waiting = [
                asyncio.create_task(store.events_of("notes-1")) for _ in range(direct.CONNECTIONS)
            ]
            await asyncio.sleep(0.3)
            with pytest.raises(UnavailableError):
                await store.events_of("notes-1")
        assert await asyncio.gather(*waiting) == [[]] * direct.CONNECTIONS
        assert await store.events_of("notes-1") == []

    async def test_a_reader_that_goes_away_spoils_nothing(
        self, engine: AsyncEngine, store: EventStore
    ) -> None:
        """G-STORE-10: an answer nobody waits for is never given to somebody else."""
        await store.commit(commit(append("notes-1", 0)))
        async with engine.begin() as connection:
            await connection.execute(text("lock table events"))
            leaving = [
                asyncio.create_task(store.events_of("notes-1"))
                for _ in range(2 * direct.CONNECTIONS)
            ]
            await asyncio.sleep(0.1)
            for task in leaving:
                task.cancel()
            await asyncio.gather(*leaving, return_exceptions=True)
        assert await store.events_of("notes-2") == []
        assert len(await store.events_of("notes-1")) == 1

    async def test_a_connection_ended_while_nobody_listened_is_gone(
        self, engine: AsyncEngine
    ) -> None:
        """G-CONSUME-11: what the driver says of a connection that the server ended is no fault."""
        async with engine.connect() as connection:
            driver = await driver_of(connection)
            pid = await driver.fetchval("select pg_backend_pid()")
            async with engine.begin() as other:
                await other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
            seen = []
            for _ in range(3):
                try:
                    await driver.fetch("select 1")
                except Exception as error:  # noqa: BLE001 - whatever the driver says of it
                    seen.append(is_gone(error))
                await asyncio.sleep(0.05)
            await connection.invalidate()
        assert seen == [True] * 3
        assert is_gone(asyncpg.InternalClientError("cannot switch to state 12"))

    async def test_a_value_that_cannot_be_sent_is_a_fault(self, engine: AsyncEngine) -> None:
        """G-STORE-10: what the driver refuses to send would be refused for ever."""
        async with engine.connect() as connection:
            with pytest.raises(asyncpg.DataError) as caught:
                await (await driver_of(connection)).fetch("select $1::int", 2**40)
        assert not is_gone(caught.value)

    async def test_no_transaction_lasts(self, engine: AsyncEngine) -> None:
        """G-LOG-3: a transaction of ours that stands idle is ended, or it would stall readers."""
        async with engine.connect() as connection:
            shown = [
                (await connection.execute(text(f"show {name}"))).scalar_one()
                for name in ("transaction_timeout", "idle_in_transaction_session_timeout")
            ]
        assert shown == ["5s", "1s"]


async def test_a_free_key_alone_does_not_let_an_event_in(engine: AsyncEngine) -> None:
    """G-STORE-2: the statement itself demands the head, whoever sends it."""
    store = EventStore(engine, "notes")
    await store.commit(commit(append("notes-1", 0, count=2)))
    with pytest.raises(GroupFailedError):
        await store.write([commit(append("notes-1", 5))])


async def test_pokes_come_after_what_is_durable(store: EventStore) -> None:
    """Who is poked finds what was committed, and is not poked for what was refused."""
    seen = []
    store.after_commit(lambda: seen.append(True))
    await store.commit(commit(append("notes-1", 0)))
    with pytest.raises(Exception, match="no longer at version"):
        await store.commit(commit(append("notes-1", 0)))
    assert seen == [True]


async def test_kept_answers_are_forgotten_after_a_day(
    engine: AsyncEngine, store: EventStore
) -> None:
    """G-STORE-5: an answer is kept for at least 24 hours; old ones are deleted."""
    await store.commit(commit(append("notes-1", 0), key="old"))
    await store.commit(commit(append("notes-2", 0), key="young"))
    async with engine.begin() as connection:
        await connection.execute(
            text("update idempotency set created_at = now() - interval '25 h' where key = 'old'")
        )
    assert await store.forget_answers() == 1
    assert await store.answer("caller", "POST /notes", "old") is None
    assert await store.answer("caller", "POST /notes", "young") is not None
