"""The corporation's role: what it allows, and what its takers say of it (INI-03, INI-04)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from initiatives.domain.ending import EndSupport
from initiatives.domain.gates import SupportGates
from initiatives.domain.initiative import Initiative
from initiatives.domain.roles import AgreeCorporationRole, AnswerCorporationRole
from initiatives.domain.spending import RecordSpending
from initiatives.domain.support import AskedLine, RequestSupport
from initiatives.domain.topping_up import TopUpSupport
from leefwijk.events.language.initiatives.life import InitiativeProposed
from leefwijk.events.language.initiatives.roles import (
    CorporationRole,
    CorporationRoleAgreed,
    CorporationRoleAnswered,
    RoleAnswer,
)
from leefwijk.events.language.initiatives.support import GrantedLine, SupportGranted, SupportKind
from leefwijk.events.testing import Specification
from leefwijk.gates.levels import Level

BUURT, WIJK = "BU01060100@2020", "WK010601@2020"
NONE, CONNECT, SUPPORT = CorporationRole.NONE, CorporationRole.CONNECT, CorporationRole.SUPPORT
LEAD = CorporationRole.LEAD


@pytest.fixture
def granted(
    requested: Specification, extra: Level, judged: Callable[..., SupportGates]
) -> Specification:
    """B2: 1,500.00 and ten hours granted on 2026-04-20."""
    lines = (
        GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(1500)),
        GrantedLine(line=2, kind=SupportKind.TIME, hours=10),
    )
    grant = SupportGranted(
        request=1,
        area=BUURT,
        budget_area=WIJK,
        year=2026,
        lines=lines,
        charged=Decimal(1500),
        partly=False,
        on=date(2026, 4, 20),
    )
    return requested.and_(grant).knowing(judged(extra))


def _answer(role: CorporationRole, answer: RoleAnswer, **more: str) -> AnswerCorporationRole:
    return AnswerCorporationRole(role=role, answer=answer, how="Residents' meeting", **more)


def _role(specification: Specification) -> CorporationRole | None:
    state: Initiative = specification.state(Initiative)
    return state.role


@pytest.mark.parametrize("role", [None, NONE, CONNECT, SUPPORT, CorporationRole.CO_INITIATE, LEAD])
@pytest.mark.parametrize("more", [{"line": 1, "amount": Decimal(100)}, {"line": 2, "hours": 5}])
def test_a_top_up_asks_for_a_role_as_a_request_does(
    granted: Specification, role: CorporationRole | None, more: dict[str, object]
) -> None:
    """INI-03: no role, no more of it; `connect` gives time only; `support` and more give money."""
    held = granted.and_(CorporationRoleAgreed(role=role)) if role else granted
    if role is None:  # of a round that nobody agreed a role for yet
        events = tuple(one for one in granted.events if type(one[0]) is not CorporationRoleAgreed)
        held = Specification(events, granted.actors[1:], now=granted.now, known=granted.known)
    top_up = held.when(TopUpSupport(reason="More came", **more))  # type: ignore[arg-type]  # one unit
    if role in {None, NONE} or (role is CONNECT and "amount" in more):
        top_up.refused("role-does-not-allow-support")
    else:
        top_up.recorded()


def test_none_waits_until_support_has_ended(granted: Specification) -> None:
    """INI-04: not with anything left, and not with all of it spent; ended, it is free."""
    nothing = AgreeCorporationRole(role=NONE)
    granted.when(nothing).refused("support-still-open")
    spent = granted.when(RecordSpending(request=1, line=1, amount=Decimal(1500))).recorded()
    spent = spent.when(RecordSpending(request=1, line=2, hours=10)).recorded()
    spent.when(nothing).refused("support-still-open")
    spent.when(EndSupport(reason="Done")).recorded().when(nothing).recorded()


def test_without_support_the_role_falls_back_to_the_one_before(proposed: Specification) -> None:
    """INI-04: from that day, and further down only: what goes further was not agreed for this."""
    held = proposed.and_(CorporationRoleAgreed(role=CONNECT))
    held = held.when(_answer(LEAD, RoleAnswer.AGREES)).recorded()
    held = held.when(AgreeCorporationRole(role=LEAD)).recorded()
    back = held.at("2026-06-01T09:00:00Z").when(_answer(LEAD, RoleAnswer.TAKES_BACK)).recorded()
    assert _role(back) is CONNECT
    assert back.events[-1][0] == CorporationRoleAgreed(
        role=CONNECT, restores=True, on=date(2026, 6, 1)
    )
    lower = held.when(_answer(SUPPORT, RoleAnswer.AGREES)).recorded()
    lower = lower.when(AgreeCorporationRole(role=SUPPORT)).recorded()
    assert _role(lower.when(_answer(SUPPORT, RoleAnswer.TAKES_BACK)).recorded()) is CONNECT


@pytest.mark.parametrize("before", [None, NONE, CONNECT, SUPPORT])
@pytest.mark.parametrize("answer", [RoleAnswer.TAKES_BACK, RoleAnswer.REFUSES])
def test_while_support_runs_the_role_falls_no_lower_than_support(
    granted: Specification, before: CorporationRole | None, answer: RoleAnswer
) -> None:
    """INI-04: what was granted is still given; after its end the role of before comes back."""
    roles = [CorporationRoleAgreed(role=role) for role in (before, LEAD) if role]
    agreed = CorporationRoleAnswered(
        role=LEAD, answer=RoleAnswer.AGREES, how="A vote", on=date(2026, 4, 20)
    )
    first, *rest = granted.events
    leading = [one for one in rest if type(one[0]) is not CorporationRoleAgreed]
    held = Specification((first, *leading), granted.actors[1:], now=granted.now)
    held = held.and_(agreed, *roles)
    assert _role(held.when(_answer(LEAD, answer)).recorded()) is SUPPORT
    ended = held.when(EndSupport(reason="Done")).recorded()
    assert _role(ended.when(_answer(LEAD, answer)).recorded()) is (before or NONE)


def test_a_refusal_of_a_role_that_is_held_takes_it_back(proposed: Specification) -> None:
    """INI-04: who says no to what the corporation does is heard, to another role changes none."""
    held = proposed.and_(CorporationRoleAgreed(role=CONNECT), CorporationRoleAgreed(role=SUPPORT))
    refused = held.when(_answer(SUPPORT, RoleAnswer.REFUSES)).recorded()
    assert _role(refused) is CONNECT
    other = held.when(_answer(LEAD, RoleAnswer.REFUSES)).recorded()
    assert _role(other) is SUPPORT
    alone = proposed.and_(CorporationRoleAgreed(role=NONE))
    assert _role(alone.when(_answer(NONE, RoleAnswer.REFUSES)).recorded()) is NONE


def test_support_is_kept_while_it_runs_whatever_its_takers_say(granted: Specification) -> None:
    """INI-04: their no to `support` is recorded and the role stays until the support has ended."""
    refused = granted.when(_answer(SUPPORT, RoleAnswer.REFUSES))
    assert [type(event) for event in refused.events] == [CorporationRoleAnswered]


def test_nobody_answers_in_the_name_of_another_group(proposed: Specification) -> None:
    """INI-04: neither recorded for it nor, by token, said by it; of the takers both are heard."""
    first, moment = proposed.events[0]
    assert isinstance(first, InitiativeProposed)
    of_g1 = Specification(
        ((first.model_copy(update={"group": "g1"}), moment),), (1,), now=proposed.now
    )
    yes = _answer(LEAD, RoleAnswer.AGREES, group="g9")
    of_g1.by("neighbourhood_worker").when(yes).refused("not-the-takers")
    of_g1.by("resident", group="g9").when(yes).refused("role-not-allowed")
    mine = _answer(LEAD, RoleAnswer.AGREES, group="g1")
    of_g1.by("neighbourhood_worker").when(mine).recorded()
    of_g1.by("resident", group="g1").when(_answer(LEAD, RoleAnswer.AGREES)).recorded()


def test_a_role_that_falls_to_none_is_told_as_agreeing_it_is(proposed: Specification) -> None:
    """INI-03, INI-04: partners hear that its takers do it themselves, however that came."""
    held = proposed.when(_answer(LEAD, RoleAnswer.AGREES)).recorded()
    held = held.when(AgreeCorporationRole(role=LEAD)).recorded()
    back = held.when(_answer(LEAD, RoleAnswer.TAKES_BACK))
    by_agreeing = held.when(AgreeCorporationRole(role=NONE))
    assert back.events[-1] == by_agreeing.events[-1]


def test_time_is_asked_for_with_the_role_connect(proposed: Specification) -> None:
    """INI-03: the same rule for who asks first."""
    connect = proposed.and_(CorporationRoleAgreed(role=CONNECT))
    hours = AskedLine(line=1, kind=SupportKind.TIME, purpose="A listening ear", hours=10)
    connect.when(RequestSupport(lines=(hours,))).recorded()
