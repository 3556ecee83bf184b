"""Terms of trajectories, advices and agreements; a choice unless a law is named."""

from __future__ import annotations

from dataclasses import dataclass

from leefwijk.events.language.participation.terms import FEEDBACK_DAYS, HELD_DAYS


@dataclass(frozen=True)
class TrajectoryTerms:
    """Days, months, counts and shares, with the defaults of the scenarios."""

    held_days: int = HELD_DAYS
    """Within which a held moment is recorded (PAR-24)."""
    feedback_days: int = FEEDBACK_DAYS
    """Within which people hear what was done with what they said (PAR-25)."""
    forms: int = 2
    """Different forms at least (PAR-21)."""
    dayparts: int = 2
    """Different times of the day or week at least (PAR-21)."""
    smallest: int = 5
    """k: the smallest count that is shown, and the fewest homes that are addressed."""
    review_months: int = 12
    """After which residents look at an agreement again (PAR-28)."""
    answered_parts: int = 3
    """One in so many of the homes answers at least (PAR-28)."""
    agreeing_parts: int = 2
    """More than one in so many of those who answer agrees (PAR-28)."""
    step_days: int = 14
    """Between two steps of addressing (PAR-29)."""


TRAJECTORY_TERMS = TrajectoryTerms()
