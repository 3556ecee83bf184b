"""The budget of one area and calendar year: what of it is promised, to whom."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from leefwijk.events.decider import Fact, Listing, State, evolves
from leefwijk.events.language.initiatives.area_budgets import (
    BudgetCommitted,
    BudgetReleased,
    SmallSupportAssessed,
)


@dataclass(frozen=True)
class AreaBudget(State, kind="area-budgets", shape=3):
    """Commitments on a budget, by initiative and request, in euros."""

    area: str | None = None
    year: int = 0
    municipalities: tuple[str, ...] = ()
    committed: dict[str, Decimal] = field(default_factory=dict)
    by_override: frozenset[str] = frozenset()
    """Those of them for which too little was left, and a director set that aside."""
    small_support: str | None = None
    """Id of the event by which the area was assessed for small support in the year."""

    @property
    def total(self) -> Decimal:
        """Euros promised and not released."""
        return sum(self.committed.values(), Decimal("0.00"))

    def listing(self) -> Listing:
        """Found by area and year."""
        return Listing(self.area, self.municipalities, facets={"year": str(self.year)})


def budget_id(area: str, year: int) -> str:
    """The id of the budget of an area and year."""
    return f"{area}.{year}"


def _place(initiative: str, request: int) -> str:
    return f"{initiative}/{request}"


@evolves(BudgetCommitted)
def _(budget: AreaBudget, event: BudgetCommitted) -> AreaBudget:
    place = _place(event.initiative, event.request)
    promised = budget.committed.get(place, Decimal("0.00")) + event.amount
    return replace(
        budget,
        area=event.area,
        year=event.year,
        municipalities=event.municipalities,
        committed={**budget.committed, place: promised},
        by_override=budget.by_override | ({place} if event.by_override else set()),
    )


@evolves(BudgetReleased)
def _(budget: AreaBudget, event: BudgetReleased) -> AreaBudget:
    place = _place(event.initiative, event.request)
    left = budget.committed.get(place, Decimal("0.00")) - event.amount
    return replace(budget, committed={**budget.committed, place: left})


@evolves(SmallSupportAssessed)
def _(budget: AreaBudget, event: SmallSupportAssessed, fact: Fact) -> AreaBudget:
    return replace(
        budget,
        area=event.area,
        year=event.year,
        municipalities=event.municipalities,
        small_support=str(fact.id),
    )
