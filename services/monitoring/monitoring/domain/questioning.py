"""When a ground of an agreed level falls away the level stays, and is questioned (MON-29, 45)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, EffortLevelName, Reason
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.monitoring import effort_levels as facts
from leefwijk.events.language.monitoring.effort_levels import Answer, Ground
from monitoring.domain.effort_level import EffortLevel, Status

RESTS_ON = {
    Ground.BASE: (EffortLevelName.EXTRA, EffortLevelName.LARGE_SCALE),
    Ground.DIRECTOR: (EffortLevelName.LARGE_SCALE,),
}
"""Which levels need which ground: `basic` needs none, a director only what is large (MON-36)."""


@dataclass(frozen=True)
class LevelGrounds:
    """Which grounds of a level are there now."""

    there: frozenset[Ground]


class JudgeLevelGround(Command[EffortLevel]):
    """A ground of the level changed; it comes from the platform itself."""

    ground: Ground
    area: AreaId | None = None
    """Of which area it changed; none: of that of the level itself."""
    lost: bool
    """Whether it was there before; a level that was agreed without it is not questioned anew."""
    newly_known: bool = False
    """Of this place nothing was known and it reads bad: a level that rested on a wider loses it."""
    because: str
    evidence: tuple[UUID, ...] = ()
    on: date

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Put the question once; close it by itself when the ground is there again."""
        over = level.last_day is not None and level.last_day < context.today
        if level.status is not Status.AGREED or over:
            return
        if level.level not in RESTS_ON[self.ground]:
            return
        there = self.ground in context.knowledge(LevelGrounds).there
        asked = level.questions.get(self.ground)
        if there and asked is not None:
            yield facts.EffortLevelQuestionAnswered(
                area=level.area,
                level=level.level,
                ground=self.ground,
                answer=Answer.RESTORED,
                evidence=self.evidence,
                on=self.on,
            )
        own = self.ground is not Ground.BASE or self.area in {None, level.area}
        lost = self.lost if own else self.lost and _rests_on_base(level)
        lost = lost or (self.newly_known and _rests_on_base(level))
        if not there and lost and asked is None:
            yield facts.EffortLevelQuestioned(
                area=level.area,
                level=level.level,
                ground=self.ground,
                because=self.because,
                evidence=self.evidence,
                on=self.on,
            )


def _rests_on_base(level: EffortLevel) -> bool:
    """Whether the base passed when it was agreed, or was restored; not where somebody answered."""
    answers = [one.answer for one in level.answers if one.ground is Ground.BASE]
    if answers:
        return answers[-1] is Answer.RESTORED
    lines = [line for line in level.gates if line.gate is Gate.BASE_IN_ORDER]
    # nothing was kept of the gates of the oldest levels: asking once too often harms nobody
    return all(line.passes for line in lines)


class AnswerLevelQuestion(Command[EffortLevel]):
    """Answer for going on without the ground, with a reason; to stop is to end the level."""

    ground: Ground
    reason: Reason | None = None

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, and for the base whoever is no director (MON-29)."""
        if self.ground is Ground.BASE and context.actor.role != "area_director":
            refuse(
                "role-not-allowed",
                f"Going on without the base is for area_director, not for {context.actor.role}.",
            )
        if self.ground not in level.questions:
            refuse("no-question", "This is not asked of the level.")
        if self.reason is None:
            refuse("reason-missing", "Say why the level goes on.")
        yield facts.EffortLevelQuestionAnswered(
            area=level.area,
            level=level.level,
            ground=self.ground,
            answer=Answer.CONTINUE,
            reason=self.reason,
            on=context.today,
        )
