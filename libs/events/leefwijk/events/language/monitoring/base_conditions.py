"""Base condition: clean, whole, safe and what follows, assessed per area or complex."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Municipality, Reason, ShortText


class Step(StrEnum):
    """The steps of the base, lowest first (vision; ladder after Vlaar)."""

    CLEAN = "clean"
    WHOLE = "whole"
    SAFE = "safe"
    INFORMATION_AND_AGREEMENTS = "information_and_agreements"
    ADDRESSING_AND_ACTING = "addressing_and_acting"
    ACTIVE_RESIDENTS = "active_residents"


class Finding(StrEnum):
    """What was found of a step; a step that is not named was not looked at."""

    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"


class Verdict(StrEnum):
    """Whether the base is in order; not looked at is not in order, it is unknown."""

    IN_ORDER = "in_order"
    NOT_IN_ORDER = "not_in_order"
    UNKNOWN = "unknown"


class StepFound(Wire):
    """One step as the assessor found it."""

    step: Step
    found: Finding
    says: Reason | None = None
    """What was seen, never of whom."""


class Lack(StrEnum):
    """Why a step does not count as sufficient."""

    INSUFFICIENT = "insufficient"
    NOT_LOOKED_AT = "not_looked_at"
    NEVER_ASSESSED = "never_assessed"
    TOO_LONG_AGO = "too_long_ago"
    CONDITION = "condition"
    """Homes in maintenance condition 5 or 6 without a decided demolition plan."""


class FailingStep(Wire):
    """A step that keeps the base from being in order, in one place, with what it rests on."""

    step: Step
    lack: Lack
    complex: Identifier | None = None
    """The complex; none: the area as a whole."""
    findings: tuple[UUID, ...] = ()
    """Ids of the events that say so: an assessment, or conditions from housing mix."""
    says: str | None = None
    homes: Annotated[int, Field(ge=1)] | None = None
    """Of a condition: in how many homes."""
    exempt: Annotated[int, Field(ge=1)] | None = None
    """Of a condition: further homes, in a decided demolition plan."""


class BaseAssessed(Event, type="nl.leefbaarheid.base-conditions.base-assessed.v1"):
    """Somebody looked at the base of an area, or of one complex in it."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    complex: Identifier | None = None
    on: date
    steps: Annotated[tuple[StepFound, ...], Field(min_length=1)]
    valid_through: date
    """The last day on which it counts."""


class BaseAssessmentCorrected(
    Event, type="nl.leefbaarheid.base-conditions.base-assessment-corrected.v1"
):
    """An assessment was mistaken; this is what it should have said, from its day on."""

    corrects: UUID
    complex: Identifier | None = None
    """The complex that it is really about; none: the area as a whole."""
    on: date
    """The day on which it was really looked at."""
    steps: Annotated[tuple[StepFound, ...], Field(min_length=1)]
    valid_through: date
    reason: Reason
    was: date | None = None
    """The day that stood there before; none: the same."""


class BaseActionPlanned(Event, type="nl.leefbaarheid.base-conditions.base-action-planned.v1"):
    """Something will be done about an insufficient step, by a day."""

    action: Identifier
    complex: Identifier | None = None
    step: Step
    assessment: UUID
    """The finding that it repairs."""
    what: ShortText
    by: date


class BaseActionCompleted(Event, type="nl.leefbaarheid.base-conditions.base-action-completed.v1"):
    """It was done; that alone changes no verdict."""

    action: Identifier
    on: date


class BaseActionBecameOverdue(
    Event, type="nl.leefbaarheid.base-conditions.base-action-became-overdue.v1"
):
    """Its last day passed and it was not done. `on` is the first day after it."""

    action: Identifier
    on: date


class BaseAssessmentLapsed(Event, type="nl.leefbaarheid.base-conditions.base-assessment-lapsed.v1"):
    """An assessment is too old to count. `on` is the first day on which it does not."""

    assessment: UUID
    complex: Identifier | None = None
    on: date


class BaseVerdictChanged(Event, type="nl.leefbaarheid.base-conditions.base-verdict-changed.v1"):
    """The base of an area or a complex reads differently from now on, or rests on other findings.

    An area is as good as its worst complex. It is recorded anew when only the findings change.
    """

    area: AreaId
    municipalities: tuple[Municipality, ...]
    complex: Identifier | None = None
    """The complex; none: the area."""
    before: Verdict
    verdict: Verdict
    step: Annotated[int, Field(ge=0, le=4)]
    """The step reached, counted from below: 1 is clean, whole and safe."""
    because: tuple[FailingStep, ...] = ()
    """What keeps it from being in order, with the findings; none where it is."""
    evidence: tuple[UUID, ...] = ()
    """Ids of the assessments and conditions that the verdict rests on."""
    assessed: date | None = None
    """The day of the newest assessment beneath it."""
    valid_through: date | None = None
    """The last day on which the verdict holds by what is known now."""
    on: date
    """The first day on which it reads so, as far as is known."""
