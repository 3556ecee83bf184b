"""Changing the plan: what was collective, lawful and useful must stay so (INI-21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from initiatives.domain.initiative import Initiative
from initiatives.domain.judging_again import Touched, judged_again, standing_lines
from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import ShortText, Theme
from leefwijk.events.language.initiatives.life import InitiativeChanged
from leefwijk.events.language.initiatives.plans import InitiativePlan, StatedEffect


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
        """Refuses `nothing-changes` for a plan that reads the same, and `initiative-is-over`.

        Refuses `day-in-past` for an effect that is stated now, for a day that is over.
        """
        if initiative.is_over:
            refuse("initiative-is-over", f"It is {initiative.status}; take it up again first.")
        if self.plan.effect != initiative.plan.effect:
            require_day_to_come(self.plan.effect, context)
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
            # what was ordered today was ordered for the plan as it stood
            counts_from = day_after(context.today)
            yield from judged_again(initiative, lines, touched, context, counts_from=counts_from)


def said_the_same(effect: StatedEffect, before: StatedEffect | None) -> bool:
    """Whether an effect reads as the one before, under whatever name."""
    return before is not None and effect == before.model_copy(update={"effect": effect.effect})


def require_day_to_come(effect: StatedEffect | None, context: Context) -> None:
    """Refuses `day-in-past`: what is expected is stated before its day, not after (INI-36)."""
    if effect is not None and effect.by is not None and effect.by < context.today:
        refuse("day-in-past", f"{effect.by} is over: say by when it is expected now.")


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
