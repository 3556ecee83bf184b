"""Green in its own units: planned, made, corrected and lost (INI-32)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from initiatives.domain.greening_state import GreenItem
from initiatives.domain.initiative import Initiative
from leefwijk.events.decider import Command, Context, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason
from leefwijk.events.language.initiatives.greening import (
    GreeningCorrected,
    GreeningLost,
    GreeningPlanned,
    GreeningRealised,
    GreenMeasure,
    GreenPurpose,
    GreenUnit,
    Litres,
    Quantity,
)

UNITS: dict[GreenMeasure, frozenset[GreenUnit]] = {
    GreenMeasure.UNPAVED: frozenset({GreenUnit.M2}),
    GreenMeasure.TREE: frozenset({GreenUnit.PIECE}),
    GreenMeasure.RAIN_BARREL: frozenset({GreenUnit.PIECE}),
    GreenMeasure.INFILTRATION_CRATE: frozenset({GreenUnit.M3, GreenUnit.PIECE}),
    GreenMeasure.FACADE_GARDEN: frozenset({GreenUnit.PIECE, GreenUnit.M2}),
    GreenMeasure.GREEN_ROOF: frozenset({GreenUnit.M2}),
    GreenMeasure.NATURE_INCLUSIVE: frozenset({GreenUnit.PIECE}),
    GreenMeasure.PLANTS: frozenset({GreenUnit.PIECE}),
    GreenMeasure.AWARENESS: frozenset({GreenUnit.ACTIVITY}),
}
"""What each measure is counted in."""
STORAGE = frozenset({GreenMeasure.RAIN_BARREL, GreenMeasure.INFILTRATION_CRATE})
"""Measures that hold water: by the piece with its litres, or in m3."""
COUNTED = frozenset({GreenUnit.PIECE, GreenUnit.ACTIVITY})
"""Units of which there is no half."""
Purposes = Annotated[tuple[GreenPurpose, ...], Field(min_length=1, max_length=4)]


def require_fitting(
    measure: GreenMeasure, quantity: Decimal, unit: GreenUnit, litres: Decimal | None
) -> None:
    """Refuses `unit-does-not-fit-measure`: a tree in m2, storage without litres or m3."""
    holds = measure in STORAGE and unit is GreenUnit.PIECE
    whole = unit not in COUNTED or quantity == quantity.to_integral_value()
    if unit in UNITS[measure] and holds == (litres is not None) and whole:
        return
    units = " or ".join(sorted(unit.value for unit in UNITS[measure]))
    each = ", each piece with its litres" if measure in STORAGE else ""
    refuse("unit-does-not-fit-measure", f"{measure.value} is counted in {units}{each}.")


class PlanGreening(Command[Initiative]):
    """Plan green, or say anew what an item is going to be."""

    item: Identifier | None = None
    """The item that is meant anew; none: another one."""
    measure: GreenMeasure
    quantity: Quantity
    counted_in: GreenUnit
    litres: Litres | None = None
    purposes: Purposes

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `unit-does-not-fit-measure`."""
        require_fitting(self.measure, self.quantity, self.counted_in, self.litres)
        if self.item is not None and self.item not in initiative.greening.planned:
            refuse("unknown-item", "No item of this name is planned.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield GreeningPlanned(
            area=initiative.area,
            item=self.item or str(context.new_id()),
            measure=self.measure,
            quantity=self.quantity,
            counted_in=self.counted_in,
            litres=self.litres,
            purposes=self.purposes,
            on=context.today,
        )


class RealiseGreening(Command[Initiative]):
    """Record what was made, of a planned item or without one."""

    item: Identifier | None = None
    """The planned item that it belongs to; none: it was not planned."""
    measure: GreenMeasure
    quantity: Quantity
    counted_in: GreenUnit
    litres: Litres | None = None
    purposes: Purposes
    on: date | None = None

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `unit-does-not-fit-measure`, and another measure than the item's."""
        require_fitting(self.measure, self.quantity, self.counted_in, self.litres)
        if self.item is not None:
            planned = initiative.greening.planned.get(self.item)
            if planned is None:
                refuse("unknown-item", "No item of this name is planned.")
            if (planned.measure, planned.counted_in) != (self.measure, self.counted_in):
                refuse("unit-does-not-fit-measure", "The planned item is another measure or unit.")
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Record it when it has been made.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield GreeningRealised(
            area=initiative.area,
            realised=str(context.new_id()),
            item=self.item,
            measure=self.measure,
            quantity=self.quantity,
            counted_in=self.counted_in,
            litres=self.litres,
            purposes=self.purposes,
            on=day,
        )


class CorrectGreening(Command[Initiative]):
    """Correct how much was made; nothing at all is 0."""

    realised: Identifier
    quantity: Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)]
    litres: Litres | None = None
    """Where left out, what each piece held stays as it was."""
    reason: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `unknown-item`, and less than was lost of it."""
        made = _made(initiative, self.realised)
        litres = self.litres or made.litres
        require_fitting(made.measure, self.quantity, made.counted_in, litres)
        if self.quantity < made.lost:
            refuse("counts-do-not-add-up", f"{made.lost} of it was lost already.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield GreeningCorrected(
            area=initiative.area,
            realised=self.realised,
            quantity=self.quantity,
            litres=litres,
            reason=self.reason,
            on=context.today,
        )


class RecordGreeningLoss(Command[Initiative]):
    """Record that something is there no longer."""

    realised: Identifier
    quantity: Quantity
    reason: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses more than there is."""
        made = _made(initiative, self.realised)
        if self.quantity > made.quantity - made.lost:
            refuse("counts-do-not-add-up", f"Only {made.quantity - made.lost} is there.")
        require_fitting(made.measure, self.quantity, made.counted_in, made.litres)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield GreeningLost(
            area=initiative.area,
            realised=self.realised,
            quantity=self.quantity,
            reason=self.reason,
            on=context.today,
        )


def _made(initiative: Initiative, name: str) -> GreenItem:
    made = initiative.greening.realised.get(name)
    if made is None:
        refuse("unknown-item", "Nothing of this name was made.")
    return made


@evolves(GreeningPlanned)
def _(initiative: Initiative, event: GreeningPlanned) -> Initiative:
    item = GreenItem(event.measure, event.quantity, event.counted_in, event.purposes, event.litres)
    green = initiative.greening
    return replace(initiative, greening=replace(green, planned={**green.planned, event.item: item}))


def _with(initiative: Initiative, name: str, item: GreenItem) -> Initiative:
    green = initiative.greening
    return replace(initiative, greening=replace(green, realised={**green.realised, name: item}))


@evolves(GreeningRealised)
def _(initiative: Initiative, event: GreeningRealised) -> Initiative:
    item = GreenItem(
        event.measure,
        event.quantity,
        event.counted_in,
        event.purposes,
        event.litres,
        event.item,
    )
    return _with(initiative, event.realised, item)


@evolves(GreeningCorrected)
def _(initiative: Initiative, event: GreeningCorrected) -> Initiative:
    made = initiative.greening.realised[event.realised]
    return _with(
        initiative,
        event.realised,
        replace(made, quantity=event.quantity, litres=event.litres),
    )


@evolves(GreeningLost)
def _(initiative: Initiative, event: GreeningLost) -> Initiative:
    made = initiative.greening.realised[event.realised]
    return _with(initiative, event.realised, replace(made, lost=made.lost + event.quantity))
