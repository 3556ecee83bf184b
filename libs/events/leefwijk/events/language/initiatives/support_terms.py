"""What becomes of a request and a grant over time: questions, terms, more, the end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from leefwijk.events.catalogue import upcasts
from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Euro, Identifier, Reason
from leefwijk.events.language.gates import GateVerdict, in_codes

_PARTNERS = Audience.PARTNERS
_TOPPED_UP = "nl.leefbaarheid.initiatives.support-topped-up"
Number = Annotated[int, Field(ge=1)]


class SupportRequestWithdrawn(
    Event, type="nl.leefbaarheid.initiatives.support-request-withdrawn.v1"
):
    """The takers no longer ask for it."""

    request: Number
    reason: Reason
    on: date


class ClarificationAsked(Event, type="nl.leefbaarheid.initiatives.clarification-asked.v1"):
    """The takers are asked something; the decision term stands still meanwhile (INI-25)."""

    request: Number
    question: Reason
    on: date


class ClarificationReceived(Event, type="nl.leefbaarheid.initiatives.clarification-received.v1"):
    """The answer is there; what was left of the term runs from this day."""

    request: Number
    answer: Reason
    on: date


class SupportDecisionOverdue(Event, type="nl.leefbaarheid.initiatives.support-decision-overdue.v1"):
    """The decision term passed; nothing is decided by that."""

    request: Number
    due: date
    """The last day of the term."""
    on: date


class SupportToppedUp(Event, type=f"{_TOPPED_UP}.v2", audience=_PARTNERS):
    """A line of a grant gets more, after all nine gates passed anew."""

    request: Annotated[int, Field(ge=1)]
    line: Annotated[int, Field(ge=1, le=50)]
    area: AreaId
    budget_area: AreaId
    """The budget that pays the top-up: of the year in which it was decided."""
    year: int
    level: Identifier | None = None
    amount: Euro | None = None
    """Euros that come on top of what the line had."""
    hours: Annotated[int, Field(ge=1, le=10_000)] | None = None
    reason: Reason
    gate_lines: tuple[GateVerdict, ...]
    """The nine gates anew; `gates-assessed` before it says why."""
    on: date


@upcasts(f"{_TOPPED_UP}.v1", f"{_TOPPED_UP}.v2")
def _topped_up_in_codes(data: dict[str, Any]) -> dict[str, Any]:
    """The first version carried sentences."""
    return {**data, "gateLines": [in_codes(line) for line in data["gateLines"]]}


class BudgetShare(Wire):
    """Euros that go back to the budget of an area and year."""

    budget_area: AreaId
    year: int
    amount: Euro
    request: Number | None = None
    """The grant that gives it back; none: the one that the fact is about."""


class SupportEnded(Event, type="nl.leefbaarheid.initiatives.support-ended.v1", audience=_PARTNERS):
    """Nothing new is paid from the grant; orders made before are still settled."""

    request: Number
    area: AreaId
    spent: Euro
    ordered: Euro
    """Ordered and not yet billed."""
    released: tuple[BudgetShare, ...] = ()
    """Neither spent nor ordered."""
    settles_on: date
    """The first day on which no late invoice is expected any more."""
    reason: Reason
    on: date


class SupportSettled(Event, type="nl.leefbaarheid.initiatives.support-settled.v1"):
    """No late invoice is expected any more: what is left of the orders goes back."""

    request: Number
    spent: Euro
    """What the grant cost for good."""
    released: tuple[BudgetShare, ...] = ()
    on: date
