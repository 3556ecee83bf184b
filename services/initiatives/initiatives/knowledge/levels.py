"""Effort levels, and other effort on the same budgets, by monitoring's facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from initiatives.knowledge.areas import BELOW
from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.effort_levels import (
    Answer,
    EffortLevelAgreed,
    EffortLevelEnded,
    EffortLevelExpired,
    EffortLevelQuestionAnswered,
    EffortLevelQuestioned,
    Ground,
)
from leefwijk.events.language.monitoring.efforts import EffortSpentCorrected, EffortSpentRecorded
from leefwijk.gates.levels import Level, Levels
from leefwijk.gates.line import Freshness

TABLES = ("known_levels", "known_efforts")

_AGREED = text("""
insert into known_levels
    (level_id, area, level, valid_from, valid_through, budgets, evidence, as_of)
values (:level_id, :area, :level, :valid_from, :valid_through, cast(:budgets as jsonb),
        array[cast(:evidence as text)], :as_of)
on conflict (level_id) do update set area = excluded.area, level = excluded.level,
    valid_from = excluded.valid_from, valid_through = excluded.valid_through,
    budgets = excluded.budgets, evidence = excluded.evidence, as_of = excluded.as_of
""")
_OVER = text("""
update known_levels set
    valid_through = least(valid_through, cast(:last as date)),
    bridged_through = least(bridged_through, cast(:last as date)),
    evidence = evidence || cast(:evidence as text), as_of = :as_of
where level_id = :level_id
""")
_DIRECTOR = text("""
update known_levels set without_director = :without,
    evidence = evidence || cast(:evidence as text), as_of = :as_of
where level_id = :level_id
""")
_SPENT = text("""
insert into known_efforts (effort_id, event_ids, area, year, amount)
values (:event_id, array[cast(:event_id as text)], :area, :year, :amount)
on conflict (effort_id) do nothing
""")
_CORRECTED = text("""
update known_efforts set area = :area, year = :year, amount = :amount,
    event_ids = event_ids || cast(:event_id as text)
where event_ids @> array[cast(:corrects as text)]
""")
_LEVELS = text("""
select level_id, area, level, valid_from, valid_through, cast(budgets as text) as budgets, evidence,
       bridged_through, without_director
from known_levels where area = any(cast(:areas as text[])) order by valid_from desc, level_id
""")
_ELSEWHERE = text(f"""
{BELOW}
select coalesce(sum(amount), 0) as amount from known_efforts
where year = :year
    and (area = any(cast(:areas as text[])) or area in (select area from below))
""")


def _agreed(change: Change) -> Write:
    event = change.event
    assert isinstance(event, EffortLevelAgreed)  # noqa: S101 - registered for it
    return _AGREED, {
        "level_id": change.received.subject,
        "area": event.area,
        "level": event.level.value,
        "valid_from": event.valid.from_,
        "valid_through": event.valid.through,
        "budgets": json.dumps({str(item.year): str(item.amount) for item in event.budgets}),
        "evidence": str(change.received.id),
        "as_of": change.received.time,
    }


def _over(change: Change) -> Write:
    event = change.event
    assert isinstance(event, (EffortLevelExpired, EffortLevelEnded))  # noqa: S101 - registered
    return _OVER, {**_heard(change), "last": event.on - timedelta(days=1)}


def _questioned(change: Change) -> Write | None:
    event = change.event
    assert isinstance(event, (EffortLevelQuestioned, EffortLevelQuestionAnswered))  # noqa: S101 - registered
    without = isinstance(event, EffortLevelQuestioned) or event.answer is not Answer.RESTORED
    if event.ground is not Ground.DIRECTOR:
        return None
    return _DIRECTOR, {**_heard(change), "without": without}


def _heard(change: Change) -> dict[str, Any]:
    received = change.received
    return {"level_id": received.subject, "evidence": str(received.id), "as_of": received.time}


def _spent(change: Change) -> Write:
    event = change.event
    assert isinstance(event, (EffortSpentRecorded, EffortSpentCorrected))  # noqa: S101 - registered
    values = {
        "event_id": str(change.received.id),
        "area": event.area,
        "year": event.year,
        "amount": event.amount or Decimal(0),
    }
    if isinstance(event, EffortSpentCorrected):
        return _CORRECTED, {**values, "corrects": str(event.corrects)}
    return _SPENT, values


WRITES: Writes = {
    EffortLevelAgreed: _agreed,
    EffortLevelExpired: _over,
    EffortLevelEnded: _over,
    EffortLevelQuestioned: _questioned,
    EffortLevelQuestionAnswered: _questioned,
    EffortSpentRecorded: _spent,
    EffortSpentCorrected: _spent,
}


async def levels_of(
    connection: AsyncConnection, nearest: Sequence[str], day: date, fresh: Freshness
) -> Levels:
    """The levels of an area and of those it lies in, with other effort on the one that pays."""
    rows = (await connection.execute(_LEVELS, {"areas": list(nearest)})).all()
    found = [
        Level(
            row.level_id,
            row.area,
            EffortLevelName(row.level),
            row.valid_from,
            row.valid_through,
            _budgets(row.budgets),
            tuple(row.evidence),
            row.bridged_through,
            row.without_director,
        )
        for row in rows
    ]
    found.sort(key=lambda level: (nearest.index(level.area), -level.valid_from.toordinal()))
    levels = Levels(tuple(found), fresh=fresh)
    pays = levels.paying(day)
    if pays is None:
        return levels
    asked = {"areas": [pays.area], "year": day.year}
    elsewhere = (await connection.execute(_ELSEWHERE, asked)).scalar_one()
    return Levels(levels.found, {f"{pays.area}.{day.year}": Decimal(elsewhere)}, fresh)


def _budgets(raw: str) -> dict[int, Decimal]:
    return {int(year): Decimal(amount) for year, amount in json.loads(raw).items()}
