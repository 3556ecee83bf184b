"""Defects of the national agreements: what comes back is the same one, advice resolves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from housing_mix.domain.settings import RECURS_MONTHS
from housing_mix.domain.unit import Unit, UnitStatus
from leefwijk.events.dates import add_months
from leefwijk.events.decider import Command, Context, Faults, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import ShortText
from leefwijk.events.language.housing_mix.dwellings import (
    Defect,
    DefectRecorded,
    DefectRecurred,
    DefectResolved,
    Measure,
)


class Remedy(StrEnum):
    """What somebody says was done about it; advice is named so that it can be refused."""

    REPAIRED = "repaired"
    REPLACED = "replaced"
    REMOVED = "removed"
    MANAGED_IN_PLACE = "managed_in_place"
    ADVICE = "advice"


class RecordDefect(Command[Unit]):
    """Record a defect; within a year after it was resolved it is the old one (MIX-33)."""

    defect: Defect
    on: date

    def decide(self, unit: Unit, context: Context) -> Iterator[Event]:
        """Refuses `left-stock` and `day-in-future`; a defect that is open is no news."""
        if unit.status is UnitStatus.LEFT_STOCK:
            refuse("left-stock", "It left the stock.")
        if self.on > context.today:
            refuse("day-in-future", "A defect is recorded when it was found.")
        before = unit.defects.get(self.defect)
        if before is None or (
            before.resolved is not None and self.on > add_months(before.resolved, RECURS_MONTHS)
        ):
            yield DefectRecorded(
                area=unit.place.area,
                complex=unit.place.complex,
                defect=self.defect,
                on=self.on,
            )
        elif before.resolved is not None:
            yield DefectRecurred(
                area=unit.place.area, defect=self.defect, recorded=before.event, on=self.on
            )


class ResolveDefect(Command[Unit]):
    """Say that a defect was remedied and that somebody checked it."""

    defect: Defect
    measure: Remedy
    what: ShortText
    on: date
    checked: date | None = None

    def decide(self, unit: Unit, context: Context) -> Iterator[Event]:
        """Refuses `advice-is-no-remedy`, `check-missing`, `no-open-defect` and a wrong day."""
        faults = Faults()
        before = unit.defects.get(self.defect)
        if before is None or not before.is_open:
            refuse("no-open-defect", f"There is no open defect {self.defect} here.")
        if self.measure is Remedy.ADVICE:
            faults.add(
                "advice-is-no-remedy",
                "Advice may accompany a repair; it does not end a defect.",
            )
        if self.checked is None:
            faults.add("check-missing", "Say on which day somebody checked that it is gone.")
        elif self.checked < self.on:
            faults.add("check-before-remedy", f"It was checked before it was done on {self.on}.")
        if max(self.on, self.checked or self.on) > context.today:
            faults.add("day-in-future", "A defect is resolved when it was checked.")
        if self.on < before.last:
            faults.add("day-before-defect", f"It was found on {before.last}.")
        if self.measure is Remedy.MANAGED_IN_PLACE and self.defect is not Defect.ASBESTOS:
            faults.add("measure-does-not-fit", "Only asbestos is left in place and managed.")
        faults.refuse_any()
        yield DefectResolved(
            area=unit.place.area,
            defect=self.defect,
            recorded=before.event,
            on=self.on,
            measure=Measure(self.measure.value),
            what=self.what,
            checked=self.checked,
        )
