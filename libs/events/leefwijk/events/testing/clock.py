"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Call it for the present moment; `set` and `advance` move it."""

    def __init__(self, now: datetime | str = "2026-04-13T09:00:00Z") -> None:
        self._now = moment(now)

    def __call__(self) -> datetime:
        """The moment it was set to, UTC."""
        return self._now

    def set(self, now: datetime | str) -> None:
        """Go to a moment, also back."""
        self._now = moment(now)

    def advance(self, **parts: float) -> None:
        """Go on by days, hours, minutes or seconds."""
        self._now += timedelta(**parts)


def moment(value: datetime | str) -> datetime:
    """A moment in UTC from ISO text."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(UTC)
