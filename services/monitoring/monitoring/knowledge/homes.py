"""Own homes as housing mix told of them, folded into complexes: no single home is ever shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.language.housing_mix.dwelling_imports import DwellingImportCompleted
from leefwijk.events.language.housing_mix.dwellings import (
    ConditionCorrected,
    ConditionRecorded,
    DwellingChanged,
    DwellingCorrected,
    DwellingLeftStock,
    DwellingRegistered,
)
from leefwijk.events.language.housing_mix.plans import (
    DemolitionDateReset,
    PlanAnnounced,
    PlanDecided,
    PlanKind,
    PlanLapsed,
    PlanWithdrawn,
)
from leefwijk.gates.line import Freshness
from leefwijk.gates.tenants import Dwellings
from leefwijk.gates.within import lies_in
from monitoring.domain.base_verdict import KnownComplex

TABLES = (
    "known_homes",
    "known_scores",
    "known_plan_homes",
    "known_exceptions",
    "known_deliveries",
)

_HOME = text("""
insert into known_homes (home, area, within, complex, is_home)
values (:home, :area, :within, :complex, :is_home)
on conflict (home) do update set area = excluded.area, within = excluded.within,
    complex = excluded.complex, is_home = excluded.is_home
""")
_LEFT = text("update known_homes set is_home = false where home = :home")
_SCORED = text("""
insert into known_scores (event_id, home, score, measured, evidence)
values (cast(:event_id as text), :home, :score, :measured, cast(:event_id as text))
on conflict (event_id) do nothing
""")
_SCORE_CORRECTED = text("""
update known_scores set score = :score, measured = :measured, evidence = :evidence
where event_id = :event_id
""")
_ANNOUNCED = text("""
insert into known_plan_homes (plan, home)
select :plan, unnest(cast(:homes as text[])) on conflict do nothing
""")
_EXCEPTED = text("""
with earlier as (
    update known_exceptions set last = least(last, cast(:first as date) - 1)
    where plan = :plan and first < cast(:first as date)
)
insert into known_exceptions (plan, first, last) values (:plan, :first, :last)
on conflict (plan, first) do update set last = excluded.last
""")
_OFF = text(
    "update known_exceptions set last = least(last, cast(:on as date) - 1) where plan = :plan"
)
_DELIVERED = text("""
insert into known_deliveries (delivery, event_id, completed)
values (:delivery, :event_id, :completed) on conflict (delivery) do nothing
""")
_COMPLEXES = text("""
with asked as (
    select unnest(cast(:days as date[])) as day
), here as (
    select home, complex, area from known_homes
    where is_home and within && cast(:areas as text[])
), scored as (
    select distinct on (day, home) day, home, score, evidence
    from asked join known_scores on measured <= day join here using (home)
    order by day, home, measured desc, event_id desc
), judged as (
    select day, h.complex, h.area, s.evidence,
        coalesce(s.score >= 5, false) as bad,
        exists (
            select from known_plan_homes p join known_exceptions e using (plan)
            where p.home = h.home and day between e.first and e.last
        ) as exempt
    from asked cross join here h left join scored s using (day, home)
)
select day, complex, min(area) as area,
    array_remove(array_agg(evidence order by evidence) filter (where bad and not exempt), null)
        as bad,
    array_remove(array_agg(evidence order by evidence) filter (where bad and exempt), null)
        as exempt
from judged group by day, complex order by day, complex
""")
_TURNS = text("""
with here as (
    select home from known_homes where is_home and within && cast(:areas as text[])
), turns as (
    select measured as day from known_scores join here using (home)
    union
    select unnest(array[e.first, e.last + 1]) from known_exceptions e
    where exists (select from known_plan_homes p join here using (home) where p.plan = e.plan)
)
select day from turns where day > :since and day <= :today order by day
""")
_WHERE = text("""
select distinct complex, area from known_homes
where is_home and complex = any(cast(:complexes as text[]))
""")
_COUNT = text("""
select (select count(*) from known_homes where is_home and within && cast(:areas as text[])) as own,
    (select event_id from known_deliveries order by completed desc limit 1) as delivery
""")


def _home(change: Change) -> Write:
    event = change.event
    assert isinstance(event, (DwellingRegistered, DwellingChanged, DwellingCorrected))  # noqa: S101 - registered
    home = event.dwelling
    return _HOME, {
        "home": change.received.subject,
        "area": home.area,
        "within": [home.area, *lies_in(home.area)],
        "complex": home.complex,
        "is_home": event.is_home,
    }


def _left(change: Change) -> Write:
    return _LEFT, {"home": change.received.subject}


def _scored(change: Change) -> Write:
    event = change.event
    assert isinstance(event, ConditionRecorded)  # noqa: S101 - registered for it
    return _SCORED, {
        "event_id": str(change.received.id),
        "home": change.received.subject,
        "score": event.condition.score,
        "measured": event.condition.measured,
    }


def _score_corrected(change: Change) -> Write:
    event = change.event
    assert isinstance(event, ConditionCorrected)  # noqa: S101 - registered for it
    return _SCORE_CORRECTED, {
        "event_id": str(event.corrects),
        "score": event.condition.score,
        "measured": event.condition.measured,
        "evidence": str(change.received.id),
    }


def _announced(change: Change) -> Write:
    event = change.event
    assert isinstance(event, PlanAnnounced)  # noqa: S101 - registered for it
    return _ANNOUNCED, {"plan": change.received.subject, "homes": list(event.dwellings)}


def _decided(change: Change) -> Write | None:
    """Only a decided demolition excepts, from its decision through its planned day (MIX-28)."""
    event = change.event
    assert isinstance(event, PlanDecided)  # noqa: S101 - registered for it
    if event.kind is not PlanKind.DEMOLITION:
        return None
    return _excepted(change, event.on, event.planned)


def _reset(change: Change) -> Write:
    event = change.event
    assert isinstance(event, DemolitionDateReset)  # noqa: S101 - registered for it
    return _excepted(change, event.on, event.planned)


def _excepted(change: Change, first: date, last: date) -> Write:
    return _EXCEPTED, {"plan": change.received.subject, "first": first, "last": last}


def _off(change: Change) -> Write:
    event = change.event
    assert isinstance(event, (PlanWithdrawn, PlanLapsed))  # noqa: S101 - registered for it
    return _OFF, {"plan": change.received.subject, "on": event.on}


def _delivered(change: Change) -> Write:
    return _DELIVERED, {
        "delivery": change.received.subject,
        "event_id": str(change.received.id),
        "completed": change.received.time,
    }


WRITES: Writes = {
    DwellingRegistered: _home,
    DwellingChanged: _home,
    DwellingCorrected: _home,
    DwellingLeftStock: _left,
    ConditionRecorded: _scored,
    ConditionCorrected: _score_corrected,
    PlanAnnounced: _announced,
    PlanDecided: _decided,
    PlanWithdrawn: _off,
    PlanLapsed: _off,
    DemolitionDateReset: _reset,
    DwellingImportCompleted: _delivered,
}


async def complexes_in(
    connection: AsyncConnection, areas: tuple[str, ...], *days: date
) -> dict[date, tuple[KnownComplex, ...]]:
    """The complexes with own homes in these areas and what lies in them, as of each of the days.

    Conditions by the day on which they were measured, exceptions by their own days (MIX-29); which
    homes there are is known as of now only.
    """
    found: dict[date, list[KnownComplex]] = {day: [] for day in days}
    for row in await connection.execute(_COMPLEXES, {"areas": list(areas), "days": list(found)}):
        found[row.day].append(
            KnownComplex(
                row.complex,
                row.area,
                tuple(UUID(id_) for id_ in row.bad or ()),
                tuple(UUID(id_) for id_ in row.exempt or ()),
            )
        )
    return {day: tuple(complexes) for day, complexes in found.items()}


async def turns_of_homes(
    connection: AsyncConnection, areas: tuple[str, ...], since: date, today: date
) -> list[date]:
    """The first day, and those after it on which homes in these areas began to read otherwise."""
    asked = {"areas": list(areas), "since": since, "today": today}
    return [since, *(await connection.execute(_TURNS, asked)).scalars()]


async def areas_of(connection: AsyncConnection, complexes: Sequence[str]) -> dict[str, set[str]]:
    """The areas in which each of these complexes has own homes; one without is not named."""
    found: dict[str, set[str]] = {}
    for row in await connection.execute(_WHERE, {"complexes": list(complexes)}):
        found.setdefault(row.complex, set()).add(row.area)
    return found


async def own_homes(
    connection: AsyncConnection, areas: tuple[str, ...], fresh: Freshness
) -> Dwellings:
    """How many own homes lie in these areas; not known until a first import has completed."""
    row = (await connection.execute(_COUNT, {"areas": list(areas)})).one()
    if row.delivery is None:
        return Dwellings(fresh=fresh)
    return Dwellings(row.own, (row.delivery,), fresh)
