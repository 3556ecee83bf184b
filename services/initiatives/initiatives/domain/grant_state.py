"""What became of a grant: orders, spendings, its end, and what went back to its budgets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from leefwijk.events.language.initiatives.support import Condition

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Order:
    """Something that was ordered on a granted line."""

    line: int
    amount: Decimal
    on: date
    billed: Decimal = NOTHING

    @property
    def left(self) -> Decimal:
        """What may still be billed."""
        return max(self.amount - self.billed, NOTHING)


@dataclass(frozen=True)
class Spent:
    """One spending as it reads now."""

    line: int
    amount: Decimal
    """Euros, or hours of a line that is counted in hours."""
    on: date
    order: str | None = None
    ordered: date | None = None
    """The day on which it was ordered, where that was said and no order stands here."""


@dataclass(frozen=True)
class Books:
    """The books of a grant."""

    orders: dict[str, Order] = field(default_factory=dict)
    spendings: dict[str, Spent] = field(default_factory=dict)
    released: dict[str, Decimal] = field(default_factory=dict)
    """Euros that went back, by budget."""
    conditions: tuple[Condition, ...] = ()
    ended: date | None = None
    settles_on: date | None = None
    """The first day on which no late bill is expected any more."""
    settled: date | None = None
    share: Decimal | None = None
    """Where the costs were divided: what the corporation pays for all grants of the round."""

    def closed_on(self, day: date) -> date | None:
        """Since when no bill is paid any more; none: still on this day.

        The calendar decides, whether or not it was recorded already (INI-28).
        """
        over = self.settles_on is not None and self.settles_on <= day
        return self.settled or (self.settles_on if over else None)

    def ordered(self, line: int | None = None) -> Decimal:
        """Ordered and not billed yet, of a line or altogether."""
        mine = (order.left for order in self.orders.values() if line in {None, order.line})
        return sum(mine, NOTHING)

    def order(self, name: str, order: Order) -> Books:
        """Something was ordered."""
        return replace(self, orders={**self.orders, name: order})

    def spend(self, name: str, spent: Spent) -> Books:
        """Something was spent, or a spending reads otherwise from now on."""
        orders = dict(self.orders)
        before = self.spendings.get(name)
        for one, sign in ((before, -1), (spent, 1)):
            if one is not None and one.order in orders:
                order = orders[one.order]
                orders[one.order] = replace(order, billed=order.billed + sign * one.amount)
        return replace(self, orders=orders, spendings={**self.spendings, name: spent})

    def release(self, budget: str, amount: Decimal) -> Books:
        """Euros went back to a budget."""
        back = self.released.get(budget, NOTHING) + amount
        return replace(self, released={**self.released, budget: back})
