"""Law and purpose: nobody sets them aside, and what each of them asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from leefwijk.events.language.gates import Gate, GateLine, GateOutcome, KnowledgeState, Means
from leefwijk.events.language.initiatives.plans import ContributionCategory, ServiceKind
from leefwijk.gates.agreements import Agreement, Agreements, performance_agreements
from leefwijk.gates.collective import collective_interest
from leefwijk.gates.effect import Effect, expected_effect
from leefwijk.gates.legal import NEVER_THE_CORPORATIONS, Basis, legal_basis
from leefwijk.gates.line import At, Freshness
from leefwijk.gates.place import Place
from leefwijk.gates.setting_aside import Experiment, Override
from leefwijk.gates.settings import SMALL_SUPPORT
from leefwijk.gates.small import SmallSupport
from leefwijk.gates.support import Case, Known, judge_support
from leefwijk.gates.tenants import Dwellings, Reach, own_tenants_benefit, own_tenants_share

NOW = datetime(2026, 4, 13, 9, tzinfo=UTC)
TODAY = date(2026, 4, 13)
AT = At(NOW)
FRESH = Freshness(NOW)
E1 = Effect("Households that drop in", True, True, "0", "25", date(2026, 12, 31))


def _legal(**said: Any) -> GateLine:
    return legal_basis((Basis("line 1", **said),), ("r1",), AT.own)


@pytest.mark.parametrize("service", sorted(NEVER_THE_CORPORATIONS))
@pytest.mark.parametrize("category", [None, *ContributionCategory])
def test_some_services_are_never_the_corporations(
    service: ServiceKind, category: ContributionCategory | None
) -> None:
    """INI-21: care and its like, whatever category is named (Btiv 47)."""
    line = _legal(category=category, service=service)
    assert (line.code, line.overridable_by) == ("legal-condition-not-met", None)


def test_there_are_six_of_them() -> None:
    """INI-21: care, meals brought home, medical, schooling, child care, parenting support."""
    assert {service.value for service in NEVER_THE_CORPORATIONS} == {
        "care",
        "meals_at_home",
        "medical",
        "schooling",
        "child_care",
        "parenting_support",
    }


MET: dict[ContributionCategory, dict[str, Any]] = {
    ContributionCategory.SOCIAL_WORK: {
        "own_tenants_only": True,
        "own_tenants": 78,
        "households": 120,
        "behind_the_front_door": True,
        "organisation": "Welfare",
    },
    ContributionCategory.INFRASTRUCTURE: {"small": True, "property": "The court"},
    ContributionCategory.CLEAN_NUISANCE_SAFETY: {"plan": "Clean together"},
    ContributionCategory.MEETING: {"place": "Hall", "moments": "Tuesday", "open_to": "Everyone"},
}


@pytest.mark.parametrize("category", MET)
def test_each_contribution_has_its_condition(category: ContributionCategory) -> None:
    """INI-07, INI-18: with its condition it passes; without any part of it, it does not."""
    said = MET[category]
    assert _legal(category=category, **said).reason == f"Falls under {category.value}."
    for name, value in said.items():
        if name == "behind_the_front_door":
            continue
        without = {**said, name: False if value is True else None}
        assert _legal(category=category, **without).code == "legal-condition-not-met", name


def test_a_fifth_contribution_does_not_exist() -> None:
    """INI-15: a logo on banners is none of the four; the way on is to decline with a reason."""
    line = _legal(category=None)
    assert (line.code, line.way_on) == ("no-legal-category", "Decline with a reason.")
    assert "exhaustive" in line.reason
    both = (Basis("line 1", ContributionCategory.INFRASTRUCTURE, small=True, property="Court"),)
    mixed = legal_basis((*both, Basis("line 2", None)), ("r1",), AT.own)
    assert "line 2 is none of them" in mixed.reason
    assert legal_basis((), (), AT.own).code == "no-legal-category"


@pytest.mark.parametrize(
    ("opened", "households", "passes"),
    [
        (True, None, True),
        (True, 1, True),
        (False, 5, True),
        (False, 4, False),
        (False, None, False),
    ],
)
def test_a_collective_interest(opened: bool, households: int | None, passes: bool) -> None:
    """INI-15, INI-21: open to everyone, or five households; four are not, nor is nothing said."""
    line = collective_interest(
        open_to_everyone=opened, households=households, evidence=("plan",), knowing=AT.own
    )
    assert line.passes is passes
    assert line.overridable_by is None
    if not passes:
        assert line.code == "no-collective-interest"
        assert "Wmo 2015" in (line.way_on or "")


def test_an_experiment_passes_on_its_question() -> None:
    """INI-16: instead of an outcome it states what it wants to learn; the line says so."""
    question = "Does meeting first bring people to look after the courtyard?"
    line = expected_effect(None, AT, ("plan",), learning_question=question)
    assert line.outcome is GateOutcome.PASSED
    assert line.reason == f"An experiment; it wants to learn: {question}"


def test_an_effect_is_seen_on_its_last_day_at_the_latest() -> None:
    """INI-16: dated today it can still be seen; dated yesterday it is in the past."""
    assert expected_effect(replace(E1, by=TODAY), AT, ()).passes
    assert expected_effect(replace(E1, by=date(2026, 4, 12)), AT, ()).code == "no-expected-effect"


EXPERIMENT = Experiment(
    frozenset({Gate.BASE_IN_ORDER}), "why?", "area_director", TODAY, date(2026, 9, 30)
)


@pytest.mark.parametrize(
    ("now", "runs"),
    [
        (NOW, True),
        (datetime(2026, 9, 30, 21, 59, tzinfo=UTC), True),
        (datetime(2026, 9, 30, 22, 0, tzinfo=UTC), False),
        (datetime(2026, 4, 12, 9, tzinfo=UTC), False),
    ],
)
def test_an_experiment_sets_its_own_rules_aside_until_its_day(now: datetime, runs: bool) -> None:
    """INI-16, INI-34: through its last day, and its question stands in for an effect no longer."""
    case = Case(place=Place("BU01060100@2020"), themes=("meeting",))
    found = judge_support(case, Known(experiment=EXPERIMENT), At(now))
    lines = {line.gate: line for line in found}
    base = lines[Gate.BASE_IN_ORDER]
    assert base.outcome is GateOutcome.UNKNOWN
    assert base.clear is runs
    if base.set_aside is not None:
        assert (base.set_aside.means, base.set_aside.until) == (
            Means.EXPERIMENT,
            date(2026, 9, 30),
        )
        assert base.reason.endswith("Set aside by an experiment until 30 September 2026: why?")
    assert lines[Gate.EXPECTED_EFFECT_STATED].passes is runs
    assert not lines[Gate.RESIDENTS_INVOLVEMENT].clear


@pytest.mark.parametrize(
    ("now", "code", "clear"),
    [
        (datetime(2026, 7, 31, 21, 59, tzinfo=UTC), "base-unknown", True),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), "base-unknown", False),
        (NOW, "base-not-in-order", False),
        (datetime(2026, 4, 12, 9, tzinfo=UTC), "base-unknown", False),
    ],
)
def test_an_override_covers_one_ground_until_its_day(now: datetime, code: str, clear: bool) -> None:
    """INI-12: for the code it was given for, from its day through its last day, and no longer."""
    given = Override(Gate.BASE_IN_ORDER, code, "area_director", "why", TODAY, date(2026, 7, 31))
    case = Case(place=Place("BU01060100@2020"), themes=("meeting",))
    found = judge_support(case, Known(overrides=(given,)), At(now))
    line = next(one for one in found if one.gate is Gate.BASE_IN_ORDER)
    assert (line.outcome, line.clear) == (GateOutcome.UNKNOWN, clear)
    if code != "base-unknown":
        assert line.reason.endswith(
            "The override of 13 April was given for a base that is not in order, "
            "not for a base that is not known."
        )


def test_an_override_that_ended_covers_nothing() -> None:
    """INI-12: lapsed or taken back, it counts for nothing, also for its own ground."""
    given = Override(
        Gate.BASE_IN_ORDER, "base-unknown", "area_director", "why", TODAY, TODAY, ended=True
    )
    case = Case(place=Place("BU01060100@2020"), themes=("meeting",))
    found = judge_support(case, Known(overrides=(given,)), AT)
    assert not next(one for one in found if one.gate is Gate.BASE_IN_ORDER).clear


M8 = Agreement("GM0106", 2026, True, ("greening", "safety"), ("m8",))


def _agreed(*found: Agreement, what: tuple[str, ...] = ("meeting",), at: At = AT) -> GateLine:
    return performance_agreements(what, ("GM0106",), Agreements(found, FRESH), at)


def test_a_local_agreement_binds_in_its_own_year_and_place() -> None:
    """INI-17: not listed where listing is required; another year or municipality binds nobody."""
    line = _agreed(M8)
    assert (line.code, line.overridable_by) == ("not-in-performance-agreements", "area_director")
    assert line.evidence == ("m8",)
    for other in (
        replace(M8, year=2027),
        replace(M8, municipality="GM0085"),
        replace(M8, required=False),
    ):
        assert _agreed(other).passes
    assert _agreed(M8, what=("meeting", "greening")).reason == "Listed for 2026."
    assert _agreed(replace(M8, required=False)).reason == "Not required in 2026."
    nothing = _agreed()
    assert (nothing.passes, nothing.evidence) == (True, ())
    assert nothing.reason == "No local requirement for 2026 is known, and the law has none."


def test_an_area_of_two_municipalities_is_bound_by_each() -> None:
    """INI-17: listed in the one that requires it is not listed in the other."""
    other = Agreement("GM0114", 2026, True, ("meeting",), ("m9",))
    found = Agreements((M8, other), FRESH)
    line = performance_agreements(("meeting",), ("GM0106", "GM0114"), found, AT)
    assert line.code == "not-in-performance-agreements"
    assert "GM0106" in line.reason
    assert "GM0114" not in line.reason


@pytest.mark.parametrize(
    ("own", "reach", "code"),
    [
        (None, Reach(), "own-dwellings-not-known"),
        (0, Reach(), "no-own-tenants-benefit"),
        (0, Reach(next_to="The court"), None),
        (212, Reach(), None),
        (212, Reach(own_tenants=0, households=60), "no-own-tenants-benefit"),
        (212, Reach(own_tenants=41, households=60), None),
    ],
)
def test_own_tenants_take_part_or_it_lies_next_to_own_property(
    own: int | None, reach: Reach, code: str | None
) -> None:
    """INI-07, INI-08, INI-15: no import is unknown, none at all is none; nobody sets it aside."""
    line = own_tenants_benefit(reach, Dwellings(own, ("h1",) if own else (), FRESH), AT)
    assert (line.code, line.overridable_by) == (code, None)
    if own is None:
        assert (line.outcome, line.knowledge) == (GateOutcome.UNKNOWN, KnowledgeState.UNKNOWN)


def test_only_the_share_of_own_tenants_is_paid() -> None:
    """INI-18: 18,000.00 x 78 / 120 = 11,700.00; a cent more is beyond it."""
    assert own_tenants_share(Decimal("18000.00"), 78, 120) == Decimal("11700.00")
    assert own_tenants_share(Decimal("100.00"), 1, 3) == Decimal("33.33")
    reach = Reach(120, 78, social_work=True, costs=Decimal("18000.00"), euros=Decimal("11700.01"))
    known = Dwellings(212, ("h1",), FRESH)
    line = own_tenants_benefit(reach, known, AT)
    assert line.reason == "At most 11,700.00: 78 of 120 households are own tenants."
    assert own_tenants_benefit(replace(reach, euros=Decimal("11700.00")), known, AT).passes


def test_small_counts_are_not_told() -> None:
    """DESIGN 8.8: 3 of 60 households, or all but 3, would point at somebody."""
    known = Dwellings(212, ("h1",), FRESH)
    for own in (3, 57):
        line = own_tenants_benefit(Reach(60, own), known, AT)
        assert line.reason == "part of the households."


@pytest.mark.parametrize(
    ("asked", "year", "rests"),
    [
        (SMALL_SUPPORT, 2026, True),
        (SMALL_SUPPORT + Decimal("0.01"), 2026, False),
        (SMALL_SUPPORT, 2025, False),
        (None, 2026, False),
    ],
)
def test_small_support_rests_on_the_assessment_of_its_year(
    asked: Decimal | None, year: int, rests: bool
) -> None:
    """DESIGN 8.8: up to 500.00 in the year, in an area assessed for that year; law stays judged."""
    case = Case(place=Place("BU01060100@2020"), themes=("meeting",), asked_in_year=asked)
    known = Known(small=SmallSupport("WK010601@2020", year, ("small",)))
    passed = {line.gate for line in judge_support(case, known, AT) if "small" in line.evidence}
    own = {
        Gate.RESIDENTS_INVOLVEMENT,
        Gate.BASE_IN_ORDER,
        Gate.EXPECTED_EFFECT_STATED,
        Gate.EFFORT_LEVEL_AND_BUDGET,
    }
    assert passed == (own if rests else set())
