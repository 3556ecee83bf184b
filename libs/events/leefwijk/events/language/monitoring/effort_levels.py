"""Effort levels: proposed on counting and telling, discussed with partners, agreed for a period."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from leefwijk.events.catalogue import upcasts
from leefwijk.events.event import Audience, Event, Validity, Wire
from leefwijk.events.fields import (
    AreaId,
    EffortLevelName,
    Euro,
    Identifier,
    Municipality,
    Reason,
    ShortText,
    Theme,
)
from leefwijk.events.language.gates import Gate, GateLine, GateVerdict, in_codes


class Stance(StrEnum):
    """How effort starts (vision, table of levels)."""

    REACTIVE = "reactive"
    PROACTIVE = "proactive"


class Rhythm(StrEnum):
    """Whether effort is a matter of single projects or lasting."""

    INCIDENTAL = "incidental"
    STRUCTURAL = "structural"


class Mode(Wire):
    """What a level means in practice; it follows from the level."""

    stance: Stance
    rhythm: Rhythm


class Movement(StrEnum):
    """The direction of an expected effect."""

    UP = "up"
    DOWN = "down"
    STEADY = "steady"


class ExpectedEffect(Wire):
    """What should change, which way and by when: stated before any effort is made."""

    indicator: str | None = None
    theme: Theme | None = None
    movement: Movement
    by: date


class MeasurementGround(Wire):
    """A figure that a proposal rests on, as it read at that moment."""

    area: AreaId
    source_edition: Identifier
    indicator: str
    period: str
    figure: str
    event_id: UUID


class StoryGround(Wire):
    """A story that a proposal rests on."""

    story: Identifier
    event_id: UUID


class YearBudget(Wire):
    """Euros that may be spent in an area in one calendar year."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    amount: Euro


class Together(Wire):
    """What `large_scale` effort asks of others: somebody directs, others take part, by a plan."""

    plan: ShortText
    """The vision of the neighbourhood with its programme."""
    director: Identifier
    """The municipality that directs."""
    partners: tuple[Identifier, ...]
    """The other partners with a role in the area."""


_PARTNERS = Audience.PARTNERS
_AGREED = "nl.leefbaarheid.effort-levels.effort-level-agreed"


class EffortLevelProposed(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-proposed.v1", audience=_PARTNERS
):
    """A level is proposed for an area, with its grounds and the effects expected of it."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    level: EffortLevelName
    mode: Mode
    valid: Validity
    measurements: Annotated[tuple[MeasurementGround, ...], Field(min_length=1)]
    stories: Annotated[tuple[StoryGround, ...], Field(min_length=1)]
    effects: Annotated[tuple[ExpectedEffect, ...], Field(min_length=1)]
    invited: tuple[Identifier, ...]
    """Partners that are asked for their view."""
    reaction_through: date
    lapses_on: date
    """The first day on which it can no longer be agreed."""
    plan: ShortText | None = None
    """Of `large_scale`: the plan that it carries out, as far as it is known."""


class EffortLevelEndorsed(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-endorsed.v1", audience=_PARTNERS
):
    """A partner supports the proposal."""

    partner: Identifier


class EffortLevelObjected(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-objected.v1", audience=_PARTNERS
):
    """A partner objects, with its reason."""

    partner: Identifier
    reason: Reason


class EffortLevelObjectionAnswered(
    Event,
    type="nl.leefbaarheid.effort-levels.effort-level-objection-answered.v1",
    audience=_PARTNERS,
):
    """An objection got an answer; both stay visible."""

    partner: Identifier
    answer: Reason


class EffortGatesJudged(Event, type="nl.leefbaarheid.effort-levels.effort-gates-judged.v1"):
    """What the gates of a level said when it was agreed, in the words for people of the platform.

    `effort-level-agreed` follows in the same append and tells partners the outcome (MON-34).
    """

    lines: Annotated[tuple[GateLine, ...], Field(min_length=1)]
    on: date


class EffortLevelAgreed(Event, type=f"{_AGREED}.v2", audience=_PARTNERS):
    """The level holds in the area for a period, with euros per calendar year."""

    area: AreaId
    level: EffortLevelName
    mode: Mode
    valid: Validity
    budgets: tuple[YearBudget, ...] = ()
    no_reaction: tuple[Identifier, ...] = ()
    """Invited partners that did not react: silence is not endorsement."""
    replaces: Identifier | None = None
    """The level that ends when this one begins."""
    backdating: Reason | None = None
    """Why it begins before the day it was agreed."""
    gates: tuple[GateVerdict, ...] | None = None
    """The gates that it rested on, with what was set aside (MON-34); none: agreed before."""
    together: Together | None = None
    """Of `large_scale`: with whom it is done and by which plan (MON-36); none: another level."""


@upcasts(f"{_AGREED}.v1", f"{_AGREED}.v2")
def _agreed_in_codes(data: dict[str, Any]) -> dict[str, Any]:
    """The first version carried sentences."""
    if lines := data.get("gates"):
        return {**data, "gates": [in_codes(line) for line in lines]}
    return data


class EffortLevelProposalWithdrawn(
    Event,
    type="nl.leefbaarheid.effort-levels.effort-level-proposal-withdrawn.v1",
    audience=_PARTNERS,
):
    """The proposal was taken back."""

    reason: Reason


class EffortLevelProposalLapsed(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-proposal-lapsed.v1", audience=_PARTNERS
):
    """Time passed without an agreement; it can no longer be agreed."""

    on: date


class EffortLevelExpiryAnnounced(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-expiry-announced.v1"
):
    """The level ends soon."""

    on: date
    last_day: date


class EffortLevelBridged(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-bridged.v1", audience=_PARTNERS
):
    """A director lets the level hold past its last day, once, until what follows is agreed.

    The level itself is not prolonged: what comes after it is a new agreement.
    """

    area: AreaId
    level: EffortLevelName
    last_day: date
    """The last day of the agreement, as it stays."""
    through: date
    """The last day of the bridge, at most 182 days later."""
    budgets: tuple[YearBudget, ...] = ()
    """Euros for the bridge, on top of what the agreement names for these calendar years."""
    reason: Reason
    role: str
    """The role that answers for it, never who."""
    on: date


class EffortLevelExpired(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-expired.v1", audience=_PARTNERS
):
    """The level is over: its last day has passed. `on` is the first day without it."""

    area: AreaId
    level: EffortLevelName
    on: date


class EffortLevelEnded(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-ended.v1", audience=_PARTNERS
):
    """The level ended before its last day. `on` is the first day without it."""

    area: AreaId
    level: EffortLevelName
    on: date
    superseded_by: Identifier | None = None
    reason: ShortText | None = None


class EffortGateOverridden(Event, type="nl.leefbaarheid.effort-levels.effort-gate-overridden.v1"):
    """A director sets a gate aside for this proposal only; it does not pass by that (MON-34)."""

    area: AreaId
    gate: Gate
    code: str
    """The ground that it is given for, and for no other."""
    evidence: tuple[str, ...] = ()
    reason: Reason
    role: str
    on: date


class Ground(StrEnum):
    """What an agreed level rests on and may lose; it stays, and the question is put."""

    BASE = "base"
    """Clean, whole and safe are no longer in order (MON-29)."""
    DIRECTOR = "director"
    """No municipality directs any more (MON-45)."""


class EffortLevelQuestioned(Event, type="nl.leefbaarheid.effort-levels.effort-level-questioned.v1"):
    """A ground of an agreed level fell away. The level stays in force until somebody answers."""

    area: AreaId
    level: EffortLevelName
    ground: Ground
    because: str
    """What fell away, in plain words made by the platform."""
    evidence: tuple[UUID, ...] = ()
    on: date
    """The first day without that ground."""


class Answer(StrEnum):
    """How a question about a level ended."""

    CONTINUE = "continue"
    """Somebody answers for going on without the ground."""
    RESTORED = "restored"
    """The ground is there again: the question closed by itself."""


class EffortLevelQuestionAnswered(
    Event, type="nl.leefbaarheid.effort-levels.effort-level-question-answered.v1"
):
    """A question about a level is answered, or closed by itself with its ground."""

    area: AreaId
    level: EffortLevelName
    ground: Ground
    answer: Answer
    reason: Reason | None = None
    evidence: tuple[UUID, ...] = ()
    on: date
