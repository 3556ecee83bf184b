"""Facts as they were stored before they said what they say now are read as they were meant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from initiatives.domain.by_time import JudgeInitiativeByTime
from initiatives.domain.initiative import Initiative
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.area_budgets import BudgetReleased
from leefwijk.events.language.initiatives.gates import (
    GateNoLongerPassed,
    GatePassedAgain,
    SupportReviewRequired,
)
from leefwijk.events.language.initiatives.spending import SpendingCorrected, SpendingRecorded
from leefwijk.events.language.initiatives.support import GrantedLine, SupportGranted, SupportKind
from leefwijk.events.language.initiatives.support_terms import (
    BudgetShare,
    SupportEnded,
    SupportSettled,
)
from leefwijk.events.testing import Specification

APRIL = date(2026, 4, 20)
WIJK = "WK010601@2020"


def _granted(request: int) -> SupportGranted:
    line = GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(1500))
    return SupportGranted(
        request=request,
        area="BU01060100@2020",
        budget_area=WIJK,
        year=2026,
        lines=(line,),
        charged=Decimal(1500),
        partly=False,
        on=APRIL,
    )


def _state(specification: Specification) -> Initiative:
    state = specification.state(Initiative)
    assert isinstance(state, Initiative)
    return state


def test_loss_that_named_no_grant_is_of_all_that_stood(requested: Specification) -> None:
    """INI-14: both grants lost the base and both have it again, with what waited for it."""
    base = Gate.BASE_IN_ORDER
    review = SupportReviewRequired(
        request=2,
        gate=base,
        code="base-not-in-order",
        reason="Not in order",
        since=APRIL,
        due=date(2026, 5, 4),
        on=APRIL,
    )
    lost = GateNoLongerPassed(gate=base, code="base-not-in-order", on=APRIL)
    now = requested.and_(_granted(1), _granted(2), lost, review)
    gates = _state(now).gates
    assert [gates.is_lost(request, base) for request in (1, 2)] == [True, True]
    assert _state(now).gates_lost == {base}
    again = _state(now.and_(GatePassedAgain(gate=base, reason="In order", on=APRIL))).gates
    assert [again.is_lost(request, base) for request in (1, 2)] == [False, False]
    assert again.reviews == ()


def test_credit_note_that_released_nothing_goes_back_after_all(requested: Specification) -> None:
    """INI-28: 120.00 that came back after settling and was kept is released to its budget."""
    spent = SpendingRecorded(spending="s1", request=1, line=1, amount=Decimal(620), on=APRIL)
    ended = SupportEnded(
        request=1,
        area="BU01060100@2020",
        spent=Decimal(620),
        ordered=Decimal(0),
        released=(BudgetShare(budget_area=WIJK, year=2026, amount=Decimal(880)),),
        settles_on=date(2026, 6, 16),
        reason="Done",
        on=APRIL,
    )
    settled = SupportSettled(request=1, spent=Decimal(620), on=date(2026, 6, 16))
    credited = SpendingCorrected(
        spending="s1", request=1, line=1, amount=Decimal(500), reason="Credit note", on=APRIL
    )
    now = requested.and_(_granted(1), spent, ended, settled).at("2026-07-01T09:00:00Z")
    now.when(JudgeInitiativeByTime()).nothing()
    judged = now.and_(credited).when(JudgeInitiativeByTime())
    assert judged.decision is not None
    (back,) = judged.decision.second
    assert isinstance(back, BudgetReleased)
    assert (back.request, back.amount) == (1, Decimal(120))
    judged.recorded().when(JudgeInitiativeByTime()).nothing()
