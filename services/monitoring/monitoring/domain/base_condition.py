"""The base of an area: what was found, what will be done, and the verdict last told (MON-25).

Assessments are about the area as a whole or about one complex in it. What follows from them stands
in `base_verdict`, the commands in `assessing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Fact, Listing, State, evolves
from leefwijk.events.language.monitoring import base_conditions as facts
from leefwijk.events.language.monitoring.base_conditions import (
    FailingStep,
    Finding,
    Step,
    StepFound,
    Verdict,
)
from leefwijk.gates.within import lies_in


@dataclass(frozen=True)
class Said:
    """What an assessment says, by the event that said it: the first, or a correction."""

    event: UUID
    recorded_at: datetime
    complex: str | None
    on: date
    valid_through: date
    steps: tuple[StepFound, ...]
    reason: str | None = None
    """Why it was corrected."""


@dataclass(frozen=True)
class Assessment:
    """One look at the base, with every correction of it; nothing is overwritten (MON-28)."""

    id: UUID
    said: tuple[Said, ...]
    lapsed: bool = False

    def as_known(self, moment: datetime | None) -> Said | None:
        """What it said at that moment; none: it had not been recorded."""
        known = [said for said in self.said if moment is None or said.recorded_at <= moment]
        return known[-1] if known else None

    @property
    def now(self) -> Said:
        """What it says today."""
        return self.said[-1]


@dataclass(frozen=True)
class Looked:
    """What was last found of one step of one place."""

    found: Finding
    says: str | None
    assessment: UUID
    event: UUID
    on: date
    valid_through: date


@dataclass(frozen=True)
class Action:
    """Work planned on an insufficient step."""

    complex: str | None
    step: Step
    assessment: UUID
    what: str
    by: date
    completed: date | None = None
    overdue: bool = False


@dataclass(frozen=True)
class Told:
    """A verdict as it was recorded, of the area or of a complex, with its first day."""

    verdict: Verdict
    step: int
    because: tuple[FailingStep, ...]
    evidence: tuple[UUID, ...]
    valid_through: date | None
    on: date


@dataclass(frozen=True)
class BaseCondition(State, kind="base-conditions", shape=3):
    """Everything found of the base of an area."""

    area: str = ""
    municipalities: tuple[str, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    actions: dict[str, Action] = field(default_factory=dict)
    told: dict[str, tuple[Told, ...]] = field(default_factory=dict)
    """By complex, in the order of their days; the area itself under the empty name."""

    def reads(self, complex_: str | None, day: date) -> Told | None:
        """The verdict that was told of a day, by what is recorded now."""
        told = self.told.get(complex_ or "", ())
        return next((one for one in reversed(told) if one.on <= day), None)

    @property
    def reads_last(self) -> Told | None:
        """The verdict on the area that was told of the latest day."""
        told = self.told.get("")
        return told[-1] if told else None

    def telling(self, event: facts.BaseVerdictChanged) -> BaseCondition:
        """With a verdict told: what was told from its day on, it replaces."""
        name = event.complex or ""
        before = [one for one in self.told.get(name, ()) if one.on < event.on]
        told = Told(
            event.verdict,
            event.step,
            event.because,
            event.evidence,
            event.valid_through,
            event.on,
        )
        return replace(self, told={**self.told, name: (*before, told)})

    def looked(
        self, day: date, known_at: datetime | None = None
    ) -> dict[str | None, dict[Step, Looked]]:
        """By complex and step what was found last as of a day, as known at a moment.

        An assessment that says nothing of a step leaves the earlier finding of it standing.
        """
        found: dict[str | None, dict[Step, Looked]] = {}
        said = [(one.id, one.as_known(known_at)) for one in self.assessments]
        told = [(id_, what) for id_, what in said if what is not None and what.on <= day]
        for id_, what in sorted(told, key=lambda pair: pair[1].on):
            steps = found.setdefault(what.complex, {})
            for step in what.steps:
                steps[step.step] = Looked(
                    step.found, step.says, id_, what.event, what.on, what.valid_through
                )
        return found

    @property
    def complexes(self) -> frozenset[str]:
        """Every complex that was ever looked at or told of here."""
        looked = {said.complex for one in self.assessments for said in one.said}
        return frozenset(name for name in (*looked, *self.told) if name)

    def in_use(self) -> list[Assessment]:
        """The assessments that some finding still rests on."""
        newest = self.looked(date.max).values()
        used = {looked.assessment for steps in newest for looked in steps.values()}
        return [one for one in self.assessments if one.id in used]

    def lapsing(self, today: date) -> list[Assessment]:
        """The assessments that some finding rests on and that are too old, which was not told."""
        over = [one for one in self.in_use() if not one.lapsed and one.now.valid_through < today]
        return sorted(over, key=lambda one: one.now.valid_through)

    def due(self) -> datetime | None:
        """When an action becomes overdue or an assessment lapses."""
        days = [
            action.by
            for action in self.actions.values()
            if action.completed is None and not action.overdue
        ]
        days += [one.now.valid_through for one in self.in_use() if not one.lapsed]
        return begin_of(day_after(min(days))) if days else None

    def listing(self) -> Listing:
        """Found by area, by what it lies in, and by the verdict on the area."""
        told = self.reads_last
        return Listing(
            self.area or None,
            self.municipalities,
            told.verdict.value if told else None,
            facets={
                "within": lies_in(self.area) if self.area else (),
                "complex": sorted(self.complexes),
            },
        )

    def changed_since(self, before: BaseCondition) -> str | None:
        """What others found meanwhile (MON-28)."""
        known = {said.event for one in before.assessments for said in one.said}
        newer = [said for one in self.assessments for said in one.said if said.event not in known]
        if not newer:
            return None
        return " ".join(
            f"Meanwhile {said.complex or 'the area'} was found: "
            + ", ".join(f"{step.step.value} {step.found.value}" for step in said.steps)
            + "."
            for said in newer
        )


@evolves(facts.BaseAssessed)
def _(base: BaseCondition, event: facts.BaseAssessed, fact: Fact) -> BaseCondition:
    said = Said(fact.id, fact.time, event.complex, event.on, event.valid_through, event.steps)
    return replace(
        base,
        area=event.area,
        municipalities=event.municipalities,
        assessments=(*base.assessments, Assessment(fact.id, (said,))),
    )


@evolves(facts.BaseAssessmentCorrected)
def _(base: BaseCondition, event: facts.BaseAssessmentCorrected, fact: Fact) -> BaseCondition:
    said = Said(
        fact.id, fact.time, event.complex, event.on, event.valid_through, event.steps, event.reason
    )

    def after(one: Assessment) -> Assessment:
        if one.id != event.corrects:
            return one
        # that it lapsed was said of its last day: with another one it lapses by that
        lapsed = one.lapsed and one.now.valid_through == event.valid_through
        return replace(one, said=(*one.said, said), lapsed=lapsed)

    return replace(base, assessments=tuple(after(one) for one in base.assessments))


@evolves(facts.BaseAssessmentLapsed)
def _(base: BaseCondition, event: facts.BaseAssessmentLapsed) -> BaseCondition:
    return replace(
        base,
        assessments=tuple(
            replace(one, lapsed=True) if one.id == event.assessment else one
            for one in base.assessments
        ),
    )


@evolves(facts.BaseActionPlanned)
def _(base: BaseCondition, event: facts.BaseActionPlanned) -> BaseCondition:
    action = Action(event.complex, event.step, event.assessment, event.what, event.by)
    return replace(base, actions={**base.actions, event.action: action})


@evolves(facts.BaseActionCompleted)
def _(base: BaseCondition, event: facts.BaseActionCompleted) -> BaseCondition:
    done = replace(base.actions[event.action], completed=event.on)
    return replace(base, actions={**base.actions, event.action: done})


@evolves(facts.BaseActionBecameOverdue)
def _(base: BaseCondition, event: facts.BaseActionBecameOverdue) -> BaseCondition:
    late = replace(base.actions[event.action], overdue=True)
    return replace(base, actions={**base.actions, event.action: late})


@evolves(facts.BaseVerdictChanged)
def _(base: BaseCondition, event: facts.BaseVerdictChanged) -> BaseCondition:
    return base.telling(event)
