"""Organisations that work with the corporation, and where, by monitoring's facts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.decider import refuse
from leefwijk.events.language.monitoring.partners import (
    PartnerKind,
    PartnerLeftMunicipality,
    PartnerRegistered,
)
from leefwijk.service.context import ServiceContext
from participation.domain.parties import KnownParty

TABLE = "known_partners"

_REGISTERED = text("""
insert into known_partners (partner, kind, municipalities)
values (:partner, :kind, :municipalities)
on conflict (partner) do update set kind = excluded.kind, municipalities = excluded.municipalities
""")
_LEFT = text("""
update known_partners
set left_on = left_on || jsonb_build_object(cast(:municipality as text), cast(:day as date))
where partner = :partner
""")
_FIND = text("""
select kind, array(
    select code from unnest(municipalities) as code
    where coalesce(cast(left_on->>code as date) > :day, true)
) as works_in
from known_partners where partner = :partner
""")


def _registered(change: Change) -> Write:
    event = change.event
    assert isinstance(event, PartnerRegistered)  # noqa: S101 - registered for it
    return _REGISTERED, {
        "partner": change.received.subject,
        "kind": event.kind.value,
        "municipalities": list(event.municipalities),
    }


def _left(change: Change) -> Write:
    event = change.event
    assert isinstance(event, PartnerLeftMunicipality)  # noqa: S101 - registered for it
    return _LEFT, {
        "partner": change.received.subject,
        "municipality": event.municipality,
        "day": event.on,
    }


WRITES: Writes = {PartnerRegistered: _registered, PartnerLeftMunicipality: _left}


async def known_party(service: ServiceContext, partner: str | None, day: date) -> KnownParty:
    """A registered organisation as it stands on a day. Refuses `unknown-partner`."""
    asked = {"partner": partner or "", "day": day}
    async with service.reading.connect() as connection:
        found = (await connection.execute(_FIND, asked)).one_or_none()
    if found is None:
        refuse("unknown-partner", "This partner is not registered, or not heard of yet.")
    return KnownParty(partner or "", PartnerKind(found.kind), frozenset(found.works_in))
