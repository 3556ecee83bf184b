"""Feedback: telling people what was done with what they said, and telling them anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from leefwijk.events.decider import Command, Context, Faults, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason, ShortText
from leefwijk.events.language.participation.trajectories import (
    FeedbackGiven,
    FeedbackOutcome,
    FeedbackReason,
    FeedbackRevised,
    ItemNumber,
    Number,
    PromiseBroken,
    TrajectoryReopened,
)
from leefwijk.events.language.participation.words import Form
from participation.domain.roles import MANAGER
from participation.domain.trajectory import Status, Trajectory
from participation.domain.trajectory_moment import WHOLE, Moment
from participation.domain.trajectory_moments import find_moment
from participation.domain.trajectory_reading import binding

BREAKING = frozenset({FeedbackReason.LAW, FeedbackReason.SAFETY, FeedbackReason.NOT_FEASIBLE})
"""For nothing else a decision of residents is not carried out (choice)."""


class _Told(Command[Trajectory]):
    """What people were told about an item, or about a moment at which nothing came."""

    moment: Number
    item: ItemNumber | None = None
    outcome: FeedbackOutcome
    reason: FeedbackReason | None = None
    says: Reason | None = None
    to_party: ShortText | None = None
    told_on: date | None = None
    form: Form | None = None

    def heard(self, trajectory: Trajectory, context: Context) -> tuple[Moment, date, Form]:
        """The moment, and when and how people heard.

        Refuses `outcome-needs-reason`, `feedback-not-told`, `told-in-future`, and what does not fit
        the moment.
        """
        moment = find_moment(trajectory, self.moment)
        if (self.item or WHOLE) not in moment.to_answer:
            refuse("no-such-item", f"Moment {self.moment} has no item {self.item} to answer.")
        if (self.outcome is FeedbackOutcome.NOTHING_CAME) is not (self.item is None):
            refuse(
                "outcome-does-not-fit",
                "That nothing came is said of a moment without input, and only of that.",
            )
        faults = Faults()
        self._reasoned(faults)
        if self.told_on is None or self.form is None:
            faults.add("feedback-not-told", "Say when and how people were told; noting is not it.")
        elif self.told_on > context.today:
            faults.add("told-in-future", f"{self.told_on} is still to come; tell them first.")
        elif self.told_on < moment.day:
            faults.add("feedback-not-told", f"It was held on {moment.day}, not yet by then.")
        faults.refuse_any()
        assert self.told_on is not None  # noqa: S101 - a fault otherwise
        assert self.form is not None  # noqa: S101 - a fault otherwise
        return moment, self.told_on, self.form

    def _reasoned(self, faults: Faults) -> None:
        plain = {FeedbackOutcome.TAKEN_OVER, FeedbackOutcome.NOTHING_CAME}
        if self.outcome not in plain and self.reason is None:
            faults.add("outcome-needs-reason", f"Say why it is {self.outcome.replace('_', ' ')}.")
        if self.outcome is FeedbackOutcome.PASSED_ON and self.to_party is None:
            faults.add("outcome-needs-reason", "Say to which party it was passed on.")

    def broken(
        self, trajectory: Trajectory, moment: Moment, context: Context
    ) -> Iterator[PromiseBroken]:
        """The promises that this outcome breaks. Refuses `co-decision-is-binding` (PAR-23).

        An area manager answers for such a decision only; the rest is a neighbourhood worker's.
        """
        groups = binding(trajectory, moment, self.item) if self.item is not None else ()
        if not groups and context.actor.role == MANAGER:
            refuse(
                "role-not-allowed",
                "An area manager answers where residents co-decided and it is not carried out; a "
                "neighbourhood worker gives all other feedback.",
            )
        if not groups or self.item is None or self.outcome is FeedbackOutcome.TAKEN_OVER:
            return
        may = context.actor.role == MANAGER and self.outcome is FeedbackOutcome.NOT_TAKEN_OVER
        if not may or self.reason not in BREAKING:
            refuse(
                "co-decision-is-binding",
                f"{', '.join(groups)} decided this on {moment.day}; it is carried out, unless an "
                "area manager says that law, safety or feasibility stands in the way.",
            )
        for group in groups:
            if (group, moment.number, self.item) in trajectory.broken:
                continue
            promise = trajectory.promise(group)
            assert promise is not None  # noqa: S101 - a binding group was promised something
            yield PromiseBroken(
                check=trajectory.check,
                group=group,
                moment=moment.number,
                item=self.item,
                promise=promise.at(moment.at),
                reason=self.reason,
                on=context.today,
            )


class GiveFeedback(_Told):
    """Say what was done with something that people said, and when and how they heard."""

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses an item that was answered already; that is revised."""
        moment, told_on, form = self.heard(trajectory, context)
        if (self.item or WHOLE) not in moment.owed:
            refuse("already-answered", "People were told about this; revise what they were told.")
        broken = list(self.broken(trajectory, moment, context))
        yield FeedbackGiven(
            moment=self.moment,
            item=self.item,
            outcome=self.outcome,
            reason=self.reason,
            says=self.says,
            to_party=self.to_party,
            told_on=told_on,
            form=form,
            days_late=max(0, (told_on - moment.answer_by).days),
        )
        yield from broken


class ReviseFeedback(_Told):
    """Something else was done with it; people were told again."""

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """After closing, the trajectory runs again with it."""
        moment, told_on, form = self.heard(trajectory, context)
        before = moment.answers.get(self.item or WHOLE)
        if before is None:
            refuse("not-answered-yet", "Nobody was told about this yet; give feedback first.")
        if told_on < before.told_on:
            refuse(
                "feedback-not-told", f"They were told otherwise on {before.told_on}, after that."
            )
        broken = list(self.broken(trajectory, moment, context))
        yield FeedbackRevised(
            corrects=before.event,
            moment=self.moment,
            item=self.item,
            outcome=self.outcome,
            reason=self.reason,
            says=self.says,
            to_party=self.to_party,
            told_on=told_on,
            form=form,
        )
        yield from broken
        if trajectory.status is Status.CLOSED:
            yield TrajectoryReopened(
                area=trajectory.area, moment=self.moment, item=self.item, on=context.today
            )
