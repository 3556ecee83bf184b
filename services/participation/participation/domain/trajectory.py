"""A trajectory: its state and how facts change it.

The commands stand beside: opening to closing in `trajectory_life`, moments in `trajectory_moments`,
feedback in `trajectory_feedback`, promises in `trajectory_promises`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Fact, Listing, State, evolves
from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.participation import trajectories as facts
from leefwijk.events.language.participation.ladder import rung
from leefwijk.events.language.participation.words import Group, LeadingWish, Level
from participation.domain.trajectory_moment import WHOLE, Answer, Moment, MomentStatus


class Status(StrEnum):
    """Where a trajectory stands."""

    PREPARED = "prepared"
    RUNNING = "running"
    CLOSED = "closed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Promised:
    """A promise from a moment on."""

    level: Level
    since: datetime


@dataclass(frozen=True)
class GroupPromise:
    """What a group was promised, in the order of time."""

    group: Group
    history: tuple[Promised, ...]
    leading_wish: LeadingWish | None = None

    @property
    def level(self) -> Level:
        """The promise as it stands."""
        return self.history[-1].level

    @property
    def highest(self) -> Level:
        """The most that was ever promised."""
        return max((one.level for one in self.history), key=rung)

    def at(self, moment: datetime) -> Level:
        """The promise that stood at a moment."""
        stood = [one.level for one in self.history if one.since <= moment]
        return stood[-1] if stood else self.history[0].level


@dataclass(frozen=True)
class Trajectory(State, kind="trajectories", shape=2):
    """A trajectory as it stands; the empty one has no status yet."""

    status: Status | None = None
    title: str = ""
    area: str = ""
    municipalities: tuple[str, ...] = ()
    themes: tuple[Theme, ...] = ()
    check: str = ""
    concluded: UUID | None = None
    effort_level: EffortLevelName | None = None
    promises: tuple[GroupPromise, ...] = ()
    moments: tuple[Moment, ...] = ()
    broken: frozenset[tuple[Group, int, int]] = frozenset()
    """What a group decided at a moment and was broken: group, moment, item."""
    opened: date | None = None
    started: date | None = None
    ended: date | None = None
    """The day on which it was closed or stopped."""
    stopped_at: datetime | None = None
    reopened: int = 0

    def moment(self, number: int) -> Moment | None:
        """The moment with this number."""
        return next((one for one in self.moments if one.number == number), None)

    def promise(self, group: Group) -> GroupPromise | None:
        """The promise to a group."""
        return next((one for one in self.promises if one.group is group), None)

    @property
    def highest(self) -> Level:
        """The most that any group is promised."""
        return max((one.level for one in self.promises), key=rung, default=Level.INFORMED)

    def with_moment(self, moment: Moment) -> Trajectory:
        """The trajectory with a moment added or replaced."""
        others = [one for one in self.moments if one.number != moment.number]
        moments = sorted((*others, moment), key=lambda one: one.number)
        return replace(self, moments=tuple(moments))

    def to_report(self) -> Iterator[Moment]:
        """Moments that should be, or have been, held and of which nothing was said yet.

        None of what never ran: stopped before it was started, it held no moment (PAR-24).
        """
        if self.started is None or self.status not in {Status.RUNNING, Status.STOPPED}:
            return
        for moment in self.moments:
            if moment.planned and (self.stopped_at is None or moment.at <= self.stopped_at):
                yield moment

    def due(self) -> datetime | None:
        """When a moment is unreported, or feedback on one is overdue."""
        days = [one.report_by for one in self.to_report() if not one.unreported]
        days += [one.answer_by for one in self.moments if one.owed and not one.overdue]
        return begin_of(day_after(min(days))) if days else None

    def listing(self) -> Listing:
        """Found by area, theme, status and check, and by what is promised."""
        return Listing(
            self.area or None,
            self.municipalities,
            self.status.value if self.status else None,
            self.title or None,
            {
                "theme": [theme.value for theme in self.themes],
                "check": self.check or (),
                "promise": sorted({one.level.value for one in self.promises}),
                "broken": "yes" if self.broken else (),
                "feedback": "owed" if any(one.owed for one in self.moments) else (),
            },
        )


@evolves(facts.TrajectoryOpened)
def _(_trajectory: Trajectory, event: facts.TrajectoryOpened, fact: Fact) -> Trajectory:
    return Trajectory(
        status=Status.PREPARED,
        title=event.title,
        area=event.area,
        municipalities=event.municipalities,
        themes=event.themes,
        check=event.check,
        concluded=event.concluded,
        effort_level=event.effort_level,
        promises=tuple(
            GroupPromise(one.group, (Promised(one.level, fact.time),), one.leading_wish)
            for one in event.promises
        ),
        opened=event.on,
    )


@evolves(facts.TrajectoryStarted)
def _(trajectory: Trajectory, event: facts.TrajectoryStarted) -> Trajectory:
    return replace(trajectory, status=Status.RUNNING, started=event.on)


@evolves(facts.MomentPlanned)
def _(trajectory: Trajectory, event: facts.MomentPlanned) -> Trajectory:
    return trajectory.with_moment(Moment(event.moment, event.form, event.at, event.groups))


def _change(trajectory: Trajectory, number: int, **changes: object) -> Trajectory:
    moment = trajectory.moment(number)
    assert moment is not None  # noqa: S101 - facts name moments that were planned
    return trajectory.with_moment(replace(moment, **changes))  # type: ignore[arg-type]  # its own fields


@evolves(facts.MomentMoved)
def _(trajectory: Trajectory, event: facts.MomentMoved) -> Trajectory:
    return _change(trajectory, event.moment, at=event.at)


@evolves(facts.MomentCancelled)
def _(trajectory: Trajectory, event: facts.MomentCancelled) -> Trajectory:
    return _change(trajectory, event.moment, status=MomentStatus.CANCELLED)


@evolves(facts.MomentHeld)
def _(trajectory: Trajectory, event: facts.MomentHeld) -> Trajectory:
    return _change(
        trajectory,
        event.moment,
        status=MomentStatus.HELD,
        attendance=event.attendance,
        input=event.input,
        days_late=event.days_late,
    )


@evolves(facts.MomentUnreported)
def _(trajectory: Trajectory, event: facts.MomentUnreported) -> Trajectory:
    return _change(trajectory, event.moment, unreported=True)


@evolves(facts.FeedbackOverdue)
def _(trajectory: Trajectory, event: facts.FeedbackOverdue) -> Trajectory:
    return _change(trajectory, event.moment, overdue=True)


@evolves(facts.FeedbackGiven)
def _(trajectory: Trajectory, event: facts.FeedbackGiven, fact: Fact) -> Trajectory:
    answer = Answer(
        fact.id,
        event.outcome,
        event.reason,
        event.told_on,
        event.form,
        event.to_party,
        event.days_late,
    )
    return _answered(trajectory, event.moment, event.item, answer)


@evolves(facts.FeedbackRevised)
def _(trajectory: Trajectory, event: facts.FeedbackRevised, fact: Fact) -> Trajectory:
    moment = trajectory.moment(event.moment)
    assert moment is not None  # noqa: S101 - facts name moments that were planned
    before = moment.answers[event.item or WHOLE]
    answer = replace(
        before,
        event=fact.id,
        outcome=event.outcome,
        reason=event.reason,
        told_on=event.told_on,
        form=event.form,
        to_party=event.to_party,
        revised=before.revised + 1,
    )
    return _answered(trajectory, event.moment, event.item, answer)


def _answered(trajectory: Trajectory, number: int, item: int | None, answer: Answer) -> Trajectory:
    moment = trajectory.moment(number)
    assert moment is not None  # noqa: S101 - facts name moments that were planned
    return trajectory.with_moment(moment.answered(item or WHOLE, answer))


@evolves(facts.PromiseBroken)
def _(trajectory: Trajectory, event: facts.PromiseBroken) -> Trajectory:
    broken = trajectory.broken | {(event.group, event.moment, event.item)}
    return replace(trajectory, broken=broken)


@evolves(facts.PromiseLowered)
def _(trajectory: Trajectory, event: facts.PromiseLowered, fact: Fact) -> Trajectory:
    return _promised(trajectory, event.group, Promised(event.to, fact.time))


@evolves(facts.PromiseRaised)
def _(trajectory: Trajectory, event: facts.PromiseRaised, fact: Fact) -> Trajectory:
    return _promised(trajectory, event.group, Promised(event.to, fact.time))


def _promised(trajectory: Trajectory, group: Group, promised: Promised) -> Trajectory:
    return replace(
        trajectory,
        promises=tuple(
            replace(one, history=(*one.history, promised)) if one.group is group else one
            for one in trajectory.promises
        ),
    )


@evolves(facts.TrajectoryClosed)
def _(trajectory: Trajectory, event: facts.TrajectoryClosed) -> Trajectory:
    return replace(trajectory, status=Status.CLOSED, ended=event.on)


@evolves(facts.TrajectoryStopped)
def _(trajectory: Trajectory, event: facts.TrajectoryStopped, fact: Fact) -> Trajectory:
    return replace(trajectory, status=Status.STOPPED, ended=event.on, stopped_at=fact.time)


@evolves(facts.TrajectoryReopened)
def _(trajectory: Trajectory, _event: facts.TrajectoryReopened) -> Trajectory:
    return replace(trajectory, status=Status.RUNNING, ended=None, reopened=trajectory.reopened + 1)
