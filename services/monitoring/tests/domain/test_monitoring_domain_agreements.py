"""Performance agreements: the triangle signs, terms are watched, an amendment binds when signed."""

from __future__ import annotations

from datetime import date

import pytest

from leefwijk.events.language.monitoring.performance_agreements import (
    Party,
    PerformanceAgreementBecameOverdue,
    PerformanceAgreementConcluded,
)
from leefwijk.events.testing import Specification, given
from leefwijk.events.testing.clock import moment
from monitoring.domain.performance_agreement import (
    AmendPerformanceAgreement,
    ConcludePerformanceAgreement,
    DraftPerformanceAgreement,
    JudgeAgreementByTime,
    PerformanceAgreement,
    SignPerformanceAgreement,
    TenantsOrganised,
)
from monitoring.domain.proposing import KnownPartners

SIGN = SignPerformanceAgreement()
CONCLUDE = ConcludePerformanceAgreement()


def _signed(spec: Specification, *partners: str) -> Specification:
    for partner in partners:
        who = spec.by("partner", partner=partner) if partner else spec.by("analyst")
        spec = who.when(SIGN).recorded()
    return spec.by("analyst")


@pytest.fixture
def drafted(partners: KnownPartners) -> Specification:
    """A text for Assen and 2027 lists lighting and meeting."""
    empty = given(at="2026-10-01T09:00:00Z").by("analyst")
    draft = DraftPerformanceAgreement(
        municipality="GM0106", year=2027, listed=("infrastructure", "meeting")
    )
    spec = empty.knowing(partners, TenantsOrganised(there=True)).when(draft).recorded()
    spec.when(draft).refused("already-drafted")
    return spec


def test_the_triangle_signs_and_nobody_takes_the_place_of_the_tenants(
    drafted: Specification,
) -> None:
    """MON-46: care and welfare are participants; the tenants' organisation has not signed."""
    four = _signed(drafted, "", "assen", "care", "welfare")
    four.when(CONCLUDE).refused(
        "triangle-incomplete", saying="The tenants' organisation has not signed."
    )
    reason = ConcludePerformanceAgreement(without_tenants="Nobody there")
    four.when(reason).refused("triangle-incomplete")
    concluded = _signed(four, "tenants").when(CONCLUDE).events[0]
    assert isinstance(concluded, PerformanceAgreementConcluded)
    assert (concluded.municipality, concluded.year, concluded.days_late) == ("GM0106", 2027, 0)
    assert concluded.listed == ("infrastructure", "meeting")
    done = _signed(four, "tenants").when(CONCLUDE).recorded()
    done.when(CONCLUDE).refused("already-concluded")
    done.by("partner", partner="assen").when(SIGN).nothing()
    drafted.by("partner", partner="nobody").when(SIGN).refused("unknown-partner")


def test_where_there_is_no_tenants_organisation_a_reason_is_needed(
    drafted: Specification,
) -> None:
    """MON-46: with nobody to sign for the tenants the conclusion says why."""
    two = _signed(drafted, "", "assen").knowing(TenantsOrganised(there=False))
    two.when(CONCLUDE).refused("triangle-incomplete")
    said = ConcludePerformanceAgreement(without_tenants="No organisation is left")
    concluded = two.when(said).events[0]
    assert isinstance(concluded, PerformanceAgreementConcluded)
    assert concluded.without_tenants == "No organisation is left"


def test_15_december_is_watched(drafted: Specification) -> None:
    """MON-46: unsigned when 15 December is over: overdue, once; then concluded with its delay."""
    two = _signed(drafted, "", "assen")
    state = two.state(PerformanceAgreement)
    assert state.due() == moment("2026-12-15T23:00:00Z")
    two.at("2026-12-15T22:59:00Z").when(JudgeAgreementByTime()).nothing()
    overdue = (
        two.at("2026-12-16T09:00:00Z")
        .when(JudgeAgreementByTime())
        .then(
            PerformanceAgreementBecameOverdue(
                municipality="GM0106",
                year=2027,
                missing=(Party.TENANTS,),
                on=date(2026, 12, 16),
            )
        )
    )
    overdue.when(JudgeAgreementByTime()).nothing()
    concluded = _signed(overdue.at("2026-12-20T09:00:00Z"), "tenants").when(CONCLUDE).events[0]
    assert isinstance(concluded, PerformanceAgreementConcluded)
    assert concluded.days_late == 5


def test_without_housing_policy_there_is_no_duty_to_agree(partners: KnownPartners) -> None:
    """MON-46: Woningwet 44(3): no overdue agreement where the municipality supplied no policy."""
    draft = DraftPerformanceAgreement(municipality="GM0106", year=2027, no_policy_supplied=True)
    spec = given(at="2026-10-01T09:00:00Z").by("analyst").knowing(partners)
    drafted = spec.when(draft).recorded()
    assert drafted.state(PerformanceAgreement).due() is None
    drafted.at("2027-01-05T09:00:00Z").when(JudgeAgreementByTime()).nothing()


def test_an_amendment_binds_when_it_is_signed_again(drafted: Specification) -> None:
    """MON-47: amended in June: signatures needed again; until then the earlier version counts."""
    first = _signed(drafted, "", "assen", "tenants").when(CONCLUDE).recorded()
    june = first.at("2027-06-10T09:00:00Z")
    june.when(AmendPerformanceAgreement(listed=("greening",))).refused("reason-missing")
    amended = june.when(
        AmendPerformanceAgreement(listed=("greening",), listing_required=True, reason="Heat")
    ).recorded()
    state = amended.state(PerformanceAgreement)
    assert state.missing == (Party.CORPORATION, Party.MUNICIPALITY, Party.TENANTS)
    assert state.binding is not None
    assert state.binding.listed == ("infrastructure", "meeting")
    amended.when(CONCLUDE).refused("triangle-incomplete")
    again = _signed(amended, "", "assen", "tenants").when(CONCLUDE).recorded()
    binding = again.state(PerformanceAgreement).binding
    assert binding is not None
    assert (binding.listed, binding.listing_required) == (("greening",), True)
