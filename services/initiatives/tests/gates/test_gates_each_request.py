"""Each request is judged on its own lines: also beside another one, and when a year has turned."""

from __future__ import annotations

from datetime import date
from typing import Any

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.effort_levels import EffortLevelBridged, YearBudget

BUURT, WIJK = "BU01060100@2020", "WK010601@2020"
MORE = {"line": 1, "reason": "More people come"}
WORKER, MANAGER, DIRECTOR = "neighbourhood_worker", "area_manager", "area_director"
YEARLY = {"rhythm": "yearly"}


def _later(town: Any) -> dict[str, Any]:
    return {"effect": {**town.plan["effect"], "by": "2028-12-31"}}


async def _broken(town: Any, facts: Any, on: str = "2026-04-10") -> None:
    fact = facts.verdict(on=on, safe=["f1"])
    await town.hear("monitoring", "base-lariks-oost", fact, f"broken-{on}")


async def _two(town: Any) -> str:
    """R1 granted for meeting, once; R2 asked without a category, every year."""
    i1 = str(await town.coffee())
    await town.granted(i1)
    await town.request(i1, "2000.00", contribution=None, nature=YEARLY)
    return i1


# --- what is small


async def test_what_was_asked_in_december_is_not_small_in_january(town: Any, facts: Any) -> None:
    """INI-22: 20,000.00 asked on 20 December is decided on all nine gates on 5 January."""
    await town.check("P-later", through="2028-12-31")
    town.clock.set("2026-12-20T09:00:00Z")
    i1 = await town.coffee("20000.00", plan=_later(town))
    await town.assess_small(WIJK, 2027)
    town.clock.set("2027-01-05T09:00:00Z")
    await _broken(town, facts)
    lines = await town.not_granted(i1, "20000.00")
    assert list(lines) == ["base-in-order"]


async def test_a_top_up_counts_with_all_of_its_request(town: Any, facts: Any) -> None:
    """INI-14, INI-22: 400.00 of 2026 with 200.00 on top in 2027 is no small support."""
    await town.check("P-later", through="2028-12-31")
    i1 = await town.coffee("400.00", plan=_later(town))
    await town.granted(i1, "400.00")
    await town.assess_small(WIJK)
    await town.assess_small(BUURT)
    town.clock.set("2027-01-05T09:00:00Z")
    await town.assess_small(WIJK, 2027)
    await _broken(town, facts)
    body = {**MORE, "amount": "100.01"}
    problem = await town.refused(i1, "support-top-ups", body, MANAGER, "gates-not-passed")
    assert [line["gate"] for line in problem["refusals"][0]["lines"]] == ["base-in-order"]
    await town.done(i1, "support-top-ups", {**MORE, "amount": "100.00"}, MANAGER)
    # the 100.00 of 2027 counts for what is asked for in 2027, the 400.00 of 2026 does not
    await town.request(i1, "400.01")
    assert list(await town.not_granted(i1, "400.01")) == ["base-in-order"]
    await town.request(i1, "400.00")
    await town.granted(i1, "400.00")


async def test_a_base_that_breaks_in_the_next_year_is_noted(town: Any, facts: Any) -> None:
    """INI-14: 1,500.00 of 2026 is not small in February 2027; the break is recorded."""
    await town.check("P-later", through="2028-12-31")
    i1 = await town.coffee(plan=_later(town))
    await town.granted(i1)
    town.clock.set("2027-02-10T09:00:00Z")
    await town.assess_small(WIJK, 2027)
    await _broken(town, facts, "2027-02-10")
    (lost,) = await town.facts_named(i1, "gate-no-longer-passed")
    assert (lost["gate"], lost["on"]) == ("base-in-order", "2027-02-10")


# --- one request beside another


async def test_a_grant_is_judged_on_its_own_request(town: Any, facts: Any) -> None:
    """INI-14, INI-19: what R2 lacks is no loss of R1, also where R2 was declined already."""
    i1 = await _two(town)
    euros = (YearBudget(year=2026, amount=1),)
    bridged = EffortLevelBridged(
        area=WIJK,
        level=EffortLevelName.EXTRA,
        last_day=date(2028, 12, 31),
        through=date(2029, 6, 30),
        reason="The evaluation is not ready",
        role=DIRECTOR,
        on=date(2026, 4, 13),
        budgets=euros,
    )
    await town.hear("monitoring", "lariks", bridged, "bridged")
    plan = {**town.plan, "benefit": {**town.plan["benefit"], "households": 61}}
    await town.done(i1, "changes", {"plan": plan, "change": "One more"}, WORKER)
    refusal = {"reason": "None of the four", "nextStep": "Go on alone"}
    await town.done(i1, "support-refusals", refusal, MANAGER)
    await town.done(i1, "changes", {"plan": town.plan, "change": "One less"}, WORKER)
    assert await town.facts_named(i1, "gate-no-longer-passed", "support-review-required") == []
    lines = await town.lines(i1)
    assert {line["outcome"] for line in lines.values()} == {"passed"}


async def test_a_top_up_is_judged_on_the_request_it_tops_up(town: Any) -> None:
    """INI-14, INI-21: R1 gets more, whatever R2 lacks."""
    i1 = await _two(town)
    body = {**MORE, "request": 1, "amount": "300.00"}
    await town.done(i1, "support-top-ups", body, MANAGER)
    assert {"legal-basis", "effort-level-and-budget"} <= set(await town.not_granted(i1, "2000.00"))


async def test_an_override_is_for_one_request(town: Any, facts: Any) -> None:
    """INI-11, INI-12: set aside for R2, the base still stops a top-up of R1."""
    i1 = await town.coffee()
    await town.granted(i1)
    town.clock.set("2026-04-14T09:00:00Z")
    await _broken(town, facts, "2026-04-14")
    await town.request(i1, "400.00")
    await town.override(i1, "base-in-order", "2026-07-01")
    body = {**MORE, "request": 1, "amount": "300.00"}
    problem = await town.refused(i1, "support-top-ups", body, MANAGER, "gates-not-passed")
    assert [line["gate"] for line in problem["refusals"][0]["lines"]] == ["base-in-order"]
    await town.granted(i1, "400.00")
    (given,) = await town.facts_named(i1, "gate-overridden")
    assert given["request"] == 2


async def test_a_review_ends_by_an_override_of_its_own_request(town: Any) -> None:
    """INI-24: R2 waits; the override names R1, and the review of R1 is over."""
    i1 = await town.coffee()
    await town.granted(i1)
    await town.request(i1, "400.00")
    town.clock.set("2026-04-14T09:00:00Z")
    await town.withdrawn("P1", "2026-04-11")
    assert len((await town.get(f"/initiatives/{i1}/gates"))["reviews"]) == 1
    await town.override(i1, "residents-involvement", "2026-07-01", request=1)
    assert (await town.get(f"/initiatives/{i1}/gates"))["reviews"] == []
    body = {"gate": "residents-involvement", "until": "2026-07-01", "reason": "Why", "request": 3}
    await town.refused(i1, "gate-overrides", body, DIRECTOR, "nothing-requested")


async def test_a_change_of_plan_reviews_each_grant_that_it_touches(town: Any) -> None:
    """INI-21: two grants, one of them for care from now on: that one comes back to the table."""
    i1 = await town.coffee()
    await town.granted(i1)
    await town.request(i1, "400.00", line={"service": "other"})
    await town.granted(i1, "400.00")
    plan = {**town.plan, "service": "care"}
    await town.done(i1, "changes", {"plan": plan, "change": "Care"}, WORKER)
    reviews = await town.facts_named(i1, "support-review-required")
    assert [one["request"] for one in reviews] == [1]
    (lost,) = await town.facts_named(i1, "gate-no-longer-passed")
    assert (lost["request"], lost["gate"]) == (1, "legal-basis")
    await town.done(i1, "changes", {"plan": town.plan, "change": "Coffee again"}, WORKER)
    (again,) = await town.facts_named(i1, "gate-passed-again")
    assert (again["request"], again["gate"]) == (1, "legal-basis")
    assert (await town.get(f"/initiatives/{i1}/gates"))["reviews"] == []


async def test_each_grant_that_loses_a_gate_is_named(town: Any, facts: Any) -> None:
    """INI-14, INI-23: the base breaks under two grants: once for each, and it is one gate."""
    i1 = await town.coffee()
    await town.granted(i1)
    await town.request(i1, "400.00")
    await town.granted(i1, "400.00")
    town.clock.set("2026-05-18T09:00:00Z")
    await _broken(town, facts, "2026-05-18")
    await town.again("broken-2026-05-18")
    lost = await town.facts_named(i1, "gate-no-longer-passed")
    assert [(one["request"], one["gate"]) for one in lost] == [
        (1, "base-in-order"),
        (2, "base-in-order"),
    ]
    assert (await town.get(f"/initiatives/{i1}"))["gatesLost"] == 1
    await town.done(i1, "support-endings", {"request": 1, "reason": "Done"}, MANAGER)
    await town.hear("monitoring", "base-lariks-oost", facts.verdict(on="2026-05-20"), "whole")
    again = await town.facts_named(i1, "gate-passed-again")
    assert [one["request"] for one in again] == [2]
    # what an ended grant had lost is no concern any more
    assert (await town.get(f"/initiatives/{i1}"))["gatesLost"] == 0


async def test_what_one_grant_lost_is_no_news_hidden_from_another(town: Any, facts: Any) -> None:
    """INI-14: R2 was granted on an override while R1 had lost the base: R1 alone regains it."""
    i1 = await town.coffee()
    await town.granted(i1)
    town.clock.set("2026-04-14T09:00:00Z")
    await _broken(town, facts, "2026-04-14")
    await town.request(i1, "400.00")
    await town.override(i1, "base-in-order", "2026-07-01")
    await town.granted(i1, "400.00")
    await town.hear("monitoring", "base-lariks-oost", facts.verdict(on="2026-04-15"), "whole")
    assert [one["request"] for one in await town.facts_named(i1, "gate-passed-again")] == [1]
    await _broken(town, facts, "2026-04-16")
    lost = await town.facts_named(i1, "gate-no-longer-passed")
    assert [one["request"] for one in lost] == [1, 1, 2]
    gates = await town.get(f"/initiatives/{i1}/gates")
    assert [(one["request"], one["again"]) for one in gates["lost"]] == [
        (1, "2026-04-14"),
        (1, None),
        (2, None),
    ]


async def test_other_lines_are_another_ground(town: Any) -> None:
    """INI-12: an override given for 1,500.00 does not cover the 20,000.00 that came instead."""
    i1 = await town.coffee("23000.00")
    await town.granted(i1, "23000.00")
    i2 = await town.coffee()
    await town.override(i2, "effort-level-and-budget", "2026-07-01")
    await town.request(i2)
    assert await town.facts_named(i2, "gate-override-lapsed") == []
    await town.request(i2, "20000.00")
    (lapsed,) = await town.facts_named(i2, "gate-override-lapsed")
    assert lapsed["ground"] == "ground-changed"
    lines = await town.not_granted(i2, "20000.00")
    assert lines["effort-level-and-budget"]["code"] == "budget-exceeded"


VISITS = {"category": "social_work", "ownTenantsOnly": True}


async def test_the_share_of_own_tenants_is_not_passed_by_asking_twice(town: Any) -> None:
    """INI-18, INI-33: of 18,000.00 at most 11,700.00, in one request or in several."""
    benefit = {"openToEveryone": True, "households": 120, "ownTenants": 78}
    i8 = await town.coffee(
        "11700.00", plan={"benefit": benefit}, contribution=VISITS, costs="18000.00"
    )
    await town.granted(i8, "11700.00")
    await town.request(i8, "100.00", contribution=VISITS)
    lines = await town.not_granted(i8, "100.00")
    assert lines["own-tenants-benefit"]["code"] == "beyond-own-tenants-share"
    # what was not spent when it ended is no longer granted
    end = {"request": 1, "reason": "It was not needed"}
    await town.done(i8, "support-endings", end, MANAGER)
    await town.granted(i8, "100.00")


# --- the nature of the support


async def _nature(town: Any, facts: Any, level: str, **more: Any) -> str | None:
    await town.hear("monitoring", "lariks", facts.level(name=level), f"M2-{level}")
    line = (await town.lines(await town.coffee(**more)))["effort-level-and-budget"]
    return str(line["code"]) if line.get("code") else None


async def test_whose_proposal_it_is_follows_from_who_takes_it(town: Any, facts: Any) -> None:
    """INI-20: basic is reactive: a nature that leaves out whose proposal it is changes nothing."""
    own = {"taker": "corporation", "role": "lead"}
    for nature in ({}, {"nature": {"rhythm": "once"}}):
        assert await _nature(town, facts, "basic", **own, **nature) == "nature-beyond-effort-level"
    asked = {"nature": {"origin": "residents", "rhythm": "once"}}
    assert await _nature(town, facts, "basic", **own, **asked) is None
    assert await _nature(town, facts, "basic", nature={"rhythm": "once"}) is None


async def test_three_years_that_follow_each_other_are_structural(town: Any, facts: Any) -> None:
    """INI-20: three successive single years are; a line into the next year, or years apart, not."""

    async def code(*until: str) -> str | None:
        i1 = await town.propose()
        line = {"kind": "money", "purpose": "Coffee", "amount": "100.00"}
        lines = [{"line": n, "until": day, **line} for n, day in enumerate(until, 1)]
        await town.done(i1, "support-requests", {"lines": lines}, WORKER)
        return (await town.lines(i1))["effort-level-and-budget"].get("code")

    assert await code("2026-12-31", "2027-03-31") is None
    assert await code("2026-12-31", "2028-12-31", "2030-12-31") is None
    assert await code("2026-12-31", "2028-12-31", "2027-12-31") == "nature-beyond-effort-level"
