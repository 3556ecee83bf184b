"""Area budgets: the euros of one area and calendar year, never granted twice."""

from __future__ import annotations

from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Euro, Identifier


class BudgetCommitted(Event, type="nl.leefbaarheid.area-budgets.budget-committed.v1"):
    """Euros of the budget are promised to an initiative, in the append that grants them."""

    area: AreaId
    year: int
    initiative: Identifier
    request: int
    amount: Euro
    municipalities: tuple[str, ...]


class BudgetReleased(Event, type="nl.leefbaarheid.area-budgets.budget-released.v1"):
    """Promised euros go back to the budget."""

    area: AreaId
    year: int
    initiative: Identifier
    request: int
    amount: Euro
