"""An effect is expected before and must be seen after, by who was there (INI-35, INI-36)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from initiatives.domain.initiative import Initiative, Status
from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason
from leefwijk.events.language.initiatives.effects import (
    EffectEvaluated,
    EffectEvaluationOverdue,
    EffectFinding,
    Observation,
    ObservationKind,
)

OWN = frozenset({ObservationKind.OWN_COUNT, ObservationKind.STORY})
"""What says something of this very initiative; a model estimate of the area does not."""


class EvaluateEffect(Command[Initiative]):
    """Look back at what was expected: was it reached, and how do we know."""

    finding: EffectFinding
    observations: Annotated[tuple[Observation, ...], Field(max_length=50)] = ()
    learned: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `effect-needs-own-observation` for a finding on estimates alone."""
        if initiative.status is not Status.COMPLETED:
            refuse("not-completed", f"Look back when it is completed; it is {initiative.status}.")
        own = any(one.kind in OWN for one in self.observations)
        if self.finding is not EffectFinding.NOT_TO_BE_SAID and not own:
            refuse(
                "effect-needs-own-observation",
                "RIVM figures per area are model estimates: "
                "add an own count or a story before concluding.",
            )
        due = initiative.evaluation_due
        late = (context.today - due).days if due is not None else 0
        stated = initiative.plan.effect
        yield EffectEvaluated(
            effect=stated.effect if stated else None,
            finding=self.finding,
            observations=self.observations,
            learned=self.learned,
            days_late=late if late > 0 else None,
            on=context.today,
        )


def judge_evaluation_by_time(initiative: Initiative, context: Context) -> Iterator[Event]:
    """The last day for looking back passed without it; recorded once."""
    due, looking_back = initiative.evaluation_due, initiative.looking_back
    if due is None or looking_back.told or looking_back.evaluated is not None:
        return
    if context.today > due:
        yield EffectEvaluationOverdue(due=due, on=day_after(due))


@evolves(EffectEvaluated)
def _(initiative: Initiative, event: EffectEvaluated) -> Initiative:
    looking_back = replace(
        initiative.looking_back,
        finding=event.finding,
        observations=event.observations,
        learned=event.learned,
        evaluated=event.on,
        days_late=event.days_late,
    )
    return replace(initiative, status=Status.EFFECT_EVALUATED, looking_back=looking_back)


@evolves(EffectEvaluationOverdue)
def _(initiative: Initiative, _event: EffectEvaluationOverdue) -> Initiative:
    return replace(initiative, looking_back=replace(initiative.looking_back, told=True))
