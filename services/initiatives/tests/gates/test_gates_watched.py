"""What stays watched after a grant: repaired and broken again, lapsed, withdrawn, assessed anew."""

from __future__ import annotations

from typing import Any

from leefwijk.events.language.monitoring.partners import PartnerKind, PartnerRegistered

BUURT, WIJK, ASSEN = "BU01060100@2020", "WK010601@2020", "GM0106@2020"
MORE = {"line": 1, "amount": "300.00", "reason": "More people come"}
WORKER, MANAGER, DIRECTOR = "neighbourhood_worker", "area_manager", "area_director"
BASE, INVOLVED = "base-in-order", "residents-involvement"


async def _base(town: Any, facts: Any, on: str, **failing: list[str]) -> None:
    town.clock.set(f"{on}T09:00:00Z")
    await town.hear("monitoring", "base-lariks-oost", facts.verdict(on=on, **failing), f"base-{on}")


# --- who is responsible


async def _partner(town: Any) -> None:
    assen = PartnerRegistered(
        name="Assen", kind=PartnerKind.MUNICIPALITY, municipalities=("GM0106",)
    )
    await town.hear("monitoring", "assen", assen, "assen")


async def test_another_found_responsible_stops_new_orders(town: Any) -> None:
    """INI-19: assessed on 12 June with a grant open: lost, under review, and no new order."""
    await _partner(town)
    i9 = await town.coffee()
    await town.granted(i9)
    town.clock.set("2026-06-12T09:00:00Z")
    body = {"partner": "assen", "because": "it lies on their verge"}
    await town.done(i9, "responsibility-assessments", body, MANAGER)
    (lost,) = await town.facts_named(i9, "gate-no-longer-passed")
    assert (lost["code"], lost["on"]) == ("other-party-responsible", "2026-06-12")
    (review,) = await town.facts_named(i9, "support-review-required")
    assert (review["gate"], review["due"]) == ("no-other-party-responsible", "2026-06-26")
    order = {"amount": "100.00", "on": "2026-06-12"}
    await town.refused(i9, "obligations", order, WORKER, "support-under-review")
    own = {"because": "it turned out to be our own ground"}
    await town.done(i9, "responsibility-assessments", own, MANAGER)
    assert len(await town.facts_named(i9, "gate-passed-again")) == 1
    assert (await town.get(f"/initiatives/{i9}/gates"))["reviews"] == []


async def test_found_to_be_our_own_ends_the_review_of_a_role(town: Any, facts: Any) -> None:
    """INI-05, INI-19: under review for M12; with the look at this very initiative it passes."""
    i9 = await town.coffee(plan={"subjects": ["play-corner"]})
    await town.granted(i9)
    town.clock.set("2026-06-01T09:00:00Z")
    role = facts.responsible("play-corner", area=BUURT, from_="2026-06-01")
    await town.hear("monitoring", "assen-play", role, "M12")
    assert len((await town.get(f"/initiatives/{i9}/gates"))["reviews"]) == 1
    body = {"because": "own ground"}
    await town.done(i9, "responsibility-assessments", body, WORKER)
    assert (await town.get(f"/initiatives/{i9}/gates"))["reviews"] == []


# --- overrides


async def test_an_override_of_one_day_keeps_no_grant_for_good(town: Any) -> None:
    """INI-12, INI-24: it lapses and nobody was asked anew: the review is open again."""
    i1 = await town.coffee()
    await town.granted(i1)
    town.clock.set("2026-04-14T09:00:00Z")
    await town.withdrawn("P1", "2026-04-11")
    await town.override(i1, INVOLVED, "2026-04-14")
    assert (await town.get(f"/initiatives/{i1}/gates"))["reviews"] == []
    await town.time_passes("2026-04-14T22:00:00Z")
    await town.time_passes("2026-04-15T22:00:00Z")
    first, second = await town.facts_named(i1, "support-review-required")
    assert {one["code"] for one in (first, second)} == {"involvement-check-withdrawn"}
    assert (second["since"], second["due"]) == ("2026-04-11", "2026-04-29")
    await town.override(i1, INVOLVED, "2026-07-01")
    page = await town.get(f"/initiatives/{i1}/gates")
    assert page["reviews"] == []
    named = {"override": page["overrides"][-1]["override"], "reason": "It was not enough"}
    await town.done(i1, "gate-override-withdrawals", named, DIRECTOR)
    (review,) = (await town.get(f"/initiatives/{i1}/gates"))["reviews"]
    assert review["gate"] == INVOLVED


async def test_an_override_that_lapses_after_a_new_check_reopens_nothing(town: Any) -> None:
    """INI-24: residents were asked anew in the meantime; what lapses was no longer needed."""
    i1 = await town.coffee()
    await town.granted(i1)
    town.clock.set("2026-04-14T09:00:00Z")
    await town.withdrawn("P1", "2026-04-11")
    await town.override(i1, INVOLVED, "2026-04-20")
    await town.check("P2")
    await town.time_passes("2026-04-20T22:00:00Z")
    assert len(await town.facts_named(i1, "gate-override-lapsed")) == 1
    assert len(await town.facts_named(i1, "support-review-required")) == 1


async def test_a_message_that_waits_ends_no_override(town: Any, facts: Any) -> None:
    """INI-12: not understood is no other ground; nothing is recorded until there is word."""
    await _base(town, facts, "2026-04-13", safe=["f1"])
    i1 = await town.coffee()
    await town.override(i1, BASE, "2026-07-01")
    before = await town.facts(i1)
    unclear = facts.verdict(on="2026-04-14", whole=["f2"])
    await town.not_understood("monitoring", "base-lariks-oost", unclear, "garbled")
    elsewhere = facts.verdict("BU01060101@2020", on="2026-04-14")
    await town.hear("monitoring", "base-other", elsewhere, "elsewhere")
    wider = facts.verdict(WIJK, on="2026-04-14")
    await town.hear("monitoring", "base-wk", wider, "wider")
    assert (await town.lines(i1))[BASE]["knowledge"] == "held"
    assert await town.facts(i1) == before


async def test_what_was_set_aside_at_the_grant_is_watched_once_it_passes(
    town: Any, facts: Any
) -> None:
    """INI-09, INI-14: repaired, then broken again: that is a loss as any other."""
    await _base(town, facts, "2026-04-13", safe=["f1"])
    i1 = await town.coffee()
    await town.override(i1, BASE, "2026-04-30")
    await town.granted(i1)
    await _base(town, facts, "2026-05-04")
    await _base(town, facts, "2026-05-18", safe=["f3"])
    (lost,) = await town.facts_named(i1, "gate-no-longer-passed")
    assert (lost["gate"], lost["on"]) == (BASE, "2026-05-18")
    assert await town.facts_named(i1, "support-review-required") == []
    await _base(town, facts, "2026-06-01")
    assert len(await town.facts_named(i1, "gate-passed-again")) == 1


# --- the late truth


async def test_the_late_truth_reopens_a_top_up(town: Any) -> None:
    """INI-24: withdrawn on 10 May, topped up on the 20th, heard on the 22nd: untrue by then."""
    i1 = await town.coffee()
    await town.granted(i1)
    town.clock.set("2026-05-20T09:00:00Z")
    await town.done(i1, "support-top-ups", MORE, MANAGER)
    town.clock.set("2026-05-22T09:00:00Z")
    await town.withdrawn("P1", "2026-05-10")
    (review,) = await town.facts_named(i1, "support-review-required")
    assert (review["code"], review["since"]) == ("involvement-check-withdrawn", "2026-05-10")


async def test_untrue_on_the_day_of_the_grant_is_untrue_then(town: Any) -> None:
    """INI-24: what was untrue on the day itself must come back to the table."""
    i1 = await town.coffee()
    await town.granted(i1)
    town.clock.set("2026-04-14T09:00:00Z")
    await town.withdrawn("P1", "2026-04-13")
    assert len(await town.facts_named(i1, "support-review-required")) == 1


# --- levels


async def test_a_level_above_does_not_carry_a_lapsed_one_over(town: Any, facts: Any) -> None:
    """INI-23: M2 ends; GM0106 has a level: new grants pass on it, the old one lost its ground."""
    await town.check("P-later", through="2028-12-31")
    await town.hear("monitoring", "lariks", facts.level(through="2026-12-31"), "M2b")
    await town.hear("monitoring", "assen", facts.level(ASSEN), "M2-gm")
    plan = {"effect": {**town.plan["effect"], "by": "2028-12-31"}}
    old, waiting = [await town.coffee(plan=plan) for _ in range(2)]
    await town.granted(old)
    await town.time_passes("2026-12-31T23:30:00Z")
    (lost,) = await town.facts_named(old, "gate-no-longer-passed")
    assert (lost["gate"], lost["code"], lost["on"]) == (
        "effort-level-and-budget",
        "effort-level-expired",
        "2027-01-01",
    )
    await town.granted(waiting)
    await town.done(old, "support-top-ups", MORE, MANAGER)
    (topped,) = await town.facts_named(old, "support-topped-up")
    assert (topped["level"], topped["budgetArea"]) == ("assen", ASSEN)
    await town.hear("monitoring", "lariks-anew", facts.level(through="2029-12-31"), "M2c")
    assert len(await town.facts_named(old, "gate-no-longer-passed")) == 1
    assert await town.facts_named(waiting, "gate-no-longer-passed") == []


async def test_the_wijk_agreed_anew_gives_the_ground_back(town: Any, facts: Any) -> None:
    """INI-23: with a new level of the same wijk the gate of the old grant passes again."""
    await town.check("P-later", through="2028-12-31")
    await town.hear("monitoring", "lariks", facts.level(through="2026-12-31"), "M2b")
    await town.hear("monitoring", "assen", facts.level(ASSEN), "M2-gm")
    old = await town.coffee(plan={"effect": {**town.plan["effect"], "by": "2028-12-31"}})
    await town.granted(old)
    await town.time_passes("2026-12-31T23:30:00Z")
    await town.hear("monitoring", "lariks-anew", facts.level(through="2029-12-31"), "M2c")
    assert len(await town.facts_named(old, "gate-passed-again")) == 1
