"""Several parties pay together, over HTTP: each its own part, seen by all of them."""

from __future__ import annotations

from typing import Any

import pytest

WORKER, MANAGER = "neighbourhood_worker", "area_manager"
WIJK = "WK010601@2020"
BUDGET = f"/area-budgets/{WIJK}.2026"
COMPLETE = {"kind": "co_funding_complete"}
COURTYARD: dict[str, Any] = {
    "title": "Green courtyard",
    "themes": ["greening"],
    "plan": {"costs": "9600.00", "buildsOn": []},
}


async def _pledge(town: Any, id_: str, who: str, amount: str, **more: Any) -> None:
    await town.done(id_, "pledges", {"amount": amount, **more}, "partner", who=who)


@pytest.fixture
async def courtyard(town: Any) -> str:
    """I10: 9,600.00; pledged 4,000.00 by the corporation, 3,600.00 and 2,000.00; not started."""
    await town.check("P2", theme="greening")
    await town.read_all()
    i10 = await town.coffee("4000.00", **COURTYARD)
    body = {"lines": [{"line": 1, "amount": "4000.00"}], "conditions": [COMPLETE]}
    await town.done(i10, "support-grants", body, MANAGER)
    await _pledge(town, i10, "assen", "3600.00", hours=12)
    await _pledge(town, i10, "welfare", "2000.00", hours=40)
    return str(i10)


async def _withdrawn(town: Any, id_: str) -> None:
    reason = {"reason": "Cuts in the spring budget"}
    await town.done(id_, "pledge-withdrawals", reason, "partner", who="assen")


async def test_the_corporation_does_not_silently_pay_the_rest(town: Any, courtyard: str) -> None:
    """INI-29: cover 62.5 %, gap 3,600.00, seen by all three; no start, and the grant stays."""
    await _withdrawn(town, courtyard)
    for role, who in ((MANAGER, "m1"), ("partner", "assen"), ("partner", "welfare")):
        shown = await town.get(f"/initiatives/{courtyard}/funding", role, who)
        assert (shown["covered"], shown["gap"], shown["fullyCovered"]) == ("62.5", "3600.00", False)
        assert [one["promised"] for one in shown["parts"]] == ["4000.00", "0.00", "2000.00"]
    problem = await town.refused(courtyard, "starts", {}, WORKER, "co-funding-incomplete")
    assert problem["detail"] == "3,600.00 of 9,600.00 is not covered."
    assert (await town.get(BUDGET))["committed"] == "4000.00"
    (fact,) = await town.facts_named(courtyard, "co-funding-withdrawn")
    assert (fact["amount"], fact["reason"]) == ("3600.00", "Cuts in the spring budget")


async def test_another_pledge_is_a_way_on(town: Any, courtyard: str) -> None:
    """INI-29: another party promises what was missing."""
    await _withdrawn(town, courtyard)
    await _pledge(town, courtyard, "water-board", "3599.99")
    await town.refused(courtyard, "starts", {}, WORKER, "co-funding-incomplete")
    await _pledge(town, courtyard, "water-board", "3600.00")
    await town.done(courtyard, "starts", {}, WORKER)


async def test_a_smaller_plan_is_a_way_on(town: Any, courtyard: str) -> None:
    """INI-29: for 6,000.00 what is promised suffices."""
    await _withdrawn(town, courtyard)
    plan = {**town.plan, "buildsOn": [], "costs": "6000.00"}
    await town.done(courtyard, "changes", {"plan": plan, "change": "Smaller"}, WORKER)
    await town.done(courtyard, "starts", {}, WORKER)


async def test_a_top_up_passes_all_gates_anew(town: Any, courtyard: str, facts: Any) -> None:
    """INI-29: the corporation pays more by a new decision only, on nine gates."""
    await _withdrawn(town, courtyard)
    more = {"line": 1, "amount": "3600.00", "reason": "The courtyard cannot wait"}
    town.clock.set("2026-05-18T09:00:00Z")
    broken = facts.verdict(on="2026-05-18", whole=["f2"])
    await town.hear("monitoring", "base-lariks-oost", broken, "M7")
    await town.refused(courtyard, "support-top-ups", more, MANAGER, "gates-not-passed")
    await town.hear("monitoring", "base-lariks-oost", facts.verdict(on="2026-05-19"), "M8")
    town.clock.set("2026-05-20T09:00:00Z")
    await town.read_all()
    await town.done(courtyard, "support-top-ups", more, MANAGER)
    (fact,) = await town.facts_named(courtyard, "support-topped-up")
    assert len(fact["gateLines"]) == 9
    await town.done(courtyard, "starts", {}, WORKER)


async def test_withdrawn_after_the_start_it_runs_on(town: Any, courtyard: str) -> None:
    """INI-29: marked as not fully covered; what was paid stays paid, and no pledge goes below."""
    await town.done(courtyard, "starts", {}, WORKER)
    await _pledge(town, courtyard, "assen", "3600.00", paid="1200.00", hours=12)
    await _withdrawn(town, courtyard)
    shown = await town.get(f"/initiatives/{courtyard}")
    assert (shown["status"], shown["fullyCovered"], shown["gap"]) == ("started", False, "2400.00")
    (fact,) = await town.facts_named(courtyard, "co-funding-withdrawn")
    assert (fact["amount"], fact["left"]) == ("2400.00", "1200.00")
    reason = {"reason": "All of it"}
    await town.refused(
        courtyard, "pledge-withdrawals", reason, "partner", "nothing-promised", who="assen"
    )
    less = {"amount": "1000.00", "paid": "1000.00"}
    await town.refused(courtyard, "pledges", less, "partner", "less-than-promised", who="assen")
    await town.done(courtyard, "completions", {}, WORKER)


async def test_a_pledge_is_a_partners_own(town: Any, courtyard: str) -> None:
    """INI-29: the corporation's people neither promise nor withdraw for a partner."""
    for noun, body in (
        ("pledges", {"amount": "5.00"}),
        ("pledge-withdrawals", {"reason": "For them"}),
    ):
        answer = await town.step(courtyard, noun, body, MANAGER)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")


async def test_the_condition_alone_keeps_it_from_starting(town: Any) -> None:
    """INI-29: a grant on the condition that all is covered waits, also before any pledge."""
    await town.check("P2", theme="greening")
    await town.read_all()
    i10 = await town.coffee("4000.00", **COURTYARD)
    body = {"lines": [{"line": 1, "amount": "4000.00"}], "conditions": [COMPLETE]}
    await town.done(i10, "support-grants", body, MANAGER)
    problem = await town.refused(i10, "starts", {}, WORKER, "co-funding-incomplete")
    assert problem["detail"] == "5,600.00 of 9,600.00 is not covered."
    shown = await town.get(f"/initiatives/{i10}")
    assert [one["kind"] for one in shown["grants"][0]["conditions"]] == ["co_funding_complete"]


async def test_what_turns_out_cheaper_is_cheaper_for_everybody(town: Any, courtyard: str) -> None:
    """INI-30: 3,095.85, 2,786.27 and 1,547.92; 904.15 goes back; hours stand beside it."""
    await town.done(courtyard, "starts", {}, WORKER)
    early = {"costs": "7430.04"}
    await town.refused(courtyard, "settlements", early, MANAGER, "not-completed")
    await town.done(courtyard, "completions", {}, WORKER)
    refused = await town.step(courtyard, "settlements", early, WORKER)
    assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed")
    await town.done(courtyard, "settlements", early, MANAGER)
    (fact,) = await town.facts_named(courtyard, "costs-settled")
    assert [one["share"] for one in fact["shares"]] == ["3095.85", "2786.27", "1547.92"]
    assert [(one["budgetArea"], one["amount"]) for one in fact["released"]] == [(WIJK, "904.15")]
    assert (await town.get(BUDGET))["committed"] == "3095.85"
    shown = await town.get(f"/initiatives/{courtyard}/funding", "partner", "welfare")
    assert [(one["partner"], one["share"], one["hours"]) for one in shown["parts"]] == [
        (None, "3095.85", 0),
        ("assen", "2786.27", 12),
        ("welfare", "1547.92", 40),
    ]
    assert (shown["realCosts"], shown["parts"][0]["promised"]) == ("7430.04", "4000.00")


async def test_costs_above_all_pledges_change_nobodys_share(town: Any, courtyard: str) -> None:
    """INI-30: spending had stopped at 4,000.00; 9,600.01 leaves each at what it promised."""
    await town.done(courtyard, "starts", {}, WORKER)
    await town.done(courtyard, "expenses", {"amount": "4000.00"}, WORKER)
    more = {"amount": "0.01"}
    await town.refused(courtyard, "expenses", more, WORKER, "grant-exceeded")
    await town.done(courtyard, "completions", {}, WORKER)
    await town.done(courtyard, "settlements", {"costs": "9600.01"}, MANAGER)
    (fact,) = await town.facts_named(courtyard, "costs-settled")
    assert [one["share"] for one in fact["shares"]] == ["4000.00", "3600.00", "2000.00"]
    assert fact.get("released", []) == []
    assert (await town.get(BUDGET))["committed"] == "4000.00"


async def test_costs_nobody_stated_are_not_covered(town: Any) -> None:
    """INI-29: with a pledge it starts when the planned costs are known, and paid for."""
    i10 = await town.coffee()
    await town.granted(i10)
    await _pledge(town, i10, "assen", "500.00")
    problem = await town.refused(i10, "starts", {}, WORKER, "co-funding-incomplete")
    assert "state the planned costs" in problem["detail"]
    assert (await town.get(f"/initiatives/{i10}/funding"))["fullyCovered"] is None
    plan = {**town.plan, "costs": "2000.00"}
    await town.done(i10, "changes", {"plan": plan, "change": "Costs"}, WORKER)
    await town.done(i10, "starts", {}, WORKER)


async def test_the_division_is_by_what_was_granted(town: Any, courtyard: str) -> None:
    """INI-30: ended first, 1,000.00 went back; divided by 4,000.00, and billed to the cent."""
    await town.done(courtyard, "starts", {}, WORKER)
    await town.done(courtyard, "expenses", {"amount": "2800.00"}, WORKER)
    await town.done(courtyard, "obligations", {"amount": "300.00"}, WORKER)
    (order,) = await town.facts_named(courtyard, "obligation-entered")
    await town.done(courtyard, "completions", {}, WORKER)
    await town.done(courtyard, "support-endings", {"reason": "Done"}, MANAGER)
    assert (await town.get(BUDGET))["committed"] == "3100.00"
    await town.done(courtyard, "settlements", {"costs": "7430.04"}, MANAGER)
    (fact,) = await town.facts_named(courtyard, "costs-settled")
    assert [one["share"] for one in fact["shares"]] == ["3095.85", "2786.27", "1547.92"]
    assert (await town.get(BUDGET))["committed"] == "3095.85"
    bill = {"amount": "300.00", "obligation": order["obligation"]}
    problem = await town.refused(courtyard, "expenses", bill, WORKER, "spent-beyond-share")
    assert problem["detail"].endswith("is 3,095.85, of which 2,800.00 is spent.")
    await town.done(courtyard, "expenses", {**bill, "amount": "295.85"}, WORKER)


GARDENS: dict[str, Any] = {
    "benefit": {
        "households": 30,
        "ownTenants": 18,
        "divisible": True,
        "parts": 30,
        "ownParts": 18,
        "partName": "gardens",
    },
    "buildsOn": [],
    "costs": "7200.00",
}
SMALL = {"category": "infrastructure", "small": True, "property": "Own homes at the court"}


async def test_gardens_of_others_are_paid_by_others(town: Any) -> None:
    """INI-33: at most 4,320.00; with 1,680.00 the gap is 1,200.00; 25 gardens are covered."""
    gardens = await town.coffee("5520.00", plan=GARDENS, contribution=SMALL)
    line = (await town.not_granted(gardens, "5520.00"))["own-tenants-benefit"]
    assert (line["code"], line["reason"]) == (
        "beyond-own-tenants-share",
        "At most 4,320.00: 18 of 30 gardens.",
    )
    await town.granted(gardens, "4320.00")
    await _pledge(town, gardens, "assen", "1680.00")
    shown = await town.get(f"/initiatives/{gardens}/funding")
    assert (shown["promised"], shown["gap"]) == ("6000.00", "1200.00")
    await town.refused(gardens, "starts", {}, WORKER, "co-funding-incomplete")
    benefit = {**GARDENS["benefit"], "households": 25, "parts": 25}
    plan = {**town.plan, **GARDENS, "benefit": benefit, "costs": "6000.00"}
    await town.done(gardens, "changes", {"plan": plan, "change": "25 gardens"}, WORKER)
    shown = await town.get(f"/initiatives/{gardens}/funding")
    assert (shown["costs"], shown["gap"], shown["fullyCovered"]) == ("6000.00", "0.00", True)
    await town.done(gardens, "starts", {}, WORKER)


async def test_costs_named_with_the_request_are_to_be_covered_too(town: Any) -> None:
    """INI-33: what all of it costs stands once, whether the plan or the request says it."""
    plan = {**GARDENS, "costs": None}
    gardens = await town.coffee("5520.00", plan=plan, contribution=SMALL, costs="7200.00")
    await town.granted(gardens, "4320.00")
    await _pledge(town, gardens, "assen", "1680.00")
    assert (await town.get(f"/initiatives/{gardens}/funding"))["gap"] == "1200.00"
    more_gardens = {**town.plan, **GARDENS, "benefit": {**GARDENS["benefit"], "parts": 31}}
    answer = await town.step(
        gardens, "changes", {"plan": more_gardens, "change": "31 of 30"}, WORKER
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
