"""Area budgets: the euros of one area and calendar year, never granted twice."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import AreaId, Euro, Identifier, Reason, ShortText
from leefwijk.events.language.gates import Gate


class BudgetCommitted(Event, type="nl.leefbaarheid.area-budgets.budget-committed.v1"):
    """Euros of the budget are promised to an initiative, in the append that grants them."""

    area: AreaId
    year: int
    initiative: Identifier
    request: int
    amount: Euro
    municipalities: tuple[str, ...]
    by_override: bool | None = None
    """Whether there was too little left, and a director set that aside (INI-23)."""


class BudgetReleased(Event, type="nl.leefbaarheid.area-budgets.budget-released.v1"):
    """Promised euros go back to the budget."""

    area: AreaId
    year: int
    initiative: Identifier
    request: int
    amount: Euro


class SmallSupportGround(Wire):
    """What the yearly assessment says about one gate that is an own rule."""

    gate: Gate
    says: ShortText


class SmallSupportAssessed(Event, type="nl.leefbaarheid.area-budgets.small-support-assessed.v1"):
    """For one calendar year small support in the area rests on this assessment (DESIGN 8.8).

    It stands in for the gates that are an own rule; the legal ones are judged all the same.
    """

    area: AreaId
    year: int
    municipalities: tuple[str, ...]
    grounds: Annotated[tuple[SmallSupportGround, ...], Field(min_length=1)]
    reason: Reason
    on: date
