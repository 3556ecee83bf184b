"""What holds over any sequence of commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid4

from hypothesis import find, given, settings
from hypothesis import strategies as st

from initiatives.domain.area_budget import AreaBudget
from initiatives.domain.gates import SupportGates, Wish
from initiatives.domain.grants import EUROS, asked_of, granted_of
from initiatives.domain.initiative import Initiative
from initiatives.domain.spending import RecordSpending
from initiatives.domain.support import AskedLine, DecidedLine, GrantSupport, RequestSupport
from leefwijk.events.decider import Command, Context, Fact, RefusedError, decide, evolve
from leefwijk.events.event import Event
from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.gates import GateLine
from leefwijk.events.language.initiatives.life import InitiativeProposed, Taker
from leefwijk.events.language.initiatives.roles import CorporationRole, CorporationRoleAgreed
from leefwijk.events.language.initiatives.support import SupportGranted, SupportKind
from leefwijk.gates.levels import Level, Levels, Wanted, effort_level_and_budget
from leefwijk.gates.line import At

S = TypeVar("S", Initiative, AreaBudget)

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
TODAY = date(2026, 4, 20)
WIJK = "WK010601@2020"
BUDGET = Decimal("40.00")

CENTS = st.integers(0, 3000).map(lambda cents: Decimal(cents) / 100)
HOURS = st.integers(0, 30)
NUMBERS = st.integers(1, 3)
KINDS = st.sampled_from(SupportKind)
REASONS = st.sampled_from([None, "Less will do"])


def _asked(number: int, kind: SupportKind, amount: Decimal, hours: int) -> AskedLine:
    if kind in EUROS:
        return AskedLine(line=number, kind=kind, purpose="It", amount=amount + Decimal("0.01"))
    return AskedLine(line=number, kind=kind, purpose="It", hours=hours + 1)


REQUESTS = st.lists(st.builds(_asked, NUMBERS, KINDS, CENTS, HOURS), min_size=1, max_size=3).map(
    lambda lines: RequestSupport(lines=tuple(lines))
)
DECIDED = st.builds(
    DecidedLine,
    line=NUMBERS,
    amount=st.none() | CENTS,
    hours=st.none() | HOURS,
    reason=REASONS,
)
GRANTS = st.lists(DECIDED, min_size=1, max_size=3).map(
    lambda lines: GrantSupport(lines=tuple(lines), next_step="Go on")
)
SPENDINGS = st.one_of(
    st.builds(
        RecordSpending,
        request=st.none() | st.integers(1, 3),
        line=NUMBERS,
        amount=CENTS.map(lambda amount: amount + Decimal("0.01")),
    ),
    st.builds(
        RecordSpending,
        request=st.none() | st.integers(1, 3),
        line=NUMBERS,
        hours=HOURS.map(lambda hours: hours + 1),
    ),
)


def _likely(
    request: RequestSupport, cuts: list[int], spent: list[int]
) -> list[Command[Initiative]]:
    """A request, a grant that fits it, and spendings near what was granted."""
    lines: list[DecidedLine] = []
    spendings: list[Command[Initiative]] = []
    for line, cut, share in zip(request.lines, cuts, spent, strict=False):
        if line.kind in EUROS:
            amount = (asked_of(line) * cut / 3).quantize(Decimal("0.01"))
            lines.append(DecidedLine(line=line.line, amount=amount, reason="Less"))
            half = (amount * share / 2).quantize(Decimal("0.01"))
            spendings += [RecordSpending(line=line.line, amount=half)] * 3 if half else []
        else:
            hours = (line.hours or 0) * cut // 3
            lines.append(DecidedLine(line=line.line, hours=hours, reason="Less"))
            spendings += [RecordSpending(line=line.line, hours=hours)] * 2 if hours else []
    return [request, GrantSupport(lines=tuple(lines), next_step="Go on"), *spendings]


FLOWS = st.builds(
    _likely,
    REQUESTS,
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
COMMANDS = st.lists(
    FLOWS | st.one_of(REQUESTS, GRANTS, SPENDINGS).map(lambda command: [command]), max_size=12
).map(lambda parts: [command for part in parts for command in part])


def _gates() -> SupportGates:
    level = Level(
        level_id="m2",
        area=WIJK,
        level=EffortLevelName.EXTRA,
        valid_from=date(2025, 1, 1),
        valid_through=None,
        budgets={2026: BUDGET},
        evidence=("m2",),
    )

    def money(_initiative: Any, wish: Wish, now: datetime) -> tuple[GateLine, ...]:
        asked = Wanted(euros=wish.euros, committed=wish.promised)
        return (effort_level_and_budget(asked, Levels((level,)), At(now)),)

    return SupportGates(WIJK, 2026, money)


class _World:
    """Two initiatives on one budget, and what was recorded."""

    def __init__(self) -> None:
        self.budget = AreaBudget()
        self.initiatives = {id_: self._new() for id_ in ("a", "b")}
        self._context = Context(NOW, new_id=uuid4).knowing(_gates())

    def _new(self) -> Initiative:
        proposed = InitiativeProposed(
            title="It",
            area=WIJK,
            municipalities=("GM0106",),
            themes=(Theme.MEETING,),
            taker=Taker.RESIDENTS,
            collective_benefit="Everyone",
        )
        role = CorporationRoleAgreed(role=CorporationRole.SUPPORT)
        return _evolved(_evolved(Initiative(), proposed), role)

    def do(self, id_: str, command: Command[Initiative]) -> tuple[Event, ...]:
        """Decide and fold; what is refused changes nothing."""
        context = Context(NOW, known=self._context.known, new_id=self._context.new_id, stream=id_)
        second = self.budget if command.beside else None
        try:
            decision = decide(command, self.initiatives[id_], context, second)
        except RefusedError:
            return ()
        for event in decision.own:
            self.initiatives[id_] = _evolved(self.initiatives[id_], event)
        for event in decision.second:
            self.budget = _evolved(self.budget, event)
        return decision.own


def _evolved(state: S, event: Event) -> S:
    return evolve(state, event, Fact(UUID(int=1), 1, NOW))


STEPS = st.lists(st.tuples(st.sampled_from(["a", "b"]), COMMANDS), max_size=4)


def _always(steps: list[tuple[str, list[Command[Initiative]]]], holds: Callable[..., None]) -> None:
    world = _World()
    for id_, commands in steps:
        for command in commands:
            before = world.initiatives[id_]
            events = world.do(id_, command)
            holds(world, before, events)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_spending_never_passes_the_grant(
    steps: list[tuple[str, list[Command[Initiative]]]],
) -> None:
    """INI-27: over any sequence of commands no line is spent above what was granted of it."""

    def holds(world: _World, _before: Initiative, _events: tuple[Event, ...]) -> None:
        for initiative in world.initiatives.values():
            for grant in initiative.grants:
                assert all(grant.left(line.line) >= 0 for line in grant.lines)
                assert set(grant.used) <= {line.line for line in grant.lines}

    _always(steps, holds)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_commitments_never_pass_the_budget(
    steps: list[tuple[str, list[Command[Initiative]]]],
) -> None:
    """INI-22: the sum of commitments is at no moment above the budget, and is what was charged."""

    def holds(world: _World, _before: Initiative, _events: tuple[Event, ...]) -> None:
        assert world.budget.total <= BUDGET
        charged = sum(
            (
                Decimal(line.amount or 0)
                for initiative in world.initiatives.values()
                for grant in initiative.grants
                for line in grant.lines
            ),
            Decimal(0),
        )
        assert world.budget.total == charged

    _always(steps, holds)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_nothing_is_granted_above_what_was_asked(
    steps: list[tuple[str, list[Command[Initiative]]]],
) -> None:
    """INI-26: per line never more than was asked for, and less never without a reason."""

    def holds(_world: _World, before: Initiative, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, SupportGranted):
                assert before.undecided is not None
                asked = {line.line: asked_of(line) for line in before.undecided.lines}
                assert {line.line for line in event.lines} == set(asked)
                for line in event.lines:
                    assert granted_of(line) <= asked[line.line]
                    assert granted_of(line) == asked[line.line] or line.reason

    _always(steps, holds)


def test_sequences_reach_grants_and_spendings() -> None:
    """The sequences above are no empty exercise: some spend on a grant, some find it used up."""

    def spends_until_refused(flow: list[Command[Initiative]]) -> bool:
        world = _World()
        _request, grant, *spendings = [bool(world.do("a", command)) for command in flow]
        return grant and set(spendings) == {True, False}

    find(FLOWS, spends_until_refused)
