"""What an initiative keeps of its gates: how they read, what was set aside, what was lost since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from leefwijk.events.dates import day_after
from leefwijk.events.language.gates import Gate, GateLine, GateVerdict

_NOTHING = Decimal("0.00")
ROUND_OVER = "round-over"
"""How an override ended that still ran when another round began."""


@dataclass(frozen=True)
class Standing:
    """How a gate reads for the grants that stand."""

    passed: bool = True
    code: str | None = None
    since: date | None = None
    valid_through: date | None = None
    """The last day on which it passes by what was known when it was judged."""


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
    """`withdrawn`, `date-passed`, `ground-changed` or `round-over`; none while it runs."""
    held: tuple[Review, ...] = ()
    """Reviews that wait for as long as it runs."""


@dataclass(frozen=True)
class LostGate:
    """That a gate was lost after the grant of a request, and since when."""

    request: int
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
    more: dict[int, Decimal] = field(default_factory=dict)
    """Euros that came on top, by the calendar year of that decision."""

    @property
    def total(self) -> Decimal:
        """All of it, whenever it was asked for."""
        return self.euros + sum(self.more.values(), _NOTHING)

    def in_year(self, year: int) -> Decimal:
        """What of it was asked for in a calendar year."""
        return (self.euros if self.year == year else _NOTHING) + self.more.get(year, _NOTHING)


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
    standing: dict[int, dict[Gate, Standing]] = field(default_factory=dict)
    """How the gates read for each granted request."""
    overrides: tuple[GivenOverride, ...] = ()
    reviews: tuple[Review, ...] = ()
    """Those that are open."""
    lost: tuple[LostGate, ...] = ()

    def of_another_round(self, proposal: str) -> GateState:
        """The gates of a new round: nothing was judged or set aside for it (INI-37).

        Overrides stay in the history. Reviews go on until their grants end: an order that may not
        be paid may not be paid in a later round either.
        """
        return GateState(
            proposal=(proposal,),
            asked=self.asked,
            overrides=tuple(
                given if given.ended else replace(given, ended=ROUND_OVER, held=())
                for given in self.overrides
            ),
            reviews=self.reviews,
        )

    @property
    def running(self) -> tuple[GivenOverride, ...]:
        """Overrides that were neither withdrawn nor lapsed."""
        return tuple(given for given in self.overrides if given.ended is None)

    def of(self, request: int, gate: Gate) -> Standing:
        """How a gate reads for a grant; one that says nothing of it rests on its passing."""
        return self.standing.get(request, {}).get(gate, Standing())

    def is_lost(self, request: int, gate: Gate) -> bool:
        """Whether it was lost after a grant and did not pass again since."""
        return any(
            (lost.request, lost.gate, lost.again) == (request, gate, None) for lost in self.lost
        )

    def past(self, request: int, day: date) -> frozenset[Gate]:
        """Gates of a grant that passed through a day before this one, by what was known then."""
        return frozenset(
            gate
            for gate, standing in self.standing.get(request, {}).items()
            if standing.passed and standing.valid_through and standing.valid_through < day
        )

    @property
    def last_request(self) -> int:
        """The number that was given last, in whichever round; 0: none yet."""
        return max(self.asked, default=0)

    def asked_in(self, year: int, judged: int) -> Decimal:
        """Euros asked for in the year of a decision; the judged request counts with all of it."""
        mine = (
            asked.total if number == judged else asked.in_year(year)
            for number, asked in self.asked.items()
        )
        return sum(mine, _NOTHING)

    def asked_more(self, request: int, euros: Decimal, year: int) -> GateState:
        """What a top-up that is decided in this year adds to what was asked for."""
        before = self.asked.get(request)
        if before is None:
            return self
        more = {**before.more, year: before.more.get(year, _NOTHING) + euros}
        return replace(self, asked={**self.asked, request: replace(before, more=more)})

    def under_review(self, request: int) -> tuple[Review, ...]:
        """The open reviews of a grant."""
        return tuple(review for review in self.reviews if review.request == request)

    def set_aside_by(self, actor: int, request: int) -> bool:
        """Whether this person set a gate of this request aside (four eyes)."""
        return actor != 0 and any(
            given.by == actor and given.request == request for given in self.overrides
        )

    def first_days(self, granted: Iterable[int]) -> Iterator[date]:
        """First days on which time changes how something reads for these granted requests."""
        for given in self.running:
            yield day_after(given.until)
        for request in granted:
            for standing in self.standing.get(request, {}).values():
                if standing.passed and standing.valid_through is not None:
                    yield day_after(standing.valid_through)

    def decided_on(self) -> GateState:
        """What was assessed last is what a decision rests on: it precedes it in one append."""
        return replace(self, decided=self.assessed)

    def judged(self, request: int, lines: Iterable[GateVerdict]) -> GateState:
        """How the gates of a grant stand after they were judged.

        A loss ends by a fact of its own, so that a gate that was lost does not pass by this.
        """
        fresh = {
            line.gate: Standing(
                line.passes, line.code, line.since, line.valid_through if line.passes else None
            )
            for line in lines
            if not (line.passes and self.is_lost(request, line.gate))
        }
        return self._stands(request, fresh)

    def _stands(self, request: int, fresh: dict[Gate, Standing]) -> GateState:
        mine = {**self.standing.get(request, {}), **fresh}
        return replace(self, standing={**self.standing, request: mine})

    def override(self, given: GivenOverride) -> GateState:
        """A gate is set aside: reviews of it wait until every override of it is over."""
        waiting = (
            *(one for one in self.reviews if _same(one, given)),
            *(held for one in self.running if _same(one, given) for held in one.held),
        )
        held = tuple(dict.fromkeys(waiting))
        gates = self.end_reviews(given.request, given.gate)
        return replace(gates, overrides=(*gates.overrides, replace(given, held=held)))

    def waits_again(self, ended: GivenOverride) -> tuple[Review, ...]:
        """Reviews that nothing holds any longer once this override has ended."""
        others = (one for one in self.running if one.override != ended.override)
        if self.of(ended.request, ended.gate).passed or any(_same(one, ended) for one in others):
            return ()
        return ended.held

    def end_override(self, override: str, how: str) -> GateState:
        """The override runs no longer; it stays in the history."""
        return replace(
            self,
            overrides=tuple(
                replace(given, ended=how) if given.override == override else given
                for given in self.overrides
            ),
        )

    def lose(self, gone: LostGate) -> GateState:
        """A gate no longer passes for a grant."""
        stands = Standing(passed=False, code=gone.code, since=gone.since)
        return replace(self._stands(gone.request, {gone.gate: stands}), lost=(*self.lost, gone))

    def regain(self, request: int, gate: Gate, on: date) -> GateState:
        """The gate passes again for a grant; what waited for it waits no longer."""
        lost = tuple(
            replace(one, again=on)
            if (one.request, one.gate, one.again) == (request, gate, None)
            else one
            for one in self.lost
        )
        overrides = tuple(
            replace(given, held=()) if (given.request, given.gate) == (request, gate) else given
            for given in self.overrides
        )
        ended = self._stands(request, {gate: Standing()}).end_reviews(request, gate)
        return replace(ended, lost=lost, overrides=overrides)

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


def _same(one: Review | GivenOverride, given: GivenOverride) -> bool:
    """Whether both are about the same gate of the same request."""
    return one.request == given.request and one.gate is given.gate
