"""Assessing the base, correcting an assessment, planning work on it (MON-25 to MON-28)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from leefwijk.events.dates import add_months, day_after
from leefwijk.events.decider import Cited, Command, Context, Fact, evolve, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason, ShortText
from leefwijk.events.language.monitoring import base_conditions as facts
from leefwijk.events.language.monitoring.base_conditions import Finding, Step, StepFound
from monitoring.domain.base_condition import Assessment, BaseCondition
from monitoring.domain.base_verdict import KnownBase, changes
from monitoring.domain.settings import TERMS

StepsFound = Annotated[tuple[StepFound, ...], Field(min_length=1, max_length=len(Step))]


def _once(steps: tuple[StepFound, ...]) -> None:
    if len({step.step for step in steps}) < len(steps):
        raise ValueError("a step is found one way or the other: name it once")


class Judging(Command[BaseCondition]):
    """A command after which the base may read differently, from a day on."""

    def since(self, base: BaseCondition, today: date) -> date:
        """The first day of which it may: also where a lapse was not told of yet."""
        over = base.lapsing(today)
        lapse = day_after(over[0].now.valid_through) if over else today
        return min(self._begins(base, today), lapse)

    def _begins(self, base: BaseCondition, today: date) -> date:  # noqa: ARG002 - overridden
        """The first day that it is about itself."""
        return today


class AssessBase(Judging):
    """Say what was found of the base, of the area as a whole or of one complex.

    A step that is not named was not looked at: its earlier finding stands as long as it is valid.
    """

    complex: Identifier | None = None
    """None: the area as a whole."""
    on: date | None = None
    """The day on which somebody looked; today where absent."""
    steps: StepsFound

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _once(self.steps)
        return self

    def decide(self, base: BaseCondition, context: Context) -> Iterator[Event | Cited]:
        """Refuses `day-in-future`. The verdict follows in the same append."""
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Say what was found when somebody has looked.")
        known = context.knowledge(KnownBase)
        assessed = facts.BaseAssessed(
            area=known.area,
            municipalities=known.municipalities,
            complex=self.complex,
            on=day,
            steps=self.steps,
            valid_through=_valid_through(day),
        )
        yield from _recorded(base, assessed, context, self.since(base, context.today))

    def _begins(self, base: BaseCondition, today: date) -> date:  # noqa: ARG002 - not asked of it
        return self.on or today


class CorrectBaseAssessment(Judging):
    """An assessment was mistaken: say what it should have said. Both stay visible."""

    assessment: UUID
    """Id of the event that recorded it."""
    complex: Identifier | None = None
    """The complex that it is really about; absent: it is the same one."""
    area_as_a_whole: bool = False
    """It was about no complex at all."""
    on: date | None = None
    steps: StepsFound | None = None
    """What was really found; absent: the same."""
    reason: Reason | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _once(self.steps or ())
        if self.area_as_a_whole and self.complex is not None:
            raise ValueError("it is about a complex or about the area as a whole")
        return self

    def decide(self, base: BaseCondition, context: Context) -> Iterator[Event | Cited]:
        """Refuses `reason-missing`, and what is no assessment here."""
        if self.reason is None:
            refuse("reason-missing", "Say why the assessment is corrected.")
        said = _assessment(base, self.assessment).now
        day = self.on or said.on
        if day > context.today:
            refuse("day-in-future", "Nobody can have looked on a day to come.")
        complex_ = None if self.area_as_a_whole else self.complex or said.complex
        steps = self.steps or said.steps
        if (complex_, day, steps) == (said.complex, said.on, said.steps):
            return
        corrected = facts.BaseAssessmentCorrected(
            corrects=self.assessment,
            complex=complex_,
            on=day,
            steps=steps,
            valid_through=_valid_through(day),
            reason=self.reason,
            was=said.on if said.on != day else None,
        )
        yield from _recorded(base, corrected, context, self.since(base, context.today))

    def _begins(self, base: BaseCondition, today: date) -> date:
        """Moved to another day, it also reads differently between the two."""
        said = [one.now.on for one in base.assessments if one.id == self.assessment]
        return min([self.on or today, *said])


class PlanBaseAction(Command[BaseCondition]):
    """Plan work on a step that was found insufficient, with its last day."""

    complex: Identifier | None = None
    step: Step
    what: ShortText
    by: date

    def decide(self, base: BaseCondition, context: Context) -> Iterator[Event]:
        """Refuses where the step was not found insufficient, and a day that is past."""
        looked = base.looked(context.today).get(self.complex, {}).get(self.step)
        if looked is None or looked.found is not Finding.INSUFFICIENT:
            refuse(
                "nothing-to-repair",
                f"{self.step.value} of {self.complex or 'the area'} was not found insufficient.",
            )
        if self.by < context.today:
            refuse("term-in-past", "The last day of the work is past.")
        yield facts.BaseActionPlanned(
            action=str(context.new_id()),
            complex=self.complex,
            step=self.step,
            assessment=looked.assessment,
            what=self.what,
            by=self.by,
        )


class CompleteBaseAction(Command[BaseCondition]):
    """The work was done; whether the step is sufficient now is found by looking again."""

    action: Identifier
    on: date | None = None

    def decide(self, base: BaseCondition, context: Context) -> Iterator[Event]:
        """Refuses what was not planned or is done already, and a day in the future."""
        action = base.actions.get(self.action)
        if action is None:
            refuse("unknown-action", "No such work is planned here.")
        if action.completed is not None:
            refuse("already-completed", f"It was done on {action.completed}.")
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Say that it is done when it is done.")
        yield facts.BaseActionCompleted(action=self.action, on=day)


class JudgeBase(Judging):
    """What is known around the base changed: homes, plans, or the base of a part."""

    on: date | None = None
    """The day from which it is so."""

    def decide(self, base: BaseCondition, context: Context) -> Iterator[Event]:
        """The verdicts that read differently now."""
        today = context.today
        yield from changes(base, context.knowledge(KnownBase), today, self.since(base, today))

    def _begins(self, base: BaseCondition, today: date) -> date:  # noqa: ARG002 - not asked of it
        return min(self.on or today, today)


class JudgeBaseByTime(Judging, deadline=True):
    """Time passed: work is overdue, or an assessment too old to count (MON-25, MON-27)."""

    def decide(self, base: BaseCondition, context: Context) -> Iterator[Event]:
        """What has fallen due by now; each fact names its own day, however late the ticker is."""
        today = context.today
        for name, action in base.actions.items():
            if action.completed is None and not action.overdue and action.by < today:
                yield facts.BaseActionBecameOverdue(action=name, on=day_after(action.by))
        since, over = self.since(base, today), base.lapsing(today)
        for one in over:
            lapsed = facts.BaseAssessmentLapsed(
                assessment=one.id, complex=one.now.complex, on=day_after(one.now.valid_through)
            )
            base = evolve(base, lapsed, Fact(one.id, 0, context.now))
            yield lapsed
        if over:
            yield from changes(base, context.knowledge(KnownBase), today, since)


def _valid_through(day: date) -> date:
    """Of 10 January 2026 it counts through 10 January 2027 (MON-27)."""
    return add_months(day, TERMS.base_months)


def _assessment(base: BaseCondition, id_: UUID) -> Assessment:
    found = next((one for one in base.assessments if one.id == id_), None)
    if found is None:
        refuse("unknown-assessment", "This area has no such assessment.")
    return found


def _recorded(
    base: BaseCondition, event: Event, context: Context, since: date
) -> Iterator[Event | Cited]:
    """The event, and the verdicts that follow from it and cite it."""
    id_ = context.new_id()
    yield Cited(event, id_)
    after = evolve(base, event, Fact(id_, 0, context.now))
    yield from changes(after, context.knowledge(KnownBase), context.today, since)
