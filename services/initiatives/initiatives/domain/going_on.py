"""Going on: progress, continuing after looking back, stopping, and taking it up again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from initiatives.domain.changing import changed_plan, require_day_to_come, said_the_same
from initiatives.domain.initiative import OVER, Initiative, Status
from leefwijk.events.decider import Command, Context, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason, SaidWhy, Theme
from leefwijk.events.language.initiatives.effects import EffectFinding
from leefwijk.events.language.initiatives.life import (
    ExpectedEffect,
    InitiativeContinued,
    InitiativeProposed,
    InitiativeStopped,
    ProgressReported,
    StoppedBy,
    Taker,
)
from leefwijk.events.language.initiatives.plans import StatedEffect


class ReportProgress(Command[Initiative]):
    """Say how it goes."""

    says: Reason
    on: date | None = None

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `not-started` before there is anything to tell."""
        if initiative.status is not Status.STARTED:
            refuse("not-started", f"Progress is told of what runs; it is {initiative.status}.")
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Tell how it went when it went so.")
        yield ProgressReported(says=self.says, on=day)


class ContinueInitiative(Command[Initiative]):
    """After looking back: go on, with what is expected from now on."""

    effect: StatedEffect | None = None
    reason: SaidWhy = ""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `effect-not-evaluated`, and going on without a new effect and a reason.

        An effect is new where it says something else, and can be reached while its day is to come.
        """
        if initiative.status is Status.COMPLETED:
            refuse("effect-not-evaluated", "Who does not look back cannot go on: evaluate first.")
        if initiative.status is not Status.EFFECT_EVALUATED:
            refuse("not-completed", f"It goes on after looking back; it is {initiative.status}.")
        reached = initiative.looking_back.finding is EffectFinding.REACHED
        if not reached and (self.effect is None or not self.reason):
            refuse("reason-missing", "State a new expected effect, and say why it goes on.")
        if self.effect is not None and said_the_same(self.effect, initiative.plan.effect):
            refuse("reason-missing", "This is what was expected before: state a new effect.")
        require_day_to_come(self.effect, context)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        if self.effect is not None:
            # where it starts may be a small count: partners hear of the effect without its figures
            yield changed_plan(
                initiative,
                initiative.plan.model_copy(update={"effect": self.effect}),
                "It goes on with another expected effect",
                context,
            )
        yield InitiativeContinued(
            area=initiative.area,
            effect=told_effect(self.effect) if self.effect else None,
            reason=self.reason or None,
            on=context.today,
        )


def told_effect(effect: StatedEffect) -> ExpectedEffect:
    """The effect as partners hear of it: where it starts and what it aims at stay inside."""
    return ExpectedEffect(
        effect=effect.effect,
        kind=effect.kind,
        says=effect.says,
        for_own_tenants=effect.for_own_tenants,
        by=effect.by,
    )


class StopInitiative(Command[Initiative]):
    """Stop: whenever its takers want it, or by the corporation after completion."""

    by: StoppedBy = StoppedBy.TAKERS
    reason: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses what is over, and stopping what its takers still do.

        Each side's word is its own: the corporation's of an area manager after looking back, that
        of the takers recorded by a neighbourhood worker, in every state.
        """
        if initiative.is_over:
            refuse("initiative-is-over", f"It is {initiative.status} already.")
        if self.by is StoppedBy.CORPORATION:
            if context.actor.role != "area_manager":
                refuse("role-not-allowed", "For the corporation an area manager stops it.")
            if initiative.status not in {Status.COMPLETED, Status.EFFECT_EVALUATED}:
                refuse("not-completed", "While it runs its takers decide whether it stops.")
        elif context.actor.role != "neighbourhood_worker":
            refuse("role-not-allowed", "For its takers a neighbourhood worker records the stop.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield InitiativeStopped(
            area=initiative.area, by=self.by, reason=self.reason, on=context.today
        )


class ProposeAnotherRound(Command[Initiative]):
    """Take up again what was handed over or stopped: from the start, with gates of its own."""

    group: Identifier | None = None
    """The group that takes it now, where it is another one."""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `initiative-runs` for what is not over; the history stays one."""
        if initiative.status not in OVER:
            refuse("initiative-runs", f"It is {initiative.status}; it needs no other round.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield InitiativeProposed(
            title=initiative.title,
            area=initiative.area,
            municipalities=initiative.municipalities,
            themes=tuple(Theme(theme) for theme in initiative.themes),
            taker=Taker(initiative.taker),
            collective_benefit=initiative.collective_benefit,
            expected_effect=initiative.expected_effect,
            plan=initiative.plan,
            group=self.group or initiative.group,
            round=initiative.round + 1,
            on=context.today,
        )


@evolves(ProgressReported)
def _(initiative: Initiative, _event: ProgressReported) -> Initiative:
    return initiative


@evolves(InitiativeContinued)
def _(initiative: Initiative, event: InitiativeContinued) -> Initiative:
    return replace(
        initiative,
        status=Status.STARTED,
        started=event.on,
        completed=None,
        looking_back=initiative.looking_back.anew(),
    )


@evolves(InitiativeStopped)
def _(initiative: Initiative, event: InitiativeStopped) -> Initiative:
    return over(initiative, Status.STOPPED, event.on)


def over(initiative: Initiative, status: Status, on: date) -> Initiative:
    """The initiative after its last day: nothing is asked of its takers any more.

    A request that waited has ended with it; there is nothing left to decide on (INI-37). What was
    told to be late is so no longer; how late a decision or an evaluation was is kept, and so is
    what a review keeps from being paid.
    """
    request = initiative.request
    return replace(
        initiative,
        status=status,
        over=on,
        term=None,
        request=replace(request, decided=True) if request else None,
        looking_back=replace(initiative.looking_back, told=False),
    )
