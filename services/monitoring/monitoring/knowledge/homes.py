"""Own homes as housing mix told of them, folded into complexes: no single home is ever shown."""

from __future__ import annotations

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
    PlanLapsed,
    PlanWithdrawn,
)
from leefwijk.gates.line import Freshness
from leefwijk.gates.tenants import Dwellings
from leefwijk.service.context import ServiceContext
from monitoring.domain.base_verdict import KnownComplex
from monitoring.domain.places import lies_in

TABLES = ("known_homes", "known_scores", "known_plans", "known_plan_homes", "known_deliveries")

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
with plan as (
    insert into known_plans (plan, kind) values (:plan, :kind) on conflict (plan) do nothing
)
insert into known_plan_homes (plan, home)
select :plan, unnest(cast(:homes as text[])) on conflict do nothing
""")
_DECIDED = text("""
insert into known_plans (plan, kind, planned) values (:plan, :kind, :planned)
on conflict (plan) do update set kind = excluded.kind, planned = excluded.planned
""")
_OFF = text("update known_plans set planned = null where plan = :plan")
_RESET = text("update known_plans set planned = :planned where plan = :plan")
_DELIVERED = text("""
insert into known_deliveries (delivery, event_id, completed)
values (:delivery, :event_id, :completed) on conflict (delivery) do nothing
""")
_COMPLEXES = text("""
with scored as (
    select distinct on (home) home, score, evidence from known_scores
    order by home, measured desc, event_id desc
), judged as (
    select h.complex, h.area, s.evidence,
        coalesce(s.score >= 5, false) as bad,
        exists (
            select from known_plan_homes p join known_plans k using (plan)
            where p.home = h.home and k.kind = 'demolition' and k.planned is not null
        ) as exempt
    from known_homes h left join scored s using (home)
    where h.is_home and h.within && cast(:areas as text[])
)
select complex, min(area) as area,
    array_remove(array_agg(evidence order by evidence) filter (where bad and not exempt), null)
        as bad,
    array_remove(array_agg(evidence order by evidence) filter (where bad and exempt), null)
        as exempt
from judged group by complex order by complex
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
    return _ANNOUNCED, {
        "plan": change.received.subject,
        "kind": event.kind.value,
        "homes": list(event.dwellings),
    }


def _decided(change: Change) -> Write:
    event = change.event
    assert isinstance(event, PlanDecided)  # noqa: S101 - registered for it
    kind = event.kind.value
    return _DECIDED, {"plan": change.received.subject, "kind": kind, "planned": event.planned}


def _off(change: Change) -> Write:
    return _OFF, {"plan": change.received.subject}


def _reset(change: Change) -> Write:
    event = change.event
    assert isinstance(event, DemolitionDateReset)  # noqa: S101 - registered for it
    return _RESET, {"plan": change.received.subject, "planned": event.planned}


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


async def complexes_in(service: ServiceContext, areas: tuple[str, ...]) -> tuple[KnownComplex, ...]:
    """The complexes with own homes in these areas and what lies in them."""
    async with service.reading.connect() as connection:
        rows = (await connection.execute(_COMPLEXES, {"areas": list(areas)})).all()
    return tuple(
        KnownComplex(
            row.complex,
            row.area,
            tuple(UUID(id_) for id_ in row.bad or ()),
            tuple(UUID(id_) for id_ in row.exempt or ()),
        )
        for row in rows
    )


async def own_homes(
    connection: AsyncConnection, areas: tuple[str, ...], fresh: Freshness
) -> Dwellings:
    """How many own homes lie in these areas; not known until a first import has completed."""
    row = (await connection.execute(_COUNT, {"areas": list(areas)})).one()
    if row.delivery is None:
        return Dwellings(fresh=fresh)
    return Dwellings(row.own, (row.delivery,), fresh)
