"""What is heard after a grant: lost, passing again, under review."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.effort_levels import EffortLevelEnded
from leefwijk.events.language.participation.involvement_checks import ConclusionDoubted
from leefwijk.events.language.participation.words import Group, Level

BUURT, WIJK = "BU01060100@2020", "WK010601@2020"
MORE = {"line": 1, "amount": "300.00", "reason": "More people come"}


async def _granted(town: Any, **more: Any) -> str:
    i1 = str(await town.coffee(**more))
    town.clock.set("2026-04-20T09:00:00Z")
    await town.read_all()
    await town.granted(i1)
    return i1


async def _spend(town: Any, id_: str, amount: str, **more: Any) -> Any:
    return await town.step(id_, "expenses", {"amount": amount, **more}, "neighbourhood_worker")


async def test_when_the_base_breaks_the_promise_stands_and_new_money_waits(
    town: Any, facts: Any
) -> None:
    """INI-14: lost once, spending goes on, a top-up waits until the base is in order again."""
    i1 = await _granted(town)
    assert (await _spend(town, i1, "400.00", on="2026-04-20")).status_code == 201
    town.clock.set("2026-05-18T09:00:00Z")
    broken = facts.verdict(on="2026-05-18", whole=["f2"])
    await town.hear("monitoring", "base-lariks-oost", broken, "M7")
    await town.again("M7")
    await town.again("M7")
    (lost,) = await town.facts_named(i1, "gate-no-longer-passed")
    assert (lost["gate"], lost["on"]) == ("base-in-order", "2026-05-18")
    assert lost["evidence"] == [facts.id_of("M7")]
    assert await town.facts_named(i1, "support-review-required") == []
    town.clock.set("2026-05-20T09:00:00Z")
    problem = await town.refused(i1, "support-top-ups", MORE, "area_manager", "gates-not-passed")
    (line,) = problem["refusals"][0]["lines"]
    assert (line["code"], line["evidence"]) == ("base-not-in-order", [facts.id_of("M7")])
    town.clock.set("2026-05-21T09:00:00Z")
    assert (await _spend(town, i1, "600.00", on="2026-05-21")).status_code == 201
    found = await town.get(f"/initiatives/{i1}")
    assert (found["status"], found["grants"][0]["left"]["1"]) == ("supported", "500.00")
    page = await town.get(f"/initiatives/{i1}/gates")
    then = {one["gate"]: one for one in page["atGrant"]}["base-in-order"]
    assert (then["outcome"], page["lost"][0]["since"]) == ("passed", "2026-05-18")
    repaired = facts.verdict(on="2026-06-01")
    await town.hear("monitoring", "base-lariks-oost", repaired, "M7b")
    (again,) = await town.facts_named(i1, "gate-passed-again")
    assert again["gate"] == "base-in-order"
    await town.done(i1, "support-top-ups", MORE, "area_manager")


async def test_when_another_becomes_responsible_no_new_order_is_paid(town: Any, facts: Any) -> None:
    """INI-19: lost and under review from the day on; what was ordered before is honoured."""
    i9 = await _granted(town, plan={"subjects": ["play-corner"]})
    town.clock.set("2026-06-01T09:00:00Z")
    role = facts.responsible("play-corner", area=BUURT, from_="2026-06-01")
    await town.hear("monitoring", "assen-play", role, "M12")
    (lost,) = await town.facts_named(i9, "gate-no-longer-passed")
    assert (lost["gate"], lost["on"]) == ("no-other-party-responsible", "2026-06-01")
    (review,) = await town.facts_named(i9, "support-review-required")
    assert (review["due"], review["since"]) == ("2026-06-15", "2026-06-01")
    town.clock.set("2026-06-12T09:00:00Z")
    answer = await _spend(town, i9, "500.00", on="2026-06-12")
    problem = answer.json()
    assert problem["code"] == "support-under-review"
    assert problem["detail"].startswith("Since 1 June ")
    assert problem["detail"].endswith("only orders from before that day are paid.")
    page = await town.get(f"/initiatives/{i9}/gates")
    assert [one["overdue"] for one in page["reviews"]] == [False]
    town.clock.set("2026-06-16T09:00:00Z")
    page = await town.get(f"/initiatives/{i9}/gates")
    assert [one["overdue"] for one in page["reviews"]] == [True]


async def test_a_role_that_begins_later_takes_effect_on_its_day(town: Any, facts: Any) -> None:
    """INI-19: heard in May, it is lost when 1 June begins, by the clock."""
    i9 = await _granted(town, plan={"subjects": ["play-corner"]})
    role = facts.responsible("play-corner", area=BUURT, from_="2026-06-01")
    await town.hear("monitoring", "assen-play", role, "M12")
    assert await town.facts_named(i9, "gate-no-longer-passed") == []
    await town.time_passes("2026-05-31T22:00:00Z")
    (lost,) = await town.facts_named(i9, "gate-no-longer-passed")
    assert lost["on"] == "2026-06-01"


async def test_when_the_last_own_home_is_sold_the_grant_is_reviewed(empty: Any, facts: Any) -> None:
    """INI-19: own dwellings at 0: the same course as with another's responsibility."""
    await empty.areas()
    await empty.hear("monitoring", "base", facts.verdict(), "M1")
    await empty.hear("monitoring", "lariks", facts.level(), "M2")
    await empty.homes({BUURT: 2})
    await empty.check("P1")
    await empty.read_all()
    i1 = await _granted(empty, plan={"benefit": {"openToEveryone": True}})
    await empty.sold(BUURT, 0)
    assert await empty.facts_named(i1, "gate-no-longer-passed") == []
    await empty.sold(BUURT, 1)
    (lost,) = await empty.facts_named(i1, "gate-no-longer-passed")
    assert lost["code"] == "no-own-tenants-benefit"
    (review,) = await empty.facts_named(i1, "support-review-required")
    assert review["gate"] == "own-tenants-benefit"
    answer = await _spend(empty, i1, "50.00", on="2026-04-20")
    assert answer.json()["code"] == "support-under-review"
    await empty.homes({BUURT: 1}, "H2")
    await empty.work()
    (again,) = await empty.facts_named(i1, "gate-passed-again")
    assert again["gate"] == "own-tenants-benefit"
    assert (await _spend(empty, i1, "50.00", on="2026-04-20")).status_code == 201


CHANGES: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "collective": (
        {"benefit": {"households": 2, "ownTenants": 2}},
        ["collective-interest"],
        ["collective-interest"],
    ),
    "care": ({"service": "care"}, ["legal-basis"], ["legal-basis"]),
    "effect": ({"effect": None}, ["expected-effect-stated"], []),
    "hours": ({"moments": "Thursday from ten to twelve"}, [], []),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_of_plan_reopens_the_gates_it_touches(town: Any, name: str) -> None:
    """INI-21: only the touched gate is judged, at once; law and purpose call for a review.

    What is ordered after 4 May is not paid; on that day the plan was still the one of the grant.
    """
    more, lost, reviewed = CHANGES[name]
    i1 = await _granted(town)
    town.clock.set("2026-05-04T09:00:00Z")
    plan = {key: value for key, value in {**town.plan, **more}.items() if value is not None}
    body = {"plan": plan, "change": "It goes otherwise"}
    await town.done(i1, "changes", body, "neighbourhood_worker")
    gone = await town.facts_named(i1, "gate-no-longer-passed")
    assert [fact["gate"] for fact in gone] == lost
    reviews = await town.facts_named(i1, "support-review-required")
    assert [fact["gate"] for fact in reviews] == reviewed
    said = [(fact["on"], fact["since"], fact["due"]) for fact in reviews]
    assert said == [("2026-05-04", "2026-05-05", "2026-05-18")] * len(reviewed)
    assert {fact["on"] for fact in gone} <= {"2026-05-04"}
    page = await town.get(f"/initiatives/{i1}/gates")
    (granted,) = await town.facts_named(i1, "support-granted")
    kept = [(line["gate"], line["outcome"], line["evidence"]) for line in page["atGrant"]]
    assert kept == [(one["gate"], "passed", one["evidence"]) for one in granted["gateLines"]]
    if name == "care":
        assert gone[0]["code"] == "legal-condition-not-met"
    if reviewed:
        town.clock.set("2026-05-05T09:00:00Z")
        assert (await _spend(town, i1, "50.00", on="2026-05-04")).status_code == 201
        answer = await _spend(town, i1, "50.00", on="2026-05-05")
        assert answer.json()["code"] == "support-under-review"
        await town.refused(i1, "support-top-ups", MORE, "area_manager", "support-under-review")
        body = {"gate": reviewed[0], "until": "2026-07-01", "reason": "It is a nice plan"}
        await town.refused(i1, "gate-overrides", body, "area_director", "gate-not-overridable")
        restored = {"plan": town.plan, "change": "As it was"}
        await town.done(i1, "changes", restored, "neighbourhood_worker")
        again = await town.facts_named(i1, "gate-passed-again")
        assert [fact["gate"] for fact in again] == reviewed
        assert (await _spend(town, i1, "50.00", on="2026-05-05")).status_code == 201
    if name == "effect":
        restored = {"plan": town.plan, "change": "An effect is stated"}
        await town.done(i1, "changes", restored, "neighbourhood_worker")
        assert len(await town.facts_named(i1, "gate-passed-again")) == 1


async def test_a_plan_that_moves_to_a_broken_place_makes_no_decision_untrue(
    town: Any, facts: Any
) -> None:
    """INI-14, INI-21: not in order since January, but the grant was for another place."""
    broken = facts.verdict(on="2026-01-15", complex_="c1", safe=["f1"])
    await town.hear("monitoring", "base-c1", broken, "M7")
    i1 = await _granted(town)
    body = {"plan": {**town.plan, "complex": "c1"}, "change": "In the hall of c1"}
    await town.done(i1, "changes", body, "neighbourhood_worker")
    (gone,) = await town.facts_named(i1, "gate-no-longer-passed")
    assert (gone["code"], gone["on"]) == ("base-not-in-order", "2026-04-20")
    assert await town.facts_named(i1, "support-review-required") == []
    await town.refused(i1, "support-top-ups", MORE, "area_manager", "gates-not-passed")


async def test_work_of_another_party_is_not_paid_from_the_day_after_it_came_in(
    town: Any,
) -> None:
    """INI-19, INI-21: public space is Assen's since 2020; what was ordered before is still paid."""
    i1 = await _granted(town)
    town.clock.set("2026-05-04T09:00:00Z")
    body = {"plan": {**town.plan, "subjects": ["public-space"]}, "change": "Also the verge"}
    await town.done(i1, "changes", body, "neighbourhood_worker")
    (review,) = await town.facts_named(i1, "support-review-required")
    assert (review["gate"], review["since"]) == ("no-other-party-responsible", "2026-05-05")
    assert (await _spend(town, i1, "50.00", on="2026-05-04")).status_code == 201


@pytest.mark.parametrize(("on", "reviewed"), [("2026-04-13", True), ("2026-04-14", False)])
async def test_what_happened_on_the_day_of_the_decision_counts_as_before_it(
    town: Any, on: str, *, reviewed: bool
) -> None:
    """INI-24: facts name days; on the day itself nobody can say that the grant came first."""
    i1 = str(await town.coffee())
    await town.granted(i1)
    town.clock.set("2026-04-14T09:00:00Z")
    await town.withdrawn("P1", on)
    assert len(await town.facts_named(i1, "gate-no-longer-passed")) == 1
    assert bool(await town.facts_named(i1, "support-review-required")) is reviewed


async def _late(town: Any) -> str:
    """B2, granted at 2026-04-13T09:00Z on what was read of participation 73 hours before."""
    await town.hearing.prove("monitoring", "housing_mix")
    i1 = str(await town.coffee())
    await town.sql(
        "update consumer_proofs set proved_at = '2026-04-10T08:00:00Z' where topic like '%partic%'"
    )
    await town.granted(i1)
    return i1


async def test_a_grant_on_old_knowledge_says_how_old(town: Any) -> None:
    """INI-24: own knowledge is used; the line reads stale, with its moment, before and after."""
    i1 = await _late(town)
    (granted,) = await town.facts_named(i1, "support-granted")
    line = next(one for one in granted["gateLines"] if one["gate"] == "residents-involvement")
    assert (line["outcome"], line["knowledge"]) == ("passed", "stale")
    assert line["asOf"] == "2026-04-10T08:00:00Z"
    read = (await town.lines(i1))["residents-involvement"]
    assert (read["knowledge"], read["asOf"]) == ("stale", "2026-04-10T08:00:00Z")


async def test_the_late_truth_reopens_a_decision(town: Any) -> None:
    """INI-24: withdrawn before the decision: review; spending goes on, top-ups wait."""
    i1 = await _late(town)
    town.clock.set("2026-04-14T09:00:00Z")
    await town.withdrawn("P1", "2026-04-11")
    (review,) = await town.facts_named(i1, "support-review-required")
    assert (review["gate"], review["code"], review["due"]) == (
        "residents-involvement",
        "involvement-check-withdrawn",
        "2026-04-28",
    )
    assert (await _spend(town, i1, "100.00", on="2026-04-14")).status_code == 201
    await town.refused(i1, "support-top-ups", MORE, "area_manager", "support-under-review")
    await town.override(i1, "residents-involvement", "2026-07-01")
    page = await town.get(f"/initiatives/{i1}/gates")
    assert page["reviews"] == []


LATE: dict[str, tuple[str, Any, str]] = {
    "base": ("base-lariks-oost", "verdict", "base-not-in-order"),
    "level": (
        "lariks",
        EffortLevelEnded(area=WIJK, level=EffortLevelName.EXTRA, on=date(2026, 4, 11)),
        "effort-level-expired",
    ),
    "doubt": (
        "p1",
        ConclusionDoubted(
            area=WIJK, group=Group.TENANTS, promise=Level.CONSULTED, on=date(2026, 4, 11)
        ),
        "involvement-check-in-doubt",
    ),
}


@pytest.mark.parametrize("name", LATE)
@pytest.mark.parametrize("before", [True, False])
async def test_any_gate_that_was_not_so_on_the_day_comes_back(
    town: Any, facts: Any, name: str, before: bool
) -> None:
    """INI-24: base, level and check alike; what became so after the decision is only noted."""
    i1 = str(await town.coffee())
    await town.granted(i1)
    town.clock.set("2026-04-14T09:00:00Z")
    subject, fact, code = LATE[name]
    day = "2026-04-11" if before else "2026-04-14"
    if name == "base":
        fact = facts.verdict(on=day, safe=["f1"])
    else:
        fact = fact.model_copy(update={"on": date.fromisoformat(day)})
    service = "participation" if name == "doubt" else "monitoring"
    await town.hear(service, subject, fact, "late")
    (lost,) = await town.facts_named(i1, "gate-no-longer-passed")
    assert (lost["code"], lost["on"]) == (code, day)
    reviews = await town.facts_named(i1, "support-review-required")
    assert [(one["code"], one["due"]) for one in reviews] == (
        [(code, "2026-04-28")] if before else []
    )


async def test_a_new_check_ends_the_review(town: Any) -> None:
    """INI-24: a new valid check keeps the grant without any override."""
    i1 = await _late(town)
    town.clock.set("2026-04-14T09:00:00Z")
    await town.withdrawn("P1", "2026-04-11")
    await town.check("P2")
    assert len(await town.facts_named(i1, "gate-passed-again")) == 1
    assert (await town.get(f"/initiatives/{i1}/gates"))["reviews"] == []


async def test_the_later_truth_does_not(town: Any) -> None:
    """INI-24: withdrawn after the decision: noted, no review; a second check records nothing."""
    i1 = await _late(town)
    town.clock.set("2026-04-14T09:00:00Z")
    before = await town.facts(i1)
    await town.check("P2", through="2026-12-01")
    assert await town.facts(i1) == before
    await town.withdrawn("P2", "2026-04-14")
    await town.withdrawn("P1", "2026-04-14")
    assert len(await town.facts_named(i1, "gate-no-longer-passed")) == 1
    assert await town.facts_named(i1, "support-review-required") == []


async def test_an_override_does_not_cover_another_ground(town: Any) -> None:
    """INI-12: given for an expired check, it lapses once when the check is withdrawn."""
    await town.sql("delete from known_answers")
    await town.check("P3", through="2026-03-31")
    i1 = await town.coffee()
    town.clock.set("2026-04-14T09:00:00Z")
    await town.override(i1, "residents-involvement", "2026-07-31")
    town.clock.set("2026-05-04T09:00:00Z")
    await town.withdrawn("P3", "2026-05-04")
    await town.again("P3-withdrawn")
    (lapsed,) = await town.facts_named(i1, "gate-override-lapsed")
    assert lapsed["ground"] == "ground-changed"
    town.clock.set("2026-05-05T09:00:00Z")
    line = (await town.not_granted(i1))["residents-involvement"]
    assert line["code"] == "involvement-check-withdrawn"
    assert line["reason"].endswith(
        "The override of 14 April was given for an expired check, not for a withdrawn one."
    )
    await town.override(i1, "residents-involvement", "2026-07-31")
    page = await town.get(f"/initiatives/{i1}/gates")
    assert [one["ended"] for one in page["overrides"]] == ["ground-changed", None]
    await town.granted(i1)
