"""Topping up a grant: a new decision, so all nine gates anew, on the budget of its own year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from initiatives.domain.area_budget import AreaBudget, budget_id
from initiatives.domain.gates import SupportGates
from initiatives.domain.grants import EUROS, Grant
from initiatives.domain.initiative import Initiative
from initiatives.domain.review import require_no_review
from initiatives.domain.support import (
    MOST_LINES,
    require_four_eyes,
    require_not_over,
    require_role,
)
from leefwijk.events.decider import Command, Context, OnSecond, on, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Euro, Reason
from leefwijk.events.language.initiatives.gates import GatesAssessed
from leefwijk.events.language.initiatives.support import SupportKind
from leefwijk.events.language.initiatives.support_terms import SupportToppedUp


class TopUpSupport(Command[Initiative], beside=AreaBudget):
    """Give a line of a grant more than it had: euros or hours, by its kind."""

    request: Annotated[int, Field(ge=1)] | None = None
    """Number of the granted request; needed where several were granted."""
    line: Annotated[int, Field(ge=1, le=MOST_LINES)]
    amount: Annotated[Euro, Field(gt=0)] | None = None
    hours: Annotated[int, Field(ge=1, le=10_000)] | None = None
    reason: Reason

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.amount is None) == (self.hours is None):
            raise ValueError("a top-up is an amount or hours: one of the two")
        return self

    def second(self, _initiative: Initiative, context: Context) -> str:
        """The budget of the area whose level pays, in the year of this decision."""
        gates = context.knowledge(SupportGates)
        return budget_id(gates.budget_area, gates.year)

    def decide(
        self, initiative: Initiative, budget: AreaBudget, context: Context
    ) -> Iterator[Event | OnSecond]:
        """Refuses `support-under-review`, `wrong-kind` and gates that do not pass (INI-14).

        Refuses `role-does-not-allow-support` as a request does (INI-03).
        """
        require_not_over(initiative)
        grant = self._grant(initiative)
        require_four_eyes(initiative, grant.request, context)
        require_no_review(initiative, grant.request)
        require_role(initiative.role, {self._kind(grant)})
        charged = Decimal(self.amount or 0)
        gates = context.knowledge(SupportGates)
        more = initiative.gates.asked_more(grant.request, charged, gates.year)
        asked = replace(initiative, gates=more).about(grant)
        lines = gates.require(asked, charged, context.now, budget.total)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        if lines:
            yield GatesAssessed(request=grant.request, lines=lines, on=context.today)
        yield SupportToppedUp(
            request=grant.request,
            line=self.line,
            area=initiative.area,
            budget_area=gates.budget_area,
            year=gates.year,
            level=gates.level,
            amount=self.amount,
            hours=self.hours,
            reason=self.reason,
            gate_lines=tuple(line.verdict() for line in lines),
            on=context.today,
        )
        if charged:
            promised = gates.commitment(initiative, context.stream, grant.request, charged, lines)
            yield on(budget, promised)

    def _grant(self, initiative: Initiative) -> Grant:
        found = [grant for grant in initiative.open_grants if self.request in {None, grant.request}]
        if not found:
            refuse("nothing-granted", "No grant stands that could be topped up.")
        if len(found) > 1:
            refuse("grant-not-named", "Several requests were granted: name the one to top up.")
        return found[0]

    def _kind(self, grant: Grant) -> SupportKind:
        line = grant.line(self.line)
        if line is None:
            refuse("unknown-line", f"The grant has no line {self.line}.")
        if (line.kind in EUROS) != (self.amount is not None):
            unit = "euros" if line.kind in EUROS else "hours"
            refuse("wrong-kind", f"Line {self.line} is {line.kind.value}: {unit}.")
        return line.kind
