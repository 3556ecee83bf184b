"""What residents were asked and tenants advised, by participation's facts, kept as they were told.

They are few and small, so they are folded when somebody asks, by the rules that all gates share.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.records import Change
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
from leefwijk.gates.told import Told, advice_told, check_told

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


def _told(change: Change) -> Write:
    received, event = change.received, change.event
    about: list[str] = []
    if isinstance(event, CheckConcluded):
        about = [event.area, *event.asked_in]
    elif isinstance(event, FormalAdviceAsked):
        about = [_subject(event.about.kind, event.about.id)]
    return _ADD, {
        "event_id": str(received.id),
        "stream_id": received.stream_id,
        "version": received.version,
        "type": event.type,
        "data": event.to_json(),
        "about": about,
    }


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
    streams = await _streams(connection, places)
    found = (check_told(id_.partition("-checks-")[2], facts) for id_, facts in streams)
    return Checks(tuple(check for check in found if check is not None), fresh)


async def advice_on(
    connection: AsyncConnection, level: str, fresh: Freshness, *, due: bool
) -> Advice:
    """How far the formal advice on a level is."""
    streams = await _streams(connection, [_subject(SubjectKind.EFFORT_LEVEL, level)])
    return advice_told((facts for _, facts in streams), due=due, fresh=fresh)


async def _streams(
    connection: AsyncConnection, about: Sequence[str]
) -> list[tuple[str, list[Told]]]:
    rows = (await connection.execute(_FIND, {"about": list(about)})).all()
    by_stream = groupby(rows, key=lambda row: str(row.stream_id))
    return [(stream, [_fact(row) for row in facts]) for stream, facts in by_stream]


def _fact(row: Any) -> Told:
    return published_language().decode(row.type, row.data), row.event_id
