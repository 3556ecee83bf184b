"""What was decided without or before asking: grants of support, and gates that were overridden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.clock import day_of
from leefwijk.events.consume.reactions import Reaction
from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.decider import Command
from leefwijk.events.event import Event
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.gates import GateOverridden
from leefwijk.events.language.initiatives.life import InitiativeChanged, InitiativeProposed
from leefwijk.events.language.initiatives.support import SupportGranted
from leefwijk.events.language.monitoring.effort_levels import EffortGateOverridden
from leefwijk.events.language.participation.involvement_checks import CheckConcluded
from leefwijk.events.language.participation.owed_checks import OwedFor
from leefwijk.service.context import ServiceContext
from participation.domain.asked_since import Taken, first_unasked
from participation.domain.owed_check import OweCheck, SettleOwedCheck
from participation.domain.places import EarlierDecision
from participation.knowledge.areas import within
from participation.knowledge.asked import concluded_since, wanted_in

TABLES = ("known_initiatives", "known_decisions")

_INITIATIVE = text("""
insert into known_initiatives (initiative, themes, complex) values (:initiative, :themes, :complex)
on conflict (initiative) do update set themes = excluded.themes, complex = excluded.complex
""")
_DECISION = text("""
insert into known_decisions (event_id, subject, area, day, evidence)
values (:event_id, :subject, :area, :day, :evidence)
on conflict (event_id) do nothing
""")
_TAKEN = text("""
select d.day, coalesce(i.themes, '{}') as themes from known_decisions d
left join known_initiatives i on i.initiative = d.subject
where (d.subject = :subject or d.area = any(cast(:areas as text[]))
        and (i.complex is null or i.complex = cast(:complex as text)))
    and not exists (
        select from events e
        where cast(e.id as text) = any(d.evidence) and e.stream_id like 'involvement-checks-%'
    )
order by d.day
""")
"""Decisions that rested on a check were not first. One on a complex came first in that complex."""
_OWED = text("""
select stream_id from documents
where kind = 'owed-checks' and status = 'owed'
    and municipalities && cast(:municipalities as text[])
order by stream_id
""")
_SUBJECT = text("select themes, complex from known_initiatives where initiative = :subject")


def _initiative(change: Change) -> Write:
    event = change.event
    assert isinstance(event, (InitiativeProposed, InitiativeChanged))  # noqa: S101
    return _INITIATIVE, {
        "initiative": change.received.subject,
        "themes": [theme.value for theme in event.themes],
        "complex": event.plan.complex if event.plan else None,
    }


def _decided(change: Change, day: date, evidence: tuple[str, ...] = ()) -> Write | None:
    if change.received.area is None:
        return None
    return _DECISION, {
        "event_id": str(change.received.id),
        "subject": change.received.subject,
        "area": change.received.area,
        "day": day,
        "evidence": list(evidence),
    }


def _granted(change: Change) -> Write | None:
    event = change.event
    assert isinstance(event, SupportGranted)  # noqa: S101 - registered for it
    lines = (line for line in event.gate_lines or () if line.gate is Gate.RESIDENTS_INVOLVEMENT)
    rests_on = tuple(id_ for line in lines if line.passes for id_ in line.evidence)
    return _decided(change, event.on, rests_on)


def _overridden(change: Change) -> Write | None:
    event = change.event
    assert isinstance(event, (GateOverridden, EffortGateOverridden))  # noqa: S101
    return _decided(change, event.on) if event.gate is Gate.RESIDENTS_INVOLVEMENT else None


WRITES: Writes = {
    InitiativeProposed: _initiative,
    InitiativeChanged: _initiative,
    SupportGranted: _granted,
    GateOverridden: _overridden,
    EffortGateOverridden: _overridden,
}


async def earlier_decision(
    service: ServiceContext,
    area: str,
    complex_: str | None,
    themes: frozenset[str],
    subject: str | None,
) -> EarlierDecision:
    """The first decision that was taken without asking, and about which nobody was asked since.

    It was on one of these themes, for the area, for one it lies in, or on what is named. Asked
    since were people everywhere in the place, about that very theme (PAR-11).
    """
    places = (await within(service, [area])).get(area, frozenset({area}))
    asked = {"areas": sorted(places), "complex": complex_, "subject": subject}
    async with service.reading.connect() as connection:
        rows = (await connection.execute(_TAKEN, asked)).all()
    if not rows:
        return EarlierDecision()
    wanted = await wanted_in(service, area, complex_)
    checks = await concluded_since(service, wanted, rows[0].day)
    taken = [Taken(row.day, frozenset(row.themes)) for row in rows]
    return EarlierDecision(first_unasked(taken, wanted, themes, checks))


@dataclass(frozen=True)
class About:
    """What an initiative is about; of what is none, or not known, nothing in particular."""

    themes: tuple[str, ...] = ()
    complex: str | None = None


async def about(service: ServiceContext, subject: str | None) -> About:
    """Themes and complex of what was decided on."""
    async with service.reading.connect() as connection:
        found = (await connection.execute(_SUBJECT, {"subject": subject})).one_or_none()
    return About(tuple(found.themes), found.complex) if found is not None else About()


async def _debt(_connection: AsyncConnection, change: Change) -> list[str]:
    """A debt of its own for each override of the gate of involvement."""
    event = change.event
    assert isinstance(event, (GateOverridden, EffortGateOverridden))  # noqa: S101
    if event.gate is not Gate.RESIDENTS_INVOLVEMENT or change.received.area is None:
        return []
    return [str(change.received.id)]


def _owe(change: Change) -> OweCheck:
    event = change.event
    assert isinstance(event, (GateOverridden, EffortGateOverridden))  # noqa: S101
    support = isinstance(event, GateOverridden)
    return OweCheck(
        area=change.received.area or "",
        municipalities=change.received.municipalities,
        owed_for=OwedFor.SUPPORT if support else OwedFor.EFFORT_LEVEL,
        subject=change.received.subject,
        decided_on=event.on or day_of(change.received.time),
        because_of=change.received.id,
        role=event.role,
        reason=event.reason,
    )


async def _debts_here(connection: AsyncConnection, change: Change) -> list[str]:
    """The open debts of the municipality; which of them it settles is for each to judge."""
    asked = {"municipalities": list(change.received.municipalities)}
    found = await connection.execute(_OWED, asked)
    return [stream.removeprefix("owed-checks-") for stream in found.scalars()]


_OVERRIDES: tuple[type[Event], ...] = (GateOverridden, EffortGateOverridden)
_OWING = tuple(
    Reaction(f"owe-check-on-{event.type.split('.')[-2]}", event, _debt, _owe, starts=True)
    for event in _OVERRIDES
)
_SETTLING = Reaction(
    "settle-debts-on-check-concluded", CheckConcluded, _debts_here, lambda _: SettleOwedCheck()
)
REACTIONS = (*_OWING, _SETTLING)
COMMANDS: dict[str, type[Command[Any]]] = {
    **{reaction.name: OweCheck for reaction in _OWING},
    _SETTLING.name: SettleOwedCheck,
}
