"""Looking back at what was expected beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leefwijk.events.language.initiatives.effects import EffectFinding, Observation


@dataclass(frozen=True)
class LookedBack:
    """An evaluation of a run that is past: how late it was stays (INI-36)."""

    evaluated: date
    finding: EffectFinding
    days_late: int | None = None


@dataclass(frozen=True)
class LookingBack:
    """The evaluation of the effect of the present run."""

    told: bool = False
    """Whether its passing was recorded."""
    finding: EffectFinding | None = None
    observations: tuple[Observation, ...] = ()
    learned: str | None = None
    evaluated: date | None = None
    days_late: int | None = None
    earlier: tuple[LookedBack, ...] = ()
    """Those of earlier runs and rounds, oldest first."""

    def anew(self) -> LookingBack:
        """For a next run: nothing is asked yet, and what was found before is kept."""
        if self.evaluated is None or self.finding is None:
            return LookingBack(earlier=self.earlier)
        past = LookedBack(self.evaluated, self.finding, self.days_late)
        return LookingBack(earlier=(*self.earlier, past))
