"""Effort level and budget: the support fits the agreed level, and the euros are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import DIRECTOR, UNPROVED, At, Freshness, Rule, said_day, said_euros

RULE = Rule(
    Gate.EFFORT_LEVEL_AND_BUDGET, "own rule of Leefwijk (vision: three levels of effort)", DIRECTOR
)

NOT_KNOWN = "effort-level-not-known"
EXPIRED = "effort-level-expired"
WITHOUT_DIRECTOR = "effort-level-without-director"
NATURE_BEYOND = "nature-beyond-effort-level"
BUDGET_NOT_KNOWN = "budget-not-known"
BUDGET_EXCEEDED = "budget-exceeded"


@dataclass(frozen=True)
class Level:
    """An agreed effort level as monitoring told of it."""

    level_id: str
    area: str
    level: EffortLevelName
    valid_from: date
    valid_through: date | None
    budgets: Mapping[int, Decimal]
    """Euros per calendar year; a year that is not named is not a year of nothing."""
    evidence: tuple[str, ...]
    bridged_through: date | None = None
    """The last day of a bridge over its end."""
    without_director: bool = False
    """A large-scale level whose director left (MON-45)."""

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, a bridge included."""
        if self.valid_through is None or self.bridged_through is None:
            return self.valid_through
        return max(self.valid_through, self.bridged_through)

    def covers(self, day: date) -> bool:
        """Whether it is in force on the day; the last day counts (INI-23)."""
        return self.valid_from <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class Levels:
    """The agreed levels of an area and of those it lies in, nearest area first."""

    found: tuple[Level, ...] = ()
    elsewhere: Mapping[str, Decimal] = field(default_factory=dict)
    """Other effort that monitoring has on a budget, by `area.year`."""
    fresh: Freshness = UNPROVED

    def paying(self, day: date) -> Level | None:
        """The level whose budget pays: of the nearest area that has one in force."""
        return next((level for level in self.found if level.covers(day)), None)

    def last_over(self, day: date) -> Level | None:
        """The nearest level that has ended; one that never began did not end."""
        over = (
            level
            for level in self.found
            if level.last_day is not None and level.valid_from <= level.last_day < day
        )
        return next(over, None)

    def lapsed(self, level_id: str | None, day: date) -> Level | None:
        """The level of this name, where it is over and its own area has no other one in force.

        A level of an area above pays for what is granted from then on; what rests on the one that
        is over is not prolonged by that (INI-23).
        """
        level = next((one for one in self.found if one.level_id == level_id), None)
        if level is None or level.last_day is None or day <= level.last_day:
            return None
        anew = any(one.area == level.area and one.covers(day) for one in self.found)
        return None if anew else level

    def left_of(self, level: Level, year: int, committed: Decimal) -> Decimal | None:
        """Euros that are left of the budget of a year; none where the level names no euros for it.

        It is below nothing where more was promised, or made elsewhere, than there was (INI-23).
        """
        named = level.budgets.get(year)
        if named is None:
            return None
        return named - committed - self.spent_elsewhere(level.area, year)

    def spent_elsewhere(self, area: str, year: int) -> Decimal:
        """Other effort on the budget of this area and year, in euros."""
        return self.elsewhere.get(f"{area}.{year}", Decimal("0.00"))


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a level: how it starts, how often it comes, how many euros it takes."""

    euros: Decimal = Decimal("0.00")
    proactive: bool = False
    """The corporation's own proposal, not the residents' question."""
    structural: bool = False
    """Every year, or for several successive years."""
    through_year: int | None = None
    """The last year that structural support runs into; none: without end."""
    committed: Decimal = Decimal("0.00")
    """Euros already promised of the budget."""
    rests_on: str | None = None
    """Of what was granted already: the level that it rests on."""


def effort_level_and_budget(wanted: Wanted, levels: Levels, at: At) -> GateLine:
    """Whether the level in force fits the support and has the euros left (INI-20, 22, 23).

    The level is judged by its dates, not by whether its end has been recorded.
    """
    knowing = at.knowing(levels.fresh)
    lapsed = levels.lapsed(wanted.rests_on, at.today)
    level = levels.paying(at.today)
    if level is None or lapsed is not None:
        over = lapsed or levels.last_over(at.today)
        if over is None or over.last_day is None:
            return RULE.unknown(
                NOT_KNOWN, "No agreed effort level for this area is known yet.", knowing
            )
        return RULE.failed(
            EXPIRED,
            f"The agreed level ended on {said_day(over.last_day)}.",
            knowing,
            over.evidence,
            since=over.last_day + timedelta(days=1),
            way_on="Agree a level again.",
        )
    if level.without_director:
        return RULE.failed(
            WITHOUT_DIRECTOR,
            "The large-scale level has no director now.",
            knowing,
            level.evidence,
            way_on="Assign a director, or end the level.",
        )
    beyond = _beyond(wanted, level)
    if beyond is not None:
        return RULE.failed(NATURE_BEYOND, beyond, knowing, level.evidence)
    return _budget(wanted, level, levels, at)


def _beyond(wanted: Wanted, level: Level) -> str | None:
    """Why the nature of the support does not fit the level (vision, table of levels)."""
    if wanted.proactive and level.level is EffortLevelName.BASIC:
        return "Basic is reactive: it answers what residents ask."
    if not wanted.structural:
        return None
    if level.level is not EffortLevelName.LARGE_SCALE:
        return f"The level is {level.level.value}; structural support needs large scale."
    end = level.last_day
    if end is not None and (wanted.through_year is None or wanted.through_year > end.year):
        return None  # it passes for the years within the agreement, which the line says
    return None


def _budget(wanted: Wanted, level: Level, levels: Levels, at: At) -> GateLine:
    knowing = at.knowing(levels.fresh)
    year = at.today.year
    said = level.level.value
    if level.valid_through is not None and at.today > level.valid_through and level.last_day:
        said += f", bridged until {said_day(level.last_day)}"
    if wanted.structural and level.last_day is not None:
        said += f", for the years within the agreement, through {level.last_day.year}"
    if not wanted.euros:  # hours are not euros and take nothing
        return RULE.passed(
            f"{said}, no euros are asked.", knowing, level.evidence, valid_through=level.last_day
        )
    left = levels.left_of(level, year, wanted.committed)
    if left is None:
        return RULE.unknown(
            BUDGET_NOT_KNOWN,
            f"The agreed level names no euros for {year}.",
            knowing,
            level.evidence,
            way_on="Agree euros for the year.",
        )
    if wanted.euros > left:
        return RULE.failed(
            BUDGET_EXCEEDED,
            f"{said_euros(left)} is left of the budget for {year}.",
            knowing,
            level.evidence,
            way_on="Grant less, or wait for the next year.",
        )
    return RULE.passed(
        f"{said}, {said_euros(left)} left before this grant.",
        knowing,
        level.evidence,
        valid_through=level.last_day,
    )


def budget_alone(wanted: Wanted, levels: Levels, at: At) -> GateLine:
    """Only whether the euros are left, where an assessment stands in for the level itself."""
    level = levels.paying(at.today)
    if level is not None:
        return _budget(wanted, level, levels, at)
    knowing = at.knowing(levels.fresh)
    if not wanted.euros:
        return RULE.passed("No euros are asked.", knowing)
    return RULE.unknown(
        BUDGET_NOT_KNOWN, f"No agreed level names euros for {at.today.year} here.", knowing
    )
