"""Who is responsible for an initiative, and the referral to that party."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class ReferralStatus(StrEnum):
    """What became of a referral."""

    WAITS = "waits"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True)
class Referral:
    """The latest referral."""

    partner: str
    on: date
    due: date
    status: ReferralStatus = ReferralStatus.WAITS
    answered: date | None = None
    reason: str | None = None
    told: bool = False
    """Whether it was recorded that the last day passed in silence."""


@dataclass(frozen=True)
class Assessed:
    """Who was found responsible, by looking at this very initiative."""

    party: str | None
    """The other party; none: the corporation itself."""
    because: str
    on: date
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReferralState:
    """The part of an initiative that is about other parties' work."""

    referral: Referral | None = None
    returns: dict[str, int] = field(default_factory=dict)
    """How often each partner returned it."""
    return_events: tuple[str, ...] = ()
    """Ids of the events by which it came back."""
    assessed: Assessed | None = None

    @property
    def waiting(self) -> Referral | None:
        """The referral that waits for an answer."""
        found = self.referral
        return found if found is not None and found.status is ReferralStatus.WAITS else None
