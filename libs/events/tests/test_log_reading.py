import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events import log
from leefwijk.events.log import Cursor, LogEntry
from leefwijk.events.schemas import STORE
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.store.records import ConflictError
from leefwijk.events.testing.notes import append, commit, streams_of
from leefwijk.events.testing.servers import Databases

WRITERS = 12
SECONDS = 2.0


@asynccontextmanager
async def foreign_write(database_url: str) -> AsyncIterator[None]:
    """A transaction of another program that has written something, held open for the block."""
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        await connection.execute(text("set transaction_timeout = 0"))
        await connection.execute(text("set idle_in_transaction_session_timeout = 0"))
        await connection.execute(text("select pg_current_xact_id()"))
        yield
        await connection.rollback()
    await engine.dispose()


async def read_all(engine: AsyncEngine, cursor: Cursor | None = None) -> list[LogEntry]:
    """Everything that can be read now."""
    found: list[LogEntry] = []
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        while entries := await log.read_after(
            connection, found[-1].cursor if found else cursor or Cursor(), 100
        ):
            found += entries
    return found


@dataclass
class Writers:
    """Writers that append as fast as they can, to streams of their own and to shared ones."""

    stores: list[EventStore]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    written: set[UUID] = field(default_factory=set)

    async def write(self, number: int) -> None:
        """Append until told to stop; on a shared stream others may be first."""
        store = self.stores[number % len(self.stores)]
        heads: dict[str, int] = {}
        for turn in count():
            if self.stop.is_set():
                return
            stream = f"own-{number}-{turn % 5}"
            if turn % 4 == 0:
                stream = f"shared-{turn % 3}"
                found = await store.document(stream)
                heads[stream] = found.version if found else 0
            made = append(stream, heads.get(stream, 0), count=1 + turn % 2)
            with suppress(ConflictError):
                await store.commit(commit(made))
                heads[stream] = made.version
                self.written.update(row.id for row in made.events)

    async def disturb(self, elsewhere: str) -> None:
        """Hold a transaction open for a moment, again and again."""
        while not self.stop.is_set():
            async with foreign_write(elsewhere):
                await asyncio.sleep(0.15)
            await asyncio.sleep(0.1)


async def test_nothing_is_missed_while_many_write(
    databases: Databases, database_url: str, engine: AsyncEngine
) -> None:
    """G-LOG-1, G-LOG-2: a tailing reader gets every event once and every stream in order.

    Twelve writers on two stores, streams that several of them share, and now and then a long
    transaction in another database of the cluster.
    """
    other_engine = create_engine(database_url)
    writers = Writers([EventStore(engine, "notes"), EventStore(other_engine, "notes")])
    tasks = [asyncio.create_task(writers.write(number)) for number in range(WRITERS)]
    tasks.append(asyncio.create_task(writers.disturb(await databases.fresh(STORE))))
    read: list[LogEntry] = []
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        end = asyncio.get_running_loop().time() + SECONDS
        last_look = False
        while True:
            entries = await log.read_after(connection, read[-1].cursor if read else Cursor(), 50)
            read += entries
            if not writers.stop.is_set() and asyncio.get_running_loop().time() > end:
                writers.stop.set()
                await asyncio.gather(*tasks)
            elif not entries and last_look:
                break
            last_look = writers.stop.is_set() and not entries
            await asyncio.sleep(0 if entries else 0.002)
    for store in writers.stores:
        await store.close()
    await other_engine.dispose()

    ids = [entry.event.id for entry in read]
    assert len(ids) > 500
    assert len(ids) == len(set(ids)), "read twice"
    assert set(ids) == writers.written, "missed"
    for stream, versions in streams_of([entry.event for entry in read]).items():
        assert versions == list(range(1, len(versions) + 1)), f"{stream} is inverted"


class TestHorizon:
    async def test_a_foreign_write_stalls_the_reader_and_skips_nothing(
        self, databases: Databases, engine: AsyncEngine
    ) -> None:
        """G-LOG-3: what lies above the oldest writing transaction of the cluster waits for it."""
        store = EventStore(engine, "notes")
        await store.commit(commit(append("notes-1", 0)))
        async with foreign_write(await databases.fresh()):
            await store.commit(commit(append("notes-1", 1)))
            assert len(await read_all(engine)) == 1
        assert len(await read_all(engine)) == 2

    async def test_a_long_read_stalls_nobody(self, engine: AsyncEngine) -> None:
        """G-LOG-3: a transaction that only reads has no number and is not waited for."""
        store = EventStore(engine, "notes")
        async with engine.execution_options(isolation_level="REPEATABLE READ").connect() as reader:
            await reader.execute(text("select count(*) from events"))
            await store.commit(commit(append("notes-1", 0)))
            assert len(await read_all(engine)) == 1

    async def test_an_event_that_commits_late_is_not_jumped_over(self, engine: AsyncEngine) -> None:
        """G-LOG-1: a lower position that becomes visible after a higher one is read all the same.

        A reader that keeps the last position only would have gone past it.
        """
        async with engine.connect() as slow, engine.connect() as fast:
            await insert(slow, "slow", 1)
            await insert(fast, "fast", 1)
            await fast.commit()
            first = await read_all(engine)
            await slow.commit()
            rest = await read_all(engine, first[-1].cursor if first else None)
        assert sorted(entry.event.stream_id for entry in (*first, *rest)) == ["fast", "slow"]

    async def test_a_younger_transaction_with_an_older_position_is_not_jumped_over(
        self, engine: AsyncEngine
    ) -> None:
        """G-LOG-1: the cursor is the pair: positions alone do not follow the transactions.

        An old transaction takes its position after a young one: below the horizon stands the
        higher position, above it the lower one.
        """
        async with engine.connect() as old, engine.connect() as young, engine.connect() as third:
            await old.execute(text("select pg_current_xact_id()"))
            await young.execute(text("select pg_current_xact_id()"))
            await insert(young, "young", 1)
            await insert(old, "old", 1)
            await old.commit()
            first = await read_all(engine)
            await young.commit()
            rest = await read_all(engine, first[-1].cursor)
            await third.rollback()
        assert [entry.event.stream_id for entry in (*first, *rest)] == ["old", "young"]
        assert first[0].event.position > rest[0].event.position

    async def test_the_age_of_the_horizon_is_measured(
        self, databases: Databases, engine: AsyncEngine
    ) -> None:
        """G-LOG-3: the age of the oldest writing transaction of the cluster can be watched."""
        async with (
            foreign_write(await databases.fresh()),
            engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection,
        ):
            await asyncio.sleep(0.1)
            assert await log.horizon_age(connection) >= 0.1


async def insert(connection: AsyncConnection, stream: str, version: int) -> None:
    """An event written by hand, in a transaction that stays open."""
    await connection.execute(
        text("""
        insert into events (stream_id, version, era, id, type, data, metadata, recorded_at)
        values (:stream, :version, 1, :id, 't', '{}', '{}', now())
        """),
        {"stream": stream, "version": version, "id": uuid4()},
    )


async def test_an_early_number_does_not_invert_a_stream(
    engine: AsyncEngine, database_url: str
) -> None:
    """G-LOG-2: a commit waits on a lock with its statement begun, another appends before it.

    Had it a transaction number already, its later version would be read before the earlier one.
    """
    first, second = EventStore(engine, "notes"), EventStore(create_engine(database_url), "notes")
    await first.commit(commit(append("notes-1", 0)))
    async with engine.connect() as blocker:
        # the row of the second stream is held, so that the commit of both waits half way
        await insert(blocker, "notes-0", 1)
        waiting = asyncio.create_task(
            second.commit(commit(append("notes-0", 0), append("notes-1", 1)))
        )
        await asyncio.sleep(0.1)
        await first.commit(commit(append("notes-1", 1)))
        await blocker.rollback()
    result = (await asyncio.gather(waiting, return_exceptions=True))[0]
    assert result is not None, "it was decided on a head that is no longer the head"
    await first.commit(commit(append("notes-0", 0), append("notes-1", 2)))
    read = streams_of([entry.event for entry in await read_all(engine)])
    assert read == {"notes-0": [1], "notes-1": [1, 2, 3]}
    await second.engine.dispose()


class TestOrder:
    async def test_numbers_are_ordered_as_numbers(self, engine: AsyncEngine) -> None:
        """G-LOG-1: transaction 1000 comes after 999, in whatever parts the log is read."""
        store = EventStore(engine, "notes")
        for version in range(4):
            await store.commit(commit(append("notes-1", version)))
        async with engine.begin() as connection:
            for version, xid in enumerate((98, 99, 100, 101), start=1):
                await connection.execute(
                    text("update events set xid = cast(:xid as xid8) where version = :at"),
                    {"xid": xid, "at": version},
                )
        for limit in (1, 2, 3, 10):
            cursor, read = Cursor(), []
            async with engine.connect() as connection:
                while entries := await log.read_after(connection, cursor, limit):
                    cursor = entries[-1].cursor
                    read += [entry.event.version for entry in entries]
            assert read == [1, 2, 3, 4], limit


class TestEras:
    async def test_after_a_restore_the_old_era_comes_first(self, engine: AsyncEngine) -> None:
        """G-LOG-4: transaction numbers of a restored database mean nothing; its era goes first."""
        store = EventStore(engine, "notes")
        await store.commit(commit(append("notes-1", 0)))
        async with engine.begin() as connection:
            # as if the events came from a cluster that had counted much further
            await connection.execute(text("update events set xid = '9000000000'"))
        assert await read_all(engine) == []
        async with engine.begin() as connection:
            await connection.execute(text("insert into eras values (2)"))
        await store.commit(commit(append("notes-1", 1)))
        read = await read_all(engine)
        assert [(entry.cursor.era, entry.event.version) for entry in read] == [(1, 1), (2, 2)]

    async def test_cursors_are_ordered_by_era_first(self) -> None:
        """G-LOG-4: era, then transaction, then position."""
        assert Cursor(1, 9, 9) < Cursor(2, 1, 1) < Cursor(2, 1, 2) < Cursor(2, 2, 1)


async def test_what_waits_is_counted(engine: AsyncEngine) -> None:
    """Events beyond the cursor are counted, with the moment the oldest was recorded."""
    store = EventStore(engine, "notes")
    await store.commit(commit(append("notes-1", 0, count=3)))
    first = (await read_all(engine))[0]
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        waiting, oldest = await log.waiting_after(connection, first.cursor)
        assert (waiting, oldest) == (2, first.event.recorded_at.timestamp())
        assert await log.waiting_after(connection, Cursor(9)) == (0, 0)


async def test_reading_the_log_uses_its_index(engine: AsyncEngine) -> None:
    """The poll of the relay is one look into one index, whatever the size of the log."""
    async with engine.begin() as connection:
        await connection.execute(
            text("""
            insert into events (stream_id, version, era, id, type, data, metadata, recorded_at)
            select 's-' || n, 1, 1, gen_random_uuid(), 't', '{}', '{}', now()
            from generate_series(1, 5000) as n
            """)
        )
    async with engine.connect() as connection:
        await connection.execute(text("analyze events"))
        plan = await connection.execute(
            text(f"explain {log._READ.text}"), Cursor(1, 5, 5).parameters() | {"limit": 10}
        )
        lines = [row[0] for row in plan]
    assert any("events_in_order" in line for line in lines), lines
    assert not any("Sort" in line or "Seq Scan on events" in line for line in lines), lines


TRANSACTIONS = 5
TURNS = st.tuples(
    st.sampled_from(["number", "write", "write", "commit", "commit", "rollback", "read"]),
    st.integers(0, TRANSACTIONS - 1),
)
_names: Iterator[int] = count(1)


class Interleaved:
    """Transactions that write by hand, and one reader; it goes on where it was."""

    def __init__(self, connections: list[AsyncConnection]) -> None:
        *self.writers, self.reader = connections
        self.pending: dict[int, list[str]] = {}
        self.committed: list[str] = []
        self.read: list[LogEntry] = []
        self.cursor = Cursor()

    async def turn(self, kind: str, number: int) -> None:
        """Whatever it is one of the transactions' or the reader's turn to do."""
        if kind == "number":
            await self.writers[number].execute(text("select pg_current_xact_id()"))
        elif kind == "write":
            name = f"s-{next(_names)}"
            await insert(self.writers[number], name, 1)
            self.pending.setdefault(number, []).append(name)
        elif kind == "commit":
            await self.writers[number].commit()
            self.committed += self.pending.pop(number, [])
        elif kind == "rollback":
            await self.writers[number].rollback()
            self.pending.pop(number, None)
        else:
            await self.look()

    async def look(self) -> bool:
        """Read at most two events; whether there were any."""
        entries = await log.read_after(self.reader, self.cursor, 2)
        await self.reader.commit()
        self.read += entries
        self.cursor = entries[-1].cursor if entries else self.cursor
        return bool(entries)


@pytest.fixture(scope="module")
async def interleaved(databases: Databases) -> AsyncIterator[Interleaved]:
    """Connections on one database for all examples."""
    engine = create_engine(await databases.fresh(STORE))
    opened = [await engine.connect() for _ in range(TRANSACTIONS + 1)]
    for connection in opened:
        await connection.execute(text("set idle_in_transaction_session_timeout = 0"))
        await connection.commit()
    yield Interleaved(opened)
    for connection in opened:
        await connection.close()
    await engine.dispose()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(turns=st.lists(TURNS, min_size=4, max_size=30))
async def test_whatever_the_interleaving_the_cursor_skips_nothing(
    interleaved: Interleaved, turns: list[tuple[str, int]]
) -> None:
    """G-LOG-1: for any order of beginnings, writes and ends, each committed event is read once."""
    interleaved.committed, interleaved.read = [], []
    for kind, number in turns:
        await interleaved.turn(kind, number)
    for number in range(TRANSACTIONS):
        await interleaved.turn("commit" if number % 2 == 0 else "rollback", number)
    while await interleaved.look():
        pass
    names = [entry.event.stream_id for entry in interleaved.read]
    assert sorted(names) == sorted(interleaved.committed)
    assert len(names) == len(set(names))
