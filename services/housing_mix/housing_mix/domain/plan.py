"""A plan with homes: announced, decided, and withdrawn or lapsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Listing, State, evolves
from leefwijk.events.language.housing_mix.plans import (
    DemolitionDateReset,
    PlanAnnounced,
    PlanDecided,
    PlanKind,
    PlanLapsed,
    PlanWithdrawn,
)


class PlanStatus(StrEnum):
    """Where a plan stands."""

    ANNOUNCED = "announced"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class KnownHome:
    """What a plan must know of a home that it would hold."""

    area: str
    municipalities: tuple[str, ...]
    complex: str | None = None
    own_home: bool = True
    """Whether it stands, is a home and is the corporation's; one that left the stock is not."""


@dataclass(frozen=True)
class KnownHomes:
    """The homes that a plan names, by their number, as far as the register knows them."""

    homes: Mapping[str, KnownHome] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan(State, kind="plans", shape=1):
    """A plan as it stands."""

    status: PlanStatus | None = None
    kind_: PlanKind | None = None
    area: str | None = None
    municipalities: tuple[str, ...] = ()
    complex: str | None = None
    dwellings: tuple[str, ...] = ()
    decided: date | None = None
    planned: date | None = None
    ended: date | None = None

    def due(self) -> datetime | None:
        """The first moment after the planned day of a decided demolition."""
        if self.excepting and self.planned is not None:
            return begin_of(day_after(self.planned))
        return None

    @property
    def excepting(self) -> bool:
        """Whether it is a decided demolition: until its planned day, 5 and 6 are excepted."""
        return self.status is PlanStatus.DECIDED and self.kind_ is PlanKind.DEMOLITION

    def listing(self) -> Listing:
        """Found by area, complex, kind and status."""
        return Listing(
            self.area,
            self.municipalities,
            status=self.status.value if self.status else None,
            facets={
                "kind": self.kind_.value if self.kind_ else (),
                "complex": self.complex or (),
            },
        )


@evolves(PlanAnnounced)
def _(plan: Plan, event: PlanAnnounced) -> Plan:
    return replace(
        plan,
        status=PlanStatus.ANNOUNCED,
        kind_=event.kind,
        area=event.area,
        municipalities=event.municipalities,
        complex=event.complex,
        dwellings=event.dwellings,
    )


@evolves(PlanDecided)
def _(plan: Plan, event: PlanDecided) -> Plan:
    return replace(plan, status=PlanStatus.DECIDED, decided=event.on, planned=event.planned)


@evolves(DemolitionDateReset)
def _(plan: Plan, event: DemolitionDateReset) -> Plan:
    return replace(plan, status=PlanStatus.DECIDED, planned=event.planned, ended=None)


@evolves(PlanWithdrawn)
def _(plan: Plan, event: PlanWithdrawn) -> Plan:
    return replace(plan, status=PlanStatus.WITHDRAWN, ended=event.on)


@evolves(PlanLapsed)
def _(plan: Plan, event: PlanLapsed) -> Plan:
    return replace(plan, status=PlanStatus.LAPSED, ended=event.on)
