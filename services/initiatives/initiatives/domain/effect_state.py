"""Looking back at what was expected beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leefwijk.events.language.initiatives.effects import EffectFinding, Observation


@dataclass(frozen=True)
class LookingBack:
    """The evaluation of the effect of the present run."""

    due: date | None = None
    """The last day for it; none where nobody is asked for one."""
    told: bool = False
    """Whether its passing was recorded."""
    finding: EffectFinding | None = None
    observations: tuple[Observation, ...] = ()
    learned: str | None = None
    evaluated: date | None = None
    days_late: int | None = None
