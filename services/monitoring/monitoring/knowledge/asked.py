"""What residents were asked and tenants advised, by participation's facts, kept as they were told.

They are few and small, so they are folded when somebody asks, by the rules that all gates share.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.told import as_told, told_about
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.language.participation.formal_advices import (
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
    SubjectKind,
)
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
)
from leefwijk.gates.advice import Advice
from leefwijk.gates.involvement import Checks
from leefwijk.gates.line import Freshness
from leefwijk.gates.told import advice_told, check_told


def _told(change: Change) -> Write:
    event = change.event
    about: list[str] = []
    if isinstance(event, CheckConcluded):
        about = [event.area, *event.asked_in]
    elif isinstance(event, FormalAdviceAsked):
        about = [_subject(event.about.kind, event.about.id)]
    return as_told(change, about)


WRITES: Writes = dict.fromkeys(
    (
        CheckConcluded,
        CheckWithdrawn,
        ConclusionDoubted,
        ExplanationTold,
        FormalAdviceAsked,
        FormalAdviceReceived,
        FormalAdviceAnswered,
    ),
    _told,
)


def _subject(kind: SubjectKind, id_: str) -> str:
    return f"{kind.value}:{id_}"


async def checks_in(connection: AsyncConnection, places: Sequence[str], fresh: Freshness) -> Checks:
    """The checks in which somebody was asked in one of these areas."""
    streams = await told_about(connection, places)
    found = (check_told(id_.partition("-checks-")[2], facts) for id_, facts in streams)
    return Checks(tuple(check for check in found if check is not None), fresh)


async def advice_on(
    connection: AsyncConnection, level: str, fresh: Freshness, *, due: bool
) -> Advice:
    """How far the formal advice on a level is."""
    streams = await told_about(connection, [_subject(SubjectKind.EFFORT_LEVEL, level)])
    return advice_told((facts for _, facts in streams), due=due, fresh=fresh)
