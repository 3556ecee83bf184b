"""A unit of the corporation: what holds of it on a day, its condition and its defects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from leefwijk.events.decider import Fact, Listing, State, evolves
from leefwijk.events.language.housing_mix.dwellings import (
    ConditionCorrected,
    ConditionRecorded,
    Defect,
    DefectRecorded,
    DefectRecurred,
    DefectResolved,
    Dwelling,
    DwellingChanged,
    DwellingCorrected,
    DwellingLeftStock,
    DwellingRegistered,
    LeftStock,
    Measure,
)


class UnitStatus(StrEnum):
    """Whether it is still the corporation's to manage."""

    IN_STOCK = "in_stock"
    LEFT_STOCK = "left_stock"


@dataclass(frozen=True)
class Told:
    """What was told of the unit, from which day, and when that became known."""

    dwelling: Dwelling
    on: date
    known: datetime
    is_home: bool
    corrected: bool = False


@dataclass(frozen=True)
class Measured:
    """A measured condition, by the event that recorded it."""

    event: UUID
    score: int
    on: date
    evidence: UUID
    """The event that says the score: the measurement, or its correction."""


@dataclass(frozen=True)
class KnownDefect:
    """A defect, open since the day it was first recorded."""

    event: UUID
    since: date
    last: date
    resolved: date | None = None
    managed: bool = False
    recurred: int = 0

    @property
    def is_open(self) -> bool:
        """Whether nobody has checked yet that it was remedied."""
        return self.resolved is None


@dataclass(frozen=True)
class Unit(State, kind="dwellings", shape=1):
    """A unit as it stands; the empty one is not registered."""

    status: UnitStatus | None = None
    told: tuple[Told, ...] = ()
    """In the order in which it became known."""
    how: LeftStock | None = None
    left: date | None = None
    municipalities: tuple[str, ...] = ()
    measured: tuple[Measured, ...] = ()
    """By day."""
    defects: dict[Defect, KnownDefect] = field(default_factory=dict)

    @property
    def newest(self) -> Told | None:
        """What holds from the latest day, as it was told last."""
        return _latest(self.told)

    def on(self, day: date, known: datetime | None = None) -> Told | None:
        """What held on a day, as known at a moment; none before it was first told."""
        return _latest(
            [one for one in self.told if one.on <= day and (known is None or one.known <= known)]
        )

    @property
    def condition(self) -> Measured | None:
        """The latest measurement."""
        return self.measured[-1] if self.measured else None

    @property
    def own_home(self) -> bool:
        """Whether it counts as an own home that stands."""
        newest = self.newest
        return self.status is UnitStatus.IN_STOCK and newest is not None and newest.is_home

    @property
    def place(self) -> Dwelling:
        """Where it lies; only of a unit that is registered."""
        newest = self.newest
        assert newest is not None  # noqa: S101 - every command but registering asks for a stream
        return newest.dwelling

    def listing(self) -> Listing:
        """Found by area, complex, status, score and open defect."""
        newest = self.newest
        if newest is None:
            return Listing()
        score = self.condition
        return Listing(
            newest.dwelling.area,
            self.municipalities,
            status=self.status.value if self.status else None,
            facets={
                "complex": newest.dwelling.complex or (),
                "own-home": "yes" if self.own_home else "no",
                "score": str(score.score) if score else (),
                "defect": [kind.value for kind, one in self.defects.items() if one.is_open],
            },
        )


def _latest(told: Sequence[Told]) -> Told | None:
    """What holds from the latest day; of one day, what was told last."""
    return max(reversed(told), key=lambda one: one.on) if told else None


def _tell(
    unit: Unit, event: DwellingRegistered | DwellingChanged | DwellingCorrected, fact: Fact
) -> Unit:
    told = Told(
        event.dwelling, event.on, fact.time, event.is_home, isinstance(event, DwellingCorrected)
    )
    return replace(
        unit,
        status=UnitStatus.IN_STOCK,
        told=(*unit.told, told),
        how=None,
        left=None,
        municipalities=event.municipalities,
    )


@evolves(DwellingRegistered)
def _(unit: Unit, event: DwellingRegistered, fact: Fact) -> Unit:
    return _tell(unit, event, fact)


@evolves(DwellingChanged)
def _(unit: Unit, event: DwellingChanged, fact: Fact) -> Unit:
    return _tell(unit, event, fact)


@evolves(DwellingCorrected)
def _(unit: Unit, event: DwellingCorrected, fact: Fact) -> Unit:
    return _tell(unit, event, fact)


@evolves(DwellingLeftStock)
def _(unit: Unit, event: DwellingLeftStock) -> Unit:
    return replace(unit, status=UnitStatus.LEFT_STOCK, how=event.how, left=event.on)


@evolves(ConditionRecorded)
def _(unit: Unit, event: ConditionRecorded, fact: Fact) -> Unit:
    found = Measured(fact.id, event.condition.score, event.condition.measured, fact.id)
    return replace(unit, measured=_by_day((*unit.measured, found)))


@evolves(ConditionCorrected)
def _(unit: Unit, event: ConditionCorrected, fact: Fact) -> Unit:
    found = Measured(event.corrects, event.condition.score, event.condition.measured, fact.id)
    kept = [one for one in unit.measured if one.event != event.corrects]
    return replace(unit, measured=_by_day((*kept, found)))


def _by_day(measured: tuple[Measured, ...]) -> tuple[Measured, ...]:
    """In order of day; of one day, in the order in which they were recorded."""
    return tuple(sorted(measured, key=lambda one: one.on))


@evolves(DefectRecorded)
def _(unit: Unit, event: DefectRecorded, fact: Fact) -> Unit:
    found = KnownDefect(fact.id, event.on, event.on)
    return replace(unit, defects={**unit.defects, event.defect: found})


@evolves(DefectResolved)
def _(unit: Unit, event: DefectResolved) -> Unit:
    before = unit.defects[event.defect]
    managed = event.measure is Measure.MANAGED_IN_PLACE
    after = replace(before, resolved=event.on, managed=managed)
    return replace(unit, defects={**unit.defects, event.defect: after})


@evolves(DefectRecurred)
def _(unit: Unit, event: DefectRecurred) -> Unit:
    before = unit.defects[event.defect]
    after = replace(
        before, last=event.on, resolved=None, managed=False, recurred=before.recurred + 1
    )
    return replace(unit, defects={**unit.defects, event.defect: after})
