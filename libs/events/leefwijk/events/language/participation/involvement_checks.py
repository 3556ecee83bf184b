"""Involvement checks: who was asked about what, where and when, and what they were promised.

What partners read holds no count of people, and of a group with fewer than five answers neither
wish nor share. Texts of explanations and reasons stand encrypted beside.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Municipality, Theme
from leefwijk.events.language.participation.ladder import Answers, OwnRole, ReasonCount
from leefwijk.events.language.participation.words import (
    Explanation,
    Form,
    Group,
    LeadingWish,
    Level,
    Percentage,
)

_PARTNERS = Audience.PARTNERS


class RelatesTo(StrEnum):
    """What a check is about, where there is anything yet."""

    NONE = "none"
    INITIATIVE = "initiative"
    EFFORT_LEVEL = "effort_level"
    PLAN = "plan"


class CorrectionReason(StrEnum):
    """What was wrong with a count."""

    MISREAD = "misread"
    COUNTED_TWICE = "counted_twice"
    LEFT_OUT = "left_out"
    OTHER = "other"


class WithdrawalReason(StrEnum):
    """Why a check counts no longer."""

    WRONG_PLACE = "wrong_place"
    WRONG_SUBJECT = "wrong_subject"
    NOT_HELD = "not_held"
    OTHER = "other"


class NotReachedReason(StrEnum):
    """Why no further way to reach a group that was hardly heard."""

    HARDLY_ANYBODY_LIVES_THERE = "hardly_anybody_lives_there"
    ASKED_TWICE_ALREADY = "asked_twice_already"
    ASKED_ELSEWHERE = "asked_elsewhere"
    OTHER = "other"


class HardlyHeard(Wire):
    """A group whose share among the answers lies below half of its share among inhabitants."""

    group: Group
    planned_form: Form | None = None
    """How it will be reached yet."""
    planned_on: date | None = None
    reason: NotReachedReason | None = None
    """Why not, where nothing is planned."""


class CheckOpened(Event, type="nl.leefbaarheid.involvement-checks.check-opened.v1"):
    """It will be asked how residents want to be involved; early is the point."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    complex: Identifier | None = None
    """A building or complex; the check then covers nothing else of the area."""
    homes: Annotated[int, Field(ge=5)] | None = None
    themes: tuple[Theme, ...]
    groups: tuple[Group, ...]
    relates_to: RelatesTo = RelatesTo.NONE
    relates_to_id: Identifier | None = None
    late: bool = False
    """A decision came first."""
    decided_on: date | None = None


class AskingRecorded(Event, type="nl.leefbaarheid.involvement-checks.asking-recorded.v1"):
    """A group was asked, in one form on one day."""

    area: AreaId
    asking: Identifier
    group: Group
    form: Form
    asked_in: tuple[AreaId, ...]
    """The areas where people were asked."""
    invited: int | None = None
    """None: an open invitation."""
    answers: Answers
    reasons: tuple[ReasonCount, ...] = ()
    on_screen: bool = False
    """Whether people needed a screen to answer."""
    panel: Identifier | None = None
    """The digital panel whose tally it is."""
    answers_hidden: bool | None = None
    """Of a panel: few people of this group or of another one answered, so no count is shown."""
    on: date


class AskingCorrected(Event, type="nl.leefbaarheid.involvement-checks.asking-corrected.v1"):
    """A count was wrong; history shows both."""

    area: AreaId
    asking: Identifier
    group: Group
    from_: Answers
    to: Answers
    from_invited: int | None = None
    to_invited: int | None = None
    reasons: tuple[ReasonCount, ...] = ()
    reason: CorrectionReason
    on: date


class PartnerAskingHandedIn(
    Event, type="nl.leefbaarheid.involvement-checks.partner-asking-handed-in.v1"
):
    """A partner says whom it asked, how, when and how many wished what; that is no check yet."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    themes: tuple[Theme, ...]
    asking: Identifier
    partner: Identifier
    group: Group
    form: Form
    asked_in: tuple[AreaId, ...]
    invited: int | None = None
    answers: Answers
    reasons: tuple[ReasonCount, ...] = ()
    on_screen: bool = False
    on: date


class PartnerAskingAdopted(
    Event, type="nl.leefbaarheid.involvement-checks.partner-asking-adopted.v1"
):
    """The corporation takes a partner's counts for its own check, with the source named."""

    area: AreaId
    asking: Identifier
    partner: Identifier
    late: bool | None = None
    """Of the first one, by which it becomes a check: a decision came before this asking."""
    decided_on: date | None = None


class GroupConclusion(Wire):
    """What one group wished, as far as that may be shown, and what it is promised."""

    group: Group
    leading_wish: LeadingWish | None = None
    """None: fewer than five answers, so it is not shown."""
    promise: Level
    share_above: Percentage | None = None
    """Percent of the ladder that wished more than is promised; none: not shown."""
    below_wish: bool = False
    """Less is promised than wished: the group must be told why before the gate opens."""
    offer: bool = False
    """More is promised than wished."""
    explanation: Explanation | None = None
    ask_again_on: date | None = None
    told_on: date | None = None
    """Told why at an earlier conclusion that promised the group the same."""
    forms: tuple[Form, ...] = ()
    asked_on: tuple[date, ...] = ()


class CheckConcluded(
    Event, type="nl.leefbaarheid.involvement-checks.check-concluded.v1", audience=_PARTNERS
):
    """What residents were promised; recorded again where a conclusion was in doubt."""

    area: AreaId
    complex: Identifier | None = None
    themes: tuple[Theme, ...]
    asked_in: tuple[AreaId, ...]
    """The areas where people were asked: it covers these, whatever it was opened for.

    None where it is about a complex: that covers nothing but the complex.
    """
    groups: tuple[GroupConclusion, ...]
    role: OwnRole
    last_asked: date
    valid_until: date
    """The last day on which it counts."""
    nobody_answered: bool = False
    """Asked at least twice, and no answer came."""
    hardly_heard: tuple[HardlyHeard, ...] = ()
    ages_judged: bool | None = None
    """False: no figures of the area say what shares to expect; none: not asked by age."""
    supersedes: tuple[Identifier, ...] = ()
    """Checks on the same subject and area that this one takes the place of."""
    late: bool = False
    on: date


class ConclusionDoubted(
    Event, type="nl.leefbaarheid.involvement-checks.conclusion-doubted.v1", audience=_PARTNERS
):
    """A corrected count raised the wish of a group above its promise."""

    area: AreaId
    group: Group
    leading_wish: LeadingWish | None = None
    promise: Level
    share_above: Percentage | None = None
    on: date


class ExplanationTold(
    Event, type="nl.leefbaarheid.involvement-checks.explanation-told.v1", audience=_PARTNERS
):
    """A group was told why less is promised than it wished."""

    area: AreaId
    group: Group
    form: Form
    told_on: date


class CheckExpiryAnnounced(
    Event, type="nl.leefbaarheid.involvement-checks.check-expiry-announced.v1"
):
    """A check soon counts no longer."""

    area: AreaId
    valid_until: date
    on: date


class CheckExpired(
    Event, type="nl.leefbaarheid.involvement-checks.check-expired.v1", audience=_PARTNERS
):
    """A check counts no longer; `on` is the first day on which it does not."""

    area: AreaId
    valid_until: date
    on: date


class CheckWithdrawn(
    Event, type="nl.leefbaarheid.involvement-checks.check-withdrawn.v1", audience=_PARTNERS
):
    """A check was wrong as a whole; what was decided on it stays, marked."""

    area: AreaId
    reason: WithdrawalReason
    on: date
