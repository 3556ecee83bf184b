"""Planning, moving, cancelling and recording moments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Annotated

from pydantic import AwareDatetime, Field

from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import Reason, ShortText
from leefwijk.events.language.participation.trajectories import (
    Input,
    MomentCancelled,
    MomentHeld,
    MomentMoved,
    MomentPlanned,
    Number,
)
from leefwijk.events.language.participation.words import Form, Group
from participation.domain.trajectory import Status, Trajectory
from participation.domain.trajectory_moment import Moment

_OPEN = frozenset({Status.PREPARED, Status.RUNNING})


class PlanMoment(Command[Trajectory]):
    """Plan a moment in a form and at a time; it gets the next number."""

    form: Form
    at: AwareDatetime
    groups: Annotated[tuple[Group, ...], Field(max_length=len(Group))] = ()

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses a moment in the past, and groups that nothing was promised to."""
        _require_open(trajectory)
        for group in self.groups:
            if trajectory.promise(group) is None:
                refuse("no-such-group", f"Nothing was promised to {group.value} here.")
        if self.at <= context.now:
            refuse(
                "moment-already-over", f"{self.at.isoformat()} has passed; plan what is to come."
            )
        yield MomentPlanned(
            moment=len(trajectory.moments) + 1,
            form=self.form,
            at=self.at.astimezone(UTC),
            groups=self.groups,
        )


class MoveMoment(Command[Trajectory]):
    """Hold it at another moment."""

    moment: Number
    at: AwareDatetime
    reason: Reason | None = None

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses `moment-already-over` and `reason-missing`."""
        moment = _to_come(trajectory, self.moment, context)
        if self.at <= context.now:
            refuse("moment-already-over", f"{self.at.isoformat()} has passed; move it forward.")
        if self.at == moment.at:
            return
        if self.reason is None:
            refuse("reason-missing", "Say why it moves; people may have planned to come.")
        yield MomentMoved(
            moment=self.moment, at=self.at.astimezone(UTC), was=moment.at, reason=self.reason
        )


class CancelMoment(Command[Trajectory]):
    """Say that it is not held."""

    moment: Number
    reason: Reason | None = None

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses `moment-already-over` and `reason-missing`."""
        _to_come(trajectory, self.moment, context)
        if self.reason is None:
            refuse("reason-missing", "Say why it is cancelled; people may have planned to come.")
        yield MomentCancelled(moment=self.moment, reason=self.reason)


class SaidInput(Wire):
    """Something that came out of a moment, in a professional's words."""

    what: ShortText
    decided: bool = False
    """The people there decided it."""


class RecordHeldMoment(Command[Trajectory]):
    """Record that it was held: how many came, never who, and what came out of it."""

    moment: Number
    attendance: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """None: nobody counted."""
    input: Annotated[tuple[SaidInput, ...], Field(max_length=500)] = ()

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses `moment-not-yet-held` before its start; late is accepted, and shown."""
        moment = find_moment(trajectory, self.moment)
        if moment not in trajectory.to_report():
            refuse(
                "moment-not-planned",
                f"Moment {self.moment} is {moment.status} and the trajectory {trajectory.status}.",
            )
        if moment.at > context.now:
            refuse("moment-not-yet-held", f"It begins at {moment.at.isoformat()}.")
        late = (context.today - moment.report_by).days
        yield MomentHeld(
            moment=self.moment,
            on=moment.day,
            attendance=self.attendance,
            input=tuple(
                Input(item=number, what=one.what, decided=one.decided)
                for number, one in enumerate(self.input, start=1)
            ),
            days_late=max(0, late),
        )


def find_moment(trajectory: Trajectory, number: int) -> Moment:
    """The moment with this number. Refuses `no-such-moment`."""
    moment = trajectory.moment(number)
    if moment is None:
        refuse("no-such-moment", f"There is no moment {number} in this trajectory.")
    return moment


def _require_open(trajectory: Trajectory) -> None:
    if trajectory.status not in _OPEN:
        refuse("not-running", f"Nothing is planned in a trajectory that is {trajectory.status}.")


def _to_come(trajectory: Trajectory, number: int, context: Context) -> Moment:
    _require_open(trajectory)
    moment = find_moment(trajectory, number)
    if not moment.planned or moment.at <= context.now:
        refuse("moment-already-over", f"Moment {number} of {moment.day} is over or cancelled.")
    return moment
