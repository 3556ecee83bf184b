"""Rules that need knowledge from other services, given as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from initiatives.domain.area_budget import AreaBudget, budget_id
from initiatives.domain.gates import EFFORT_LEVEL_AND_BUDGET, GateLine, Verdict
from initiatives.domain.initiative import euros


@dataclass(frozen=True)
class KnownLevel:
    """An agreed effort level as monitoring told of it."""

    level_id: str
    area: str
    level: str
    valid_from: date
    valid_through: date | None
    budgets: dict[int, Decimal]
    evidence: tuple[str, ...]
    as_of: datetime

    def covers(self, day: date) -> bool:
        """Whether it is in force on the day; the last day counts (INI-23)."""
        return self.valid_from <= day and (self.valid_through is None or day <= self.valid_through)


@dataclass(frozen=True)
class Levels:
    """The agreed levels of an area and of those it lies in, nearest area first."""

    found: tuple[KnownLevel, ...] = ()
    other_effort: dict[str, Decimal] = field(default_factory=dict)
    """Other effort on a budget, by budget id, as monitoring told of it."""

    def paying(self, day: date) -> KnownLevel | None:
        """The level whose budget pays: of the nearest area that has one in force."""
        return next((level for level in self.found if level.covers(day)), None)

    def last_over(self, day: date) -> KnownLevel | None:
        """The nearest level that has ended; one that never began did not end."""
        over = (
            level
            for level in self.found
            if level.valid_through and level.valid_from <= level.valid_through < day
        )
        return next(over, None)


def level_and_budget(
    levels: Levels, budget: AreaBudget, wanted: Decimal, day: date, spent_elsewhere: Decimal
) -> GateLine:
    """Whether the agreed level has the euros left (INI-22, INI-23).

    The level is judged by its dates, not by whether its expiry has been recorded, and a budget that
    nobody named is not a budget of zero.
    """
    paying = levels.paying(day)
    if paying is None:
        over = levels.last_over(day)
        if over is None:
            return GateLine(
                EFFORT_LEVEL_AND_BUDGET,
                Verdict.UNKNOWN,
                "No agreed effort level for this area is known yet.",
                "effort-level-not-known",
            )
        assert over.valid_through is not None  # noqa: S101 - it is over because it has a last day
        return GateLine(
            EFFORT_LEVEL_AND_BUDGET,
            Verdict.FAILED,
            f"The agreed level ended on {_day(over.valid_through)}.",
            "effort-level-expired",
            over.evidence,
            over.as_of,
        )
    named = paying.budgets.get(day.year)
    if not wanted:  # hours are not euros and take nothing
        return GateLine(
            EFFORT_LEVEL_AND_BUDGET,
            Verdict.PASSED,
            f"{paying.level}, no euros are asked",
            None,
            paying.evidence,
            paying.as_of,
        )
    if named is None:
        return GateLine(
            EFFORT_LEVEL_AND_BUDGET,
            Verdict.UNKNOWN,
            f"The agreed level names no euros for {day.year}.",
            "budget-not-known",
            paying.evidence,
            paying.as_of,
        )
    left = named - budget.total - spent_elsewhere
    if wanted > left:
        return GateLine(
            EFFORT_LEVEL_AND_BUDGET,
            Verdict.FAILED,
            f"{euros(left)} is left of the budget for {day.year}.",
            "budget-exceeded",
            paying.evidence,
            paying.as_of,
        )
    return GateLine(
        EFFORT_LEVEL_AND_BUDGET,
        Verdict.PASSED,
        f"{paying.level}, {euros(left)} left before this grant",
        None,
        paying.evidence,
        paying.as_of,
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def support_gates(
    levels: Levels, day: date, budget: AreaBudget, wanted: Decimal
) -> tuple[GateLine, ...]:
    """Every gate on support, judged now."""
    paying = levels.paying(day)
    elsewhere = Decimal(0)
    if paying is not None:
        elsewhere = levels.other_effort.get(budget_id(paying.area, day.year), Decimal(0))
    return (level_and_budget(levels, budget, wanted, day, elsewhere),)
