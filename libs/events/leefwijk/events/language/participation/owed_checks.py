"""Owed checks: where a gate was overridden, residents are still to be asked."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier, Municipality, Reason, Theme


class OwedFor(StrEnum):
    """What went ahead without asking."""

    SUPPORT = "support"
    EFFORT_LEVEL = "effort_level"


class CheckOwed(Event, type="nl.leefbaarheid.owed-checks.check-owed.v1"):
    """Residents must still be asked about what went ahead without them."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    theme: Theme | None = None
    """None: any subject, as for an effort level."""
    themes: tuple[Theme, ...] = ()
    owed_for: OwedFor
    subject: Identifier | None = None
    """Id of the initiative or level."""
    decided_on: date
    due_on: date
    """The last day to conclude a check on it."""
    because_of: UUID
    """The id of the event that says that the gate was overridden."""
    role: str
    reason: Reason
    """As the one who overrode it gave it."""


class CheckOwedSettled(Event, type="nl.leefbaarheid.owed-checks.check-owed-settled.v1"):
    """Residents were asked in time, afterwards; the decision stays overridden."""

    area: AreaId
    check: Identifier
    concluded_on: date


class CheckOwedOverdue(Event, type="nl.leefbaarheid.owed-checks.check-owed-overdue.v1"):
    """Nobody asked residents in time."""

    area: AreaId
    due_on: date
    because_of: UUID
    on: date
