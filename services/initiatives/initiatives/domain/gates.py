"""Gates as a decision sees them: judged elsewhere, by rules that need knowledge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from leefwijk.events.decider import refuse
from leefwijk.events.language.gates import GateLine
from leefwijk.events.language.initiatives.area_budgets import BudgetCommitted


@dataclass(frozen=True)
class Wish:
    """What is judged of an initiative: further euros, or what was granted already."""

    euros: Decimal = Decimal("0.00")
    """Further euros that are wanted."""
    promised: Decimal = Decimal("0.00")
    """Euros that are promised of the budget to others and to itself."""
    rests_on: str | None = None
    """The effort level that what was granted rests on."""


Judge = Callable[[Any, Wish, datetime], tuple[GateLine, ...]]
"""From an initiative, what is wished and the moment, to the nine lines: before a decision and
after it."""

BUDGET_EXCEEDED = "budget-exceeded"


@dataclass(frozen=True)
class KnownArea:
    """An area as monitoring registered it."""

    area: str
    name: str | None
    municipalities: tuple[str, ...]
    above: tuple[str, ...] = ()
    """The areas it lies in, nearest first."""


@dataclass(frozen=True)
class KnownParty:
    """A partner organisation as monitoring registered it."""

    partner: str
    name: str


@dataclass(frozen=True)
class SupportGates:
    """What support is judged by: the budget that would pay, and the gates."""

    budget_area: str
    year: int
    judge: Judge
    level: str | None = None
    """The effort level whose budget would pay."""
    committed: Decimal = Decimal("0.00")
    """Euros promised of that budget, as read beside the decision."""

    def lines(
        self, initiative: Any, wanted: Decimal, now: datetime, committed: Decimal | None = None
    ) -> tuple[GateLine, ...]:
        """All nine lines for this many euros."""
        promised = self.committed if committed is None else committed
        return self.judge(initiative, Wish(wanted, promised), now)

    def standing(self, initiative: Any, grant: Any, now: datetime) -> tuple[GateLine, ...]:
        """All nine lines for what was granted already, on its own request and its own level."""
        return self.judge(initiative.about(grant), Wish(rests_on=grant.rests_on), now)

    @staticmethod
    def exceeds(lines: tuple[GateLine, ...]) -> bool | None:
        """Whether these lines let a budget be exceeded by override; none: they do not."""
        return any(line.code == BUDGET_EXCEEDED and line.clear for line in lines) or None

    def require(
        self, initiative: Any, wanted: Decimal, now: datetime, committed: Decimal
    ) -> tuple[GateLine, ...]:
        """All lines, if every one is clear; otherwise refuse with each that is not."""
        lines = self.lines(initiative, wanted, now, committed)
        failing = [line for line in lines if not line.clear]
        if failing:
            refuse(
                "gates-not-passed",
                " ".join(line.reason for line in failing),
                lines=[line.model_dump(mode="json", by_alias=True) for line in failing],
            )
        return lines

    def commitment(
        self,
        initiative: Any,
        stream: str,
        request: int,
        euros: Decimal,
        lines: tuple[GateLine, ...],
    ) -> BudgetCommitted:
        """What the budget that pays promises, in the append that grants it."""
        return BudgetCommitted(
            area=self.budget_area,
            year=self.year,
            initiative=stream,
            request=request,
            amount=euros,
            municipalities=initiative.municipalities,
            by_override=self.exceeds(lines),
        )
