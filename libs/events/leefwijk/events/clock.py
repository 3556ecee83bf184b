"""Time comes in from outside: services pass the real clock, tests a fake one."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)
