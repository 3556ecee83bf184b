"""What time itself changes in a trajectory: moments nobody reported, people nobody answered."""

from __future__ import annotations

from collections.abc import Iterator

from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context
from leefwijk.events.event import Event
from leefwijk.events.language.participation.trajectories import FeedbackOverdue, MomentUnreported
from participation.domain.trajectory import Trajectory


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
