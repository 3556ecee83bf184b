"""What an initiative keeps of its gates: how they read, what was set aside, what was lost since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from leefwijk.events.dates import day_after
from leefwijk.events.language.gates import Gate, GateLine


@dataclass(frozen=True)
class Standing:
    """How a gate reads for the grants that stand."""

    passed: bool = True
    code: str | None = None
    since: date | None = None
    valid_through: date | None = None
    """The last day on which it passes by what was known when it was judged."""


@dataclass(frozen=True)
class GivenOverride:
    """A gate that a director set aside, for one request and one ground."""

    override: str
    request: int
    gate: Gate
    code: str
    reason: str
    role: str
    on: date
    until: date
    by: int = 0
    """The opaque number of who answers for it."""
    ended: str | None = None
    """`withdrawn`, `date-passed` or `ground-changed`; none while it runs."""


@dataclass(frozen=True)
class Review:
    """A grant that must come back to the table."""

    request: int
    gate: Gate
    code: str
    reason: str
    since: date
    due: date
    stops_orders: bool
    """Whether orders from `since` on are not paid while it lasts."""


@dataclass(frozen=True)
class LostGate:
    """That a gate was lost after the grant, and since when."""

    gate: Gate
    code: str
    since: date
    again: date | None = None
    """The day on which it passed again."""
    evidence: tuple[str, ...] = ()
    """Ids of the facts that say so."""


@dataclass(frozen=True)
class Asked:
    """Euros asked for in one request, with the calendar year of asking."""

    year: int
    euros: Decimal


@dataclass(frozen=True)
class GateState:
    """The part of an initiative that is about its gates."""

    proposal: tuple[str, ...] = ()
    """Ids of the events that state the plan: the proposal and its changes."""
    request: tuple[str, ...] = ()
    """Ids of the events of the latest request."""
    asked: dict[int, Asked] = field(default_factory=dict)
    assessed: tuple[GateLine, ...] = ()
    assessed_on: date | None = None
    decided: tuple[GateLine, ...] = ()
    """The lines of the latest grant."""
    standing: dict[Gate, Standing] = field(default_factory=dict)
    overrides: tuple[GivenOverride, ...] = ()
    reviews: tuple[Review, ...] = ()
    """Those that are open."""
    lost: tuple[LostGate, ...] = ()

    @property
    def running(self) -> tuple[GivenOverride, ...]:
        """Overrides that were neither withdrawn nor lapsed."""
        return tuple(given for given in self.overrides if given.ended is None)

    def of(self, gate: Gate) -> Standing:
        """How a gate reads; a grant that says nothing of it rests on its passing."""
        return self.standing.get(gate, Standing())

    def asked_in(self, year: int) -> Decimal:
        """Euros asked for in a calendar year."""
        mine = (asked.euros for asked in self.asked.values() if asked.year == year)
        return sum(mine, Decimal("0.00"))

    def asked_more(self, request: int, euros: Decimal) -> GateState:
        """What a top-up adds to what was asked for."""
        before = self.asked.get(request)
        if before is None:
            return self
        more = replace(before, euros=before.euros + euros)
        return replace(self, asked={**self.asked, request: more})

    def under_review(self, request: int) -> tuple[Review, ...]:
        """The open reviews of a grant."""
        return tuple(review for review in self.reviews if review.request == request)

    def set_aside_by(self, actor: int, request: int) -> bool:
        """Whether this person set a gate of this request aside (four eyes)."""
        return actor != 0 and any(
            given.by == actor and given.request == request for given in self.overrides
        )

    def first_days(self, *, granted: bool) -> Iterator[date]:
        """First days on which time changes how something reads."""
        for given in self.running:
            yield day_after(given.until)
        if granted:
            for standing in self.standing.values():
                if standing.passed and standing.valid_through is not None:
                    yield day_after(standing.valid_through)

    def judged(self, lines: Iterable[GateLine]) -> GateState:
        """How the gates stand after they were judged for a decision."""
        fresh = {
            line.gate: Standing(
                line.passes, line.code, line.since, line.valid_through if line.passes else None
            )
            for line in lines
        }
        return replace(self, standing={**self.standing, **fresh})

    def end_override(self, override: str, how: str) -> GateState:
        """The override runs no longer; it stays in the history."""
        return replace(
            self,
            overrides=tuple(
                replace(given, ended=how) if given.override == override else given
                for given in self.overrides
            ),
        )

    def lose(self, gate: Gate, code: str, since: date, evidence: tuple[str, ...] = ()) -> GateState:
        """The gate no longer passes."""
        return replace(
            self,
            standing={**self.standing, gate: Standing(passed=False, code=code, since=since)},
            lost=(*self.lost, LostGate(gate, code, since, evidence=evidence)),
        )

    def regain(self, gate: Gate, on: date) -> GateState:
        """The gate passes again; what waited for it waits no longer."""
        return replace(
            self,
            standing={**self.standing, gate: Standing()},
            reviews=tuple(review for review in self.reviews if review.gate is not gate),
            lost=tuple(
                replace(lost, again=on) if lost.gate is gate and lost.again is None else lost
                for lost in self.lost
            ),
        )

    def end_reviews(self, request: int, gate: Gate | None = None) -> GateState:
        """Reviews of a grant are over: of one gate, or all of them."""
        return replace(
            self,
            reviews=tuple(
                review
                for review in self.reviews
                if review.request != request or (gate is not None and review.gate is not gate)
            ),
        )
