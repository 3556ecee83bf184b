"""The limits of rent classes, set once per calendar year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leefwijk.events.decider import Command, Context, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Euro
from leefwijk.events.language.housing_mix.rent_limits import RentLimitsSet


@dataclass(frozen=True)
class RentLimits(State, kind="rent-limits", shape=1):
    """The limits of one year."""

    year: int = 0
    cheap: Decimal = Decimal("0.00")
    capping: Decimal = Decimal("0.00")
    social: Decimal = Decimal("0.00")

    def rent_class(self, rent: Decimal) -> str:
        """VERA's HUURKLASSE; a rent equal to a limit lies within it (MIX-08)."""
        for code, limit in (("GOE", self.cheap), ("BET", self.capping), ("DUU", self.social)):
            if rent <= limit:
                return code
        return "BOV"

    def listing(self) -> Listing:
        """Found by year."""
        return Listing(facets={"year": str(self.year)})


class SetRentLimits(Command[RentLimits]):
    """Set the limits of a year, or set them right."""

    year: Annotated[int, Field(ge=2015, le=2100)]
    cheap: Euro
    capping: Euro
    social: Euro

    def stream(self, _context: Context) -> str:
        """By year."""
        return str(self.year)

    def decide(self, limits: RentLimits, _context: Context) -> Iterator[Event]:
        """Refuses `limits-out-of-order`; the same limits again are no news."""
        if not self.cheap < self.capping < self.social:
            refuse("limits-out-of-order", "The limits rise: cheap, capping, social.")
        told = RentLimitsSet(**self.model_dump())
        if limits != evolve_limits(limits, told):
            yield told


@evolves(RentLimitsSet)
def evolve_limits(limits: RentLimits, event: RentLimitsSet) -> RentLimits:
    """The limits as they were set last."""
    return replace(
        limits,
        year=event.year,
        cheap=event.cheap,
        capping=event.capping,
        social=event.social,
    )
