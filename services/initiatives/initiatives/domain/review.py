"""A grant under review: what it still pays, and what waits (INI-19, INI-21, INI-24)."""

from __future__ import annotations

from datetime import date

from initiatives.domain.gate_state import Review
from initiatives.domain.initiative import Initiative
from leefwijk.events.dates import day_and_month
from leefwijk.events.decider import refuse
from leefwijk.events.language.gates import Gate

UNDER_REVIEW = "support-under-review"


def require_no_review(initiative: Initiative, request: int) -> None:
    """No further euros while a grant must come back to the table."""
    for review in initiative.gates.under_review(request):
        refuse(UNDER_REVIEW, f"{review.reason} Review the grant first.", due=str(review.due))


def require_ordered_before(initiative: Initiative, request: int, ordered: date) -> None:
    """Where law or purpose is lost, only what was ordered before that day is paid.

    `ordered` is the day of the order, and of what needs none the day of delivery.
    """
    for review in initiative.gates.under_review(request):
        if review.stops_orders and ordered >= review.since:
            refuse(UNDER_REVIEW, _said(review), since=str(review.since), due=str(review.due))


def _said(review: Review) -> str:
    since = day_and_month(review.since)
    if review.gate is Gate.NO_OTHER_PARTY_RESPONSIBLE:
        party = review.reason.partition(" is ")[0]
        return f"Since {since} {party} is responsible; only orders from before that day are paid."
    return f"{review.reason} Only orders from before {since} are paid."
