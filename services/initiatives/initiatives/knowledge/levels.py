"""Effort levels, and other effort on the same budgets, by monitoring's facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.effort_levels import (
    Answer,
    EffortLevelAgreed,
    EffortLevelBridged,
    EffortLevelEnded,
    EffortLevelExpired,
    EffortLevelQuestionAnswered,
    EffortLevelQuestioned,
    Ground,
    YearBudget,
)
from leefwijk.events.language.monitoring.efforts import EffortSpentCorrected, EffortSpentRecorded
from leefwijk.gates.levels import Level, Levels
from leefwijk.gates.line import Freshness
from leefwijk.gates.place import Place
from leefwijk.service.places import BELOW

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
_BRIDGED = text("""
update known_levels set bridged_through = :through,
    bridge_budgets = cast(:budgets as jsonb),
    evidence = evidence || cast(:evidence as text), as_of = :as_of
where level_id = :level_id
""")
_OVER = text("""
update known_levels set
    valid_through = least(valid_through, cast(:last as date)),
    bridged_through = case when bridged_through is not null
        then least(bridged_through, cast(:last as date)) end,
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
       bridged_through, cast(bridge_budgets as text) as bridge_budgets, without_director
from known_levels where area = any(cast(:areas as text[])) order by valid_from desc, level_id
""")
_ELSEWHERE = text(f"""
{BELOW}
select cast(coalesce(sum(amount), 0) as numeric(16,2)) as amount from known_efforts
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
        "budgets": _written(event.budgets),
        "evidence": str(change.received.id),
        "as_of": change.received.time,
    }


def _bridged(change: Change) -> Write:
    event = change.event
    assert isinstance(event, EffortLevelBridged)  # noqa: S101 - registered for it
    return _BRIDGED, {
        **_heard(change),
        "through": event.through,
        "budgets": _written(event.budgets),
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
    EffortLevelBridged: _bridged,
    EffortLevelExpired: _over,
    EffortLevelEnded: _over,
    EffortLevelQuestioned: _questioned,
    EffortLevelQuestionAnswered: _questioned,
    EffortSpentRecorded: _spent,
    EffortSpentCorrected: _spent,
}


async def levels_of(
    connection: AsyncConnection, place: Place, day: date, fresh: Freshness
) -> Levels:
    """The levels of an area and of those it lies in, with other effort on the one that pays.

    That a level of an area above counts here rests on the facts by which the place lies in it.
    """
    nearest = place.nearest
    rows = (await connection.execute(_LEVELS, {"areas": list(nearest)})).all()
    found = [
        Level(
            row.level_id,
            row.area,
            EffortLevelName(row.level),
            row.valid_from,
            row.valid_through,
            _budgets(row.budgets, row.bridge_budgets),
            (*row.evidence, *place.because.get(row.area, ())),
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


def _written(budgets: Sequence[YearBudget]) -> str:
    return json.dumps({str(item.year): str(item.amount) for item in budgets})


def _budgets(*said: str) -> dict[int, Decimal]:
    """Euros by year, of the agreement and of its bridge together."""
    euros: dict[int, Decimal] = {}
    for raw in said:
        for year, amount in json.loads(raw).items():
            euros[int(year)] = euros.get(int(year), Decimal("0.00")) + Decimal(amount)
    return euros
