"""What residents were asked and tenants advised, by participation's facts, kept as they were told.

They are few and small, so they are folded when somebody asks, by the rules that all gates share.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.told import as_told, told_about, told_around
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.language.participation.formal_advices import (
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
    SubjectKind,
)
from leefwijk.gates.advice import Advice
from leefwijk.gates.involvement import Checks
from leefwijk.gates.line import Freshness
from leefwijk.gates.told import CHECK_FACTS, advice_told, check_found_by, checks_told


def _checked(change: Change) -> Write:
    return as_told(change, check_found_by(change.event))


def _advised(change: Change) -> Write:
    event = change.event
    if not isinstance(event, FormalAdviceAsked):
        return as_told(change)
    return as_told(change, [_subject(event.about.kind, event.about.id)])


WRITES: Writes = {
    **dict.fromkeys(CHECK_FACTS, _checked),
    **dict.fromkeys((FormalAdviceAsked, FormalAdviceReceived, FormalAdviceAnswered), _advised),
}


def _subject(kind: SubjectKind, id_: str) -> str:
    return f"{kind.value}:{id_}"


async def checks_in(connection: AsyncConnection, places: Sequence[str], fresh: Freshness) -> Checks:
    """The checks in which somebody was asked in one of these areas."""
    return Checks(checks_told(await told_around(connection, places)), fresh)


async def advice_on(
    connection: AsyncConnection, level: str, fresh: Freshness, *, due: bool
) -> Advice:
    """How far the formal advice on a level is."""
    streams = await told_about(connection, [_subject(SubjectKind.EFFORT_LEVEL, level)])
    return advice_told((facts for _, facts in streams), due=due, fresh=fresh)
