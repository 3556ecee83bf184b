"""What was asked for and granted: a request with its lines, a grant with what was used of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from initiatives.domain.area_budget import budget_id
from initiatives.domain.grant_state import NOTHING, Books, Spent
from leefwijk.events.language.initiatives.plans import Nature
from leefwijk.events.language.initiatives.support import (
    ExistingPlace,
    GrantedLine,
    RequestLine,
    SupportKind,
)

EUROS = frozenset({SupportKind.MONEY, SupportKind.MATERIALS})
"""Kinds counted in euros; space and time are counted in hours."""


@dataclass(frozen=True)
class Request:
    """What is asked for in one go, and what became of it."""

    number: int
    lines: tuple[RequestLine, ...]
    decided: bool = False
    nature: Nature | None = None
    existing: tuple[ExistingPlace, ...] = ()
    """Meeting places that are there, each with why it does not do."""
    declined: tuple[GrantedLine, ...] = ()
    """Where nothing was granted: the reason per line."""
    next_step: str | None = None
    """Of what was declined: what its takers can do now."""

    @property
    def euros(self) -> Decimal:
        """Euros asked for: money and the value of materials."""
        mine = (asked_of(line) for line in self.lines if line.kind in EUROS)
        return sum(mine, Decimal("0.00"))


@dataclass(frozen=True)
class TopUp:
    """What came on top of a grant, and the budget that pays it."""

    line: int
    more: Decimal
    budget_area: str
    year: int
    euros: Decimal = NOTHING
    """Euros of it; hours take none."""
    on: date | None = None
    """The day of the decision."""
    level: str | None = None
    """The effort level it rests on."""


@dataclass(frozen=True)
class Grant:
    """A granted request and what was used of each line: euros or hours."""

    request: int
    budget_area: str
    year: int
    on: date
    lines: tuple[GrantedLine, ...]
    level: str | None = None
    """The effort level it rests on."""
    days_late: int | None = None
    """Days past the decision term on which it was granted."""
    used: dict[int, Decimal] = field(default_factory=dict)
    top_ups: tuple[TopUp, ...] = ()
    books: Books = field(default_factory=Books)
    asked: Request | None = None
    """The request as it was when it was granted: the gates look at its lines and its nature."""
    asked_by: tuple[str, ...] = ()
    """Ids of the events of that request."""
    decided_by: tuple[int, ...] = ()
    """The opaque numbers of who granted it and who topped it up."""
    round: int = 1
    """The round of the initiative in which it was granted: in a later one only its orders are
    paid."""

    @property
    def decided_on(self) -> date:
        """The day of the latest decision on it: the grant, or what came on top."""
        return max((self.on, *(one.on for one in self.top_ups if one.on)))

    @property
    def rests_on(self) -> str | None:
        """The effort level of the latest decision on it."""
        return self.top_ups[-1].level if self.top_ups else self.level

    @property
    def euros(self) -> Decimal:
        """Euros granted, top-ups included."""
        mine = (granted_of(line) for line in self.lines if line.kind in EUROS)
        return sum(mine, Decimal("0.00"))

    def top_up(self, more: TopUp, by: int) -> Grant:
        """The grant after somebody gave a line more."""
        return replace(
            self,
            lines=tuple(
                _raised(line, more.more) if line.line == more.line else line for line in self.lines
            ),
            top_ups=(*self.top_ups, more),
            decided_by=(*self.decided_by, by),
        )

    def line(self, number: int) -> GrantedLine | None:
        """The granted line of this number."""
        return next((line for line in self.lines if line.line == number), None)

    def left(self, number: int) -> Decimal:
        """What is left of a line, in its own unit."""
        line = self.line(number)
        granted = Decimal(0) if line is None else granted_of(line)
        return granted - self.used.get(number, Decimal(0))

    def free(self, number: int) -> Decimal:
        """What of a line is neither used nor ordered; nothing once the support has ended."""
        if self.books.ended is not None:
            return NOTHING
        return self.left(number) - self.books.ordered(number)

    @property
    def runs(self) -> bool:
        """Whether something new may be paid from it."""
        return self.books.ended is None

    @property
    def spent(self) -> Decimal:
        """Euros that were spent of it."""
        mine = (self.used.get(line.line, NOTHING) for line in self.lines if line.kind in EUROS)
        return sum(mine, NOTHING)

    @property
    def charges(self) -> tuple[tuple[str, Decimal], ...]:
        """Euros that budgets still give to it, in the order in which they came in."""
        given: dict[str, Decimal] = {}
        own = budget_id(self.budget_area, self.year)
        given[own] = self.euros - sum((one.euros for one in self.top_ups), NOTHING)
        for one in self.top_ups:
            budget = budget_id(one.budget_area, one.year)
            given[budget] = given.get(budget, NOTHING) + one.euros
        back = self.books.released
        return tuple((budget, euro - back.get(budget, NOTHING)) for budget, euro in given.items())

    @property
    def committed(self) -> Decimal:
        """Euros that are charged to budgets for it, all together."""
        return sum((amount for _, amount in self.charges), NOTHING)

    def spend(self, name: str, spent: Spent) -> Grant:
        """The grant after a spending, or after one reads otherwise."""
        before = self.books.spendings.get(name)
        more = spent.amount - (before.amount if before else 0)
        used = {**self.used, spent.line: self.used.get(spent.line, Decimal(0)) + more}
        return replace(self, used=used, books=self.books.spend(name, spent))


def _raised(line: GrantedLine, more: Decimal) -> GrantedLine:
    if line.kind in EUROS:
        return line.model_copy(update={"amount": granted_of(line) + more})
    return line.model_copy(update={"hours": int(granted_of(line) + more)})


def granted_of(line: GrantedLine) -> Decimal:
    """What a line grants, in euros or hours by its kind."""
    return (line.amount or NOTHING) if line.kind in EUROS else Decimal(line.hours or 0)


def asked_of(line: RequestLine) -> Decimal:
    """What a line asks for, in euros or hours by its kind."""
    return (line.amount or NOTHING) if line.kind in EUROS else Decimal(line.hours or 0)
