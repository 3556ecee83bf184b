"""Experiments colour outside the lines of our own rules, to learn something, until a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from initiatives.domain.experiment_state import AgreedExperiment
from initiatives.domain.initiative import OVER, Initiative
from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, Fact, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.experiments import (
    ExperimentAgreed,
    ExperimentConcluded,
    ExperimentExpired,
)
from leefwijk.gates.setting_aside import LAW


class AgreeExperiment(Command[Initiative]):
    """Set own rules aside until a day, to answer a question."""

    gates: Annotated[tuple[Gate, ...], Field(min_length=1, max_length=9)]
    question: Reason
    """What we want to learn."""
    until: date

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `law-cannot-be-set-aside` and `learning-question-unanswered` (INI-34)."""
        law = sorted(gate.value for gate in self.gates if gate in LAW)
        if law:
            refuse(
                "law-cannot-be-set-aside",
                f"{', '.join(law)} rests on law or on the collective purpose.",
            )
        if initiative.status in OVER:
            refuse("initiative-is-over", f"It is {initiative.status}; take it up again first.")
        if self.until < context.today:
            refuse("day-in-past", "The experiment would be over before it begins.")
        for earlier in initiative.experiments:
            if earlier.answer is None and set(earlier.gates) & set(self.gates):
                refuse(
                    "learning-question-unanswered",
                    f'Answer first what was to be learned: "{earlier.question}"',
                    experiment=earlier.experiment,
                )
        yield ExperimentAgreed(
            experiment=str(context.new_id()),
            gates=tuple(dict.fromkeys(self.gates)),
            question=self.question,
            role=context.actor.role,
            until=self.until,
            on=context.today,
        )


class ConcludeExperiment(Command[Initiative]):
    """Answer the learning question; "it did not work" is a full answer."""

    experiment: Identifier
    answer: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `unknown-experiment` where none of this name waits for its answer."""
        if not any(
            one.experiment == self.experiment and one.answer is None
            for one in initiative.experiments
        ):
            refuse("unknown-experiment", "No experiment of this name waits for its answer.")
        yield ExperimentConcluded(experiment=self.experiment, answer=self.answer, on=context.today)


def judge_experiments_by_time(initiative: Initiative, context: Context) -> Iterator[Event]:
    """Its last day passed: it ends by itself, once."""
    for one in initiative.experiments:
        if one.concluded is None and one.expired is None and context.today > one.until:
            yield ExperimentExpired(experiment=one.experiment, on=day_after(one.until))


@evolves(ExperimentAgreed)
def _(initiative: Initiative, event: ExperimentAgreed, fact: Fact) -> Initiative:
    agreed = AgreedExperiment(
        event.experiment,
        event.gates,
        event.question,
        event.role,
        event.on,
        event.until,
        by=fact.actor,
        round=initiative.round,
    )
    return replace(initiative, experiments=(*initiative.experiments, agreed))


def _changed(initiative: Initiative, name: str, **changes: object) -> Initiative:
    return replace(
        initiative,
        experiments=tuple(
            replace(one, **changes) if one.experiment == name else one  # type: ignore[arg-type]  # names of its fields
            for one in initiative.experiments
        ),
    )


@evolves(ExperimentConcluded)
def _(initiative: Initiative, event: ExperimentConcluded) -> Initiative:
    return _changed(initiative, event.experiment, answer=event.answer, concluded=event.on)


@evolves(ExperimentExpired)
def _(initiative: Initiative, event: ExperimentExpired) -> Initiative:
    return _changed(initiative, event.experiment, expired=event.on)
