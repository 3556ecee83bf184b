"""Figures carried between editions and composed over parts: context, never a ground (MON-03, 04).

Percentages are weighted by inhabitants. A class is a rank: it goes forward unchanged and is never
averaged. What is worked out here is marked derived or composed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from leefwijk.events.language.monitoring.areas import Part, Share


class FigureKind(StrEnum):
    """How a figure may be reckoned with."""

    PERCENTAGE = "percentage"
    COUNT = "count"
    CLASS = "class"


@dataclass(frozen=True)
class Derived:
    """A figure that was carried over, and where it comes from."""

    value: Decimal
    derived_from: str


@dataclass(frozen=True)
class Composed:
    """A figure over several parts, and how much of the people it covers."""

    value: Decimal | None
    """None: not published for enough of this area; never 0."""
    coverage: Decimal
    weights: Mapping[str, int]
    without_figure: tuple[str, ...]


def shown(value: Decimal, digits: int = 1) -> Decimal:
    """Rounded for people only; what is stored keeps all its digits."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def forward(area: str, share: Share, value: Decimal, kind: FigureKind) -> Derived:
    """The figure of an old area on one of its successors."""
    carried = value * share.share if kind is FigureKind.COUNT else value
    return Derived(carried, area)


def backward(successors: Sequence[tuple[str, Decimal, int]], kind: FigureKind) -> Decimal | None:
    """A later figure on the old area: `(successor, value, inhabitants)`; none for classes."""
    if kind is FigureKind.CLASS or not successors:
        return None
    if kind is FigureKind.COUNT:
        return sum((value for _, value, _ in successors), Decimal(0))
    people = sum(inhabitants for _, _, inhabitants in successors)
    total = sum((value * inhabitants for _, value, inhabitants in successors), Decimal(0))
    return total / people if people else None


def compose(
    parts: Sequence[Part], values: Mapping[str, Decimal], least_coverage: Decimal
) -> Composed:
    """The weighted figure over the parts that have one."""
    people = sum(part.inhabitants for part in parts)
    known = [part for part in parts if part.area in values]
    covered = sum(part.inhabitants for part in known)
    coverage = Decimal(covered) / people if people else Decimal(0)
    value = None
    if covered and coverage >= least_coverage:
        total = sum((values[part.area] * part.inhabitants for part in known), Decimal(0))
        value = total / covered
    return Composed(
        value,
        coverage,
        {part.area: part.inhabitants for part in known},
        tuple(part.area for part in parts if part.area not in values),
    )
