"""Involvement checks, by participation's facts: asked about what, where, counting until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.told import as_told, told_around
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.gates.involvement import Checks
from leefwijk.gates.line import Freshness
from leefwijk.gates.told import CHECK_FACTS, check_found_by, checks_told

_AREAS = text("""
select distinct unnest(about) as area from known_answers where stream_id = :stream order by area
""")


def _told(change: Change) -> Write:
    return as_told(change, check_found_by(change.event))


WRITES: Writes = dict.fromkeys(CHECK_FACTS, _told)


async def checks_of(connection: AsyncConnection, places: Sequence[str], fresh: Freshness) -> Checks:
    """The checks in which somebody was asked in one of these areas or complexes."""
    return Checks(checks_told(await told_around(connection, places)), fresh)


async def areas_asked(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """Where people were asked in the check whose promise changed."""
    (stream,) = check_found_by(change.event)
    return list((await connection.execute(_AREAS, {"stream": stream})).scalars())
