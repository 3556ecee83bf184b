"""The stock: a unit is registered by deliveries, corrected by people, and leaves by a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from housing_mix.domain.codes import KnownCodes, code_faults
from housing_mix.domain.counting import ALLOCATIONS, is_own_home
from housing_mix.domain.places import KnownAreas
from housing_mix.domain.unit import Unit, UnitStatus
from leefwijk.events.decider import Command, Context, Faults, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason, municipality_of
from leefwijk.events.language.housing_mix.dwellings import (
    ConditionRecorded,
    Dwelling,
    DwellingChanged,
    DwellingCorrected,
    DwellingLeftStock,
    DwellingRegistered,
    LeftStock,
    Score,
)


class DeliverDwelling(Command[Unit]):
    """Take what a delivery says of a unit on its reference date; the row was judged before."""

    dwelling: Dwelling
    reference_date: date
    condition: Score | None = None
    """Measured on the reference date where the delivery names no other day."""

    def decide(self, unit: Unit, _context: Context) -> Iterator[Event]:
        """Refuses `left-stock`, and `older-than-recorded`: late history is not woven in (MIX-03).

        What was told of that day before, in the same words, is no news.
        """
        if unit.status is UnitStatus.LEFT_STOCK:
            refuse("left-stock", "It left the stock; correct that first.")
        yield from self._stock(unit)
        yield from self._condition(unit)

    def _stock(self, unit: Unit) -> Iterator[Event]:
        day, newest = self.reference_date, unit.newest
        told = {
            "dwelling": self.dwelling,
            "municipalities": municipality_of(self.dwelling.area),
            "on": day,
            "is_home": is_own_home(self.dwelling),
        }
        if newest is None:
            yield DwellingRegistered(**told)
            return
        if any(one.on == day and one.dwelling == self.dwelling for one in unit.told):
            return
        if newest.on > day or (newest.on == day and newest.corrected):
            refuse("older-than-recorded", f"Of {newest.on} more is known than this delivery says.")
        if newest.dwelling != self.dwelling:
            yield DwellingChanged(**told)

    def _condition(self, unit: Unit) -> Iterator[Event]:
        """A score that is delivered again is no new measurement, unless it names a later day."""
        if self.condition is None:
            return
        last = unit.condition
        named = self.condition.measured != self.reference_date
        if last is not None and (
            self.condition.measured <= last.on or (not named and self.condition.score == last.score)
        ):
            return
        yield ConditionRecorded(
            area=self.dwelling.area,
            complex=self.dwelling.complex,
            condition=self.condition,
            on=self.condition.measured,
        )


class CorrectDwelling(Command[Unit]):
    """Say what holds instead, from a day; it takes back a departure that was a mistake."""

    dwelling: Dwelling
    on: date
    reason: Reason | None = None

    def decide(self, _unit: Unit, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, `day-in-future`, `unknown-area` and codes that VERA lacks."""
        faults = Faults()
        if self.on > context.today:
            faults.add("day-in-future", "A correction says what is so, not what will be.")
        if self.dwelling.area not in context.knowledge(KnownAreas).areas:
            faults.add("unknown-area", f"{self.dwelling.area} is not registered in monitoring.")
        for column, code in code_faults(self.dwelling, self.on, context.knowledge(KnownCodes)):
            faults.add(code, f"The code of {column} is not one of VERA's on {self.on}.")
        if self.dwelling.allocation is not None and self.dwelling.allocation not in ALLOCATIONS:
            faults.add(
                "label-withheld",
                "This label tells something about the household; count it per complex instead.",
            )
        if self.reason is None:
            faults.add("reason-missing", "Say why what was recorded is wrong.")
        faults.refuse_any()
        assert self.reason is not None  # noqa: S101 - refused above
        yield DwellingCorrected(
            dwelling=self.dwelling,
            municipalities=municipality_of(self.dwelling.area),
            on=self.on,
            is_home=is_own_home(self.dwelling),
            reason=self.reason,
        )


class ConfirmLeftStock(Command[Unit]):
    """Say why a unit is no longer in stock: an export filter must not demolish homes (MIX-04)."""

    how: LeftStock | None = None
    on: date

    def decide(self, unit: Unit, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, `left-stock` a second time, and a day in the future."""
        if self.how is None:
            refuse(
                "reason-missing",
                "Say whether the home was sold, demolished, merged, split or handed back.",
            )
        if unit.status is UnitStatus.LEFT_STOCK:
            refuse("left-stock", f"It left the stock on {unit.left} already.")
        if self.on > context.today:
            refuse("day-in-future", "Say that it left when it has left.")
        yield DwellingLeftStock(area=unit.place.area, how=self.how, on=self.on)
