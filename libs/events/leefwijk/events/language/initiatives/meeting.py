"""Meeting: offered, never imposed, and counted in people, not told by person (INI-31)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, ShortText


class MeetingActivityHeld(Event, type="nl.leefbaarheid.initiatives.meeting-activity-held.v1"):
    """People could meet; nobody coming is no failure and asks nobody for a reason."""

    activity: ShortText
    place: Identifier | None = None
    """The asset where it was."""
    people: Annotated[int, Field(ge=0, le=100_000)]
    hours: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2)]
    on: date
