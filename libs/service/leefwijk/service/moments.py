"""The two clocks of a query: what held on a day, as it was known at a moment."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from leefwijk.events.clock import AMSTERDAM
from leefwijk.service.problems import invalid_input

CALENDAR = range(1900, 3000)
"""Years in which a moment of knowledge can lie."""


def known_at(value: date | datetime | None) -> datetime | None:
    """The moment that `knownAt` names; a day includes its end. Raises a 400."""
    if value is None:
        return None
    if value.year not in CALENDAR:
        said = f"a year from {CALENDAR[0]} through {CALENDAR[-1]}"
        raise invalid_input([{"pointer": "knownAt", "code": "range", "detail": said}])
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise invalid_input(
                [{"pointer": "knownAt", "code": "timezone", "detail": "name the time zone"}]
            )
        return value
    # "as known on a day" includes the whole day
    return datetime.combine(value + timedelta(days=1), time(), AMSTERDAM) - timedelta(
        microseconds=1
    )
