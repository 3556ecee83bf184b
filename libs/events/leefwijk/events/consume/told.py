"""Facts of others kept as they were told: few and small, folded when somebody asks.

A service that uses this makes the table `known_answers` in its own migrations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write
from leefwijk.events.event import Event

TABLE = "known_answers"

_ADD = text("""
insert into known_answers (event_id, stream_id, version, type, data, about)
values (:event_id, :stream_id, :version, :type, cast(:data as jsonb), :about)
on conflict (event_id) do nothing
""")
_FIND = text("""
select stream_id, event_id, type, cast(data as text) as data from known_answers
where stream_id in (
    select stream_id from known_answers where about && cast(:about as text[])
)
order by stream_id, version
""")


def as_told(change: Change, about: Iterable[str] = ()) -> Write:
    """Keep the fact; `about` names what its stream is found by."""
    received = change.received
    return _ADD, {
        "event_id": str(received.id),
        "stream_id": received.stream_id,
        "version": received.version,
        "type": change.event.type,
        "data": change.event.to_json(),
        "about": list(about),
    }


async def told_about(
    connection: AsyncConnection, about: Sequence[str]
) -> list[tuple[str, list[tuple[Event, str]]]]:
    """The streams that are about one of these, each with its facts and their ids in order."""
    rows = (await connection.execute(_FIND, {"about": list(about)})).all()
    language = published_language()
    return [
        (stream, [(language.decode(row.type, row.data), str(row.event_id)) for row in facts])
        for stream, facts in groupby(rows, key=lambda row: str(row.stream_id))
    ]


async def told_around(
    connection: AsyncConnection, about: Sequence[str]
) -> list[tuple[str, list[tuple[Event, str]]]]:
    """The streams that are about one of these, then those that are about one of those streams."""
    found = await told_about(connection, about)
    return found + await told_about(connection, [stream for stream, _ in found])
