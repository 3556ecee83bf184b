"""Lowering and raising what a group was promised; never in silence (PAR-26)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from leefwijk.events.clock import day_of
from leefwijk.events.dates import day_and_month
from leefwijk.events.decider import Command, Context, Faults, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason
from leefwijk.events.language.participation.ladder import rung
from leefwijk.events.language.participation.trajectories import PromiseLowered, PromiseRaised
from leefwijk.events.language.participation.words import Explanation, Form, Group, Level
from participation.domain.roles import MANAGER, judge_role
from participation.domain.trajectory import GroupPromise, Status, Trajectory
from participation.domain.trajectory_knowledge import KnownCheck


class LowerPromise(Command[Trajectory]):
    """Promise a group less, and say when and how it was told."""

    group: Group
    to: Level
    reason: Explanation | None = None
    told_on: date | None = None
    form: Form | None = None

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses `lowered-promise-not-told`, `told-in-future` and `reason-missing`.

        And `role-contradicts-promise`: whoever has no part in it cannot let others advise (PAR-08).
        """
        promise = _promise(trajectory, self.group, context)
        if rung(self.to) >= rung(promise.level):
            refuse("promise-not-lower", f"They are promised {promise.level.value} now.")
        faults = Faults()
        if self.reason is None:
            faults.add("reason-missing", "Say why they get less than was promised.")
        if self.told_on is None or self.form is None:
            faults.add("lowered-promise-not-told", "Say when and how they were told.")
        elif self.told_on > context.today:
            faults.add("told-in-future", f"{self.told_on} is still to come; tell them first.")
        elif self.told_on < (made := day_of(promise.history[-1].since)):
            faults.add(
                "lowered-promise-not-told",
                f"They were promised {promise.level.value} on {day_and_month(made)}, "
                "not yet by then.",
            )
        check = context.knowledge(KnownCheck)
        if check.role is not None:
            judge_role(check.role, self.to, self.group, faults)
        faults.refuse_any()
        assert self.reason is not None  # noqa: S101 - a fault otherwise
        assert self.told_on is not None  # noqa: S101 - a fault otherwise
        assert self.form is not None  # noqa: S101 - a fault otherwise
        asked = check.group(self.group)
        yield PromiseLowered(
            check=trajectory.check,
            group=self.group,
            from_=promise.level,
            to=self.to,
            reason=self.reason,
            told_on=self.told_on,
            form=self.form,
            share_above=asked.share_above(self.to) if asked else None,
            on=context.today,
        )


class RaisePromise(Command[Trajectory]):
    """Promise a group more."""

    group: Group
    to: Level
    reason: Reason | None = None

    def decide(self, trajectory: Trajectory, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing` and what a conclusion would be refused with (PAR-08).

        That is `role-contradicts-promise`, and `self-management-not-wished` where nobody asked it.
        """
        promise = _promise(trajectory, self.group, context)
        if rung(self.to) <= rung(promise.level):
            refuse("promise-not-higher", f"They are promised {promise.level.value} now.")
        if self.reason is None:
            refuse("reason-missing", "Say why they get more than was promised.")
        check = context.knowledge(KnownCheck)
        faults = Faults()
        if check.role is not None:
            judge_role(check.role, self.to, self.group, faults)
        faults.refuse_any()
        asked = check.group(self.group)
        if self.to is Level.SELF_MANAGE and (asked is None or not asked.answers.reach(self.to)):
            refuse(
                "self-management-not-wished",
                "No one asked to run this; ownership cannot be handed to people who did not ask.",
            )
        yield PromiseRaised(
            check=trajectory.check,
            group=self.group,
            from_=promise.level,
            to=self.to,
            reason=self.reason,
            on=context.today,
        )


def _promise(trajectory: Trajectory, group: Group, context: Context) -> GroupPromise:
    if context.actor.role != MANAGER:
        refuse("decision-room-needs-area-manager", "An area manager decides on what is promised.")
    if trajectory.status not in {Status.PREPARED, Status.RUNNING}:
        refuse("not-running", f"A promise changes while it runs; it is {trajectory.status}.")
    promise = trajectory.promise(group)
    if promise is None:
        refuse("no-such-group", f"Nothing was promised to {group.value} here.")
    return promise
