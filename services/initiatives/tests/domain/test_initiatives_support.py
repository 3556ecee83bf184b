"""Requests, grants line by line, and declining."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from initiatives.domain.gates import SupportGates
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.roles import AgreeCorporationRole
from initiatives.domain.support import (
    AskedLine,
    DecidedLine,
    DeclineSupport,
    GrantSupport,
    RequestSupport,
)
from leefwijk.events.language.initiatives.area_budgets import BudgetCommitted
from leefwijk.events.language.initiatives.gates import GatesAssessed
from leefwijk.events.language.initiatives.life import InitiativeCompleted, InitiativeStarted
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.events.language.initiatives.support import (
    GrantedLine,
    RequestLine,
    SupportDeclined,
    SupportGranted,
    SupportKind,
    SupportRequested,
)
from leefwijk.events.testing import Specification

BUURT = "BU01060100@2020"
WIJK = "WK010601@2020"
YEAR_END = date(2026, 12, 31)
TODAY = date(2026, 4, 20)

FOUR_LINES = (
    RequestLine(line=1, kind=SupportKind.MONEY, purpose="Furniture", amount=Decimal(1500)),
    RequestLine(line=2, kind=SupportKind.SPACE, purpose="Common room", hours=4, until=YEAR_END),
    RequestLine(line=3, kind=SupportKind.MATERIALS, purpose="20 planters", amount=Decimal(600)),
    RequestLine(line=4, kind=SupportKind.TIME, purpose="Help at the start", hours=40),
)


def _decided(line: int, amount: str | None = None, **said: Any) -> DecidedLine:
    return DecidedLine(line=line, amount=None if amount is None else Decimal(amount), **said)


MONEY = _decided(1, "900", reason="Start small, evaluate in September")
SPACE = _decided(2, hours=4)
MATERIALS = _decided(3, "0", reason="Planters are in the greening stock")
TIME = _decided(4, hours=24, reason="More hours are not free this year")


def _nothing(number: int, reason: str = "Not this year") -> DecidedLine:
    return DecidedLine(line=number, reason=reason)


@pytest.fixture
def gates(extra: Any, judged: Any) -> SupportGates:
    """The gates of B2 on 2026-04-20: all pass as long as the euros are there."""
    found = judged(extra)
    assert isinstance(found, SupportGates)
    return found


@pytest.fixture
def four(requested: Specification, gates: SupportGates) -> Specification:
    """B2 with R1 in four lines."""
    return requested.and_(SupportRequested(request=1, lines=FOUR_LINES)).knowing(gates)


def _status(specification: Specification) -> Status | None:
    state = specification.state(Initiative)
    assert isinstance(state, Initiative)
    return state.status


def test_grant_in_full_carries_its_gates_and_takes_the_budget(
    requested: Specification, gates: SupportGates
) -> None:
    """INI-07: a grant names what is given, the budget that pays, and the gates it rested on."""
    decided = requested.knowing(gates).when(GrantSupport(lines=(_decided(1, "1500"),)))
    lines = gates.lines(Initiative(), Decimal(1500), requested.now)
    supported = decided.then_second(
        BudgetCommitted(
            area=WIJK,
            year=2026,
            initiative="1",
            request=1,
            amount=Decimal(1500),
            municipalities=("GM0106",),
        )
    ).then(
        GatesAssessed(request=1, lines=lines, on=TODAY),
        SupportGranted(
            request=1,
            area=BUURT,
            budget_area=WIJK,
            year=2026,
            lines=(GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(1500)),),
            charged=Decimal(1500),
            partly=False,
            gate_lines=tuple(line.verdict() for line in lines),
            on=TODAY,
        ),
    )
    assert _status(supported) is Status.SUPPORTED
    terms = supported.state(Initiative).listing().terms()
    assert f"budget-area:{WIJK}" in terms


def test_less_without_a_reason_names_that_line_only(four: Specification) -> None:
    """INI-26: of four lines the one that gets less without a reason is named, and no other."""
    bare = _decided(4, hours=24)
    refused = four.when(GrantSupport(lines=(MONEY, SPACE, MATERIALS, bare)))
    refused.refused("reason-missing", saying="Line 4")
    assert refused.refusal is not None
    assert [dict(fault.figures) for fault in refused.refusal.faults] == [{"line": 4}]


def test_grant_in_part_is_decided_line_by_line(four: Specification) -> None:
    """INI-26: one grant of four lines, partly; only money and materials take euros."""
    decided = four.when(GrantSupport(lines=(MONEY, SPACE, MATERIALS, TIME)))
    _, granted = decided.events
    assert isinstance(granted, SupportGranted)
    assert granted.partly
    assert granted.charged == Decimal("900.00")
    assert granted.lines == (
        GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(900), reason=MONEY.reason),
        GrantedLine(line=2, kind=SupportKind.SPACE, hours=4, until=YEAR_END),
        GrantedLine(line=3, kind=SupportKind.MATERIALS, amount=Decimal(0), reason=MATERIALS.reason),
        GrantedLine(line=4, kind=SupportKind.TIME, hours=24, reason=TIME.reason),
    )
    decided.then_second(
        BudgetCommitted(
            area=WIJK,
            year=2026,
            initiative="1",
            request=1,
            amount=Decimal(900),
            municipalities=("GM0106",),
        )
    )


def test_materials_are_charged_at_their_value(four: Specification) -> None:
    """INI-26: charged are money and granted materials, here 900.00 + 600.00."""
    decided = four.when(GrantSupport(lines=(MONEY, SPACE, _decided(3, "600"), TIME)))
    _, granted = decided.events
    assert isinstance(granted, SupportGranted)
    assert granted.charged == Decimal("1500.00")


def test_hours_alone_take_no_budget(four: Specification) -> None:
    """INI-26: a grant of hours and space commits no euros."""
    lines = (_nothing(1), SPACE, MATERIALS, TIME)
    decided = four.when(GrantSupport(lines=lines)).then_second()
    _, granted = decided.events
    assert isinstance(granted, SupportGranted)
    assert granted.charged == Decimal("0.00")


@pytest.mark.parametrize(
    "line",
    [
        _decided(1, "1500.01"),
        _decided(2, hours=5),
        _decided(2, hours=4, until=date(2027, 1, 1)),
        _decided(3, "600.01"),
        _decided(4, hours=41),
    ],
    ids=str,
)
def test_nothing_is_granted_above_the_request(four: Specification, line: DecidedLine) -> None:
    """INI-26: more than was asked for, or for longer, is refused, by a cent, an hour or a day."""
    others = [said for said in (MONEY, SPACE, MATERIALS, TIME) if said.line != line.line]
    refused = four.when(GrantSupport(lines=(*others, line)))
    refused.refused("above-request", saying=f"Line {line.line}")


def test_shorter_than_asked_needs_a_reason(four: Specification) -> None:
    """INI-26: space until an earlier day is less than was asked for, so it says why."""
    shorter = _decided(2, hours=4, until=date(2026, 9, 30))
    four.when(GrantSupport(lines=(MONEY, shorter, MATERIALS, TIME))).refused("reason-missing")
    because = shorter.model_copy(update={"reason": "The room is rebuilt in October"})
    granted = four.when(GrantSupport(lines=(MONEY, because, MATERIALS, TIME))).events[-1]
    assert isinstance(granted, SupportGranted)
    assert granted.lines[1].until == date(2026, 9, 30)


def test_every_fault_of_a_grant_is_named_at_once(four: Specification) -> None:
    """Nobody has to find the faults of a grant one by one."""
    lines = (_decided(1, "1500.01"), SPACE, _decided(3, "0"), _decided(4, hours=24))
    four.when(GrantSupport(lines=lines)).refused(
        "above-request", "reason-missing", "reason-missing"
    )


@pytest.mark.parametrize("line", [_decided(4, "24", reason="Less"), _decided(4, "1", hours=24)])
def test_hours_are_not_granted_in_euros(four: Specification, line: DecidedLine) -> None:
    """INI-26: each line is granted in its own unit."""
    four.when(GrantSupport(lines=(MONEY, SPACE, MATERIALS, line))).refused("wrong-kind")


def test_every_line_is_decided_and_no_other(four: Specification) -> None:
    """A grant decides each requested line once; silence about a line is no decision."""
    four.when(GrantSupport(lines=(MONEY, SPACE))).refused("line-undecided", "line-undecided")
    lines = (MONEY, SPACE, MATERIALS, TIME)
    four.when(GrantSupport(lines=(*lines, _decided(9, "1")))).refused("unknown-line")
    four.when(GrantSupport(lines=(*lines, TIME))).refused("unknown-line")


def test_everything_at_nothing_declines_the_request(four: Specification) -> None:
    """INI-26: four lines at nothing are a declined request with four reasons and a next step."""
    lines = tuple(_nothing(number, f"Reason {number}") for number in (1, 2, 3, 4))
    four.when(GrantSupport(lines=lines)).refused("reason-missing", saying="residents can do")
    decided = four.when(GrantSupport(lines=lines, next_step="Go on alone, or change the plan"))
    declined = decided.then_second().then(
        SupportDeclined(
            request=1,
            lines=(
                GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(0), reason="Reason 1"),
                GrantedLine(
                    line=2, kind=SupportKind.SPACE, hours=0, until=YEAR_END, reason="Reason 2"
                ),
                GrantedLine(
                    line=3, kind=SupportKind.MATERIALS, amount=Decimal(0), reason="Reason 3"
                ),
                GrantedLine(line=4, kind=SupportKind.TIME, hours=0, reason="Reason 4"),
            ),
            next_step="Go on alone, or change the plan",
            on=TODAY,
        )
    )
    assert _status(declined) is Status.DECLINED
    declined.when(GrantSupport(lines=lines)).refused("nothing-requested")


def test_declining_gives_the_reason_for_every_line(four: Specification) -> None:
    """Declining ends the request with a reason per line and needs no gate."""
    decline = DeclineSupport(reason="Another party pays this", next_step="Ask the municipality")
    declined = four.when(decline).recorded()
    (event, _) = declined.events[-1]
    assert isinstance(event, SupportDeclined)
    assert [line.line for line in event.lines] == [1, 2, 3, 4]
    assert {line.reason for line in event.lines} == {"Another party pays this"}
    assert _status(declined) is Status.DECLINED
    declined.when(decline).refused("nothing-requested")


def test_declined_request_leaves_the_initiative_free_to_go_on(four: Specification) -> None:
    """DESIGN 8.8: a declined request ends the request; a later one has its own number."""
    declined = four.when(DeclineSupport(reason="Too early", next_step="Ask again")).recorded()
    asked = declined.when(RequestSupport(lines=(AskedLine(**FOUR_LINES[0].model_dump()),)))
    asked.then(SupportRequested(request=2, lines=FOUR_LINES[:1]))
    assert _status(asked.recorded()) is Status.DECLINED
    granted = asked.recorded().when(GrantSupport(lines=(_decided(1, "1500"),))).recorded()
    assert _status(granted) is Status.SUPPORTED
    alone = declined.when(AgreeCorporationRole(role=CorporationRole.NONE)).recorded()
    assert _status(alone) is Status.SELF_RELIANT


def test_later_refusal_leaves_support_that_was_given(four: Specification) -> None:
    """A declined second request does not undo the support before it."""
    granted = four.when(GrantSupport(lines=(MONEY, SPACE, MATERIALS, TIME))).recorded()
    again = granted.and_(SupportRequested(request=2, lines=FOUR_LINES[:1]))
    declined = again.when(DeclineSupport(reason="Enough", next_step="Go on")).recorded()
    assert _status(declined) is Status.SUPPORTED


def test_undecided_request_is_replaced_under_its_own_number(requested: Specification) -> None:
    """INI-06: replacing line 1 changes what stands, and says so to who read it before.

    This is the half of the decision: the words of the conflict, and that a grant decides on what
    stands now. That `If-Match` stops the grant is proven over HTTP.
    """
    read = requested.state(Initiative)
    line = AskedLine(line=1, kind=SupportKind.MONEY, purpose="Furniture", amount=Decimal(2300))
    replaced = requested.when(RequestSupport(lines=(line,))).then(
        SupportRequested(request=1, lines=(RequestLine(**line.model_dump()),))
    )
    assert replaced.state(Initiative).changed_since(read) == (
        "The request changed after you opened it: line 1 is now 2,300.00, it was 1,500.00."
    )
    assert requested.state(Initiative).changed_since(read) is None


def test_change_of_purpose_is_told_without_figures(requested: Specification) -> None:
    """INI-06: a line that asks as much for something else is told as changed, not as a figure."""
    read = requested.state(Initiative)
    line = AskedLine(line=1, kind=SupportKind.MONEY, purpose="Party tents", amount=Decimal(1500))
    now = requested.when(RequestSupport(lines=(line,))).recorded().state(Initiative)
    assert now.changed_since(read) == (
        "The request changed after you opened it: line 1 reads otherwise."
    )


def test_role_is_judged_on_what_is_granted(four: Specification) -> None:
    """INI-03: after stepping back to `connect` time can still be granted, money cannot."""
    back = four.when(AgreeCorporationRole(role=CorporationRole.CONNECT)).recorded()
    refused = back.when(GrantSupport(lines=(MONEY, SPACE, MATERIALS, TIME)))
    refused.refused("role-does-not-allow-support")
    time_only = (_nothing(1), _nothing(2), MATERIALS, TIME)
    back.when(GrantSupport(lines=time_only)).recorded()


def test_request_can_be_declined_whatever_the_role(four: Specification) -> None:
    """A request that waits when the corporation leaves its role still gets its answer."""
    alone = four.when(AgreeCorporationRole(role=CorporationRole.NONE)).recorded()
    alone.when(GrantSupport(lines=(MONEY, SPACE, MATERIALS, TIME))).refused(
        "role-does-not-allow-support"
    )
    declined = alone.when(DeclineSupport(reason="They go on alone", next_step="Start")).recorded()
    assert _status(declined) is Status.SELF_RELIANT


def test_completed_initiative_gets_no_new_support(four: Specification) -> None:
    """INI-36: who does not look back cannot go on, so after completion support is refused."""
    granted = four.when(GrantSupport(lines=(MONEY, SPACE, MATERIALS, TIME))).recorded()
    completed = granted.and_(
        SupportRequested(request=2, lines=FOUR_LINES[:1]),
        InitiativeStarted(title="Coffee corner", area=BUURT, themes=(), on=TODAY),
        InitiativeCompleted(area=BUURT, on=TODAY),
    )
    ask = RequestSupport(lines=(AskedLine(**FOUR_LINES[0].model_dump()),))
    completed.when(ask).refused("effect-not-evaluated")
    completed.when(GrantSupport(lines=(_decided(1, "1500"),))).refused("effect-not-evaluated")
    completed.when(DeclineSupport(reason="It is over", next_step="Evaluate it first")).recorded()


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "money"},
        {"kind": "money", "amount": "0.00"},
        {"kind": "money", "amount": "10.005"},
        {"kind": "money", "amount": "-1.00"},
        {"kind": "money", "hours": 3},
        {"kind": "materials", "amount": "5.00", "hours": 3},
        {"kind": "time", "amount": "5.00"},
        {"kind": "space", "hours": 0},
    ],
    ids=str,
)
def test_line_asks_in_its_own_unit(line: dict[str, Any]) -> None:
    """Money and materials are asked for in euros above 0.00, space and time in hours."""
    with pytest.raises(ValidationError):
        AskedLine.model_validate({"line": 1, "purpose": "Something", **line})


def test_lines_have_numbers_of_their_own(requested: Specification) -> None:
    """Two lines under one number cannot be told apart, so the request is refused."""
    line = AskedLine(line=1, kind=SupportKind.TIME, purpose="Help", hours=1)
    requested.when(RequestSupport(lines=(line, line))).refused("line-twice")
