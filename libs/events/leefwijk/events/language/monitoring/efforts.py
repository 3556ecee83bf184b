"""Effort spent outside initiatives: euros and hours, each under one contribution of the law."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Euro, Identifier, Municipality, Reason, ShortText
from leefwijk.events.language.initiatives.plans import ContributionCategory


class CostCategory(StrEnum):
    """What the effort is, in the corporation's own accounts."""

    SOCIAL_ACTIVITIES = "social_activities"
    PHYSICAL_ACTIVITIES = "physical_activities"
    STAFF = "staff"


Hours = Annotated[
    Decimal, Field(gt=0, max_digits=8, decimal_places=2, description="Hours, never turned to euros")
]


class EffortSpentRecorded(Event, type="nl.leefbaarheid.efforts.effort-spent-recorded.v1"):
    """Euros or hours were spent in an area, outside any initiative."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    year: int
    """The year in which it was made, not of typing."""
    amount: Euro | None = None
    hours: Hours | None = None
    contribution: ContributionCategory
    category: CostCategory
    description: ShortText
    reference: ShortText | None = None
    """The invoice or its like; never a person."""
    initiative: Identifier | None = None
    outside_agreements: bool = False
    """Not listed in the performance agreements of the year; allowed since 2022, and shown."""
    on: date


class EffortSpentCorrected(Event, type="nl.leefbaarheid.efforts.effort-spent-corrected.v1"):
    """A booking was mistaken; this is what it should have said. Both lines stay visible."""

    corrects: UUID
    area: AreaId
    municipalities: tuple[Municipality, ...]
    year: int
    amount: Euro | None = None
    hours: Hours | None = None
    contribution: ContributionCategory
    category: CostCategory
    reason: Reason
    on: date
