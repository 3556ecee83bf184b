"""What each gate asks, scenario by scenario."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leefwijk.events.language.monitoring.performance_agreements import (
    PerformanceAgreementAmended,
)

WIJK = "WK010601@2020"


def _effect(**parts: Any) -> dict[str, Any]:
    return {"effect": "e1", "kind": "outcome", "says": "Households that know a neighbour", **parts}


@pytest.mark.parametrize(
    ("effect", "passes", "says"),
    [
        (_effect(kind="output", says="Ten evenings held in 2026"), False, "is what you do"),
        (_effect(aim="20 of 40", by="2026-12-31"), False, "no start"),
        (_effect(start="9 of 40", aim="20 of 40"), False, "no date"),
        (_effect(start="9", aim="20", by="2026-04-12"), False, "which is past"),
        (_effect(start="9", aim="20", by="2026-12-31", forOwnTenants=False), False, "own tenants"),
        (_effect(start="9 of 40", aim="20 of 40", by="2026-12-31"), True, "by 31 December"),
        (_effect(start="Nobody greets", aim="A greeting", by="2026-12-31"), True, "by 31 December"),
        (_effect(start="9", aim="20", by="2026-04-13"), True, "by 13 April 2026"),
    ],
)
async def test_an_activity_is_not_an_effect(
    town: Any, effect: dict[str, Any], passes: bool, says: str
) -> None:
    """INI-16: an outcome for own tenants with start, aim and a day to come; nothing less."""
    i7 = await town.coffee(plan={"effect": effect})
    line = (await town.lines(i7))["expected-effect-stated"]
    assert (line["outcome"] == "passed") is passes
    assert says in line["reason"]
    if not passes:
        assert line["code"] == "no-expected-effect"
        assert "say what changes for the tenants, from what to what, and by when" in line["reason"]


async def test_an_outcome_that_reaches_no_own_tenant_is_none(town: Any) -> None:
    """INI-16: an outcome for people of whom none is an own tenant does not pass."""
    plan = {"benefit": {"openToEveryone": True, "households": 60, "ownTenants": 0}}
    i7 = await town.coffee(plan=plan)
    assert (await town.lines(i7))["expected-effect-stated"]["code"] == "no-expected-effect"


async def test_no_ceiling_per_home_and_no_duty_to_list(town: Any, facts: Any) -> None:
    """INI-17: 30,000.00 for 212 own homes is granted; no line compares it with an amount a home."""
    await town.hear("monitoring", "lariks", facts.level(y2026="40000.00"), "M2b")
    i1 = await town.coffee("30000.00")
    await town.granted(i1, "30000.00")
    (assessed,) = await town.facts_named(i1, "gates-assessed")
    assert not any("141" in line["reason"] for line in assessed["lines"])


async def test_a_local_agreement_binds_and_an_override_shows(town: Any, facts: Any) -> None:
    """INI-17: listing required and not listed; set aside it stands in what partners read."""
    listed = facts.agreement(2026, "greening", "safety", required=True)
    await town.hear("monitoring", "gm0106-2026", listed, "M8")
    i1 = await town.coffee()
    line = (await town.not_granted(i1))["performance-agreements"]
    assert line["code"] == "not-in-performance-agreements"
    assert (line["overridableBy"], line["evidence"]) == ("area_director", [facts.id_of("M8")])
    await town.override(i1, "performance-agreements", "2026-12-31")
    await town.granted(i1)
    (granted,) = await town.facts_named(i1, "support-granted")
    shown = next(li for li in granted["gateLines"] if li["gate"] == "performance-agreements")
    assert (shown["outcome"], shown["setAside"]["role"]) == ("failed", "area_director")


async def test_only_an_agreement_of_this_year_binds(empty: Any, facts: Any) -> None:
    """INI-17: M9 alone, for 2027: decided in 2026 it is granted, by no agreement at all."""
    await empty.areas()
    later = facts.agreement(2027, "greening", required=True)
    await empty.hear("monitoring", "gm0106-2027", later, "M9")
    line = (await empty.lines(await empty.coffee()))["performance-agreements"]
    assert (line["outcome"], line["evidence"]) == ("passed", [])


async def test_an_amended_text_binds_when_it_is_concluded(town: Any, facts: Any) -> None:
    """INI-17: until then the earlier one counts; concluded, it is what the line rests on."""
    amended = PerformanceAgreementAmended(
        municipality="GM0106",
        year=2026,
        edition=2,
        listed=("greening",),
        listing_required=True,
        reason="The council asked for it",
        on=date(2026, 4, 13),
    )
    await town.hear("monitoring", "gm0106-2026", amended, "amended")
    i1 = await town.coffee()
    assert (await town.lines(i1))["performance-agreements"]["outcome"] == "passed"
    concluded = facts.agreement(2026, "greening", required=True)
    await town.hear("monitoring", "gm0106-2026", concluded, "anew")
    line = (await town.lines(i1))["performance-agreements"]
    assert (line["code"], line["evidence"]) == (
        "not-in-performance-agreements",
        [facts.id_of("anew")],
    )


async def test_the_year_of_the_decision_counts(town: Any, facts: Any) -> None:
    """INI-17: 2027 binds in 2027 only; the grant of 2026 stands, its top-up of 2027 does not."""
    i1 = await town.coffee(plan={"effect": {**town.plan["effect"], "by": "2027-12-31"}})
    await town.granted(i1)
    later = facts.agreement(2027, "greening", required=True)
    await town.hear("monitoring", "gm0106-2027", later, "M9")
    await town.granted(await town.coffee())
    elsewhere = facts.agreement(2026, "greening", required=True, municipality="GM0085")
    await town.hear("monitoring", "gm0085-2026", elsewhere, "M10")
    await town.granted(await town.coffee())
    await town.check("P2", through="2027-12-31")
    town.clock.set("2027-02-01T09:00:00Z")
    body = {"line": 1, "amount": "100.00", "reason": "More"}
    problem = await town.refused(i1, "support-top-ups", body, "area_manager", "gates-not-passed")
    (line,) = problem["refusals"][0]["lines"]
    assert (line["code"], line["evidence"]) == (
        "not-in-performance-agreements",
        [facts.id_of("M9")],
    )
    found = await town.get(f"/initiatives/{i1}")
    assert (found["status"], found["grants"][0]["status"]) == ("supported", "granted")


MEETING = {"category": "meeting", "place": "Hall", "moments": "Tuesday", "openTo": "Everyone"}
VISITS = {"category": "social_work", "ownTenantsOnly": True, "behindTheFrontDoor": True}
PROGRAMME = {"organisation": "Welfare"}


async def _visits(town: Any, facts: Any, **plan: Any) -> str:
    fact = facts.responsible("social-work", kind="welfare")
    await town.hear("monitoring", "welfare-social-work", fact, "M11")
    asked = {
        "benefit": {"households": 120, "ownTenants": 78},
        "programme": PROGRAMME,
        "subjects": ["social-work"],
        **plan,
    }
    return str(
        await town.coffee("15000.00", area=WIJK, plan=asked, contribution=VISITS, costs="18000.00")
    )


async def test_a_contribution_to_a_programme_is_for_the_share_of_own_tenants(
    town: Any, facts: Any
) -> None:
    """INI-18: 18,000.00 x 78 / 120 = 11,700.00, and not a cent more."""
    await town.check("P9", *(f"BU0106010{n}@2020" for n in range(6)))
    await town.hear("monitoring", "base-wk", facts.verdict(WIJK), "M1-wk")
    i8 = await _visits(town, facts)
    lines = await town.not_granted(i8, "15000.00")
    assert list(lines) == ["own-tenants-benefit"]
    line = lines["own-tenants-benefit"]
    assert line["code"] == "beyond-own-tenants-share"
    assert line["reason"] == "At most 11,700.00: 78 of 120 households are own tenants."
    other = (await town.lines(i8))["no-other-party-responsible"]
    (proposal,) = await town.ids(i8, "initiative-proposed")
    assert other["reason"] == "Contribution to a programme of the responsible organisation."
    assert other["evidence"] == [facts.id_of("M11"), proposal]
    await town.not_granted(i8, "11700.01")
    await town.granted(i8, "11700.00")


async def test_what_a_contribution_does_not_cover(town: Any, facts: Any) -> None:
    """INI-18: running it is another's work; without a count of own tenants it is no social work."""
    taken = await _visits(town, facts, programme={**PROGRAMME, "takenOver": True})
    lines = await town.lines(taken)
    assert lines["no-other-party-responsible"]["code"] == "other-party-responsible"
    assert lines["legal-basis"]["code"] == "legal-condition-not-met"
    assert "stays with a social organisation" in lines["legal-basis"]["reason"]
    uncounted = await _visits(town, facts, benefit={"households": 120})
    assert (await town.lines(uncounted))["legal-basis"]["code"] == "legal-condition-not-met"


GARDENS = {
    "households": 30,
    "ownTenants": 18,
    "divisible": True,
    "parts": 30,
    "ownParts": 18,
    "partName": "gardens",
}
SMALL = {"category": "infrastructure", "small": True, "property": "Own homes at the court"}


async def test_what_falls_to_single_gardens_is_for_own_tenants_only(town: Any) -> None:
    """INI-33: 7,200.00 x 18 / 30 = 4,320.00; one shared bed is not split."""
    gardens = await town.coffee(
        "5520.00", plan={"benefit": GARDENS}, contribution=SMALL, costs="7200.00"
    )
    line = (await town.not_granted(gardens, "5520.00"))["own-tenants-benefit"]
    assert line["reason"] == "At most 4,320.00: 18 of 30 gardens."
    await town.granted(gardens, "4320.00")
    bed = await town.coffee(
        "7200.00",
        plan={"benefit": {"openToEveryone": True, "nextTo": "The court"}},
        contribution=SMALL,
        costs="7200.00",
    )
    await town.granted(bed, "7200.00")
    (assessed,) = await town.facts_named(bed, "gates-assessed")
    line = next(one for one in assessed["lines"] if one["gate"] == "own-tenants-benefit")
    assert line["reason"] == "Next to own property: The court."
    body = {
        "title": "Gardens",
        "area": "BU01060100@2020",
        "themes": ["greening"],
        "taker": "residents",
        "collectiveBenefit": "All",
        "plan": {"benefit": {**GARDENS, "parts": 31}},
    }
    answer = await town.post("/initiatives", body, "neighbourhood_worker")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("level", "nature", "code"),
    [
        ("basic", {"origin": "residents", "rhythm": "once"}, None),
        ("basic", {"origin": "corporation", "rhythm": "once"}, "nature-beyond-effort-level"),
        ("extra", {"origin": "corporation", "rhythm": "once"}, None),
        ("extra", {"origin": "residents", "rhythm": "yearly"}, "nature-beyond-effort-level"),
        ("large_scale", {"origin": "residents", "rhythm": "yearly"}, None),
        (
            "extra",
            {"origin": "residents", "rhythm": "once", "years": 3},
            "nature-beyond-effort-level",
        ),
    ],
)
async def test_the_level_decides_what_kind_of_support_fits(
    town: Any, facts: Any, level: str, nature: dict[str, Any], code: str | None
) -> None:
    """INI-20: basic is reactive, extra incidental; structural support needs large scale."""
    await town.hear("monitoring", "lariks", facts.level(name=level), "M2b")
    i = await town.coffee("2000.00", nature=nature)
    line = (await town.lines(i))["effort-level-and-budget"]
    assert line.get("code") == code
    if code is None:
        await town.granted(i, "2000.00")
        within = "for the years within the agreement, through 2028" in line["reason"]
        assert within is (nature["rhythm"] == "yearly")
        return
    if level == "basic":
        assert "basic" in line["reason"].lower()
        assert "reactive" in line["reason"]
    else:
        assert "structural support needs large scale" in line["reason"]
    await town.override(i, "effort-level-and-budget", "2026-12-31")
    await town.granted(i, "2000.00")


async def test_successive_years_in_one_request_are_structural(town: Any) -> None:
    """INI-20: three single years in one command are not three incidents; one line of one is."""
    lines = [
        {
            "line": number,
            "kind": "money",
            "purpose": "Furniture",
            "amount": "500.01",
            "until": f"{2025 + number}-12-31",
            "contribution": MEETING,
        }
        for number in (1, 2, 3)
    ]
    i = await town.propose()
    await town.done(i, "support-requests", {"lines": lines}, "neighbourhood_worker")
    line = (await town.lines(i))["effort-level-and-budget"]
    assert line["code"] == "nature-beyond-effort-level"
    await town.done(i, "support-requests", {"lines": lines[:1]}, "neighbourhood_worker")
    assert (await town.lines(i))["effort-level-and-budget"]["outcome"] == "passed"


async def test_a_budget_exceeded_by_override_reads_below_zero(town: Any, facts: Any) -> None:
    """INI-23: 1,000.00 left and 1,500.00 granted by override: -500.00 is left then."""
    await town.hear("monitoring", "lariks", facts.level(y2026="1000.00"), "M2b")
    i1 = await town.coffee()
    line = (await town.not_granted(i1))["effort-level-and-budget"]
    assert (line["code"], line["reason"]) == (
        "budget-exceeded",
        "1,000.00 is left of the budget for 2026.",
    )
    await town.override(i1, "effort-level-and-budget", "2026-12-31")
    await town.granted(i1)
    budget = await town.get("/area-budgets/WK010601@2020.2026")
    assert (budget["left"], budget["exceededByOverride"]) == ("-500.00", True)
    other = await town.coffee("100.00")
    reason = (await town.not_granted(other, "100.00"))["effort-level-and-budget"]["reason"]
    assert reason.startswith("-500.00 is left")
