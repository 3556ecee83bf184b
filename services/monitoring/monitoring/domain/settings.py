"""Terms and thresholds of monitoring, each a choice that a corporation may make otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """Days and months, with the defaults of the scenarios."""

    story_months: int = 24
    """How long a story counts as evidence (MON-30)."""
    reaction_days: int = 28
    """How long partners have to react to a proposal (MON-33)."""
    lapse_months: int = 6
    """After the term, how long a proposal can still be agreed (MON-33)."""
    notice_days: int = 90
    """How long before its last day the end of a level is announced (MON-38)."""
    base_months: int = 12
    """How long an assessment of the base counts (MON-27)."""
    base_notice_days: int = 60
    """How long before it lapses an assessment stands in the neighbourhood worker's list."""
    coverage: float = 0.80
    """The share of people a composed figure must cover (MON-04)."""


TERMS = Terms()
