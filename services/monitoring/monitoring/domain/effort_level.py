"""Effort levels: the state from proposal to end, judged by dates and not by recorded expiry.

Commands stand beside: `proposing` for the discussion with partners, `agreeing` for what follows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Fact, Listing, State, evolves
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.events.language.monitoring import effort_levels as facts
from leefwijk.events.language.monitoring.effort_levels import (
    Answer,
    ExpectedEffect,
    Ground,
    MeasurementGround,
    Mode,
    Rhythm,
    Stance,
    Together,
)
from monitoring.domain.settings import TERMS

MODES = {
    EffortLevelName.BASIC: Mode(stance=Stance.REACTIVE, rhythm=Rhythm.INCIDENTAL),
    EffortLevelName.EXTRA: Mode(stance=Stance.PROACTIVE, rhythm=Rhythm.INCIDENTAL),
    EffortLevelName.LARGE_SCALE: Mode(stance=Stance.PROACTIVE, rhythm=Rhythm.STRUCTURAL),
}
"""What a level means in practice (vision, table of levels): the mode follows from the level."""


class Status(StrEnum):
    """Where a level stands; `in_force` and the like follow from the dates."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True)
class Reaction:
    """What a partner said of the proposal."""

    endorses: bool
    reason: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class GateSetAside:
    """A gate that a director set aside for this proposal, for one ground (MON-34)."""

    gate: Gate
    code: str
    role: str
    reason: str
    on: date
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A ground that fell away, open until somebody answers or it is there again."""

    because: str
    since: date
    evidence: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Answered:
    """How a question about the level ended."""

    ground: Ground
    because: str
    since: date
    answer: Answer
    reason: str | None
    on: date
    evidence: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class EffortLevel(State, kind="effort-levels", shape=4):
    """A proposed or agreed level of an area."""

    status: Status | None = None
    area: str = ""
    municipalities: tuple[str, ...] = ()
    level: EffortLevelName = EffortLevelName.BASIC
    valid_from: date | None = None
    valid_through: date | None = None
    invited: tuple[str, ...] = ()
    reactions: dict[str, Reaction] = field(default_factory=dict)
    reaction_through: date | None = None
    lapses_on: date | None = None
    announced: bool = False
    ended_on: date | None = None
    """First day without the level, where it ended before its last day."""
    agreement: UUID | None = None
    """Id of the event by which it was agreed."""
    proposal: UUID | None = None
    """Id of the event by which it was proposed."""
    effects: tuple[ExpectedEffect, ...] = ()
    measurements: tuple[MeasurementGround, ...] = ()
    set_aside: tuple[GateSetAside, ...] = ()
    gates: tuple[GateLine, ...] = ()
    """As they read when it was agreed."""
    questions: dict[Ground, Question] = field(default_factory=dict)
    """What fell away and was not answered."""
    answers: tuple[Answered, ...] = ()
    """Questions that were answered or closed by themselves, in order (MON-29)."""
    plan: str | None = None
    """Of `large_scale`: the plan that it was proposed with."""
    together: Together | None = None
    """With whom `large_scale` is done and by which plan, as agreed (MON-36)."""

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, if there is one."""
        if self.ended_on is not None:
            return self.ended_on - timedelta(days=1)
        return self.valid_through

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day, whatever has been recorded of its end."""
        if self.agreement is None or self.valid_from is None or day < self.valid_from:
            return False
        return self.last_day is None or day <= self.last_day

    def due(self) -> datetime | None:
        """When a proposal lapses, an end is announced, or a level is over."""
        if self.status is Status.PROPOSED and self.lapses_on is not None:
            return begin_of(self.lapses_on)
        if self.status is not Status.AGREED or self.valid_through is None:
            return None
        if not self.announced:
            return begin_of(announcement_day(self.valid_through))
        return begin_of(day_after(self.valid_through))

    def listing(self) -> Listing:
        """Found by area, level and status."""
        return Listing(
            self.area or None,
            self.municipalities,
            self.status.value if self.status else None,
            facets={
                "level": self.level.value,
                "invited": self.invited,
                "questioned": [ground.value for ground in self.questions],
            },
        )


def announcement_day(last_day: date) -> date:
    """The day on which the end of a level is announced (MON-38)."""
    return last_day - timedelta(days=TERMS.notice_days)


@evolves(facts.EffortLevelProposed)
def _(_level: EffortLevel, event: facts.EffortLevelProposed, fact: Fact) -> EffortLevel:
    return EffortLevel(
        status=Status.PROPOSED,
        area=event.area,
        municipalities=event.municipalities,
        level=event.level,
        valid_from=event.valid.from_,
        valid_through=event.valid.through,
        invited=event.invited,
        reaction_through=event.reaction_through,
        lapses_on=event.lapses_on,
        proposal=fact.id,
        effects=event.effects,
        measurements=event.measurements,
        plan=event.plan,
    )


@evolves(facts.EffortLevelEndorsed)
def _(level: EffortLevel, event: facts.EffortLevelEndorsed) -> EffortLevel:
    return replace(level, reactions={**level.reactions, event.partner: Reaction(endorses=True)})


@evolves(facts.EffortLevelObjected)
def _(level: EffortLevel, event: facts.EffortLevelObjected) -> EffortLevel:
    said = Reaction(endorses=False, reason=event.reason)
    return replace(level, reactions={**level.reactions, event.partner: said})


@evolves(facts.EffortLevelObjectionAnswered)
def _(level: EffortLevel, event: facts.EffortLevelObjectionAnswered) -> EffortLevel:
    said = replace(level.reactions[event.partner], answer=event.answer)
    return replace(level, reactions={**level.reactions, event.partner: said})


@evolves(facts.EffortGatesJudged)
def _(level: EffortLevel, event: facts.EffortGatesJudged) -> EffortLevel:
    return replace(level, gates=event.lines)


@evolves(facts.EffortLevelAgreed)
def _(level: EffortLevel, event: facts.EffortLevelAgreed, fact: Fact) -> EffortLevel:
    return replace(
        level,
        status=Status.AGREED,
        valid_from=event.valid.from_,
        valid_through=event.valid.through,
        agreement=fact.id,
        together=event.together,
    )


@evolves(facts.EffortLevelProposalWithdrawn)
def _(level: EffortLevel, _event: facts.EffortLevelProposalWithdrawn) -> EffortLevel:
    return replace(level, status=Status.WITHDRAWN)


@evolves(facts.EffortLevelProposalLapsed)
def _(level: EffortLevel, _event: facts.EffortLevelProposalLapsed) -> EffortLevel:
    return replace(level, status=Status.LAPSED)


@evolves(facts.EffortLevelExpiryAnnounced)
def _(level: EffortLevel, _event: facts.EffortLevelExpiryAnnounced) -> EffortLevel:
    return replace(level, announced=True)


@evolves(facts.EffortLevelExpired)
def _(level: EffortLevel, _event: facts.EffortLevelExpired) -> EffortLevel:
    return replace(level, status=Status.EXPIRED)


@evolves(facts.EffortLevelEnded)
def _(level: EffortLevel, event: facts.EffortLevelEnded) -> EffortLevel:
    return replace(level, status=Status.ENDED, ended_on=event.on)


@evolves(facts.EffortGateOverridden)
def _(level: EffortLevel, event: facts.EffortGateOverridden) -> EffortLevel:
    aside = GateSetAside(event.gate, event.code, event.role, event.reason, event.on, event.evidence)
    return replace(level, set_aside=(*level.set_aside, aside))


@evolves(facts.EffortLevelQuestioned)
def _(level: EffortLevel, event: facts.EffortLevelQuestioned) -> EffortLevel:
    question = Question(event.because, event.on, event.evidence)
    return replace(level, questions={**level.questions, event.ground: question})


@evolves(facts.EffortLevelQuestionAnswered)
def _(level: EffortLevel, event: facts.EffortLevelQuestionAnswered) -> EffortLevel:
    asked = level.questions[event.ground]
    answered = Answered(
        event.ground,
        asked.because,
        asked.since,
        event.answer,
        event.reason,
        event.on,
        (*asked.evidence, *event.evidence),
    )
    left = {ground: one for ground, one in level.questions.items() if ground != event.ground}
    return replace(level, questions=left, answers=(*level.answers, answered))
