"""What decisions on a trajectory know beside it: the check it rests on, and formal advices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from leefwijk.events.fields import Theme
from leefwijk.events.language.participation.ladder import Answers, OwnRole
from leefwijk.events.language.participation.words import Group, LeadingWish, Level
from participation.domain.wish import shown_share_above, shown_wish


@dataclass(frozen=True)
class CheckedGroup:
    """What a concluded check says of a group."""

    group: Group
    promise: Level
    answers: Answers = field(default_factory=Answers)
    by_panel: bool = False
    """Whether a digital panel counted of it: then no share of its answers is told (PAR-20)."""

    @property
    def shown_wish(self) -> LeadingWish | None:
        """The leading wish; none where fewer than k answered."""
        return shown_wish(self.answers)

    def share_above(self, level: Level) -> str | None:
        """Which part of the ladder wants more than this level, as a percentage.

        None where a count behind it is below k: the part itself, the rest, all answers, or what
        lies between it and another share that is told of them.
        """
        return shown_share_above(level, self.answers, by_panel=self.by_panel, beside=self.promise)


@dataclass(frozen=True)
class KnownCheck:
    """The check that a trajectory rests on, as it stands now."""

    check: str
    standing: str
    """`concluded`, or why it is not valid: `open`, `in doubt`, `withdrawn`, …"""
    area: str = ""
    municipalities: tuple[str, ...] = ()
    themes: tuple[Theme, ...] = ()
    concluded: UUID | None = None
    valid_through: date | None = None
    groups: tuple[CheckedGroup, ...] = ()
    role: OwnRole | None = None
    """What the corporation does in it; none: not known of a check that is not concluded."""

    def group(self, group: Group) -> CheckedGroup | None:
        """What it says of a group."""
        return next((one for one in self.groups if one.group is group), None)

    def not_valid(self, today: date) -> str | None:
        """In a sentence, why it does not count on this day; none: it counts."""
        if self.standing != "concluded" or self.concluded is None or self.valid_through is None:
            return f"A trajectory rests on a concluded check; this one is {self.standing}."
        if today > self.valid_through:
            return f"The check was valid through {self.valid_through}; ask residents again."
        return None


@dataclass(frozen=True)
class KnownAdvice:
    """A formal advice that belongs to a trajectory."""

    advice: str
    settled_from: date | None
    stands: str
    """Where it stands, in words."""


@dataclass(frozen=True)
class KnownAdvices:
    """All formal advices that belong to a trajectory."""

    found: tuple[KnownAdvice, ...] = ()

    def not_settled(self, today: date, *, due: bool) -> str | None:
        """In a sentence, what is not settled on this day; none: nothing is in the way."""
        if due and not self.found:
            return "The tenants' organisation was not asked for its advice yet."
        for one in self.found:
            if one.settled_from is None or one.settled_from > today:
                return f"Formal advice is not settled: {one.stands}."
        return None
