"""When time itself changes an initiative, and what is late by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from leefwijk.events.dates import day_after

ANY = "any"
"""The term under which whatever is late is found."""


def first_days(initiative: Any) -> Iterator[date]:
    """First days on which something that lasted is over and was not recorded yet."""
    term, referral = initiative.term, initiative.referrals.waiting
    if term is not None and term.due is not None and not term.told:
        yield day_after(term.due)
    if referral is not None and not referral.told:
        yield day_after(referral.due)
    for experiment in initiative.experiments:
        if experiment.concluded is None and experiment.expired is None:
            yield day_after(experiment.until)
    looking_back = initiative.looking_back
    if looking_back.due is not None and not (looking_back.told or looking_back.evaluated):
        yield day_after(looking_back.due)
    for grant in initiative.grants:
        if grant.books.settled is None and grant.books.settles_on is not None:
            yield grant.books.settles_on


def overdue_of(initiative: Any) -> list[str]:
    """What is late and waits for somebody, as far as it was recorded."""
    found = []
    if initiative.term is not None and initiative.term.told:
        found.append("support-decision")
    if initiative.referrals.waiting is not None and initiative.referrals.waiting.told:
        found.append("referral")
    if initiative.looking_back.told and initiative.looking_back.evaluated is None:
        found.append("effect-evaluation")
    if any(one.expired and one.concluded is None for one in initiative.experiments):
        found.append("experiment")
    return [*found, ANY] if found else []


def late_reviews(initiative: Any, today: date) -> list[str]:
    """Reviews of grants whose last day has passed: no fact says so, the calendar does (INI-24)."""
    return ["support-review"] if any(one.due < today for one in initiative.gates.reviews) else []


def parties_of(initiative: Any) -> list[str]:
    """Partners that have to do with it: referred to, or funding it."""
    referral = initiative.referrals.referral
    named = {pledge.partner for pledge in initiative.funding.pledges}
    return sorted(named | ({referral.partner} if referral else set()))
