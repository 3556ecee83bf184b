"""A gate that no longer passes after the grant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.life import NoteGateNoLongerPassed
from initiatives.domain.spending import RecordSpending
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.gates import GateNoLongerPassed
from leefwijk.events.language.initiatives.initiatives import (
    GrantedLine,
    InitiativeCompleted,
    InitiativeStarted,
    SupportGranted,
    SupportKind,
)
from leefwijk.events.testing import Specification

BUURT = "BU01060100@2020"
EXPIRED = "00000000-0000-0000-0000-0000000000e1"
NEW_YEAR = date(2027, 1, 1)


def _note(evidence: str = EXPIRED) -> NoteGateNoLongerPassed:
    return NoteGateNoLongerPassed(
        gate=Gate.EFFORT_LEVEL_AND_BUDGET,
        code="effort-level-expired",
        evidence=evidence,
        on=NEW_YEAR,
    )


def _noted(evidence: str = EXPIRED) -> GateNoLongerPassed:
    return GateNoLongerPassed(
        gate=Gate.EFFORT_LEVEL_AND_BUDGET,
        code="effort-level-expired",
        evidence=(evidence,),
        on=NEW_YEAR,
    )


@pytest.fixture
def granted(requested: Specification) -> Specification:
    """B2, granted 1,500.00 on 2026-04-20; now it is 2027."""
    line = GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(1500))
    grant = SupportGranted(
        request=1,
        area=BUURT,
        budget_area="WK010601@2020",
        year=2026,
        lines=(line,),
        charged=Decimal(1500),
        partly=False,
        on=date(2026, 4, 20),
    )
    return requested.and_(grant).at("2027-01-03T09:00:00Z")


def test_lost_gate_is_noted_once_and_the_grant_stands(granted: Specification) -> None:
    """INI-23: when the level is over it is noted on the open grant, and spending goes on.

    The day is the day without level, also when word of it came later.
    """
    noted = granted.when(_note()).then(_noted())
    noted.when(_note()).nothing()
    state = noted.state(Initiative)
    assert isinstance(state, Initiative)
    assert state.status is Status.SUPPORTED
    noted.when(RecordSpending(amount=Decimal(600), on=date(2027, 1, 2))).recorded()


def test_other_evidence_is_noted_again(granted: Specification) -> None:
    """INI-23: each fact by which a gate is lost is noted once."""
    other = "00000000-0000-0000-0000-0000000000e2"
    granted.when(_note()).then(_noted()).when(_note(other)).then(_noted(other))


def test_nothing_is_lost_where_nothing_was_granted(requested: Specification) -> None:
    """INI-23: only a grant rests on a gate."""
    requested.when(_note()).nothing()


def test_completed_initiative_is_left_in_peace(granted: Specification) -> None:
    """An initiative that is over loses no gate any more."""
    over = granted.and_(
        InitiativeStarted(title="Coffee corner", area=BUURT, themes=(), on=date(2026, 5, 1)),
        InitiativeCompleted(area=BUURT, on=date(2026, 9, 30)),
    )
    over.when(_note()).nothing()
