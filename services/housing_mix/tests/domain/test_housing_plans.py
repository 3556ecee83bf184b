"""Plans with homes: claims, decisions, dates that pass."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from housing_mix.domain.home_claims import HomeClaims
from housing_mix.domain.plan import KnownHome, KnownHomes, Plan
from housing_mix.domain.planning import (
    AnnouncePlan,
    DecidePlan,
    JudgePlanByTime,
    SetNewDemolitionDate,
    WithdrawPlan,
    common_area,
)
from leefwijk.events.decider import Fact, evolve
from leefwijk.events.language.housing_mix.home_claims import HomesClaimed, HomesReleased
from leefwijk.events.language.housing_mix.plans import (
    DemolitionDateReset,
    PlanAnnounced,
    PlanDecided,
    PlanKind,
    PlanLapsed,
    PlanWithdrawn,
)
from leefwijk.events.testing import given
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import event_id

BUURT, OTHER = "BU01060100@2020", "BU01060101@2020"
DEMOLITION, RENOVATION = PlanKind.DEMOLITION, PlanKind.RENOVATION


def numbers(first: int, last: int) -> tuple[str, ...]:
    """Numbers of homes, both included."""
    return tuple(f"e-{number}" for number in range(first, last + 1))


def known(*homes: str, **told: Any) -> KnownHomes:
    """Own homes of complex c-30."""
    given_: dict[str, Any] = {"area": BUURT, "municipalities": ("GM0106",), "complex": "c-30"}
    return KnownHomes(dict.fromkeys(homes, KnownHome(**{**given_, **told})))


def announced(kind: PlanKind, homes: tuple[str, ...]) -> PlanAnnounced:
    """A plan with these homes."""
    return PlanAnnounced(
        kind=kind, area=BUURT, municipalities=("GM0106",), complex="c-30", dwellings=homes
    )


def decided(on: date, planned: date, homes: int = 9) -> PlanDecided:
    """A decided demolition."""
    return PlanDecided(
        kind=DEMOLITION,
        area=BUURT,
        municipalities=("GM0106",),
        complex="c-30",
        homes=homes,
        on=on,
        planned=planned,
    )


NINE = numbers(2001, 2009)
DECIDED = decided(date(2026, 5, 4), date(2027, 3, 1))
CLAIMED = HomesClaimed(plan="1", dwellings=NINE)


def test_two_plans_cannot_claim_the_same_homes() -> None:
    """MIX-32: the plan that comes second is refused whole, naming the homes and their plan."""
    demolition = numbers(3020, 3040)
    second = (
        given()
        .knowing(known(*demolition))
        .second(HomesClaimed(plan="renovation-1", dwellings=numbers(3001, 3024)))
        .when(AnnouncePlan(kind=DEMOLITION, dwellings=demolition))
    )
    second.refused(
        "dwelling-in-other-plan", saying="5 homes (E-3020 to E-3024) are in plan renovation-1"
    )
    freed = (
        given()
        .knowing(known(*demolition))
        .second(
            HomesClaimed(plan="renovation-1", dwellings=numbers(3001, 3024)),
            HomesReleased(plan="renovation-1"),
        )
        .when(AnnouncePlan(kind=DEMOLITION, dwellings=demolition))
    )
    freed.then(announced(DEMOLITION, demolition))
    freed.then_second(HomesClaimed(plan="1", dwellings=demolition))


def test_a_home_that_left_the_stock_cannot_be_claimed() -> None:
    """MIX-32: nor one that is not known; all that stand in the way are named at once."""
    gone = known("e-1", own_home=False)
    both = KnownHomes({**known("e-3").homes, **gone.homes})
    claimed = HomesClaimed(plan="p", dwellings=("e-3",))
    given().knowing(both).second(claimed).when(
        AnnouncePlan(kind=RENOVATION, dwellings=("e-1", "e-2", "e-3"))
    ).refused(
        "dwelling-not-in-stock", "dwelling-in-other-plan", saying="2 homes (E-1 to E-2) are not"
    )


def test_a_demolition_is_decided_with_a_date_within_five_years() -> None:
    """MIX-28: a plan without a date, or too far away, is not concrete and is not decided."""
    plan = given(announced(DEMOLITION, NINE), at="2026-05-04T09:00:00Z")
    plan.when(DecidePlan()).refused("planned-date-missing")
    plan.when(DecidePlan(planned=date(2026, 5, 3))).refused("planned-date-passed")
    plan.when(DecidePlan(planned=date(2031, 5, 5))).refused("planned-date-too-far")
    plan.when(DecidePlan(planned=date(2027, 3, 1), on=date(2026, 5, 5))).refused("day-in-future")
    plan.when(DecidePlan(planned=date(2031, 5, 4))).then(
        decided(date(2026, 5, 4), date(2031, 5, 4))
    )
    done = plan.when(DecidePlan(planned=date(2027, 3, 1))).then(DECIDED)
    done.when(DecidePlan(planned=date(2027, 3, 1))).refused("plan-not-announced")


def test_a_planned_date_that_passes_ends_the_exception_on_that_day() -> None:
    """MIX-29: once, on the day after the planned one, however late it is recorded."""
    plan = given(announced(DEMOLITION, NINE), DECIDED).second(CLAIMED)
    state: Plan = plan.state(Plan)
    assert state.due() == moment("2027-03-01T23:00:00Z")
    plan.at("2027-03-01T12:00:00Z").when(JudgePlanByTime()).nothing()
    late = plan.at("2027-03-05T08:00:00Z")
    judged = late.when(JudgePlanByTime())
    judged.then_second(HomesReleased(plan="1"))
    lapsed = judged.then(PlanLapsed(area=BUURT, on=date(2027, 3, 2)))
    assert lapsed.state(Plan).due() is None
    lapsed.second(HomesReleased(plan="1")).when(JudgePlanByTime()).nothing()


def test_a_new_date_holds_from_the_day_it_is_set() -> None:
    """MIX-29: with a reason; the days between stay a breach, and its homes are claimed anew."""
    lapsed = (
        given(announced(DEMOLITION, NINE), DECIDED, PlanLapsed(area=BUURT, on=date(2027, 3, 2)))
        .second(CLAIMED, HomesReleased(plan="1"))
        .at("2027-03-20T09:00:00Z")
    )
    lapsed.when(SetNewDemolitionDate(planned=date(2027, 9, 1))).refused("reason-missing")
    reset = SetNewDemolitionDate(planned=date(2027, 9, 1), reason="permit came late")
    again = lapsed.when(reset)
    again.then_second(CLAIMED)
    again.then(
        DemolitionDateReset(
            area=BUURT,
            planned=date(2027, 9, 1),
            on=date(2027, 3, 20),
            reason="permit came late",
        )
    )
    taken = lapsed.second(HomesClaimed(plan="other", dwellings=NINE[:4]))
    taken.when(reset).refused("dwelling-in-other-plan", saying="4 homes (E-2001 to E-2004)")
    too_far = SetNewDemolitionDate(planned=date(2031, 5, 5), reason="permit came late")
    lapsed.when(too_far).refused("planned-date-too-far")
    given(announced(DEMOLITION, NINE)).second(CLAIMED).when(reset).refused("no-decided-demolition")


@pytest.mark.parametrize("before", [(), (DECIDED,)])
def test_a_plan_is_withdrawn_with_a_reason(before: tuple[Any, ...]) -> None:
    """MIX-32: after it the homes can be claimed again."""
    plan = given(announced(DEMOLITION, NINE), *before, at="2026-06-01T09:00:00Z").second(CLAIMED)
    plan.when(WithdrawPlan()).refused("reason-missing")
    withdrawn = plan.when(WithdrawPlan(reason="costs"))
    withdrawn.then_second(HomesReleased(plan="1"))
    ended = withdrawn.then(PlanWithdrawn(area=BUURT, on=date(2026, 6, 1), reason="costs"))
    ended.when(WithdrawPlan(reason="costs")).refused("plan-ended")


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ([BUURT], BUURT),
        ([BUURT, OTHER], "WK010601@2020"),
        ([BUURT, "BU01060400@2020"], "GM0106@2020"),
    ],
)
def test_a_plan_lies_in_the_smallest_area_that_holds_its_homes(
    areas: list[str], expected: str
) -> None:
    """By code: neighbourhood, district, municipality."""
    assert common_area(areas) == expected


HOMES = st.sets(st.sampled_from(numbers(1, 8)), min_size=1)


@examples(st.lists(st.tuples(st.booleans(), st.integers(1, 4), HOMES), max_size=12))
def test_no_home_is_ever_in_two_plans(steps: list[tuple[bool, int, set[str]]]) -> None:
    """MIX-32: over any order of announcing and withdrawing."""
    claims = HomeClaims()
    held: dict[str, set[str]] = {}
    for withdraws, number, homes in steps:
        plan = f"p-{number}"
        if withdraws or plan in held:
            event: Any = HomesReleased(plan=plan)
            held.pop(plan, None)
        elif claims.taken(homes, plan):
            assert any(homes & others for others in held.values())
            continue
        else:
            event = HomesClaimed(plan=plan, dwellings=tuple(sorted(homes)))
            held[plan] = homes
        claims = evolve(claims, event, Fact(event_id(1), 1, moment("2026-01-01T00:00:00Z")))
    assert claims.plans == {home: plan for plan, homes in held.items() for home in homes}
