"""The ladder in numbers: what people answer, and counts of who wished what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Wire
from leefwijk.events.language.participation.words import Level


class Wish(StrEnum):
    """What somebody answers; `not_now` is an answer and no rung."""

    NOT_NOW = "not_now"
    INFORMED = "informed"
    CONSULTED = "consulted"
    ADVISE = "advise"
    HELP = "help"
    CO_DECIDE = "co_decide"
    SELF_MANAGE = "self_manage"


class NotNowReason(StrEnum):
    """Why it is not now, as people say it; a person may give more than one."""

    STRESS = "stress"
    MONEY_WORRIES = "money_worries"
    HEALTH = "health"
    NO_TIME = "no_time"
    NO_TRUST = "no_trust"
    OTHER = "other"


class OwnRole(StrEnum):
    """What the corporation itself does in it (vision, Together)."""

    LEAD = "lead"
    CO_INITIATE = "co_initiate"
    SUPPORT = "support"
    FACILITATE = "facilitate"
    NONE = "none"


def rung(level: Level) -> int:
    """The place of a level on the ladder: 0 is the lowest."""
    return list(Level).index(level)


People = Annotated[int, Field(ge=0, le=1_000_000, description="A number of people")]


class ReasonCount(Wire):
    """How many people gave a reason."""

    reason: NotNowReason
    people: People


class Answers(Wire):
    """How many people gave each of the seven answers."""

    not_now: People = 0
    informed: People = 0
    consulted: People = 0
    advise: People = 0
    help: People = 0
    co_decide: People = 0
    self_manage: People = 0

    @property
    def total(self) -> int:
        """All answers together."""
        return self.not_now + self.ladder

    @property
    def ladder(self) -> int:
        """All answers but not now."""
        return sum(self.at(level) for level in Level)

    def at(self, level: Level) -> int:
        """Answers at this level."""
        count: int = getattr(self, level.value)
        return count

    def reach(self, level: Level) -> int:
        """Answers at this level or higher."""
        return sum(self.at(other) for other in Level if rung(other) >= rung(level))

    def above(self, level: Level) -> int:
        """Answers above this level."""
        return self.reach(level) - self.at(level)

    def __add__(self, other: Answers) -> Answers:
        """Both together."""
        return Answers(
            **{name: getattr(self, name) + getattr(other, name) for name in Answers.model_fields}
        )
