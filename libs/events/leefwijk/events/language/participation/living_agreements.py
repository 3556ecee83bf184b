"""Living agreements with and between residents, and how people are addressed on them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Municipality, Reason, ShortText

_PARTNERS = Audience.PARTNERS

Homes = Annotated[int, Field(ge=0, le=100_000)]


class Topic(StrEnum):
    """What an agreement is about."""

    STAIRWELL = "stairwell"
    NOISE = "noise"
    WASTE = "waste"
    PARKING = "parking"
    PETS = "pets"
    SMOKING = "smoking"
    GREENERY = "greenery"
    ESCAPE_ROUTES = "escape_routes"
    SHARED_ROOMS = "shared_rooms"
    OTHER = "other"


class Step(StrEnum):
    """How people are addressed, lightest first."""

    INFORMED = "informed"
    SPOKEN_TO = "spoken_to"
    WARNED = "warned"
    ACTED = "acted"


class AddressedBy(StrEnum):
    """Who addressed them, as a role."""

    RESIDENTS = "residents"
    NEIGHBOURHOOD_WORKER = "neighbourhood_worker"
    AREA_MANAGER = "area_manager"
    PARTNER = "partner"


class Manner(StrEnum):
    """How they were addressed."""

    LETTER = "letter"
    NOTICE = "notice"
    MEETING = "meeting"
    TALK = "talk"
    ROUND = "round"
    """Along every home of the area."""
    CLEARING = "clearing"
    CLOSING_OFF = "closing_off"


class Danger(StrEnum):
    """Why steps could not be waited for."""

    ESCAPE_ROUTE_BLOCKED = "escape_route_blocked"
    FIRE = "fire"
    GAS_OR_POWER = "gas_or_power"
    STRUCTURE = "structure"
    HEALTH = "health"


class SkippedFor(StrEnum):
    """What steps may be skipped for."""

    DANGER = "danger"


class AddressingOutcome(StrEnum):
    """How addressing on a topic ended."""

    IMPROVED = "improved"
    PASSED_ON = "passed_on"
    """It became a signal, or another party takes it further."""
    NO_LONGER_AGREED = "no_longer_agreed"


class ReviewOutcome(StrEnum):
    """What residents said of an agreement when it was looked at again."""

    KEPT = "kept"
    CHANGED = "changed"


class MomentOrigin(Wire):
    """A moment at which residents made it."""

    trajectory: Identifier
    moment: Annotated[int, Field(ge=1)]


class Origin(Wire):
    """Where residents made an agreement: a moment that was held, or a panel."""

    moment: MomentOrigin | None = None
    panel: Identifier | None = None


class AgreementProposed(Event, type="nl.leefbaarheid.living-agreements.agreement-proposed.v1"):
    """An agreement is laid before the residents it would hold for."""

    title: ShortText
    area: AreaId
    municipalities: tuple[Municipality, ...]
    homes: Annotated[int, Field(ge=5)]
    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]
    on: date


class ResponsesRecorded(Event, type="nl.leefbaarheid.living-agreements.responses-recorded.v1"):
    """How many homes answered so far, and what; it replaces what was recorded before."""

    answered: Homes
    agreeing: Homes
    objecting: Homes
    on: date


class AgreementMade(
    Event, type="nl.leefbaarheid.living-agreements.agreement-made.v1", audience=_PARTNERS
):
    """Residents made an agreement. It binds nobody in law and is no clause of a tenancy."""

    title: ShortText
    area: AreaId
    municipalities: tuple[Municipality, ...]
    topics: tuple[Topic, ...]
    homes: int
    answered: int | None = None
    """Homes; none, like the two below, where one of the counts is too small to show."""
    agreeing: int | None = None
    objecting: int | None = None
    origin: Origin
    review_by: date
    """The last day by which residents look at it again."""
    on: date


class AgreementReviewed(
    Event, type="nl.leefbaarheid.living-agreements.agreement-reviewed.v1", audience=_PARTNERS
):
    """Residents looked at it again, and it goes on."""

    outcome: ReviewOutcome
    topics: tuple[Topic, ...]
    review_by: date
    on: date


class AgreementReviewOverdue(
    Event, type="nl.leefbaarheid.living-agreements.agreement-review-overdue.v1"
):
    """Nobody looked at it again in time. `on` is the first day after the last one."""

    due_on: date
    on: date


class AgreementEnded(
    Event, type="nl.leefbaarheid.living-agreements.agreement-ended.v1", audience=_PARTNERS
):
    """It holds no longer."""

    reason: Reason
    on: date


class AgreementAddressed(Event, type="nl.leefbaarheid.living-agreements.agreement-addressed.v1"):
    """Residents of an area were addressed on a topic; never one household."""

    topic: Topic
    step: Step
    area: AreaId
    homes: Annotated[int, Field(ge=5)]
    """To how many homes it was said."""
    by: AddressedBy
    manner: Manner
    skipped: tuple[Step, ...] = ()
    """The lighter steps that were not taken, always shown with it."""
    reason: SkippedFor | None = None
    danger: Danger | None = None
    on: date


class AddressingEnded(Event, type="nl.leefbaarheid.living-agreements.addressing-ended.v1"):
    """No more addressing on this topic; what comes later begins at the first step."""

    topic: Topic
    outcome: AddressingOutcome
    on: date
