"""What is planned, made and lost of green, item by item."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from leefwijk.events.language.initiatives.greening import GreenMeasure, GreenPurpose, GreenUnit


@dataclass(frozen=True)
class GreenItem:
    """So much of one measure."""

    measure: GreenMeasure
    quantity: Decimal
    counted_in: GreenUnit
    purposes: tuple[GreenPurpose, ...]
    litres: Decimal | None = None
    item: str | None = None
    """Of what was made: the planned item it belongs to."""
    lost: Decimal = Decimal(0)


@dataclass(frozen=True)
class Greening:
    """Items by their names."""

    planned: dict[str, GreenItem] = field(default_factory=dict)
    realised: dict[str, GreenItem] = field(default_factory=dict)

    @property
    def told(self) -> bool:
        """Whether anything was planned or made."""
        return bool(self.planned or self.realised)
