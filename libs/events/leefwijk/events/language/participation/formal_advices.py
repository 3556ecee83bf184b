"""Formal advice of tenants' organisations (Wet overleg huurders verhuurder, art. 3 and 5)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Municipality, ShortText

_PARTNERS = Audience.PARTNERS


class SubjectKind(StrEnum):
    """What advice is asked on."""

    EFFORT_LEVEL = "effort_level"
    CONCLUSION = "conclusion"
    """Of an evaluation."""
    PLAN = "plan"
    """With homes, of housing mix."""


class Subject(Wire):
    """The thing that advice is asked on, in its own service."""

    kind: SubjectKind
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z@.-]{0,99}$")]
    """Its id there: the stream of the level, the cycle or the plan."""


class Advice(StrEnum):
    """What the tenants' organisation says."""

    IN_FAVOUR = "in_favour"
    AGAINST = "against"
    NO_OBJECTION = "no_objection"
    """In writing; it may go ahead from that day."""


class FormalAdviceAsked(
    Event, type="nl.leefbaarheid.formal-advices.formal-advice-asked.v1", audience=_PARTNERS
):
    """A tenants' organisation has at least six weeks to advise."""

    about: Subject
    title: ShortText
    area: AreaId
    municipalities: tuple[Municipality, ...]
    organisation: Identifier
    """The partner that is asked."""
    trajectory: Identifier | None = None
    """The trajectory of participation that it belongs to."""
    informed_on: date
    """The day on which they were informed in writing; the term runs from there."""
    advise_by: date
    """The last day of the term."""
    on: date


class FormalAdviceReceived(
    Event, type="nl.leefbaarheid.formal-advices.formal-advice-received.v1", audience=_PARTNERS
):
    """The tenants' organisation advised, in writing. `on` is the day it was received."""

    advice: Advice
    on: date
    answer_by: date | None = None
    """The last day for reasons, where they are due unless the advice is followed."""


class FormalAdviceAnswered(
    Event, type="nl.leefbaarheid.formal-advices.formal-advice-answered.v1", audience=_PARTNERS
):
    """The corporation says whether it follows the advice; the reasons themselves stay out of it."""

    followed: bool
    reasons_given: bool
    on: date
    """The day on which the tenants' organisation received the answer."""
    effect_from: date
    """The first day on which what the advice is about may go ahead."""
    days_late: Annotated[int, Field(ge=0)] = 0


class FormalAdviceAnswerOverdue(
    Event, type="nl.leefbaarheid.formal-advices.formal-advice-answer-overdue.v1"
):
    """No reasons in time. `on` is the first day after the last one."""

    due_on: date
    on: date
