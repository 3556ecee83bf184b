"""Partners: organisations with a kind and municipalities; there is no field for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated

from pydantic import Field

from leefwijk.events.decider import Command, Context, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Municipality, Reason, ShortText
from leefwijk.events.language.monitoring.partners import (
    PartnerKind,
    PartnerLeftMunicipality,
    PartnerRegistered,
)


@dataclass(frozen=True)
class Partner(State, kind="partners", shape=2):
    """An organisation that works with us."""

    name: str | None = None
    partner_kind: PartnerKind | None = None
    municipalities: tuple[str, ...] = ()
    """Everywhere it was registered; those it left hear that it left."""
    left: dict[str, date] = field(default_factory=dict)
    """Municipality to the first day without it."""

    def works_in(self, day: date) -> tuple[str, ...]:
        """The municipalities in which it works with us on a day."""
        return tuple(
            code for code in self.municipalities if code not in self.left or day < self.left[code]
        )

    def listing(self) -> Listing:
        """Found by kind, and by where it works without an end in sight."""
        return Listing(
            municipalities=self.municipalities,
            title=self.name,
            facets={
                "kind": self.partner_kind.value if self.partner_kind else (),
                "works-in": [code for code in self.municipalities if code not in self.left],
            },
        )


class RegisterPartner(Command[Partner]):
    """Register an organisation with the municipalities it works in."""

    name: ShortText
    kind: PartnerKind
    municipalities: Annotated[tuple[Municipality, ...], Field(min_length=1, max_length=50)]

    def decide(self, partner: Partner, _context: Context) -> Iterator[Event]:
        """Refuses `already-registered`."""
        if partner.name is not None:
            refuse("already-registered", "This partner exists already.")
        yield PartnerRegistered(
            name=self.name,
            kind=self.kind,
            municipalities=tuple(sorted(set(self.municipalities))),
        )


class EndPartnerMunicipality(Command[Partner]):
    """The organisation no longer works with us in a municipality."""

    municipality: Municipality
    reason: Reason
    on: date | None = None

    def decide(self, partner: Partner, context: Context) -> Iterator[Event]:
        """Refuses `not-there` where it does not work."""
        if self.municipality not in partner.municipalities or self.municipality in partner.left:
            refuse("not-there", f"It does not work with us in {self.municipality}.")
        yield PartnerLeftMunicipality(
            municipality=self.municipality, on=self.on or context.today, reason=self.reason
        )


@evolves(PartnerRegistered)
def _(_partner: Partner, event: PartnerRegistered) -> Partner:
    return Partner(event.name, event.kind, event.municipalities)


@evolves(PartnerLeftMunicipality)
def _(partner: Partner, event: PartnerLeftMunicipality) -> Partner:
    return replace(partner, left={**partner.left, event.municipality: event.on})
