"""When time itself changes an initiative, and what is late by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from initiatives.domain.settings import REVIEW_TERM
from leefwijk.events.dates import day_after

ANY = "any"
"""The term under which whatever is late is found."""
SUPPORT_REVIEW = "support-review"


def first_days(initiative: Any) -> Iterator[date]:
    """First days on which something that lasted is over and was not recorded yet.

    Of an initiative that is over only grants are still settled: nothing of it falls due.
    """
    if not initiative.is_over:
        yield from _terms(initiative)
    for grant in initiative.grants:
        if grant.books.settled is None and grant.books.settles_on is not None:
            yield grant.books.settles_on


def _terms(initiative: Any) -> Iterator[date]:
    term, referral = initiative.term, initiative.referrals.waiting
    if term is not None and term.due is not None and not term.told:
        yield day_after(term.due)
    if referral is not None and not referral.told:
        yield day_after(referral.due)
    for experiment in initiative.experiments:
        if experiment.concluded is None and experiment.expired is None:
            yield day_after(experiment.until)
    due, looking_back = initiative.evaluation_due, initiative.looking_back
    if due is not None and not (looking_back.told or looking_back.evaluated):
        yield day_after(due)


def overdue_of(initiative: Any) -> list[str]:
    """What is late and waits for somebody, as far as it was recorded; nothing once it is over."""
    if initiative.is_over:
        return []
    found = []
    if initiative.term is not None and initiative.term.told:
        found.append("support-decision")
    if initiative.referrals.waiting is not None and initiative.referrals.waiting.told:
        found.append("referral")
    if evaluation_late(initiative):
        found.append("effect-evaluation")
    if any(one.expired and one.concluded is None for one in initiative.experiments):
        found.append("experiment")
    return [*found, ANY] if found else []


def evaluation_late(initiative: Any) -> bool:
    """Whether the last day for looking back passed and somebody is still asked for it."""
    back = initiative.looking_back
    return back.told and back.evaluated is None and initiative.evaluation_due is not None


def reviews_until(initiative: Any) -> list[str]:
    """The last day of the review that is due first, under which it is found."""
    days = [one.due for one in initiative.reviews_now]
    return [min(days).isoformat()] if days else []


def days_in_time(today: date) -> tuple[str, ...]:
    """Every last day that a review which is not late can have (INI-24)."""
    return tuple(
        (today + timedelta(days=ahead)).isoformat() for ahead in range(REVIEW_TERM.days + 1)
    )


def late_reviews(initiative: Any, today: date) -> list[str]:
    """Reviews of grants whose last day has passed: no fact says so, the calendar does (INI-24)."""
    return [SUPPORT_REVIEW] if any(one.due < today for one in initiative.reviews_now) else []


def parties_of(initiative: Any) -> list[str]:
    """Partners that have to do with it: referred to, or funding it."""
    referral = initiative.referrals.referral
    named = {pledge.partner for pledge in initiative.funding.pledges}
    return sorted(named | ({referral.partner} if referral else set()))
