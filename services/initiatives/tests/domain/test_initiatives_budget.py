"""The level that pays, and the budget of its area and year."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from initiatives.domain.area_budget import AreaBudget, budget_id
from initiatives.domain.gates import SupportGates
from initiatives.domain.initiative import Initiative
from initiatives.domain.support import DecidedLine, GrantSupport
from leefwijk.events.catalogue import published_language
from leefwijk.events.dates import begin_of
from leefwijk.events.decider import Command, Context, Fact, RefusedError, evolve
from leefwijk.events.event import Event
from leefwijk.events.fields import Theme
from leefwijk.events.handling import Handler
from leefwijk.events.language.gates import GateLine, GateOutcome
from leefwijk.events.language.initiatives.area_budgets import BudgetCommitted, BudgetReleased
from leefwijk.events.language.initiatives.life import InitiativeProposed, Taker
from leefwijk.events.language.initiatives.roles import CorporationRole, CorporationRoleAgreed
from leefwijk.events.language.initiatives.support import RequestLine, SupportKind, SupportRequested
from leefwijk.events.store.memory import MemoryStore
from leefwijk.events.store.records import Commit, ConflictError, Document, StoredEvent
from leefwijk.events.testing import FakeClock, Specification
from leefwijk.events.testing.specification import event_id
from leefwijk.gates.levels import Level, Levels, Wanted, effort_level_and_budget
from leefwijk.gates.line import At

BUURT = "BU01060100@2020"
WIJK = "WK010601@2020"
ASSEN = "GM0106@2020"
TODAY = date(2026, 4, 20)


def _committed(initiative: str, amount: str) -> BudgetCommitted:
    return BudgetCommitted(
        area=WIJK,
        year=2026,
        initiative=initiative,
        request=1,
        amount=Decimal(amount),
        municipalities=("GM0106",),
    )


SETTLED = BudgetReleased(
    area=WIJK, year=2026, initiative="i3", request=1, amount=Decimal("1124.50")
)
"""Of a grant of 5,000.00 that was ended, 3,875.50 was spent."""
EARLIER = (
    _committed("i1", "6500"),
    _committed("i2", "4200"),
    _committed("i3", "5000"),
    SETTLED,
)


def _budget(*events: Event) -> AreaBudget:
    state = AreaBudget()
    for number, event in enumerate(events, start=1):
        state = evolve(state, event, Fact(event_id(number), number, FakeClock()()))
    return state


def _asking(requested: Specification, amount: str) -> Specification:
    line = RequestLine(line=1, kind=SupportKind.MONEY, purpose="Things", amount=Decimal(amount))
    return requested.and_(SupportRequested(request=1, lines=(line,)))


def _grant(amount: str) -> GrantSupport:
    return GrantSupport(lines=(DecidedLine(line=1, amount=Decimal(amount)),))


@pytest.mark.parametrize(
    ("first", "second", "left"), [("6000", "4000", "3,424.50"), ("4000", "6000", "5,424.50")]
)
def test_budget_is_not_granted_twice(
    requested: Specification,
    extra: Level,
    judged: Callable[..., SupportGates],
    first: str,
    second: str,
    left: str,
) -> None:
    """INI-22: of two grants that fit alone but not together the second is refused.

    Left is the budget of the year minus open grants and what was spent on ended ones.
    """
    one = _asking(requested, first).second(*EARLIER).knowing(judged(extra)).when(_grant(first))
    granted = one.decision
    assert granted is not None
    other = _asking(requested, second).second(*EARLIER, *granted.second).knowing(judged(extra))
    other.when(_grant(second)).refused("gates-not-passed", saying=f"{left} is left")


def test_left_of_the_budget_follows_its_formula(extra: Level) -> None:
    """INI-22: 24,000.00 - 6,500.00 - 4,200.00 - 3,875.50 - 0.00 = 9,424.50, to the cent."""
    budget = _budget(*EARLIER)
    fits = _judge(TODAY, extra, wanted="9424.50", budget=budget)
    assert fits.outcome is GateOutcome.PASSED
    too_much = _judge(TODAY, extra, wanted="9424.51", budget=budget)
    assert too_much.code == "budget-exceeded"
    assert "9,424.50 is left" in too_much.reason


def test_other_effort_takes_from_the_same_budget(extra: Level) -> None:
    """INI-22: what monitoring booked on the same area and year is no longer left."""
    booked = {budget_id(WIJK, 2026): Decimal("20000.00"), budget_id(WIJK, 2027): Decimal("1.00")}
    line = _judge(TODAY, extra, wanted="4000.01", booked=booked)
    assert line.code == "budget-exceeded"
    assert "4,000.00 is left" in line.reason
    assert _judge(TODAY, extra, wanted="4000.00", booked=booked).outcome is GateOutcome.PASSED


class _SlowStore(MemoryStore):
    """Lets others go first after every read, so that two decisions overlap."""

    conflicts = 0

    async def document(self, stream_id: str) -> Document | None:
        found = await super().document(stream_id)
        await asyncio.sleep(0)
        return found

    async def events_of(
        self, stream_id: str, *, after: int = 0, limit: int = 100_000
    ) -> list[StoredEvent]:
        found = await super().events_of(stream_id, after=after, limit=limit)
        await asyncio.sleep(0)
        return found

    async def commit(self, commit: Commit) -> None:
        try:
            await super().commit(commit)
        except ConflictError:
            self.conflicts += 1
            raise


class _Given(Command[Initiative]):
    """Records a requested 6,000.00, whatever stands."""

    amount: Decimal

    def decide(self, _initiative: Initiative, _context: Context) -> Any:
        """What B2 holds, in short."""
        yield InitiativeProposed(
            title="An initiative",
            area=BUURT,
            municipalities=("GM0106",),
            themes=(Theme.MEETING,),
            taker=Taker.RESIDENTS,
            collective_benefit="Everyone",
        )
        yield CorporationRoleAgreed(role=CorporationRole.SUPPORT)
        yield SupportRequested(
            request=1,
            lines=(
                RequestLine(line=1, kind=SupportKind.MONEY, purpose="Things", amount=self.amount),
            ),
        )


async def test_two_managers_at_once_do_not_share_the_same_euros(
    extra: Level, judged: Callable[..., SupportGates]
) -> None:
    """INI-22: two grants at the same moment on one budget end as one grant and one refusal."""
    store = _SlowStore()
    handler = Handler(store, published_language(), clock=FakeClock("2026-04-20T09:00:00Z"))
    for id_, amount in (("a", 15_000), ("b", 10_000)):
        await handler.execute(_Given(amount=Decimal(amount)), id_=id_, create=True)

    async def gates(_command: Any, _state: Any, _context: Context) -> tuple[SupportGates]:
        return (judged(extra),)

    outcomes = await asyncio.gather(
        handler.execute(_grant("15000"), id_="a", knows=gates, if_match=3),
        handler.execute(_grant("10000"), id_="b", knows=gates, if_match=3),
        return_exceptions=True,
    )
    assert store.conflicts == 1, f"the two decisions did not overlap: {outcomes}"
    refused = [outcome for outcome in outcomes if isinstance(outcome, RefusedError)]
    assert [fault.codes for fault in refused] == [("gates-not-passed",)]
    budget = (await handler.load(AreaBudget, budget_id(WIJK, 2026))).state
    assert budget.total in {Decimal(15_000), Decimal(10_000)}
    granted = [(await handler.load(Initiative, id_)).state.grants for id_ in ("a", "b")]
    assert sorted(map(len, granted)) == [0, 1]


def test_budget_is_found_by_area_and_year() -> None:
    """A budget knows whose it is, what is promised and to whom."""
    budget = _budget(*EARLIER)
    assert budget.total == Decimal("14575.50")
    assert budget.committed["i3/1"] == Decimal("3875.50")
    terms = budget.listing().terms()
    assert terms == [f"area:{WIJK}", "municipality:GM0106", "year:2026"]


def test_further_commitment_adds_to_the_first() -> None:
    """What is promised twice to one request is promised together."""
    budget = _budget(_committed("i1", "10"), _committed("i1", "5.50"))
    assert budget.total == Decimal("15.50")


def _judge(
    day: date,
    *levels: Level,
    wanted: str = "1500",
    budget: AreaBudget | None = None,
    booked: Mapping[str, Decimal] | None = None,
) -> GateLine:
    asked = Wanted(euros=Decimal(wanted), committed=(budget or AreaBudget()).total)
    return effort_level_and_budget(asked, Levels(levels, booked or {}), At(begin_of(day)))


@pytest.fixture
def until_new_year(extra: Level) -> Level:
    """M2, but ending on 31 December 2026."""
    return replace(extra, valid_through=date(2026, 12, 31))


@pytest.mark.parametrize(
    ("moment", "code"),
    [("2026-12-31T22:59:59Z", None), ("2026-12-31T23:30:00Z", "effort-level-expired")],
)
def test_lapsed_level_is_judged_by_date(
    requested: Specification,
    until_new_year: Level,
    judged: Callable[..., SupportGates],
    moment: str,
    code: str | None,
) -> None:
    """INI-23, MON-38: at 00:30 on 1 January the level of last year is over, told or not.

    Midnight is that of Assen, and the last day counts.
    """
    at = _asking(requested, "1500").at(moment)
    day = Context(at.now).today
    decided = at.knowing(judged(until_new_year, on=day)).when(_grant("1500"))
    if code is None:
        decided.recorded()
        return
    decided.refused("gates-not-passed", saying="The agreed level ended on 31 December 2026.")
    assert decided.refusal is not None
    (fault,) = decided.refusal.faults
    (line,) = fault.figures["lines"]
    assert line["gate"] == "effort-level-and-budget"
    assert line["code"] == code
    assert line["outcome"] == "failed"
    assert line["evidence"] == ["m2"]


def test_missing_budget_is_not_a_budget_of_zero(extra: Level) -> None:
    """INI-23: a year without euros in the agreement is unknown; 0.00 euros is exceeded."""
    unknown = _judge(date(2028, 2, 1), extra)
    assert (unknown.outcome, unknown.code) == (GateOutcome.UNKNOWN, "budget-not-known")
    assert "left" not in unknown.reason
    zero = _judge(TODAY, replace(extra, budgets={2026: Decimal("0.00")}))
    assert (zero.outcome, zero.code) == (GateOutcome.FAILED, "budget-exceeded")
    assert "0.00 is left" in zero.reason


def test_hours_need_a_level_and_no_euros(extra: Level, until_new_year: Level) -> None:
    """INI-22: hours are not euros: a level without euros for the year does not stop them."""
    assert _judge(date(2028, 2, 1), extra, wanted="0").outcome is GateOutcome.PASSED
    overspent = _budget(_committed("i1", "30000"))
    line = _judge(TODAY, extra, wanted="0", budget=overspent)
    assert line.outcome is GateOutcome.PASSED
    assert _judge(date(2027, 1, 1), until_new_year, wanted="0").code == "effort-level-expired"
    assert _judge(TODAY, wanted="0").code == "effort-level-not-known"


def test_nothing_known_of_a_level_is_unknown() -> None:
    """INI-08: without word of a level the gate is unknown, with no evidence, and does not pass."""
    line = _judge(TODAY)
    assert (line.outcome, line.code, line.evidence) == (
        GateOutcome.UNKNOWN,
        "effort-level-not-known",
        (),
    )


def test_unknown_does_not_pass(
    requested: Specification, judged: Callable[..., SupportGates]
) -> None:
    """INI-08: a grant on a gate that is unknown is refused, with the line that says so."""
    decided = requested.knowing(judged()).when(_grant("1500"))
    decided.refused("gates-not-passed", saying="No agreed effort level for this area is known yet.")
    assert decided.refusal is not None
    (line,) = decided.refusal.faults[0].figures["lines"]
    assert (line["code"], line["outcome"], line["evidence"]) == (
        "effort-level-not-known",
        "unknown",
        [],
    )


def test_level_to_come_is_not_in_force(extra: Level) -> None:
    """A level that begins later neither pays today nor has it lapsed."""
    later = replace(extra, valid_from=date(2026, 7, 1))
    assert _judge(date(2026, 6, 30), later).code == "effort-level-not-known"
    assert _judge(date(2026, 7, 1), later).outcome is GateOutcome.PASSED


def test_level_that_never_began_did_not_lapse(extra: Level) -> None:
    """A level that was ended before its first day is as if it had not been agreed."""
    never = replace(extra, valid_from=date(2026, 7, 1), valid_through=date(2026, 6, 1))
    assert _judge(date(2026, 8, 1), never).code == "effort-level-not-known"


def test_nearest_area_above_with_a_level_pays(
    requested: Specification,
    extra: Level,
    until_new_year: Level,
    judged: Callable[..., SupportGates],
) -> None:
    """INI-23, INI-10: of wijk and municipality the wijk pays; without a level there, Assen does.

    A wijk whose level has lapsed has none, so that it is treated like its neighbours.
    """
    assen = replace(extra, level_id="gm", area=ASSEN, evidence=("gm",))
    both = judged(extra, assen)
    decided = _asking(requested, "1500").knowing(both).when(_grant("1500"))
    assert decided.decision is not None
    (taken,) = decided.decision.second
    assert isinstance(taken, BudgetCommitted)
    assert taken.area == WIJK
    alone = _asking(requested, "1500").knowing(judged(assen)).when(_grant("1500"))
    assert alone.decision is not None
    (taken,) = alone.decision.second
    assert isinstance(taken, BudgetCommitted)
    assert taken.area == ASSEN
    assert _judge(date(2027, 1, 1), until_new_year, assen).evidence == ("gm",)


def test_grant_looks_at_the_budget_that_pays(
    requested: Specification, extra: Level, judged: Callable[..., SupportGates]
) -> None:
    """INI-22: the second stream is the budget of the paying area in the year of the decision."""
    context = Context(requested.now).knowing(judged(extra))
    asked = _grant("1500").second(Initiative(area=BUURT), context)
    assert asked == budget_id(WIJK, 2026)
    assert budget_id(WIJK, 2026) != budget_id(WIJK, 2027)
