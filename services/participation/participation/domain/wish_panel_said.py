"""Moments as people say them: `15 November at 20:00`."""

from __future__ import annotations

from datetime import datetime

from leefwijk.events.clock import AMSTERDAM


def said_moment(moment: datetime) -> str:
    """Day, month and time in the Netherlands."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day} {local:%B} at {local:%H:%M}"
