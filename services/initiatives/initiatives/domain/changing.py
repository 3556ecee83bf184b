"""Changing the plan: what was collective, lawful and useful must stay so (INI-21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from initiatives.domain.initiative import Initiative
from initiatives.domain.judging_again import Touched, judged_again, standing_lines
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import ShortText, Theme
from leefwijk.events.language.initiatives.life import InitiativeChanged
from leefwijk.events.language.initiatives.plans import InitiativePlan


class ChangeInitiative(Command[Initiative]):
    """Change the plan; the gates that the change touches are judged at once."""

    title: ShortText | None = None
    themes: Annotated[tuple[Theme, ...], Field(min_length=1, max_length=6)] | None = None
    collective_benefit: ShortText | None = None
    expected_effect: ShortText | None = None
    plan: InitiativePlan
    """The whole plan as it is from now on; what is left out is no longer part of it."""
    change: ShortText
    """What is different, in one line."""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `nothing-changes` for a plan that reads the same."""
        said = {
            name: value
            for name in ("title", "themes", "collective_benefit", "expected_effect")
            if (value := getattr(self, name)) is not None
        }
        event = changed_plan(initiative, self.plan, self.change, context).model_copy(update=said)
        changed = replace(
            initiative,
            title=event.title,
            themes=tuple(theme.value for theme in event.themes),
            collective_benefit=event.collective_benefit,
            expected_effect=event.expected_effect,
            plan=event.plan,
        )
        if changed == initiative:
            refuse("nothing-changes", "The plan reads the same.")
        yield event
        touched = Touched(initiative, changed).gates()
        if touched and (initiative.open_grants or initiative.gates.running):
            lines = standing_lines(changed, context)
            yield from judged_again(initiative, lines, touched, context)


def changed_plan(
    initiative: Initiative, plan: InitiativePlan, change: str, context: Context
) -> InitiativeChanged:
    """The fact that the plan reads otherwise and the rest as it did."""
    return InitiativeChanged(
        title=initiative.title,
        themes=tuple(Theme(theme) for theme in initiative.themes),
        collective_benefit=initiative.collective_benefit,
        expected_effect=initiative.expected_effect,
        plan=plan,
        change=change,
        on=context.today,
    )
