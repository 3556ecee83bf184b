"""Looking back: was it reached, and how do we know."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import Identifier, Reason, ShortText


class EffectFinding(StrEnum):
    """What is found when looking back."""

    REACHED = "reached"
    PARTLY_REACHED = "partly_reached"
    NOT_REACHED = "not_reached"
    NOT_TO_BE_SAID = "not_to_be_said"


class ObservationKind(StrEnum):
    """How something was seen."""

    OWN_COUNT = "own_count"
    STORY = "story"
    ESTIMATE = "estimate"
    """A figure of a model for the area: background, never proof of what one initiative did."""


class Observation(Wire):
    """Something that was seen, with the figures or the story that hold it."""

    kind: ObservationKind
    says: ShortText
    before: ShortText | None = None
    after: ShortText | None = None
    event: Identifier | None = None
    """Id of the event that holds it: a story, a measurement."""


class EffectEvaluated(Event, type="nl.leefbaarheid.initiatives.effect-evaluated.v1"):
    """Somebody looked back at what was expected beforehand."""

    effect: Identifier | None = None
    """The stated effect that was looked at."""
    finding: EffectFinding
    observations: tuple[Observation, ...] = ()
    learned: Reason
    days_late: Annotated[int, Field(ge=1)] | None = None
    """Days past the last day for it; it reads so for good."""
    on: date


class EffectEvaluationOverdue(
    Event, type="nl.leefbaarheid.initiatives.effect-evaluation-overdue.v1"
):
    """The last day for looking back passed without it."""

    due: date
    on: date
