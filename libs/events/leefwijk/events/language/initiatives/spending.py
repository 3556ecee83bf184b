"""Spending on a grant: ordered, recorded and corrected."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event
from leefwijk.events.fields import Euro, Identifier, Reason, ShortText
from leefwijk.events.language.initiatives.support_terms import BudgetShare


class ObligationEntered(Event, type="nl.leefbaarheid.initiatives.obligation-entered.v1"):
    """Something was ordered on a granted line; the bill comes later."""

    obligation: Identifier
    request: Annotated[int, Field(ge=1)]
    line: Annotated[int, Field(ge=1)]
    amount: Euro
    reference: ShortText | None = None
    """The order or its like; never a person."""
    on: date


class SpendingRecorded(Event, type="nl.leefbaarheid.initiatives.spending-recorded.v1"):
    """Something was spent of the grant; `on` is the day of delivery."""

    spending: Identifier
    request: Annotated[int, Field(ge=1)]
    """Number of the granted request that it is spent on."""
    line: Annotated[int, Field(ge=1)]
    amount: Euro | None = None
    hours: Annotated[int, Field(ge=1)] | None = None
    obligation: Identifier | None = None
    """The order that it pays."""
    reference: ShortText | None = None
    """The invoice or its like; never a person."""
    ordered: date | None = None
    """The day of the order, where that was another day than that of delivery."""
    on: date


class SpendingCorrected(Event, type="nl.leefbaarheid.initiatives.spending-corrected.v1"):
    """A spending was otherwise: how much, or delivered when; what stands here replaces it.

    `on` is the day of delivery as it is now.
    """

    spending: Identifier
    request: Annotated[int, Field(ge=1)]
    line: Annotated[int, Field(ge=1)]
    amount: Euro | None = None
    hours: Annotated[int, Field(ge=0)] | None = None
    reason: Reason
    released: tuple[BudgetShare, ...] | None = None
    """What goes back to a budget at once: a supplier paid it back after all was settled."""
    on: date
