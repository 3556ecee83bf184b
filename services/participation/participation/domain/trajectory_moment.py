"""A moment of a trajectory: planned, held or cancelled, with what came out of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from leefwijk.events.clock import day_of
from leefwijk.events.language.participation.trajectories import (
    FeedbackOutcome,
    FeedbackReason,
    Input,
)
from leefwijk.events.language.participation.words import Form, Group, Level
from participation.domain.settings import FEEDBACK_TERM, HELD_TERM
from participation.domain.trajectory_forms import CARRIES, SENT

WHOLE = 0
"""The number under which the one answer to a moment without input is kept."""


class MomentStatus(StrEnum):
    """What became of a moment."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Answer:
    """What people were told about something they said."""

    event: UUID
    """The fact that says so: the feedback, or its last revision."""
    outcome: FeedbackOutcome
    reason: FeedbackReason | None
    told_on: date
    form: Form
    to_party: str | None = None
    days_late: int = 0
    revised: int = 0


@dataclass(frozen=True)
class Moment:
    """One moment."""

    number: int
    form: Form
    at: datetime
    groups: tuple[Group, ...] = ()
    """For whom; none: for every group."""
    status: MomentStatus = MomentStatus.PLANNED
    attendance: int | None = None
    input: tuple[Input, ...] = ()
    days_late: int = 0
    unreported: bool = False
    """The fact that nobody reported it was recorded."""
    overdue: bool = False
    """The fact that feedback is overdue was recorded."""
    answers: dict[int, Answer] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """Its calendar day."""
        return day_of(self.at)

    @property
    def planned(self) -> bool:
        """Whether it is neither held nor cancelled."""
        return self.status is MomentStatus.PLANNED

    @property
    def held(self) -> bool:
        """Whether it was held."""
        return self.status is MomentStatus.HELD

    @property
    def report_by(self) -> date:
        """The last day on which it should be recorded."""
        return self.day + HELD_TERM

    @property
    def answer_by(self) -> date:
        """The last day on which people should hear what was done with it."""
        return self.day + FEEDBACK_TERM

    @property
    def to_answer(self) -> tuple[int, ...]:
        """The items that an answer is owed on; without any, the moment as a whole."""
        if not self.held:
            return ()
        return tuple(one.item for one in self.input) or (WHOLE,)

    @property
    def owed(self) -> tuple[int, ...]:
        """The items that nobody was told about yet."""
        return tuple(item for item in self.to_answer if item not in self.answers)

    @property
    def carries(self) -> Level | None:
        """How much influence it really gave: none where nobody was there (PAR-22, PAR-24).

        Where nobody counted, what came out of it shows that somebody was.
        """
        if not self.held:
            return None
        if self.form in SENT or self.attendance or (self.attendance is None and self.input):
            return CARRIES[self.form]
        return None

    def item(self, number: int) -> Input | None:
        """What came out of it under this number."""
        return next((one for one in self.input if one.item == number), None)

    def is_for(self, group: Group) -> bool:
        """Whether it is for this group."""
        return not self.groups or group in self.groups

    def answered(self, item: int, answer: Answer) -> Moment:
        """The moment after people were told about an item."""
        return replace(self, answers={**self.answers, item: answer})
