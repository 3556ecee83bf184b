"""What of the budget of an area and year is left, by the level that names its euros."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from initiatives.domain.area_budget import AreaBudget
from initiatives.knowledge.levels import levels_of
from leefwijk.events.clock import day_of
from leefwijk.gates.levels import Level, Levels
from leefwijk.gates.line import UNPROVED
from leefwijk.gates.place import Place
from leefwijk.service.context import ServiceContext


@dataclass(frozen=True)
class KnownBudget:
    """The level that names the euros of a budget, if one is known."""

    levels: Levels
    level: Level | None
    year: int

    @property
    def elsewhere(self) -> Decimal | None:
        """Other effort on the budget."""
        if self.level is None:
            return None
        return self.levels.spent_elsewhere(self.level.area, self.year)

    def left(self, committed: Decimal) -> Decimal | None:
        """What may still be promised; none where no euros are known."""
        if self.level is None:
            return None
        return self.levels.left_of(self.level, self.year, committed)


async def budget_known(service: ServiceContext, budget: AreaBudget, now: datetime) -> KnownBudget:
    """What is known of the euros of a budget, as of today or the day of its year next to it."""
    today = day_of(now)
    day = min(max(today, date(budget.year, 1, 1)), date(budget.year, 12, 31))
    async with service.reading.connect() as connection:
        levels = await levels_of(connection, Place(budget.area or ""), day, UNPROVED)
    return KnownBudget(levels, levels.paying(day), budget.year)
