"""The yearly assessment of an area for small support (DESIGN 8.8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from initiatives.domain.area_budget import AreaBudget, budget_id
from initiatives.domain.gates import KnownArea
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Reason
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.area_budgets import (
    SmallSupportAssessed,
    SmallSupportGround,
)

OWN_RULES = frozenset(
    {
        Gate.RESIDENTS_INVOLVEMENT,
        Gate.BASE_IN_ORDER,
        Gate.EXPECTED_EFFECT_STATED,
        Gate.EFFORT_LEVEL_AND_BUDGET,
    }
)
"""The gates that the assessment stands in for; the legal ones are judged all the same."""


class AssessSmallSupport(Command[AreaBudget]):
    """Assess an area for small support, for one calendar year."""

    area: AreaId
    year: Annotated[int, Field(ge=2000, le=2100)]
    grounds: Annotated[tuple[SmallSupportGround, ...], Field(min_length=1, max_length=9)]
    reason: Reason

    def stream(self, _context: Context) -> str:
        """The budget of the area and year."""
        return budget_id(self.area, self.year)

    def decide(self, budget: AreaBudget, context: Context) -> Iterator[Event]:
        """Refuses a ground for a legal gate, and an assessment that misses an own rule."""
        if budget.small_support is not None:
            refuse("already-assessed", f"{self.area} was assessed for {self.year} already.")
        if self.year not in {context.today.year, context.today.year + 1}:
            refuse("year-not-near", "It is assessed for this calendar year or the next.")
        named = {ground.gate for ground in self.grounds}
        if named - OWN_RULES:
            told = ", ".join(sorted(gate.value for gate in named - OWN_RULES))
            refuse("law-cannot-be-set-aside", f"{told} is judged at every decision.")
        if OWN_RULES - named:
            told = ", ".join(sorted(gate.value for gate in OWN_RULES - named))
            refuse("ground-missing", f"Say on what ground {told} can be taken as met.")
        yield SmallSupportAssessed(
            area=self.area,
            year=self.year,
            municipalities=context.knowledge(KnownArea).municipalities,
            grounds=self.grounds,
            reason=self.reason,
            on=context.today,
        )
