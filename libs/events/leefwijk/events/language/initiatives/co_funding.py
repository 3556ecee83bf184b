"""Several parties pay together, each its own part."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Euro, Identifier, Reason
from leefwijk.events.language.initiatives.support_terms import BudgetShare

_PARTNERS = Audience.PARTNERS
Hours = Annotated[int, Field(ge=0, le=100_000)]


class CoFundingPromised(
    Event, type="nl.leefbaarheid.initiatives.co-funding-promised.v1", audience=_PARTNERS
):
    """A partner promises its part; a later promise of the same partner replaces it."""

    area: AreaId
    partner: Identifier
    amount: Euro
    hours: Hours = 0
    """Hours of its people; shown beside the euros, never counted in them."""
    paid: Euro
    """What it has paid of that already."""
    on: date


class CoFundingWithdrawn(
    Event, type="nl.leefbaarheid.initiatives.co-funding-withdrawn.v1", audience=_PARTNERS
):
    """A partner takes its promise back; what it paid stays paid."""

    area: AreaId
    partner: Identifier
    amount: Euro
    """What is no longer promised."""
    left: Euro
    """What stays: it was paid."""
    reason: Reason
    on: date


class CostShare(Wire):
    """What one funder pays of the real costs."""

    partner: Identifier | None = None
    """None: the corporation."""
    pledge: Euro
    share: Euro
    hours: Hours = 0


class CostsSettled(Event, type="nl.leefbaarheid.initiatives.costs-settled.v1", audience=_PARTNERS):
    """The real costs are divided over who promised, to the cent."""

    area: AreaId
    costs: Euro
    shares: Annotated[tuple[CostShare, ...], Field(min_length=1)]
    """In the order of promising."""
    released: tuple[BudgetShare, ...] = ()
    """What the corporation's budgets get back at once; the rest is told of each grant."""
    on: date
