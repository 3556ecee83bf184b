"""Involvement checks, by participation's facts: asked about what, where, counting until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.told import as_told, told_about
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
)
from leefwijk.events.language.participation.trajectories import PromiseLowered
from leefwijk.gates.involvement import Checks
from leefwijk.gates.line import Freshness
from leefwijk.gates.told import check_told

_AREAS = text("""
select distinct unnest(about) as area from known_answers where stream_id = :stream order by area
""")


def _told(change: Change) -> Write:
    event = change.event
    if isinstance(event, PromiseLowered):
        return as_told(change, [_stream(event.check)])
    if not isinstance(event, CheckConcluded):
        return as_told(change)
    complexes = [event.complex] if event.complex else []
    return as_told(change, [event.area, *event.asked_in, *complexes])


WRITES: Writes = dict.fromkeys(
    (CheckConcluded, CheckWithdrawn, ConclusionDoubted, ExplanationTold, PromiseLowered), _told
)


def _stream(check: str) -> str:
    return f"{CheckConcluded.aggregate}-{check}"


async def checks_of(connection: AsyncConnection, places: Sequence[str], fresh: Freshness) -> Checks:
    """The checks in which somebody was asked in one of these areas or complexes."""
    told = await told_about(connection, places)
    lowered = [
        (event, id_)
        for _, facts in await told_about(connection, [stream for stream, _ in told])
        for event, id_ in facts
        if isinstance(event, PromiseLowered)
    ]
    found = (
        check_told(
            stream.partition("-checks-")[2],
            facts,
            [(event, id_) for event, id_ in lowered if _stream(event.check) == stream],
        )
        for stream, facts in told
    )
    return Checks(tuple(check for check in found if check is not None), fresh)


async def areas_asked(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """Where people were asked in the check whose promise was lowered."""
    event = change.event
    assert isinstance(event, PromiseLowered)  # noqa: S101 - registered for it
    found = await connection.execute(_AREAS, {"stream": _stream(event.check)})
    return list(found.scalars())
