"""Grants that must come back to the table: what they still pay, and how it ends."""

from __future__ import annotations

from typing import Any

from leefwijk.events.language.monitoring.partners import PartnerKind, PartnerRegistered

BUURT = "BU01060100@2020"
MORE = {"line": 1, "amount": "300.00", "reason": "More people come"}
WORKER, MANAGER = "neighbourhood_worker", "area_manager"


async def test_old_obligations_are_honoured_and_new_ones_are_not(town: Any, facts: Any) -> None:
    """INI-19: 4,000.00 granted, 1,200.00 spent, 900.00 ordered: 1,900.00 goes back; referred."""
    assen = PartnerRegistered(
        name="The municipality of Assen",
        kind=PartnerKind.MUNICIPALITY,
        municipalities=("GM0106",),
    )
    await town.hear("monitoring", "assen", assen, "assen")
    i9 = await town.coffee("4000.00", plan={"subjects": ["play-corner"]})
    await town.granted(i9, "4000.00")
    town.clock.set("2026-05-20T09:00:00Z")
    await town.done(i9, "expenses", {"amount": "1200.00", "on": "2026-05-02"}, WORKER)
    order = {"amount": "900.00", "on": "2026-05-20"}
    await town.done(i9, "obligations", order, WORKER)
    (entered,) = await town.facts_named(i9, "obligation-entered")
    town.clock.set("2026-06-01T09:00:00Z")
    role = facts.responsible("play-corner", area=BUURT, from_="2026-06-01")
    await town.hear("monitoring", "assen-play", role, "M12")
    await town.again("M12")
    (lost,) = await town.facts_named(i9, "gate-no-longer-passed")
    assert (lost["code"], lost["on"]) == ("other-party-responsible", "2026-06-01")
    assert facts.id_of("M12") in lost["evidence"]
    (review,) = await town.facts_named(i9, "support-review-required")
    assert (review["gate"], review["due"]) == ("no-other-party-responsible", "2026-06-15")
    found = await town.get(f"/initiatives/{i9}")
    assert found["grants"][0]["status"] == "under_review"
    town.clock.set("2026-06-12T09:00:00Z")
    late = {"amount": "500.00", "ordered": "2026-06-05", "on": "2026-06-12"}
    problem = await town.refused(i9, "expenses", late, WORKER, "support-under-review")
    assert problem["detail"] == (
        "Since 1 June The municipality of Assen is responsible; "
        "only orders from before that day are paid."
    )
    new = {"amount": "100.00", "on": "2026-06-12"}
    await town.refused(i9, "obligations", new, WORKER, "support-under-review")
    paid = {"amount": "900.00", "on": "2026-06-10", "obligation": entered["obligation"]}
    await town.done(i9, "expenses", paid, WORKER)
    await town.done(i9, "support-endings", {"reason": "It is another's work now"}, MANAGER)
    (ended,) = await town.facts_named(i9, "support-ended")
    assert [share["amount"] for share in ended["released"]] == ["1900.00"]
    budget = await town.get("/area-budgets/WK010601@2020.2026")
    assert budget["committed"] == "2100.00"
    page = await town.get(f"/initiatives/{i9}/gates")
    assert page["reviews"] == []
    assert (await town.get(f"/initiatives/{i9}"))["grants"][0]["status"] == "ended"


async def test_what_a_review_kept_unpaid_stays_so_when_the_takers_stop(
    town: Any, facts: Any
) -> None:
    """INI-19, INI-37: nobody has to decide on it any more, and new orders are paid no sooner."""
    i9 = await town.coffee(plan={"subjects": ["play-corner"]})
    await town.granted(i9)
    town.clock.set("2026-06-01T09:00:00Z")
    role = facts.responsible("play-corner", area=BUURT, from_="2026-06-01")
    await town.hear("monitoring", "assen-play", role, "M12")
    await town.again("M12")
    town.clock.set("2026-06-12T09:00:00Z")
    await town.done(i9, "stops", {"reason": "It is theirs"}, WORKER)
    assert (await town.get(f"/initiatives/{i9}/gates"))["reviews"] == []
    assert (await town.get(f"/initiatives/{i9}"))["grants"][0]["status"] == "granted"
    late = {"amount": "500.00", "ordered": "2026-06-05", "on": "2026-06-12"}
    await town.refused(i9, "expenses", late, WORKER, "support-under-review")
    sooner = {"amount": "500.00", "ordered": "2026-05-20", "on": "2026-06-12"}
    await town.done(i9, "expenses", sooner, WORKER)


async def test_referring_follows_the_end_of_the_support(town: Any, facts: Any) -> None:
    """INI-19: not before there is a ground; under review it stays as it is, ended it is theirs."""
    assen = PartnerRegistered(
        name="Assen", kind=PartnerKind.MUNICIPALITY, municipalities=("GM0106",)
    )
    await town.hear("monitoring", "assen", assen, "assen")
    body = {"partner": "assen", "subject": "play-corner", "reason": "It is yours since April"}
    both = [await town.coffee(plan={"subjects": ["play-corner"]}) for _ in range(2)]
    for id_ in both:
        await town.granted(id_)
        await town.refused(id_, "referrals", body, WORKER, "not-to-be-referred")
    role = facts.responsible("play-corner", area=BUURT, from_="2026-04-13")
    await town.hear("monitoring", "assen-play", role, "M12")
    reviewed, ended = both
    await town.done(reviewed, "referrals", body, WORKER)
    assert (await town.get(f"/initiatives/{reviewed}"))["status"] == "supported"
    await town.done(ended, "support-endings", {"reason": "It is another's work now"}, MANAGER)
    await town.done(ended, "referrals", body, WORKER)
    assert (await town.get(f"/initiatives/{ended}"))["status"] == "referred"


async def test_a_review_of_law_ends_with_the_support(town: Any) -> None:
    """INI-21: ending the support ends the review, as restoring the plan does; nothing else."""
    i1 = await town.coffee()
    await town.granted(i1)
    plan = {**town.plan, "benefit": {"households": 2, "ownTenants": 2}}
    await town.done(i1, "changes", {"plan": plan, "change": "Only for two"}, WORKER)
    found = await town.get(f"/initiatives/{i1}")
    assert found["grants"][0]["status"] == "under_review"
    await town.done(i1, "support-endings", {"reason": "It is for two now"}, MANAGER)
    assert (await town.get(f"/initiatives/{i1}/gates"))["reviews"] == []


async def _reviewed(town: Any) -> str:
    """Granted on 13 April; told on the 14th that the check was withdrawn on the 11th."""
    i1 = str(await town.coffee())
    await town.granted(i1)
    town.clock.set("2026-04-14T09:00:00Z")
    await town.withdrawn("P1", "2026-04-11")
    return i1


async def _listed(town: Any) -> list[tuple[str, list[str]]]:
    page = await town.get("/initiatives?review=open")
    return [(item["id"], item["overdue"]) for item in page["items"]]


async def test_a_review_stands_on_the_managers_list_until_it_is_over(town: Any) -> None:
    """INI-24: due 28 April; from the 29th it reads overdue; a new valid check ends it."""
    i1 = await _reviewed(town)
    await town.coffee()
    town.clock.set("2026-04-28T21:59:00Z")
    assert await _listed(town) == [(i1, [])]
    town.clock.set("2026-04-28T22:00:00Z")
    assert await _listed(town) == [(i1, ["support-review"])]
    found = await town.get(f"/initiatives/{i1}")
    assert (found["overdue"], found["status"]) == (["support-review"], "supported")
    await town.check("P2")
    assert await _listed(town) == []
    assert (await town.get(f"/initiatives/{i1}"))["grants"][0]["status"] == "granted"


async def test_what_is_late_holds_reviews_that_are(town: Any) -> None:
    """INI-24: after 28 April it stands on the manager's list of all that is late, until it ends."""
    i1 = await _reviewed(town)
    other = await town.coffee()

    async def late(name: str, role: str = MANAGER) -> list[str]:
        page = await town.get(f"/initiatives?overdue={name}", role)
        return [item["id"] for item in page["items"]]

    await town.time_passes("2026-04-28T21:59:00Z")
    assert (await late("any"), await late("support-review")) == ([], [])
    await town.time_passes("2026-04-28T22:00:00Z")
    assert (await late("any"), await late("support-review")) == ([i1], [i1])
    assert await late("any", "resident") == []
    await town.time_passes("2026-05-31T22:00:00Z")
    assert await late("any") == [other, i1]
    assert await late("support-decision") == [other]
    await town.check("P2")
    assert (await late("any"), await late("support-review")) == ([other], [])


async def test_residents_do_not_read_the_managers_list(town: Any) -> None:
    """INI-24: what must come back to the table is internal, to the corporation and its partners."""
    i1 = await _reviewed(town)
    asked = "/v1/initiatives?review=open"
    for internal in (asked, "/v1/initiatives?overdue=support-review"):
        answer = await town.client.get(internal, headers=town.headers("resident"))
        assert answer.status_code == 404
    answer = await town.client.get(asked, headers=town.headers("partner"))
    assert [item["id"] for item in answer.json()["items"]] == [i1]


async def test_ending_the_support_ends_the_review(town: Any) -> None:
    """INI-24: otherwise it is ended; then nothing of it is under review."""
    i1 = await _reviewed(town)
    await town.done(i1, "support-endings", {"reason": "Nobody was asked"}, MANAGER)
    assert await _listed(town) == []


async def test_an_experiment_states_a_question_and_opens_its_own_rule(
    town: Any, facts: Any
) -> None:
    """INI-16, INI-34: effect on its question, base set aside until its day; then a top-up waits."""
    await town.hear(
        "monitoring", "base-lariks-oost", facts.verdict(on="2026-04-10", safe=["f1"]), "M6"
    )
    i11 = await town.coffee(plan={"effect": None})
    lines = await town.not_granted(i11)
    assert list(lines) == ["base-in-order", "expected-effect-stated"]
    question = "Does meeting first bring residents to look after the courtyard themselves?"
    body = {"gates": ["base-in-order"], "question": question, "until": "2026-09-30"}
    await town.done(i11, "experiments", body, "area_director")
    await town.granted(i11)
    (granted,) = await town.facts_named(i11, "support-granted")
    assert question not in str(granted)
    assessed = await town.facts_named(i11, "gates-assessed")
    said = {line["gate"]: line for line in assessed[-1]["lines"]}
    base, effect = said["base-in-order"], said["expected-effect-stated"]
    assert (base["outcome"], base["setAside"]["means"]) == ("failed", "experiment")
    assert (base["setAside"]["reason"], base["setAside"]["until"]) == (question, "2026-09-30")
    assert effect["outcome"] == "passed"
    assert effect["reason"] == f"An experiment; it wants to learn: {question}"
    await town.time_passes("2026-09-30T21:59:00Z")
    await town.done(i11, "support-top-ups", MORE, MANAGER)
    await town.time_passes("2026-09-30T22:00:00Z")
    problem = await town.refused(i11, "support-top-ups", MORE, MANAGER, "gates-not-passed")
    codes = {line["code"] for line in problem["refusals"][0]["lines"]}
    assert codes == {"base-not-in-order", "no-expected-effect"}
    assert (await town.get(f"/initiatives/{i11}"))["status"] == "supported"
