"""One leader per relay: the connection that holds the lock also moves the cursor.

A stopped process keeps its connection and so its lock. The leader therefore shows a heartbeat, and
a standby ends the backend of a leader whose heartbeat is ten seconds old. When that leader wakes
up, its connection is gone: it cannot move the cursor and becomes a standby.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy import Result, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events import log as event_log
from leefwijk.events.log import Cursor

_log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 2.0
STALE_SECONDS = 10.0

_REGISTER = text("insert into relays (name) values (:name) on conflict do nothing")
_TRY_LOCK = text("select pg_try_advisory_lock(:space, :key)")
_LEAD = text("""
update relays set leader = :leader, backend = pg_backend_pid(), heartbeat_at = clock_timestamp()
where name = :name returning era, xid, position
""")
_BEAT = text("update relays set heartbeat_at = clock_timestamp() where name = :name")
_END_STALE = text("""
select pg_terminate_backend(l.pid) from relays r
join pg_locks l on l.pid = r.backend and l.locktype = 'advisory'
    and l.classid = cast(:space as int) and l.objid = cast(:key as int) and l.granted
where r.name = :name and r.heartbeat_at < clock_timestamp() - make_interval(secs => :stale)
""")
_ADVANCE = text("""
with moved as (
    update relays set era = :era, xid = cast(:xid as xid8), position = :position,
        heartbeat_at = clock_timestamp()
    where name = :name
)
insert into relay_offsets (topic, partition, acknowledged)
select * from unnest(
    cast(:topics as text[]), cast(:partitions as int[]), cast(:offsets as bigint[])
)
on conflict (topic, partition) do update
    set acknowledged = greatest(relay_offsets.acknowledged, excluded.acknowledged)
""")

_SPACE = 0x4C65


class LostLeadershipError(Exception):
    """The leader's connection is gone: another process may lead by now."""


class Leadership:
    """The leader's one connection, used by one statement at a time."""

    def __init__(self, connection: AsyncConnection, name: str, cursor: Cursor) -> None:
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()
        self.name = name
        self.cursor = cursor

    async def execute(
        self, statement: TextClause, parameters: dict[str, Any] | None = None
    ) -> Result[Any]:
        """Run a statement on the connection that holds the lock."""
        async with self._one_at_a_time:
            try:
                return await self._connection.execute(statement, parameters)
            except Exception as error:
                raise LostLeadershipError(str(error)) from error

    async def read(self, limit: int, after: Cursor) -> list[event_log.LogEntry]:
        """The next entries after a cursor."""
        async with self._one_at_a_time:
            try:
                return await event_log.read_after(self._connection, after, limit)
            except Exception as error:
                raise LostLeadershipError(str(error)) from error

    async def read_all(self, through: Cursor) -> AsyncIterator[list[event_log.LogEntry]]:
        """The log from its start up to `through`."""
        cursor = Cursor()
        while True:
            entries = await self.read(1000, cursor)
            wanted = [entry for entry in entries if entry.cursor <= through]
            if wanted:
                yield wanted
            if not wanted or len(wanted) < len(entries) or len(entries) < 1000:  # noqa: PLR2004
                return
            cursor = wanted[-1].cursor

    async def measure(self) -> tuple[int, float, float]:
        """Events not yet sent, when the oldest was recorded, and the age of the horizon."""
        async with self._one_at_a_time:
            waiting, oldest = await event_log.waiting_after(self._connection, self.cursor)
            return waiting, oldest, await event_log.horizon_age(self._connection)

    async def advance(self, cursor: Cursor, offsets: dict[tuple[str, int], int]) -> None:
        """Move the cursor after Kafka acknowledged everything up to it."""
        await self.execute(
            _ADVANCE,
            {
                "name": self.name,
                **cursor.parameters(),
                "topics": [topic for topic, _ in offsets],
                "partitions": [partition for _, partition in offsets],
                "offsets": list(offsets.values()),
            },
        )
        self.cursor = cursor

    async def beat(self) -> None:
        """Show that this process is alive, until cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self.execute(_BEAT, {"name": self.name})


@asynccontextmanager
async def lead(
    engine: AsyncEngine, name: str, leader: str, poll: float = 1.0
) -> AsyncIterator[Leadership]:
    """Wait until this process leads, and hold the lead while the block runs."""
    key = zlib.crc32(name.encode()) & 0x7FFFFFFF
    lock = {"space": _SPACE, "key": key}
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        try:
            await connection.execute(_REGISTER, {"name": name})
            while not (await connection.execute(_TRY_LOCK, lock)).scalar_one():
                ended = await connection.execute(
                    _END_STALE, {**lock, "name": name, "stale": STALE_SECONDS}
                )
                if ended.all():
                    _log.warning("ended the backend of a leader without a heartbeat", relay=name)
                else:
                    await asyncio.sleep(poll)
            row = (await connection.execute(_LEAD, {"name": name, "leader": leader})).one()
            cursor = Cursor(row.era, row.xid, row.position)
            _log.info("leads the relay", relay=name)
            async with _beating(Leadership(connection, name, cursor)) as leadership:
                yield leadership
        finally:
            # the lock belongs to the session: back in the pool it would be nobody's and kept
            await asyncio.shield(connection.invalidate())


@asynccontextmanager
async def _beating(leadership: Leadership) -> AsyncIterator[Leadership]:
    name = f"heartbeat of relay {leadership.name}"
    beat = asyncio.create_task(leadership.beat(), name=name)
    try:
        yield leadership
    finally:
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
