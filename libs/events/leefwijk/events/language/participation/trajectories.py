"""Trajectories: a promise carried out in moments, and what was done with what people said."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import (
    AreaId,
    EffortLevelName,
    Identifier,
    Municipality,
    Reason,
    ShortText,
    Theme,
)
from leefwijk.events.language.participation.words import (
    Explanation,
    Form,
    Group,
    LeadingWish,
    Level,
    Percentage,
)

_PARTNERS = Audience.PARTNERS

Number = Annotated[int, Field(ge=1, description="Counted from 1 within the trajectory")]
ItemNumber = Annotated[int, Field(ge=1, description="Counted from 1 within the moment")]


class FeedbackOutcome(StrEnum):
    """What was done with something that people said."""

    TAKEN_OVER = "taken_over"
    PARTLY_TAKEN_OVER = "partly_taken_over"
    NOT_TAKEN_OVER = "not_taken_over"
    PASSED_ON = "passed_on"
    NOTHING_CAME = "nothing_came"
    """The one answer to a moment without input: it was held and nothing came."""


class FeedbackReason(StrEnum):
    """Why something was not taken over as it was said."""

    LAW = "law"
    SAFETY = "safety"
    NOT_FEASIBLE = "not_feasible"
    MONEY = "money"
    TIME = "time"
    OTHER_PARTY_DECIDES = "other_party_decides"
    OTHER_INPUT = "other_input"
    """Others asked for the opposite."""
    OTHER = "other"


class Promise(Wire):
    """What is promised to a group when a trajectory opens."""

    group: Group
    level: Level
    leading_wish: LeadingWish | None = None
    """None: of a group with fewer answers than may be shown."""


class PromiseKept(Wire):
    """What became of the promise to a group."""

    group: Group
    leading_wish: LeadingWish | None = None
    promise: Level
    """As it stood when the trajectory closed."""
    kept: bool
    broken: bool
    """Something they co-decided is not carried out."""
    lowered_from: Level | None = None
    """The highest promise that was made, where it came down from there."""


class Input(Wire):
    """Something that came out of a moment, in a professional's words."""

    item: ItemNumber
    what: ShortText
    decided: bool = False
    """The people there decided it."""


class TrajectoryOpened(
    Event, type="nl.leefbaarheid.trajectories.trajectory-opened.v1", audience=_PARTNERS
):
    """Residents will be involved as a concluded check promises them."""

    title: ShortText
    area: AreaId
    municipalities: tuple[Municipality, ...]
    themes: tuple[Theme, ...]
    check: Identifier
    concluded: UUID
    """Id of the fact by which the check was concluded."""
    promises: Annotated[tuple[Promise, ...], Field(min_length=1)]
    effort_level: EffortLevelName | None = None
    """The level of the effort that it is about; `large_scale` needs formal advice."""
    on: date


class TrajectoryStarted(
    Event, type="nl.leefbaarheid.trajectories.trajectory-started.v1", audience=_PARTNERS
):
    """Its moments are varied enough, and it begins."""

    area: AreaId
    on: date


class MomentPlanned(
    Event, type="nl.leefbaarheid.trajectories.moment-planned.v1", audience=_PARTNERS
):
    """People can come, or will hear, at this moment and in this form."""

    moment: Number
    form: Form
    at: datetime
    groups: tuple[Group, ...] = ()
    """For whom; none: for every group of the trajectory."""


class MomentMoved(Event, type="nl.leefbaarheid.trajectories.moment-moved.v1", audience=_PARTNERS):
    """It is held at another moment."""

    moment: Number
    at: datetime
    was: datetime
    reason: Reason


class MomentCancelled(
    Event, type="nl.leefbaarheid.trajectories.moment-cancelled.v1", audience=_PARTNERS
):
    """It is not held."""

    moment: Number
    reason: Reason


class MomentHeld(Event, type="nl.leefbaarheid.trajectories.moment-held.v1"):
    """It was held: how many came, and what came out of it. Names are never asked."""

    moment: Number
    on: date
    attendance: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """How many people came; none: not counted, which is not zero."""
    input: tuple[Input, ...] = ()
    days_late: Annotated[int, Field(ge=0)] = 0
    """Days after the last one on which it should have been recorded."""


class MomentUnreported(Event, type="nl.leefbaarheid.trajectories.moment-unreported.v1"):
    """Nobody said in time what became of a moment. `on` is the first day after the last one."""

    moment: Number
    due_on: date
    """The last day on which it should have been recorded."""
    on: date


class FeedbackGiven(
    Event, type="nl.leefbaarheid.trajectories.feedback-given.v1", audience=_PARTNERS
):
    """People were told what was done with something they said."""

    moment: Number
    item: ItemNumber | None = None
    """None: the moment as a whole, where nothing came out of it."""
    outcome: FeedbackOutcome
    reason: FeedbackReason | None = None
    says: Reason | None = None
    to_party: ShortText | None = None
    """The organisation that it was passed on to."""
    told_on: date
    form: Form
    """How people were told."""
    days_late: Annotated[int, Field(ge=0)] = 0
    """Days after the last one on which they should have heard."""


class FeedbackRevised(
    Event, type="nl.leefbaarheid.trajectories.feedback-revised.v1", audience=_PARTNERS
):
    """Something else was done with it than they were told; they were told again."""

    corrects: UUID
    moment: Number
    item: ItemNumber | None = None
    outcome: FeedbackOutcome
    reason: FeedbackReason | None = None
    says: Reason | None = None
    to_party: ShortText | None = None
    told_on: date
    form: Form


class FeedbackOverdue(Event, type="nl.leefbaarheid.trajectories.feedback-overdue.v1"):
    """People did not hear in time. `on` is the first day after the last one."""

    moment: Number
    owed: Annotated[int, Field(ge=1)]
    """How many answers."""
    due_on: date
    on: date


class PromiseLowered(
    Event, type="nl.leefbaarheid.trajectories.promise-lowered.v1", audience=_PARTNERS
):
    """A group gets less influence than promised, and was told so.

    It counts as the explanation that the gate on involvement asks for.
    """

    check: Identifier
    """The check whose promise it lowers."""
    group: Group
    from_: Level
    to: Level
    reason: Explanation
    told_on: date
    form: Form
    share_above: Percentage | None = None
    """Which part of the ladder wants more than this; none where counts are too small to show."""
    on: date


class PromiseRaised(
    Event, type="nl.leefbaarheid.trajectories.promise-raised.v1", audience=_PARTNERS
):
    """A group gets more influence than promised before."""

    check: Identifier
    group: Group
    from_: Level
    to: Level
    reason: Reason
    on: date


class PromiseBroken(
    Event, type="nl.leefbaarheid.trajectories.promise-broken.v1", audience=_PARTNERS
):
    """Something that a group decided is not carried out; never shown as kept."""

    check: Identifier
    group: Group
    moment: Number
    item: ItemNumber
    promise: Level
    """What was promised when they decided it."""
    reason: FeedbackReason
    on: date


class TrajectoryClosed(
    Event, type="nl.leefbaarheid.trajectories.trajectory-closed.v1", audience=_PARTNERS
):
    """Everyone heard what was done with what they said."""

    area: AreaId
    check: Identifier
    promises: tuple[PromiseKept, ...]
    on: date


class TrajectoryStopped(
    Event, type="nl.leefbaarheid.trajectories.trajectory-stopped.v1", audience=_PARTNERS
):
    """It goes no further; what people said is still answered."""

    area: AreaId
    reason: Reason
    on: date


class TrajectoryReopened(
    Event, type="nl.leefbaarheid.trajectories.trajectory-reopened.v1", audience=_PARTNERS
):
    """Feedback changed after closing; it has to be closed again."""

    area: AreaId
    moment: Number
    item: ItemNumber | None = None
    on: date
