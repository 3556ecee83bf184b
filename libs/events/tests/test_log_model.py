"""The cursor of the log as a state machine, against transactions that the machine holds open.

Writers by hand obey the store's one rule: a version is inserted only by a transaction that took its
number after the version before was committed. Everything else is free: early numbers, late commits,
rollbacks, writers of other databases, appends of the store that wait half way, a restore.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from leefwijk.events import log
from leefwijk.events.log import Cursor, LogEntry
from leefwijk.events.schemas import CONSUME, STORE
from leefwijk.events.store.postgres import EventStore
from leefwijk.events.store.records import Commit, ConflictError, UnavailableError
from leefwijk.events.testing.notes import Counted, append, commit, stored
from leefwijk.events.testing.servers import Databases, until

T = TypeVar("T")
Reader = Callable[[AsyncConnection, Cursor, int], Awaitable[list[LogEntry]]]
NAMES = ("a", "b", "c")
WRITERS = 4
ELSEWHERE = 9_000_000_000
"""How much further the transactions of a restored database had counted."""

_INSERT = text("""
insert into events (stream_id, version, era, id, type, data, metadata, recorded_at)
values (:stream, :version, (select max(era) from eras), :id, 't', '{}', '{}', now())
""")
_TAKE_NUMBER = text("select pg_current_xact_id()")
_RESTORED = text("""
update events set xid = cast(cast(cast(xid as text) as bigint) + :further as text)::xid8
where era = (select max(era) from eras) and stream_id like :prefix || '%'
""")
_RAISE_ERA = text("insert into eras (era) select max(era) + 1 from eras")
_BLOCKED = text("""
select count(*) from pg_locks join pg_stat_activity using (pid)
where not granted and datname = current_database()
""")
_runs = count(1)


@dataclass(eq=False)
class Held:
    """A transaction that is held open."""

    numbered_at: int | None = None
    """When it took its number, on the machine's clock."""
    wrote: list[tuple[str, UUID]] = field(default_factory=list)


@dataclass
class Bench:
    """Connections on one database for all examples."""

    writers: list[AsyncConnection]
    foreign: AsyncConnection
    reader: AsyncConnection
    store: EventStore


class LogMachine(RuleBasedStateMachine):
    """Writers in any order of numbers, inserts and ends; readers in steps of any size."""

    def __init__(self, bench: Bench, loop: asyncio.AbstractEventLoop, read: Reader) -> None:
        super().__init__()
        self.bench = bench
        self.loop = loop
        self.read_after = read
        self.prefix = f"{next(_runs):05d}-"
        self.clock = 0
        self.failed = False
        self.held = [Held() for _ in range(WRITERS)]
        self.foreign = False
        self.pending: tuple[asyncio.Task[object], Commit] | None = None
        self.committed: dict[str, list[UUID]] = {}
        self.changed_at: dict[str, int] = {}
        self.cursor = Cursor()
        self.seen: list[UUID] = []
        self.versions: dict[str, int] = {}

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        """Do something on the loop where the connections live."""
        self.failed = True
        result = asyncio.run_coroutine_threadsafe(step, self.loop).result(30)
        self.failed = False
        return result

    def holder(self, stream: str) -> Held | None:
        """The transaction by hand that has written this stream and is still open."""
        for held in self.held:
            if any(name == stream for name, _ in held.wrote):
                return held
        return None

    def waiting_on(self) -> list[str]:
        """Streams of the waiting append that it has written already: others would wait for it."""
        if self.pending is None:
            return []
        found: list[str] = []
        for stream in sorted(part.stream_id for part in self.pending[1].appends):
            if self.holder(stream) is not None:
                break
            found.append(stream)
        return found

    def took_in(self, written: list[tuple[str, UUID]]) -> None:
        """A transaction was committed."""
        self.clock += 1
        for stream, id_ in written:
            self.committed.setdefault(stream, []).append(id_)
            self.changed_at[stream] = self.clock

    @rule(who=st.integers(0, WRITERS - 1))
    def number(self, who: int) -> None:
        """A transaction takes its number before it writes."""
        self.run(self._number(self.held[who], self.bench.writers[who]))

    async def _number(self, held: Held, connection: AsyncConnection) -> None:
        await connection.execute(_TAKE_NUMBER)
        if held.numbered_at is None:
            held.numbered_at = self.clock

    @rule(who=st.integers(0, WRITERS - 1))
    def write_something_new(self, who: int) -> None:
        """A transaction writes the first event of a stream."""
        stream = f"{self.prefix}new-{uuid4()}"
        self.run(self._write(self.held[who], self.bench.writers[who], stream, 1))

    @rule(who=st.integers(0, WRITERS - 1), name=st.sampled_from(NAMES))
    def write(self, who: int, name: str) -> None:
        """A transaction writes an event, to a new stream where the rule keeps it from this one."""
        held, stream = self.held[who], self.prefix + name
        numbered = self.clock if held.numbered_at is None else held.numbered_at
        holder = self.holder(stream)
        if (
            holder not in {None, held}
            or stream in self.waiting_on()
            or self.changed_at.get(stream, 0) > numbered
        ):
            stream = f"{self.prefix}new-{uuid4()}"
        mine = sum(wrote == stream for wrote, _ in held.wrote)
        version = len(self.committed.get(stream, ())) + mine + 1
        self.run(self._write(held, self.bench.writers[who], stream, version))

    async def _write(
        self, held: Held, connection: AsyncConnection, stream: str, version: int
    ) -> None:
        id_ = uuid4()
        await connection.execute(_INSERT, {"stream": stream, "version": version, "id": id_})
        held.wrote.append((stream, id_))
        if held.numbered_at is None:
            held.numbered_at = self.clock

    @rule(who=st.integers(0, WRITERS - 1), keep=st.sampled_from([True, True, True, False]))
    def end(self, who: int, keep: bool) -> None:
        """A transaction is committed, or rolled back."""
        self.run(self._end(who, keep=keep))

    async def _end(self, who: int, *, keep: bool) -> None:
        connection, held = self.bench.writers[who], self.held[who]
        await (connection.commit() if keep else connection.rollback())
        self.held[who] = Held()
        if keep:
            self.took_in(held.wrote)
        await self._let_pending_go_on()

    @rule(names=st.sets(st.sampled_from(NAMES), min_size=1, max_size=2))
    def append(self, names: set[str]) -> None:
        """The store appends; where a row is held it waits, with its statement begun."""
        if self.pending is None:
            self.run(self._append(sorted(self.prefix + name for name in names)))

    async def _append(self, streams: list[str]) -> None:
        made = commit(*(append(name, len(self.committed.get(name, ()))) for name in streams))
        self.pending = (asyncio.create_task(_told(self.bench.store, made)), made)
        await self._let_pending_go_on()

    async def _let_pending_go_on(self) -> None:
        """Until the waiting append is through, or waits again for somebody who holds a row."""
        if self.pending is None:
            return
        task, made = self.pending

        async def stands_still() -> bool:
            if task.done():
                return True
            return bool((await self.bench.reader.execute(_BLOCKED)).scalar_one())

        await until(stands_still, pause=0.001)
        if task.done():
            self.pending = None
            told = await task
            if told is None:
                self.took_in([(part.stream_id, part.events[0].id) for part in made.appends])
            else:
                # a machine that is slow holds a row longer than the store waits
                assert isinstance(told, (ConflictError, UnavailableError))

    @rule()
    def write_elsewhere(self) -> None:
        """A transaction in another database writes, and stays open or ends."""
        self.run(self._write_elsewhere())

    async def _write_elsewhere(self) -> None:
        await (
            self.bench.foreign.rollback()
            if self.foreign
            else self.bench.foreign.execute(_TAKE_NUMBER)
        )
        self.foreign = not self.foreign

    @rule(seldom=st.integers(0, 3))
    def restore(self, seldom: int) -> None:
        """The database comes back from a backup of a cluster that had counted much further."""
        if seldom == 0:
            self.run(self._restore())

    async def _restore(self) -> None:
        await self._end_all()
        connection = self.bench.writers[0]
        era = (await connection.execute(text("select max(era) from eras"))).scalar_one()
        await connection.execute(_RESTORED, {"further": ELSEWHERE, "prefix": self.prefix})
        await connection.execute(_RAISE_ERA)
        await connection.commit()
        # the cursor was kept by a reader who read those very numbers
        if self.cursor.era == era and self.seen:
            before = self.cursor
            self.cursor = Cursor(era, before.xid + ELSEWHERE, before.position)

    async def _end_all(self) -> None:
        """Nobody holds anything any more."""
        for who in range(WRITERS):
            await self._end(who, keep=who % 2 == 0)
        if self.foreign:
            await self._write_elsewhere()
        assert self.pending is None

    @rule(limit=st.integers(1, 4))
    def read(self, limit: int) -> None:
        """The tailing reader takes the next step."""
        self.run(self._read(limit))

    async def _read(self, limit: int) -> bool:
        entries = await self.read_after(self.bench.reader, self.cursor, limit)
        for entry in entries:
            event = entry.event
            stream = self.committed.get(event.stream_id, [])
            known = self.versions.get(event.stream_id, 0)
            assert event.id not in self.seen, "given twice"
            assert event.version == known + 1, "a stream is inverted, or an event was skipped"
            assert event.version <= len(stream), "read before it was committed"
            assert stream[known] == event.id
            assert self.cursor < entry.cursor, "the cursor ran back"
            self.seen.append(event.id)
            self.versions[event.stream_id] = event.version
            self.cursor = entry.cursor
        return bool(entries)

    @rule(limit=st.integers(1, 5))
    def read_anew(self, limit: int) -> None:
        """A reader that starts later, in other steps, reads the same order."""
        self.run(self._read_anew(limit))

    async def _read_anew(self, limit: int) -> None:
        found: list[UUID] = []
        cursor = Cursor()
        while entries := await self.read_after(self.bench.reader, cursor, limit):
            cursor = entries[-1].cursor
            found += [entry.event.id for entry in entries]
            assert len(found) <= self.total, "given twice"
        assert found[: len(self.seen)] == self.seen, "two readers, two orders"

    @property
    def total(self) -> int:
        """How many events are committed."""
        return sum(map(len, self.committed.values()))

    @rule()
    def read_all(self) -> None:
        """Who waits for nobody misses nothing: no reader waits longer than for open numbers."""
        self.run(self._read_all())

    async def _read_all(self) -> None:
        while await self._read(3):
            pass
        numbered = any(held.numbered_at is not None for held in self.held)
        if not numbered and not self.foreign and self.pending is None:
            assert len(self.seen) == self.total, "skipped"

    @invariant()
    def what_waits_is_counted(self) -> None:
        """Beyond the cursor lies what is committed and not yet read."""
        waiting, _ = self.run(log.waiting_after(self.bench.reader, self.cursor))
        assert waiting == self.total - len(self.seen), "beyond the cursor lies something else"

    def teardown(self) -> None:
        """When all have ended, everything that was committed has been read."""
        failed = self.failed
        try:
            self.run(self._end_all())
            if not failed:
                self.run(self._read_all())
        finally:
            self.run(self._clear())

    async def _clear(self) -> None:
        """What a wrong cursor makes of an example must not depend on those before."""
        await self.bench.writers[0].execute(text("delete from events"))
        await self.bench.writers[0].commit()


async def _told(store: EventStore, made: Commit) -> object:
    return (await asyncio.gather(store.commit(made), return_exceptions=True))[0]


def _reading(statement: str) -> Reader:
    """A reader like the real one, with another idea of what comes next."""
    asked = text(
        f"""
        select era, xid, position, stream_id, version, id from events where {statement} limit :limit
        """
    )

    async def read(connection: AsyncConnection, cursor: Cursor, limit: int) -> list[LogEntry]:
        rows = await connection.execute(asked, cursor.parameters() | {"limit": limit})
        return [
            LogEntry(
                Cursor(row.era, row.xid, row.position),
                stored(row.stream_id, row.version, Counted(amount=1), id_=row.id),
            )
            for row in rows.all()
        ]

    return read


_AFTER = "(era, xid, position) > (:era, cast(:xid as xid8), :position)"
_IN_ORDER = "order by events.era, events.xid, events.position"
_BELOW = "xid < pg_snapshot_xmin(pg_current_snapshot())"
_EARLIER = "era < (select max(era) from eras)"

_UNUSED_ERA = "cast(:era as int) >= 0"
_UNUSED_XID = "cast(:xid as xid8) is not null"

WRONG = {
    "position-alone": f"position > :position and {_UNUSED_ERA} and {_UNUSED_XID} order by position",
    "position-below-the-horizon": f"""
        position > :position and {_UNUSED_ERA} and {_UNUSED_XID} and ({_EARLIER} or {_BELOW})
        order by position""",
    "no-horizon": f"{_AFTER} {_IN_ORDER}",
    "no-position": f"""
        (era, xid) > (:era, cast(:xid as xid8)) and cast(:position as bigint) >= 0
        and ({_EARLIER} or {_BELOW}) {_IN_ORDER}""",
    "no-era": f"""
        (xid, position) > (cast(:xid as xid8), :position) and {_UNUSED_ERA}
        and ({_EARLIER} or {_BELOW}) order by events.xid, events.position""",
    "horizon-for-earlier-eras": f"{_AFTER} and {_BELOW} {_IN_ORDER}",
}
"""Readers that people write: each of them skips, repeats or inverts something."""


@pytest.fixture(scope="module")
async def bench(databases: Databases) -> AsyncIterator[Bench]:
    """Connections that nothing ends, however long the machine holds them."""
    url = await databases.fresh(STORE, CONSUME)
    engine = create_async_engine(url, pool_size=WRITERS + 1)
    appends = create_async_engine(url)
    elsewhere = create_async_engine(await databases.fresh())
    connections = [await engine.connect() for _ in range(WRITERS)]
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    made = Bench(
        connections, await elsewhere.connect(), await reading.connect(), EventStore(appends, "n")
    )
    yield made
    await made.store.close()
    for connection in (*connections, made.foreign, made.reader):
        await connection.close()
    for one in (engine, appends, elsewhere):
        await one.dispose()


async def check(bench: Bench, read: Reader, limits: settings) -> None:
    """Run the machine beside this loop."""
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(
        lambda: run_state_machine_as_test(
            lambda: LogMachine(bench, loop, read),  # type: ignore[arg-type]  # a factory will do
            settings=limits,
        )
    )


LIMITS = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


async def test_the_cursor_skips_nothing_whatever_is_held_open(bench: Bench) -> None:
    """G-LOG-1: every committed event is read once, streams in order, whoever holds what open."""
    await check(bench, log.read_after, LIMITS)


@pytest.mark.parametrize("how", WRONG)
async def test_any_other_cursor_is_found_out(bench: Bench, how: str) -> None:
    """G-LOG-1: a cursor that lacks one of its parts fails the same machine."""
    once = settings(
        LIMITS, max_examples=500, phases=[Phase.generate], database=None, report_multiple_bugs=False
    )
    with pytest.raises(AssertionError):
        await check(bench, _reading(WRONG[how]), once)
