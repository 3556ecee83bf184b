"""Proposing, the corporation's role, start and completion."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from initiatives.domain.gates import KnownArea
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.life import (
    CompleteInitiative,
    ProposeInitiative,
    StartInitiative,
)
from initiatives.domain.roles import AgreeCorporationRole
from initiatives.domain.support import AskedLine, RequestSupport
from leefwijk.events.fields import Theme
from leefwijk.events.language.initiatives.life import (
    InitiativeCompleted,
    InitiativeProposed,
    InitiativeRegisteredAsSelfReliant,
    InitiativeStarted,
    Taker,
)
from leefwijk.events.language.initiatives.roles import CorporationRole, CorporationRoleAgreed
from leefwijk.events.language.initiatives.support import (
    GrantedLine,
    RequestLine,
    SupportGranted,
    SupportKind,
    SupportRequested,
)
from leefwijk.events.testing import Specification, given

BOVENSMILDE = "WK173107@2020"
GROUP = InitiativeProposed(
    title="Thursday walking group",
    area=BOVENSMILDE,
    municipalities=("GM1731",),
    themes=(Theme.MEETING,),
    taker=Taker.RESIDENTS,
    collective_benefit="Anybody may walk along",
    on=date(2026, 4, 13),
)
ALONE = CorporationRoleAgreed(role=CorporationRole.NONE)
HELPED = CorporationRoleAgreed(role=CorporationRole.SUPPORT)
MONEY = AskedLine(line=1, kind=SupportKind.MONEY, purpose="Coffee", amount=Decimal(50))
TIME = AskedLine(line=1, kind=SupportKind.TIME, purpose="A listening ear", hours=10)


def _propose() -> ProposeInitiative:
    return ProposeInitiative(
        title=GROUP.title,
        area=GROUP.area,
        themes=GROUP.themes,
        taker=GROUP.taker,
        collective_benefit=GROUP.collective_benefit,
    )


def _state(specification: Specification) -> Initiative:
    state = specification.state(Initiative)
    assert isinstance(state, Initiative)
    return state


def test_initiative_is_proposed_in_the_municipalities_of_its_area() -> None:
    """A proposal carries the municipalities that its area lies in, and no effect is demanded."""
    area = KnownArea(BOVENSMILDE, "Bovensmilde", ("GM1731",))
    after = given().knowing(area).when(_propose()).then(GROUP)
    assert _state(after).status is Status.PROPOSED


def test_initiative_is_proposed_once() -> None:
    """The same proposal on an initiative that exists is refused."""
    area = KnownArea(BOVENSMILDE, "Bovensmilde", ("GM1731",))
    given(GROUP).knowing(area).when(_propose()).refused("already-proposed")


def test_self_reliant_initiative_needs_no_gate() -> None:
    """INI-03: residents who do it themselves start and complete it without gate or support.

    The decisions are given no knowledge at all; asking for any would be an error. That nothing
    ever falls due shows in the state.
    """
    alone = given(GROUP).by("neighbourhood_worker").when(AgreeCorporationRole(role=ALONE.role))
    registered = alone.then(
        CorporationRoleAgreed(role=CorporationRole.NONE, on=date(2026, 4, 13)),
        InitiativeRegisteredAsSelfReliant(
            title=GROUP.title, area=BOVENSMILDE, themes=GROUP.themes, on=date(2026, 4, 13)
        ),
    )
    assert _state(registered).status is Status.SELF_RELIANT
    started = registered.when(StartInitiative()).then(
        InitiativeStarted(
            title=GROUP.title, area=BOVENSMILDE, themes=GROUP.themes, on=date(2026, 4, 13)
        )
    )
    completed = started.when(CompleteInitiative()).then(
        InitiativeCompleted(area=BOVENSMILDE, on=date(2026, 4, 13))
    )
    assert _state(completed).status is Status.COMPLETED
    assert _state(completed).due() is None


def test_support_needs_a_role_of_the_corporation() -> None:
    """INI-03: where the corporation has no role, or none was agreed yet, support is refused."""
    ask = RequestSupport(lines=(MONEY,))
    said = "The corporation has no role here; agree a role with the residents first."
    given(GROUP, ALONE).when(ask).refused("role-does-not-allow-support", saying=said)
    given(GROUP).when(ask).refused("role-does-not-allow-support", saying=said)


def test_role_connect_allows_time_only() -> None:
    """INI-03: in the role `connect` the corporation gives time; money takes `support` or more."""
    connect = given(GROUP, CorporationRoleAgreed(role=CorporationRole.CONNECT))
    connect.when(RequestSupport(lines=(MONEY,))).refused("role-does-not-allow-support")
    mixed = RequestSupport(lines=(MONEY, TIME.model_copy(update={"line": 2})))
    connect.when(mixed).refused("role-does-not-allow-support", saying="time only")
    connect.when(RequestSupport(lines=(TIME,))).recorded()


@pytest.mark.parametrize("role", ["support", "co_initiate", "lead"])
def test_further_roles_allow_money(role: str) -> None:
    """INI-03: `support` and more allow every kind of support."""
    agreed = CorporationRoleAgreed(role=CorporationRole(role))
    given(GROUP, agreed).when(RequestSupport(lines=(MONEY,))).recorded()


def test_another_role_ends_self_reliance() -> None:
    """A self-reliant initiative for which a role is agreed is assessed again."""
    again = given(GROUP, ALONE).when(AgreeCorporationRole(role=CorporationRole.SUPPORT)).recorded()
    assert _state(again).status is Status.ASSESSED


def test_same_role_again_records_nothing() -> None:
    """Agreeing the role that stands is accepted and changes nothing."""
    given(GROUP, HELPED).when(AgreeCorporationRole(role=CorporationRole.SUPPORT)).nothing()


def _granted(amount: int) -> SupportGranted:
    return SupportGranted(
        request=1,
        area=BOVENSMILDE,
        budget_area=BOVENSMILDE,
        year=2026,
        lines=(GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(amount)),),
        charged=Decimal(amount),
        partly=False,
        on=date(2026, 4, 13),
    )


def test_role_stays_while_a_grant_is_open() -> None:
    """INI-04: with a grant open the role `none` is refused; stepping back to `connect` is not."""
    asked = RequestLine(**MONEY.model_dump())
    granted = given(GROUP, HELPED, SupportRequested(request=1, lines=(asked,)), _granted(50))
    granted.when(AgreeCorporationRole(role=CorporationRole.NONE)).refused("support-still-open")
    granted.when(AgreeCorporationRole(role=CorporationRole.CONNECT)).recorded()


@pytest.mark.parametrize("events", [(GROUP,), (GROUP, HELPED)])
def test_initiative_starts_with_support_or_by_itself(
    events: tuple[InitiativeProposed | CorporationRoleAgreed, ...],
) -> None:
    """What has neither support nor self-reliance does not start."""
    given(*events).when(StartInitiative()).refused("not-ready-to-start")


def test_start_and_completion_keep_their_order_in_time() -> None:
    """A start or completion in the future is refused, and so is completion before the start."""
    alone = given(GROUP, ALONE, at="2026-04-13T09:00:00Z")
    alone.when(StartInitiative(on=date(2026, 4, 14))).refused("day-in-future")
    alone.when(CompleteInitiative()).refused("not-started")
    started = alone.when(StartInitiative(on=date(2026, 4, 13))).recorded()
    started.when(StartInitiative()).refused("not-ready-to-start")
    started.when(CompleteInitiative(on=date(2026, 4, 12))).refused("day-before-start")
    started.when(CompleteInitiative(on=date(2026, 4, 14))).refused("day-in-future")


def test_initiative_is_found_by_what_it_is() -> None:
    """Lists find an initiative by area, municipality, theme, taker, role and status."""
    listing = _state(given(GROUP, HELPED)).listing()
    assert listing.title == "Thursday walking group"
    assert listing.terms() == [
        f"area:{BOVENSMILDE}",
        "municipality:GM1731",
        "role:support",
        "status:proposed",
        "taker:residents",
        "theme:meeting",
    ]


def test_proposal_without_theme_is_a_schema_fault() -> None:
    """A proposal names at least one theme."""
    with pytest.raises(ValidationError):
        ProposeInitiative.model_validate({**_propose().model_dump(), "themes": ()})
