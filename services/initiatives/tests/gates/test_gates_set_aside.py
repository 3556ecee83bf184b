"""Overrides: a director, a reason, a second person, one ground, and a last day."""

from __future__ import annotations

from typing import Any

import pytest

UNTIL = "2026-07-01"
LIGHTS = "lights are ordered, residents should not wait"


async def _broken(town: Any, facts: Any, **failing: list[str]) -> None:
    """M6: the base of De Lariks Oost is not in order."""
    fact = facts.verdict(on="2026-04-10", **(failing or {"safe": ["f1"]}))
    await town.hear("monitoring", "base-lariks-oost", fact, "M6")


def _body(gate: str = "base-in-order", **more: Any) -> dict[str, Any]:
    return {"gate": gate, "until": UNTIL, "reason": LIGHTS, **more}


async def test_an_override_never_turns_the_line_green(town: Any, facts: Any) -> None:
    """INI-11: the grant succeeds, and its line reads failed, set aside, with who and why."""
    await _broken(town, facts)
    i1 = await town.coffee()
    await town.done(i1, "gate-overrides", _body(), "area_director", who="d1")
    (given,) = await town.facts_named(i1, "gate-overridden")
    assert {name: given[name] for name in ("gate", "request", "code", "evidence", "reason")} == {
        "gate": "base-in-order",
        "request": 1,
        "code": "base-not-in-order",
        "evidence": [facts.id_of("M6")],
        "reason": LIGHTS,
    }
    assert (given["role"], given["until"]) == ("area_director", UNTIL)
    await town.granted(i1)
    (granted,) = await town.facts_named(i1, "support-granted")
    line = next(one for one in granted["gateLines"] if one["gate"] == "base-in-order")
    assert line["outcome"] == "failed"
    assert line["evidence"] == [facts.id_of("M6")]
    assert line["setAside"] == {
        "means": "override",
        "role": "area_director",
        "on": "2026-04-13",
        "until": UNTIL,
    }
    # partners read the grant: neither the finding nor the director is quoted to them
    assert LIGHTS not in str(granted)
    assert "reason" not in line
    await town.hear("monitoring", "base-lariks-oost", facts.verdict(on="2026-05-01"), "M7")
    page = await town.get(f"/initiatives/{i1}/gates")
    assert [override["gate"] for override in page["overrides"]] == ["base-in-order"]
    (shown,) = page["overrides"]
    assert (shown["role"], shown["reason"]) == ("area_director", LIGHTS)
    assert (await town.get(f"/initiatives/{i1}"))["gatesSetAside"] == ["base-in-order"]
    assert {line["gate"]: line["outcome"] for line in page["lines"]}["base-in-order"] == "passed"
    then = {line["gate"]: line for line in page["atGrant"]}["base-in-order"]
    assert (then["outcome"], then["setAside"]["reason"]) == ("failed", LIGHTS)


async def test_four_eyes(town: Any, facts: Any) -> None:
    """INI-11: who sets a gate aside does not decide on the same request."""
    await _broken(town, facts)
    i1 = await town.coffee()
    await town.sql("insert into actors (issuer, subject) values ('x', 'y') on conflict do nothing")
    await town.done(i1, "gate-overrides", _body(), "area_director", who="d1")
    body = {"lines": [{"line": 1, "amount": "1500.00"}]}
    same = "area_director-d1"
    version = (await town.get(f"/initiatives/{i1}"))["version"]
    token = town.issuer.token("area_manager", subject=same)
    answer = await town.client.post(
        f"/v1/initiatives/{i1}/support-grants",
        json=body,
        headers={"Authorization": f"Bearer {token}", "If-Match": f'"{version}"'},
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "four-eyes-required")
    assert "Who sets a gate aside does not decide on the same request." in problem["detail"]
    await town.granted(i1, who="m1")


async def test_what_an_override_needs(town: Any, facts: Any) -> None:
    """INI-11: a reason, a director, and a gate that does not pass."""
    await _broken(town, facts)
    i1 = await town.coffee()
    for reason in ("", "   "):
        body = _body(reason=reason)
        await town.refused(i1, "gate-overrides", body, "area_director", "reason-missing")
    unsaid = {"gate": "base-in-order", "until": UNTIL}
    await town.refused(i1, "gate-overrides", unsaid, "area_director", "reason-missing")
    for role in ("area_manager", "neighbourhood_worker", "partner", "analyst"):
        answer = await town.step(i1, "gate-overrides", _body(), role)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed"), role
    passing = _body("residents-involvement")
    await town.refused(i1, "gate-overrides", passing, "area_director", "nothing-to-override")


async def test_an_override_lapses_on_its_date(town: Any, facts: Any) -> None:
    """INI-12: on its last day the grant passes; when the next day arrives it lapses by itself."""
    await town.sql("delete from known_answers")
    await town.check("P1", through="2026-03-31")
    i1 = await town.coffee()
    town.clock.set("2026-04-14T09:00:00Z")
    await town.override(i1, "residents-involvement", "2026-07-31")
    other = await town.coffee()
    await town.override(other, "residents-involvement", "2026-07-31")
    await town.time_passes("2026-07-31T21:59:00Z")
    await town.granted(i1)
    await town.time_passes("2026-07-31T22:00:00Z")
    await town.time_passes("2026-08-01T22:00:00Z")
    (lapsed,) = await town.facts_named(other, "gate-override-lapsed")
    assert (lapsed["ground"], lapsed["on"]) == ("date-passed", "2026-08-01")
    line = (await town.not_granted(other))["residents-involvement"]
    assert line["code"] == "involvement-check-expired"


async def test_an_override_is_taken_back(town: Any, facts: Any) -> None:
    """INI-11: a director takes it back with a reason; it stays in the history."""
    await _broken(town, facts)
    i1 = await town.coffee()
    await town.override(i1, "base-in-order", UNTIL)
    page = await town.get(f"/initiatives/{i1}/gates")
    named = {"override": page["overrides"][0]["override"]}
    await town.refused(i1, "gate-override-withdrawals", named, "area_director", "reason-missing")
    body = {**named, "reason": "The lights are not coming"}
    await town.done(i1, "gate-override-withdrawals", body, "area_director")
    await town.not_granted(i1)
    await town.refused(i1, "gate-override-withdrawals", body, "area_director", "unknown-override")
    page = await town.get(f"/initiatives/{i1}/gates")
    assert [override["ended"] for override in page["overrides"]] == ["withdrawn"]


async def test_work_that_repairs_the_base_is_not_stopped_by_it(town: Any, facts: Any) -> None:
    """INI-13: a plan that works on the failing step passes, on the verdict and the plan."""
    await _broken(town, facts)
    await town.check("P8", theme="safety")
    light = await town.coffee(themes=["safety"], plan={"repairs": [facts.id_of("f1")]})
    line = (await town.lines(light))["base-in-order"]
    assert line["outcome"] == "passed"
    assert "failing step: safe" in line["reason"]
    (proposal,) = await town.ids(light, "initiative-proposed")
    assert line["evidence"] == [facts.id_of("M6"), proposal]
    other = await town.coffee(themes=["safety"], plan={"repairs": [facts.id_of("f3")]})
    assert (await town.lines(other))["base-in-order"]["code"] == "base-not-in-order"
    coffee = await town.coffee()
    assert (await town.lines(coffee))["base-in-order"]["code"] == "base-not-in-order"
    await _worse(town, facts)
    line = (await town.lines(light))["base-in-order"]
    assert line["code"] == "base-not-in-order"
    assert facts.id_of("f2") in line["reason"]
    assert facts.id_of("f1") not in line["reason"]


async def _worse(town: Any, facts: Any) -> None:
    both = facts.verdict(on="2026-04-11", safe=["f1"], whole=["f2"])
    await town.hear("monitoring", "base-lariks-oost", both, "M6b")


ADVENTURE: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "logo": ({"contribution": None}, "legal-basis", "no-legal-category", "Decline"),
    "ramp": (
        {"plan": {"benefit": {"households": 1, "ownTenants": 1}}},
        "collective-interest",
        "no-collective-interest",
        "Wmo 2015",
    ),
    "mowing": (
        {"plan": {"subjects": ["public-space"]}},
        "no-other-party-responsible",
        "other-party-responsible",
        "Refer",
    ),
    "games": (
        {"area": "BU01060101@2020"},
        "own-tenants-benefit",
        "no-own-tenants-benefit",
        "`none` or `connect`",
    ),
    "project": (
        {"plan": {"effect": None}},
        "expected-effect-stated",
        "no-expected-effect",
        "State",
    ),
}


@pytest.mark.parametrize("name", ADVENTURE)
async def test_what_law_or_purpose_forbids_nobody_sets_aside(
    town: Any, facts: Any, name: str
) -> None:
    """INI-15: `gate-not-overridable`, with what can be done instead."""
    more, gate, code, way = ADVENTURE[name]
    i = await town.coffee("750.00", **more)
    line = (await town.lines(i))[gate]
    assert line["code"] == code
    assert line.get("overridableBy") is None
    assert way in line["wayOn"]
    if name == "mowing":
        assert facts.id_of("M5") in line["evidence"]
    problem = await town.refused(
        i, "gate-overrides", _body(gate), "area_director", "gate-not-overridable"
    )
    assert problem["detail"] == (
        "Nobody may set this line aside: it rests on law or on the collective purpose, "
        "or it can simply be repaired."
    )
    assert way in problem["refusals"][0]["wayOn"]


@pytest.mark.parametrize("name", ADVENTURE)
async def test_small_support_does_not_go_round_the_law(town: Any, name: str) -> None:
    """INI-15: with the yearly assessment only a missing effect passes, on that assessment."""
    more, gate, code, _way = ADVENTURE[name]
    i = await town.coffee("500.00", **more)
    await town.assess_small(WIJK)
    line = (await town.lines(i))[gate]
    if name == "project":
        assert line["outcome"] == "passed"
        (assessed,) = line["evidence"]
        assert assessed == await town.id_of_assessment(WIJK)
    else:
        assert line["code"] == code


WIJK = "WK010601@2020"


async def test_small_support_takes_one_form_and_one_decision(empty: Any, facts: Any) -> None:
    """INI-22, DESIGN 8.8: own rules rest on the assessment; the euros must still be left."""
    await empty.areas()
    await empty.hear("monitoring", "lariks", facts.level(y2026="600.00"), "M2")
    await empty.homes({"BU01060100@2020": 12})
    await empty.assess_small(WIJK)
    barbecue = await empty.coffee("500.00", plan={"effect": None})
    await empty.granted(barbecue, "500.00")
    (granted,) = await empty.facts_named(barbecue, "support-granted")
    evidence = await empty.id_of_assessment(WIJK)
    rests = {line["gate"] for line in granted["gateLines"] if evidence in line.get("evidence", [])}
    assert rests == {
        "residents-involvement",
        "base-in-order",
        "expected-effect-stated",
        "effort-level-and-budget",
    }
    second = await empty.coffee("500.00", plan={"effect": None})
    line = (await empty.not_granted(second, "500.00"))["effort-level-and-budget"]
    assert line["code"] == "budget-exceeded"
    assert "100.00 is left" in line["reason"]
    larger = await empty.coffee("500.01", plan={"effect": None})
    codes = {line["code"] for line in (await empty.not_granted(larger, "500.01")).values()}
    assert {"no-involvement-check", "base-unknown", "no-expected-effect"} <= codes


async def test_without_the_assessment_all_nine_are_judged(empty: Any) -> None:
    """INI-22: small support in an area that was not assessed is judged as any other."""
    await empty.areas()
    small = await empty.coffee("100.00")
    codes = {line["code"] for line in (await empty.not_granted(small, "100.00")).values()}
    assert {"no-involvement-check", "base-unknown", "effort-level-not-known"} <= codes


async def test_an_assessment_names_own_rules_only(town: Any) -> None:
    """DESIGN 8.8: no yearly assessment stands in for a legal gate, and it misses no own rule."""
    grounds = [{"gate": "legal-basis", "says": "It is fine"}]
    path = f"/area-budgets/{WIJK}/small-support-assessments"
    body = {"year": 2026, "grounds": grounds, "reason": "Looked at together"}
    answer = await town.post(path, body, "area_manager")
    assert answer.json()["code"] == "law-cannot-be-set-aside"
    body["grounds"] = [{"gate": "base-in-order", "says": "Clean, whole, safe"}]
    answer = await town.post(path, body, "area_manager")
    assert answer.json()["code"] == "ground-missing"
    answer = await town.post(path, body, "neighbourhood_worker")
    assert answer.json()["code"] == "role-not-allowed"
