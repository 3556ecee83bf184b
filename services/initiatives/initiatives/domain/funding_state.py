"""What several parties promised, and how costs are divided over them to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from initiatives.domain.grant_state import NOTHING
from leefwijk.events.language.initiatives.co_funding import CostShare

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Pledge:
    """What one partner promised."""

    partner: str
    amount: Decimal
    hours: int = 0
    paid: Decimal = NOTHING
    on: date | None = None


@dataclass(frozen=True)
class Funding:
    """The pledges of partners, in the order of promising."""

    pledges: tuple[Pledge, ...] = ()
    settled: date | None = None
    costs: Decimal | None = None
    """The real costs, where they were settled."""
    shares: tuple[CostShare, ...] = ()
    """What each pays of them; the corporation first."""

    @property
    def total(self) -> Decimal:
        """Euros that partners promised together."""
        return sum((pledge.amount for pledge in self.pledges), NOTHING)

    def of(self, partner: str) -> Pledge | None:
        """The pledge of a partner."""
        return next((pledge for pledge in self.pledges if pledge.partner == partner), None)

    def put(self, pledge: Pledge) -> Funding:
        """The pledge in its partner's place; a new partner comes last."""
        if self.of(pledge.partner) is None:
            return replace(self, pledges=(*self.pledges, pledge))
        return replace(
            self,
            pledges=tuple(pledge if one.partner == pledge.partner else one for one in self.pledges),
        )


@dataclass(frozen=True)
class Cover:
    """How far planned costs are covered."""

    costs: Decimal
    covered: Decimal

    @property
    def gap(self) -> Decimal:
        """What nobody pays."""
        return max(self.costs - self.covered, NOTHING)

    @property
    def percentage(self) -> Decimal:
        """Covered of a hundred, with one decimal; what costs nothing is covered."""
        if not self.costs:
            return Decimal("100.0")
        return (self.covered * 100 / self.costs).quantize(Decimal("0.1"))


def divided(costs: Decimal, pledges: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Costs over pledges, in proportion and never above them, together exactly the costs.

    Each share is cut to cents; the cents left over go to the largest remainders, equal ones in the
    order of the pledges (INI-30). Costs above all pledges together change nobody's share.
    """
    total = sum(pledges, NOTHING)
    if costs >= total:
        return tuple(pledges)
    whole, over = _cents(costs), _cents(total)
    parts = [divmod(whole * _cents(pledge), over) for pledge in pledges]
    shares = [cents for cents, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: -parts[place][1])
    for place in by_remainder[: whole - sum(shares)]:
        shares[place] += 1
    return tuple(share * CENT for share in shares)


def _cents(amount: Decimal) -> int:
    return int(amount / CENT)
