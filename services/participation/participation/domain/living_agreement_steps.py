"""Addressing residents on an agreement, step by step, with time to improve (PAR-29)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from leefwijk.events.dates import day_and_month
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId
from leefwijk.events.language.participation.living_agreements import (
    AddressedBy,
    AddressingEnded,
    AddressingOutcome,
    AgreementAddressed,
    Danger,
    Homes,
    Manner,
    SkippedFor,
    Step,
    Topic,
)
from participation.domain.living_agreement import STEPS, LivingAgreement
from participation.domain.living_agreement_life import require_homes
from participation.domain.places import KnownPlaces
from participation.domain.roles import MANAGER
from participation.domain.settings import STEP_TERM

HEAVY = frozenset({Step.WARNED, Step.ACTED})
"""Steps that an area manager takes, and that an agreement past its review does not carry."""


class AddressAgreement(Command[LivingAgreement]):
    """Record that residents of an area were addressed on a topic: which step, by whom and how."""

    topic: Topic
    step: Step
    homes: Homes
    area: AreaId | None = None
    """Toward which area, where it is only a part of the one agreed for."""
    by: AddressedBy
    manner: Manner
    on: date | None = None
    danger: Danger | None = None
    """Why an area manager acts at once."""

    def decide(self, agreement: LivingAgreement, context: Context) -> Iterator[Event]:
        """Refuses a household, a place elsewhere, a step skipped or too soon, and who may not.

        Danger is the only shortcut, and only to `acted`. Whether it waits for its review is judged
        by today: a date given for the step is no way around it.
        """
        if not agreement.holds:
            refuse("not-made", f"People are addressed on what was made; it is {agreement.status}.")
        shortcut = self.danger is not None and self.step is Step.ACTED
        if self.topic not in agreement.topics and not shortcut:
            refuse("no-such-topic", f"Nothing was agreed on {self.topic.value}.")
        require_homes(self.homes)
        if self.homes > agreement.homes:
            refuse("more-homes-than-agreed", f"It was made for {agreement.homes} homes.")
        toward = self.area or agreement.area
        if toward != agreement.area:
            context.knowledge(KnownPlaces).require((toward,), agreement.area)
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", f"{day} is still to come.")
        if agreement.made is not None and day < agreement.made:
            refuse("day-before-start", f"It was made on {day_and_month(agreement.made)}.")
        self._allowed(agreement, context)
        skipped = self._skipped(agreement)
        if not shortcut:
            self._in_order(agreement, day, skipped)
            if self.danger is not None:
                refuse("danger-is-for-acting", f"Danger is no ground for {self.step.value}.")
        yield AgreementAddressed(
            topic=self.topic,
            step=self.step,
            area=toward,
            homes=self.homes,
            by=self.by,
            manner=self.manner,
            skipped=skipped,
            reason=SkippedFor.DANGER if shortcut else None,
            danger=self.danger,
            on=day,
        )

    def _allowed(self, agreement: LivingAgreement, context: Context) -> None:
        if self.step in HEAVY and context.actor.role != MANAGER:
            refuse("step-needs-area-manager", f"{self.step.value} is for an area manager.")
        if self.step in HEAVY and agreement.overdue(context.today):
            refuse(
                "review-overdue",
                f"It should have been reviewed by {agreement.review_by}; until residents did, it "
                "carries informing and speaking to people only.",
            )

    def _skipped(self, agreement: LivingAgreement) -> tuple[Step, ...]:
        """The lighter steps that were not taken on this topic."""
        taken = {one.step for one in agreement.line(self.topic)}
        return tuple(step for step in STEPS[: STEPS.index(self.step)] if step not in taken)

    def _in_order(self, agreement: LivingAgreement, day: date, skipped: tuple[Step, ...]) -> None:
        if skipped:
            names = ", ".join(step.value for step in skipped)
            refuse("step-skipped", f"On {self.topic.value} this comes first: {names}.")
        latest = _latest(agreement, self.topic)
        if latest is not None and day < latest:
            refuse(
                "day-before-start",
                f"On {self.topic.value} people were last addressed on {day_and_month(latest)}.",
            )
        last = agreement.last(self.topic)
        if last is None or latest is None:
            return
        if STEPS.index(self.step) < STEPS.index(last.step):
            refuse("step-already-taken", f"On {self.topic.value} it is at {last.step.value}.")
        first = latest + STEP_TERM
        if self.step is not last.step and day < first:
            step = last.step.value.replace("_", " ").capitalize()
            refuse(
                "too-soon-for-next-step",
                f"{step} on {day_and_month(latest)}; give it until {day_and_month(first)}.",
            )


def _latest(agreement: LivingAgreement, topic: Topic) -> date | None:
    """The latest day of any step on a topic, also of lines that have ended."""
    ended = (one for one in agreement.earlier if one.topic is topic)
    return max((one.on for one in (*agreement.line(topic), *ended) if one.on), default=None)


class EndAddressing(Command[LivingAgreement]):
    """End the addressing on a topic; what comes later begins at the first step."""

    topic: Topic
    outcome: AddressingOutcome

    def decide(self, agreement: LivingAgreement, context: Context) -> Iterator[Event]:
        """From `warned` on this is for an area manager."""
        last = agreement.last(self.topic)
        if last is None:
            refuse("not-addressed", f"Nobody was addressed on {self.topic.value}.")
        if last.step in HEAVY and context.actor.role != MANAGER:
            refuse("step-needs-area-manager", f"It is at {last.step.value}.")
        yield AddressingEnded(topic=self.topic, outcome=self.outcome, on=context.today)
