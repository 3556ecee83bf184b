"""The terms of formal advice (Wet overleg huurders verhuurder, art. 5), the same for who reads it.

Participation records what was asked, advised and answered; levels, conclusions and plans of homes
ask from which day they may go ahead.
"""

from __future__ import annotations

from datetime import date, timedelta

from leefwijk.events.dates import day_after
from leefwijk.events.language.participation.formal_advices import Advice
from leefwijk.gates.line import said_day

TO_ADVISE = timedelta(weeks=6)
"""At least, from the day they were informed in writing (art. 5(1))."""
TO_ANSWER = timedelta(days=14)
"""For reasons where the advice is not followed (art. 5(2))."""
TO_EFFECT = timedelta(days=3)
"""From the day those reasons were received (art. 5(3))."""


def earliest_term(informed_on: date) -> date:
    """The first day on which the term to advise may end."""
    return informed_on + TO_ADVISE


def answer_by(advice: Advice, received_on: date, advise_by: date) -> date | None:
    """The last day for reasons; none where none are due: not against, or after the term."""
    if advice is not Advice.AGAINST or received_on > advise_by:
        return None
    return received_on + TO_ANSWER


def effect_from(answered_on: date, settled: date | None = None, *, followed: bool) -> date:
    """The first day on which it may go ahead after the answer was received.

    What was `settled` without an answer stays so: answering late or favourable advice, which nobody
    has to, takes nothing back.
    """
    if settled is not None:
        return settled
    return answered_on if followed else answered_on + TO_EFFECT


def settled_from(
    advise_by: date,
    advice: Advice | None = None,
    received_on: date | None = None,
    effect: date | None = None,
) -> date | None:
    """The first day on which advice stands in the way no longer; none: that day is not known.

    An advice against, given in time, waits for its answer however long ago the term ended: an own
    rule, stricter than art. 5(3). Counts of a panel have no part in it.
    """
    over = day_after(advise_by)
    if effect is not None:
        return effect
    if advice is None or received_on is None or received_on > advise_by:
        return over
    return None if advice is Advice.AGAINST else received_on


def stands(
    informed_on: date,
    advise_by: date,
    advice: Advice | None = None,
    received_on: date | None = None,
    effect: date | None = None,
) -> str:
    """Where an advice stands, in words that follow "is not settled:"."""
    if effect is not None:
        return f"it may go ahead from {said_day(effect)}"
    if advice is Advice.AGAINST and received_on is not None and received_on <= advise_by:
        return (
            f"the tenants' organisation advised against on {said_day(received_on)} "
            "and has no answer yet"
        )
    return f"asked on {said_day(informed_on)}, there is time to advise until {said_day(advise_by)}"
