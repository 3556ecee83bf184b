"""Opening, starting, closing and stopping a trajectory, and what time itself changes in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, Faults, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import EffortLevelName, Identifier, Reason, ShortText
from leefwijk.events.language.participation.ladder import rung
from leefwijk.events.language.participation.trajectories import (
    FeedbackOverdue,
    MomentUnreported,
    Promise,
    PromiseKept,
    TrajectoryClosed,
    TrajectoryOpened,
    TrajectoryStarted,
    TrajectoryStopped,
)
from participation.domain.trajectory import GroupPromise, Status, Trajectory
from participation.domain.trajectory_forms import not_varied
from participation.domain.trajectory_knowledge import KnownAdvices, KnownCheck
from participation.domain.trajectory_moment import Moment
from participation.domain.trajectory_reading import carried, coverage, is_broken


class OpenTrajectory(Command[Trajectory]):
    """Open a trajectory on a concluded check: what it promises is carried out here."""

    check: Identifier
    title: ShortText
    effort_level: EffortLevelName | None = None

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses `check-not-valid` for a check that is not concluded or no longer counts."""
        if trajectory.status is not None:
            refuse("already-opened", "This trajectory exists already.")
        check = context.knowledge(KnownCheck)
        wrong = check.not_valid(context.today)
        if wrong is not None or check.concluded is None:
            refuse("check-not-valid", wrong or "The check is not concluded.")
        yield TrajectoryOpened(
            title=self.title,
            area=check.area,
            municipalities=check.municipalities,
            themes=check.themes,
            check=self.check,
            concluded=check.concluded,
            promises=tuple(
                Promise(group=one.group, level=one.promise, leading_wish=one.shown_wish)
                for one in check.groups
            ),
            effort_level=self.effort_level,
            on=context.today,
        )


class StartTrajectory(Command[Trajectory]):
    """Start it, once its moments differ enough in form and time."""

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses `check-not-valid`, and `moments-not-varied` by what is still to come (PAR-21)."""
        if trajectory.status is not Status.PREPARED:
            refuse("not-prepared", f"What is prepared is started; it is {trajectory.status}.")
        wrong = context.knowledge(KnownCheck).not_valid(context.today)
        if wrong is not None:
            refuse("check-not-valid", wrong)
        lacking = _not_varied(
            trajectory, [one for one in trajectory.moments if one.planned and one.at > context.now]
        )
        if lacking is not None:
            refuse("moments-not-varied", lacking)
        yield TrajectoryStarted(area=trajectory.area, on=context.today)


class CloseTrajectory(Command[Trajectory]):
    """Close it, once every promise is kept or openly was not, and everyone heard."""

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses with everything that is left to do.

        `moment-unreported`, `moments-not-varied`, `feedback-owed`, `promise-not-kept` and
        `formal-advice-not-settled` (PAR-22, PAR-24, PAR-25, PAR-27).
        """
        if trajectory.status is not Status.RUNNING:
            refuse("not-running", f"What runs is closed; it is {trajectory.status}.")
        faults = Faults()
        _unreported(trajectory, context, faults)
        lacking = _not_varied(
            trajectory, [one for one in trajectory.moments if one.planned or one.held]
        )
        if lacking is not None:
            faults.add("moments-not-varied", lacking)
        _owed(trajectory, faults)
        for promise in trajectory.promises:
            _not_kept(trajectory, promise, faults)
        due = trajectory.effort_level is EffortLevelName.LARGE_SCALE
        unsettled = context.knowledge(KnownAdvices).not_settled(context.today, due=due)
        if unsettled is not None:
            faults.add("formal-advice-not-settled", unsettled)
        faults.refuse_any()
        yield TrajectoryClosed(
            area=trajectory.area,
            check=trajectory.check,
            promises=tuple(_kept(trajectory, one) for one in trajectory.promises),
            on=context.today,
        )


class StopTrajectory(Command[Trajectory]):
    """Stop it before its end; what people said is still answered."""

    reason: Reason | None = None

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`."""
        if trajectory.status not in {Status.PREPARED, Status.RUNNING}:
            refuse("not-running", f"It is {trajectory.status}.")
        if self.reason is None:
            refuse("reason-missing", "Say why it stops; people counted on it.")
        yield TrajectoryStopped(area=trajectory.area, reason=self.reason, on=context.today)


class JudgeTrajectoryByTime(Command[Trajectory], deadline=True):
    """Judge what days that have passed change; issued by the ticker."""

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Each is recorded once, on the day after its last one, however late that is noticed."""
        for moment in trajectory.to_report():
            if not moment.unreported and moment.report_by < context.today:
                yield MomentUnreported(
                    moment=moment.number,
                    due_on=moment.report_by,
                    on=day_after(moment.report_by),
                )
        for moment in trajectory.moments:
            if moment.owed and not moment.overdue and moment.answer_by < context.today:
                yield FeedbackOverdue(
                    moment=moment.number,
                    owed=len(moment.owed),
                    due_on=moment.answer_by,
                    on=day_after(moment.answer_by),
                )


def _not_varied(trajectory: Trajectory, moments: Sequence[Moment]) -> str | None:
    """What these moments lack for what the trajectory promises."""
    return not_varied([(one.form, one.at) for one in moments], trajectory.highest)


def _unreported(trajectory: Trajectory, context: Context, faults: Faults) -> None:
    over = [one for one in trajectory.moments if one.planned and one.at <= context.now]
    coming = [one for one in trajectory.moments if one.planned and one.at > context.now]
    if over:
        days = ", ".join(str(one.day) for one in over)
        faults.add(
            "moment-unreported",
            f"Nothing was recorded yet of what was planned on {days}.",
            moments=[one.number for one in over],
        )
    if coming:
        days = ", ".join(str(one.day) for one in coming)
        faults.add(
            "moment-unreported",
            f"A moment is still to come on {days}; hold it or cancel it first.",
            moments=[one.number for one in coming],
        )


def _owed(trajectory: Trajectory, faults: Faults) -> None:
    owed = [(one.number, one.owed) for one in trajectory.moments if one.owed]
    if not owed:
        return
    told = coverage(trajectory)
    number = told.owed - told.answered
    faults.add(
        "feedback-owed",
        f"{told.answered} of {told.owed} answers were given ({told.percentage} %); "
        f"{number} are owed.",
        owed=[{"moment": moment, "items": list(items)} for moment, items in owed],
        answered=told.answered,
        of=told.owed,
        percentage=told.percentage,
    )


def _not_kept(trajectory: Trajectory, promise: GroupPromise, faults: Faults) -> None:
    found = carried(trajectory, promise.group)
    if found is not None and rung(found) >= rung(promise.level):
        return
    said = f"carried {found.value}" if found is not None else "nothing carried it"
    faults.add(
        "promise-not-kept",
        f"{promise.group.value} were promised {promise.level.value}; {said}.",
        group=promise.group.value,
        promise=promise.level.value,
        carried=found.value if found else None,
    )


def _kept(trajectory: Trajectory, promise: GroupPromise) -> PromiseKept:
    broken = is_broken(trajectory, promise.group)
    lowered = rung(promise.highest) > rung(promise.level)
    return PromiseKept(
        group=promise.group,
        leading_wish=promise.leading_wish,
        promise=promise.level,
        kept=not broken,
        broken=broken,
        lowered_from=promise.highest if lowered else None,
    )
