"""When municipal councils are elected: shown on the time line of a level, deciding nothing."""

from __future__ import annotations

from datetime import date, timedelta

TERM_YEARS = 4
"""A council sits four years (Gemeentewet, Kieswet art. C 4)."""
_KNOWN_YEAR = 2022
_TO_VOTE = timedelta(days=44)
"""From the day on which candidates are put up to the vote (Kieswet art. J 1)."""
_MONDAY = 0


def elections(first: date, through: date | None) -> tuple[date, ...]:
    """The days of ordinary council elections within a period; without an end the next one only.

    A council that is elected anew for a redivision votes on a day of its own, which stands nowhere
    in the law.
    """
    year = _KNOWN_YEAR + -(-(first.year - _KNOWN_YEAR) // TERM_YEARS) * TERM_YEARS
    found: list[date] = []
    while through is None or year <= through.year:
        day = _vote(year)
        if day >= first and (through is None or day <= through):
            found.append(day)
            if through is None:
                break
        year += TERM_YEARS
    return tuple(found)


def _vote(year: int) -> date:
    """The 44th day after the Monday between 30 January and 5 February (Kieswet art. F 1, J 1)."""
    start = date(year, 1, 30)
    return start + timedelta(days=(_MONDAY - start.weekday()) % 7) + _TO_VOTE
