"""The decision term of a request: it runs, stands still and passes, and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from initiatives.domain.settings import DECISION_TERM, SHORT_DECISION_TERM, SHORT_TERM_UP_TO


@dataclass(frozen=True)
class DecisionTerm:
    """How far the term of a request has run."""

    since: date
    """The day from which it runs."""
    days: int
    """Days that were left on that day."""
    used: int = 0
    """Days that had run before that day."""
    paused: bool = False
    """Whether the takers are being asked something."""
    told: bool = False
    """Whether its passing was recorded."""

    @property
    def due(self) -> date | None:
        """The last day; none while the takers are asked."""
        return None if self.paused else self.since + timedelta(days=self.days)

    def pause(self, on: date) -> DecisionTerm:
        """The takers are asked something."""
        ran = (on - self.since).days
        return replace(self, since=on, days=self.days - ran, used=self.used + ran, paused=True)

    def resume(self, on: date) -> DecisionTerm:
        """Their answer is there."""
        return _told_anew(replace(self, since=on, paused=False), on)

    def of(self, euros: Decimal, on: date) -> DecisionTerm:
        """The same term for other lines: what ran stays run."""
        return _told_anew(replace(self, days=_term(euros) - self.used), on)

    def days_late(self, on: date) -> int | None:
        """Days past the last day; none where it is in time.

        While the takers are asked no day is added to what had passed before.
        """
        late = -self.days if self.due is None else (on - self.due).days
        return late if late > 0 else None


@dataclass(frozen=True)
class Decision:
    """When a request was decided, and how late that was; it reads so for good (INI-25)."""

    request: int
    on: date
    days_late: int | None = None


def _told_anew(term: DecisionTerm, on: date) -> DecisionTerm:
    """What has time again can be late again, and is told of again."""
    has_time = term.due is not None and term.due >= on
    return replace(term, told=False) if has_time else term


def term_of(asked: date, euros: Decimal) -> DecisionTerm:
    """The term of a request for these euros, asked on a day."""
    return DecisionTerm(asked, _term(euros))


def _term(euros: Decimal) -> int:
    return (SHORT_DECISION_TERM if euros <= SHORT_TERM_UP_TO else DECISION_TERM).days
