"""Roles in an area: one director, a municipality; the past stays as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leefwijk.events.event import Validity
from leefwijk.events.language.monitoring.area_roles import (
    AreaRole,
    AreaRoleAssigned,
    AreaRoleEnded,
)
from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.events.testing import Specification, given
from leefwijk.events.testing.clock import moment
from monitoring.domain.area_roles import (
    AreaRoles,
    AssignAreaRole,
    EndAreaRole,
    EndRolesOfPartner,
    JudgeRolesByTime,
)
from monitoring.domain.places import KnownPlace
from monitoring.domain.proposing import KnownPartner, KnownPartners, StatedPeriod

FIRST = date(2026, 1, 1)


def _assigned(partner: str = "assen", **more: Any) -> AreaRoleAssigned:
    told: dict[str, Any] = {
        "area": "WK010601@2020",
        "municipalities": ("GM0106",),
        "partner": partner,
        "partner_kind": PartnerKind.MUNICIPALITY,
        "role": AreaRole.DIRECTOR,
        "valid": Validity(from_=FIRST),
        **more,
    }
    return AreaRoleAssigned(**told)


@pytest.fixture
def directed(place: KnownPlace, partners: KnownPartners) -> Specification:
    """The municipality of Assen directs Lariks."""
    return given(_assigned(), at="2026-04-13T09:00:00Z").knowing(place, partners)


def test_an_area_has_one_director(directed: Specification) -> None:
    """MON-45: a second director is refused, also for a period that only meets the first one's."""
    elsewhere = KnownPartners({**directed.known[KnownPartners].found})
    other = directed.knowing(elsewhere)
    found = elsewhere.found["assen"]
    elsewhere.found["province"] = found
    second = AssignAreaRole(partner="province", role=AreaRole.DIRECTOR)
    other.when(second).refused("director-exists", saying="assen")
    later = StatedPeriod(from_=date(2028, 1, 1))
    other.when(second.model_copy(update={"valid": later})).refused("director-exists")
    same = AssignAreaRole(partner="assen", role=AreaRole.DIRECTOR)
    directed.when(same).refused("already-assigned")


def test_only_a_municipality_directs(place: KnownPlace, partners: KnownPartners) -> None:
    """MON-45: a care organisation and a welfare organisation support, they do not direct."""
    empty = given().knowing(place, partners)
    for partner in ("care", "welfare", "tenants"):
        command = AssignAreaRole(partner=partner, role=AreaRole.DIRECTOR)
        empty.when(command).refused("director-must-be-municipality")
    empty.when(AssignAreaRole(partner="assen", role=AreaRole.DIRECTOR)).recorded()


def test_others_are_as_many_as_help(directed: Specification) -> None:
    """MON-45: a second `supports` is accepted, and `informed` for many."""
    spec = directed
    for partner in ("welfare", "care"):
        spec = spec.when(AssignAreaRole(partner=partner, role=AreaRole.SUPPORTS)).recorded()
    for partner in ("welfare", "care", "tenants", "assen"):
        spec = spec.when(AssignAreaRole(partner=partner, role=AreaRole.INFORMED)).recorded()
    roles = spec.state(AreaRoles).on(date(2026, 4, 13))
    assert len(roles) == 7
    responsible = AssignAreaRole(partner="assen", role=AreaRole.RESPONSIBLE, subject="public-space")
    assert spec.when(responsible).recorded().state(AreaRoles).held[-1].subject == "public-space"


def test_a_partner_from_elsewhere_or_unknown_gets_no_role(directed: Specification) -> None:
    """MON-45: roles go to registered organisations that work there."""
    other = AssignAreaRole(partner="hoogeveen", role=AreaRole.SUPPORTS)
    directed.when(other).refused("outside-own-municipality")
    nobody = AssignAreaRole(partner="nobody", role=AreaRole.SUPPORTS)
    directed.when(nobody).refused("unknown-partner")
    reversed_ = AssignAreaRole(
        partner="care",
        role=AreaRole.SUPPORTS,
        valid=StatedPeriod(from_=FIRST, through=date(2025, 1, 1)),
    )
    directed.when(reversed_).refused("validity-reversed")


def test_a_role_ends_with_a_reason_and_was_held_until_then(directed: Specification) -> None:
    """MON-45: Assen's role ends on 1 April 2028; as of 1 March 2028 it is still the director."""
    day = date(2028, 4, 1)
    later = directed.at("2028-03-20T09:00:00Z")
    later.when(EndAreaRole(partner="assen", role=AreaRole.DIRECTOR, on=day)).refused(
        "reason-missing"
    )
    ended = later.when(
        EndAreaRole(partner="assen", role=AreaRole.DIRECTOR, on=day, reason="Reorganised")
    ).then(
        AreaRoleEnded(
            area="WK010601@2020",
            partner="assen",
            role=AreaRole.DIRECTOR,
            on=day,
            reason="Reorganised",
        )
    )
    roles = ended.state(AreaRoles)
    before, after = roles.director(date(2028, 3, 1)), roles.director(day)
    assert before is not None
    assert before.partner == "assen"
    assert after is None
    again = EndAreaRole(partner="assen", role=AreaRole.DIRECTOR, on=day, reason="Again")
    ended.when(again).refused("not-assigned")
    new = AssignAreaRole(
        partner="assen", role=AreaRole.DIRECTOR, valid=StatedPeriod(from_=date(2028, 5, 1))
    )
    back = ended.when(new).recorded().state(AreaRoles)
    assert back.director(date(2028, 4, 30)) is None
    assert back.director(date(2028, 5, 1)) is not None


def test_a_role_for_a_period_ends_by_itself_once(directed: Specification) -> None:
    """MON-45: the fact names the first day without it, however late it is noticed."""
    year = StatedPeriod(from_=date(2026, 5, 1), through=date(2026, 12, 31))
    care = AssignAreaRole(partner="care", role=AreaRole.SUPPORTS, valid=year)
    helped = directed.when(care).recorded()
    assert helped.state(AreaRoles).due() == moment("2026-12-31T23:00:00Z")
    helped.at("2026-12-31T22:00:00Z").when(JudgeRolesByTime()).nothing()
    over = (
        helped.at("2027-01-04T09:00:00Z")
        .when(JudgeRolesByTime())
        .then(
            AreaRoleEnded(
                area="WK010601@2020",
                partner="care",
                role=AreaRole.SUPPORTS,
                on=date(2027, 1, 1),
                reason="The period of the role is over.",
            )
        )
    )
    assert over.state(AreaRoles).due() is None
    over.when(JudgeRolesByTime()).nothing()
    again = StatedPeriod(from_=date(2027, 1, 1), through=date(2027, 12, 31))
    anew = over.when(care.model_copy(update={"valid": again})).recorded()
    assert [one.partner for one in anew.state(AreaRoles).on(date(2027, 1, 4))] == ["assen", "care"]


def test_a_partner_that_leaves_the_municipality_has_no_role_there(directed: Specification) -> None:
    """MON-45: all its roles end on that day, what was to begin later as well, others' do not."""
    day, autumn = date(2026, 7, 1), date(2026, 9, 1)
    spec = directed
    for partner in ("assen", "care"):
        later = AssignAreaRole(
            partner=partner, role=AreaRole.SUPPORTS, valid=StatedPeriod(from_=autumn)
        )
        spec = spec.when(later).recorded()
    gone = KnownPartners({"assen": KnownPartner("assen", "municipality", ())})
    left = EndRolesOfPartner(partner="assen", municipality="GM0106", on=day)
    reason = "The partner no longer works with us in GM0106."
    ended = [
        AreaRoleEnded(area="WK010601@2020", partner="assen", role=role, on=on, reason=reason)
        for role, on in ((AreaRole.DIRECTOR, day), (AreaRole.SUPPORTS, autumn))
    ]
    after = spec.by("service").knowing(gone).when(left).then(*ended)
    roles = after.state(AreaRoles)
    assert roles.director(date(2026, 6, 30)) is not None
    assert [one.partner for one in roles.on(day)] == []
    assert [one.partner for one in roles.on(autumn)] == ["care"]
    after.when(left).nothing()
    # a role that ended before it began stands in nobody's way
    assert not any(one.meets(autumn, None) for one in roles.held if one.partner == "assen")


def test_a_partner_that_still_works_in_part_of_the_area_keeps_its_roles() -> None:
    """MON-45: an area as people live it may lie in two municipalities."""
    both = _assigned("care", role=AreaRole.SUPPORTS, municipalities=("GM0106", "GM0118"))
    known = KnownPartners({"care": KnownPartner("care", "care", ("GM0118",))})
    left = EndRolesOfPartner(partner="care", municipality="GM0106", on=date(2026, 7, 1))
    given(both).by("service").knowing(known).when(left).nothing()
