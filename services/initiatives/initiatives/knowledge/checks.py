"""Involvement checks, by participation's facts: asked about what, where, counting until when."""

from __future__ import annotations

from collections.abc import Sequence

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
from leefwijk.gates.involvement import Checks
from leefwijk.gates.line import Freshness
from leefwijk.gates.told import check_told


def _told(change: Change) -> Write:
    event = change.event
    if not isinstance(event, CheckConcluded):
        return as_told(change)
    complexes = [event.complex] if event.complex else []
    return as_told(change, [event.area, *event.asked_in, *complexes])


WRITES: Writes = dict.fromkeys(
    (CheckConcluded, CheckWithdrawn, ConclusionDoubted, ExplanationTold), _told
)


async def checks_of(connection: AsyncConnection, places: Sequence[str], fresh: Freshness) -> Checks:
    """The checks in which somebody was asked in one of these areas or complexes."""
    found = (
        check_told(stream.partition("-checks-")[2], facts)
        for stream, facts in await told_about(connection, places)
    )
    return Checks(tuple(check for check in found if check is not None), fresh)
