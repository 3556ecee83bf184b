"""Which other agreed levels bear on a level: of the same area, and of an area people live in.

One level at a time holds in an area (MON-37). The neighbourhood as people live it leads over the
administrative one: an area wholly inside it gets no level of its own while it has one (MON-06).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leefwijk.events.decider import Faults
from leefwijk.events.fields import EffortLevelName
from leefwijk.gates.line import said_day
from leefwijk.gates.within import EXPERIENCED_AREA_LEADS


@dataclass(frozen=True)
class OtherLevel:
    """Another agreed level."""

    id: str
    level: EffortLevelName
    valid_from: date
    last_day: date | None

    def overlaps(self, first: date, last: date | None) -> bool:
        """Whether they have a day in common."""
        return (last is None or self.valid_from <= last) and (
            self.last_day is None or self.last_day >= first
        )


@dataclass(frozen=True)
class LeadingLevel(OtherLevel):
    """An agreed level of an experienced area that the area lies wholly within."""

    area: str
    """The experienced area, in the edition of the drawing that the level is for."""
    name: str
    over: str
    """The area that lies within it, by its name."""

    def says(self, today: date) -> str:
        """Why the area gets no level of its own, and what can be done."""
        since = "in force" if self.valid_from <= today else f"from {said_day(self.valid_from)}"
        return (
            f"{self.over} lies wholly within {self.name}, which has a level {since}; "
            "propose for that area or end its level first."
        )


@dataclass(frozen=True)
class AreaLevels:
    """The other agreed levels that bear on a level."""

    found: tuple[OtherLevel, ...] = ()
    """Of the same area."""
    leading: tuple[LeadingLevel, ...] = ()
    """Of experienced areas around it."""

    def leads(self, first: date, last: date | None) -> tuple[LeadingLevel, ...]:
        """The levels that lead on a day of the period, the earliest first."""
        over = (one for one in self.leading if one.overlaps(first, last))
        return tuple(sorted(over, key=lambda one: (one.valid_from, one.area)))

    def fault(self, first: date, last: date | None, today: date, faults: Faults) -> None:
        """Note `experienced-area-leads` for every level that leads in the period."""
        for one in self.leads(first, last):
            faults.add(EXPERIENCED_AREA_LEADS, one.says(today), area=one.area, level=one.id)
