"""Calendar arithmetic for terms."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta

from leefwijk.events.clock import AMSTERDAM


def add_months(day: date, months: int) -> date:
    """The same day of a later or earlier month; the last one where that month is shorter."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def begin_of(day: date) -> datetime:
    """The moment at which a day begins in the Netherlands, UTC."""
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def day_after(day: date) -> date:
    """The first day on which something that lasted through `day` is over."""
    return day + timedelta(days=1)


def said(day: date) -> str:
    """A day as people say it when its year is plain: `12 April`."""
    return f"{day.day} {day:%B}"
