"""How far green has come: per measure in its own unit, and the water that can be held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from initiatives.domain.greening import STORAGE
from initiatives.domain.greening_state import Greening, GreenItem
from leefwijk.events.language.initiatives.greening import GreenMeasure, GreenPurpose, GreenUnit

ZERO = Decimal(0)
LITRES_PER_M3 = 1000


@dataclass(frozen=True)
class Progress:
    """Planned beside realised; nothing reported is not nothing made."""

    planned: Decimal
    realised: Decimal | None
    """None: nothing was reported."""
    not_planned: Decimal = ZERO
    """Of what was realised, what nobody had planned."""

    @property
    def percentage(self) -> Decimal | None:
        """Realised of a hundred planned, with one decimal; none where it says nothing."""
        if self.realised is None or not self.planned:
            return None
        return (self.realised * 100 / self.planned).quantize(Decimal("0.1"))


@dataclass(frozen=True)
class GreenProgress:
    """An area's progress; there is no total over units."""

    measures: dict[tuple[GreenMeasure, GreenUnit], Progress]
    water: Progress
    """Storage in m3, of all measures that hold water."""
    purposes: dict[GreenPurpose, tuple[GreenMeasure, ...]]
    """The measures per purpose; one may stand under several, and no sum follows from that."""


def progress_of(all_greening: Iterable[Greening]) -> GreenProgress:
    """The progress of these initiatives together."""
    greening = list(all_greening)
    planned = [item for one in greening for item in one.planned.values()]
    made = [item for one in greening for item in one.realised.values()]
    kinds = {(item.measure, item.counted_in) for item in (*planned, *made)}
    measures = {}
    for kind in sorted(kinds, key=_in_order):
        mine = [item for item in made if (item.measure, item.counted_in) == kind]
        measures[kind] = Progress(
            sum((one.quantity for one in planned if (one.measure, one.counted_in) == kind), ZERO),
            sum((_there(one) for one in mine), ZERO) if mine else None,
            sum((_there(one) for one in mine if one.item is None), ZERO),
        )
    holding = [item for item in made if item.measure in STORAGE]
    water = Progress(
        sum((_storage(one, one.quantity) for one in planned), ZERO),
        sum((_storage(one, _there(one)) for one in holding), ZERO) if holding else None,
        sum((_storage(one, _there(one)) for one in holding if one.item is None), ZERO),
    )
    purposes = {
        purpose: tuple(
            measure
            for measure in GreenMeasure
            if any(
                item.measure is measure and purpose in item.purposes for item in (*planned, *made)
            )
        )
        for purpose in GreenPurpose
    }
    return GreenProgress(measures, water, purposes)


def _in_order(kind: tuple[GreenMeasure, GreenUnit]) -> tuple[int, int]:
    """Measures and units as they are declared, whatever was told first."""
    measure, unit = kind
    return list(GreenMeasure).index(measure), list(GreenUnit).index(unit)


def _there(item: GreenItem) -> Decimal:
    return item.quantity - item.lost


def _storage(item: GreenItem, quantity: Decimal) -> Decimal:
    """The m3 that this much of an item holds."""
    if item.measure not in STORAGE:
        return ZERO
    if item.counted_in is GreenUnit.M3:
        return quantity
    return quantity * (item.litres or ZERO) / LITRES_PER_M3
