"""Who is responsible for what, and what was agreed with the municipality, by monitoring's facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from initiatives.domain.gates import KnownParty
from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.decider import Context, refuse
from leefwijk.events.language.monitoring.area_roles import (
    AreaRoleAssigned,
    AreaRoleEnded,
)
from leefwijk.events.language.monitoring.partners import PartnerRegistered
from leefwijk.events.language.monitoring.performance_agreements import (
    PerformanceAgreementConcluded,
)
from leefwijk.gates.agreements import Agreement, Agreements
from leefwijk.gates.line import Freshness
from leefwijk.gates.parties import Parties, PartyRole
from leefwijk.service.context import ServiceContext

TABLES = ("known_partners", "known_roles", "known_agreements")

_PARTNER = text("""
insert into known_partners (partner, name) values (:partner, :name)
on conflict (partner) do update set name = excluded.name
""")
_ASSIGNED = text("""
insert into known_roles (area, partner, role, subject, holds_from, holds_through, evidence)
values (:area, :partner, :role, :subject, :holds_from, :holds_through,
        array[cast(:evidence as text)])
on conflict (area, partner, role, subject) do update set holds_from = excluded.holds_from,
    holds_through = excluded.holds_through, evidence = excluded.evidence
""")
_ENDED = text("""
update known_roles set holds_through = :last, evidence = evidence || cast(:evidence as text)
where area = :area and partner = :partner and role = :role and subject = :subject
""")
_AGREED = text("""
insert into known_agreements (municipality, year, required, listed, evidence)
values (:municipality, :year, :required, :listed, :evidence)
on conflict (municipality, year) do update set required = excluded.required,
    listed = excluded.listed, evidence = excluded.evidence
""")
_ROLES = text("""
select area, coalesce(name, partner) as party, partner, subject, holds_from, holds_through, evidence
from known_roles left join known_partners using (partner)
where role = 'responsible' and area = any(cast(:areas as text[])) order by holds_from, partner
""")
_AGREEMENTS = text("""
select municipality, year, required, listed, evidence from known_agreements
where municipality = any(cast(:municipalities as text[])) order by municipality, year
""")


_NAME = text("select name from known_partners where partner = :partner")


async def known_party(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownParty, ...]:
    """The partner that the command names, if it names one. Refuses `unknown-partner`."""
    if command.partner is None:
        return ()
    async with service.reading.connect() as connection:
        name = (await connection.execute(_NAME, {"partner": command.partner})).scalar_one_or_none()
    if name is None:
        refuse("unknown-partner", "This partner is not registered, or not heard of yet.")
    return (KnownParty(command.partner, name),)


def _partner(change: Change) -> Write:
    event = change.event
    assert isinstance(event, PartnerRegistered)  # noqa: S101 - registered for it
    return _PARTNER, {"partner": change.received.subject, "name": event.name}


def _assigned(change: Change) -> Write:
    event = change.event
    assert isinstance(event, AreaRoleAssigned)  # noqa: S101 - registered for it
    return _ASSIGNED, {
        "area": event.area,
        "partner": event.partner,
        "role": event.role.value,
        "subject": event.subject or "",
        "holds_from": event.valid.from_,
        "holds_through": event.valid.through,
        "evidence": str(change.received.id),
    }


def _ended(change: Change) -> Write:
    event = change.event
    assert isinstance(event, AreaRoleEnded)  # noqa: S101 - registered for it
    return _ENDED, {
        "area": event.area,
        "partner": event.partner,
        "role": event.role.value,
        "subject": event.subject or "",
        "last": event.on - timedelta(days=1),
        "evidence": str(change.received.id),
    }


def _agreed(change: Change) -> Write:
    event = change.event
    assert isinstance(event, PerformanceAgreementConcluded)  # noqa: S101 - registered for it
    return _AGREED, {
        "municipality": event.municipality,
        "year": event.year,
        "required": event.listing_required,
        "listed": list(event.listed),
        "evidence": str(change.received.id),
    }


WRITES: Writes = {
    PartnerRegistered: _partner,
    AreaRoleAssigned: _assigned,
    AreaRoleEnded: _ended,
    PerformanceAgreementConcluded: _agreed,
}


async def parties_of(
    connection: AsyncConnection, nearest: Sequence[str], fresh: Freshness
) -> Parties:
    """Who is responsible for something in an area or in what it lies in."""
    rows = await connection.execute(_ROLES, {"areas": list(nearest)})
    return Parties(
        tuple(
            PartyRole(
                row.party,
                row.area,
                row.subject,
                row.holds_from,
                tuple(row.evidence),
                row.holds_through,
                row.partner,
            )
            for row in rows
        ),
        fresh,
    )


async def agreements_of(
    connection: AsyncConnection, municipalities: Sequence[str], fresh: Freshness
) -> Agreements:
    """The performance agreements of these municipalities, as they were concluded."""
    rows = await connection.execute(_AGREEMENTS, {"municipalities": list(municipalities)})
    return Agreements(
        tuple(
            Agreement(row.municipality, row.year, row.required, tuple(row.listed), (row.evidence,))
            for row in rows
        ),
        fresh,
    )
