"""Experiments over HTTP: an own rule set aside to learn something, until a day."""

from __future__ import annotations

from typing import Any

import pytest

WORKER, MANAGER, DIRECTOR = "neighbourhood_worker", "area_manager", "area_director"
QUESTION = "Does meeting first bring residents to look after the courtyard themselves?"
AGREE = {"gates": ["base-in-order"], "question": QUESTION, "until": "2026-09-30"}


@pytest.fixture
async def coffee_first(town: Any, facts: Any) -> str:
    """I11 'First coffee, then clean', with M6: the base is not in order, step safe."""
    town.clock.set("2026-04-10T09:00:00Z")
    broken = facts.verdict(on="2026-04-10", safe=["f1"])
    await town.hear("monitoring", "base-lariks-oost", broken, "M6")
    town.clock.set("2026-04-20T09:00:00Z")
    await town.read_all()
    return str(await town.coffee(title="First coffee, then clean"))


async def test_an_experiment_says_what_it_sets_aside_and_ends_by_itself(
    town: Any, coffee_first: str
) -> None:
    """INI-34: red, set aside with question and end; on 1 October it expires once and is red."""
    before = (await town.not_granted(coffee_first))["base-in-order"]
    assert before["code"] == "base-not-in-order"
    await town.done(coffee_first, "experiments", AGREE, DIRECTOR)
    line = (await town.lines(coffee_first))["base-in-order"]
    assert (line["outcome"], line["code"]) == ("failed", "base-not-in-order")
    aside = line["setAside"]
    assert (aside["means"], aside["role"]) == ("experiment", DIRECTOR)
    assert (aside["reason"], aside["until"]) == (QUESTION, "2026-09-30")
    await town.granted(coffee_first)
    (grant,) = await town.facts_named(coffee_first, "support-granted")
    told = next(one for one in grant["gateLines"] if one["gate"] == "base-in-order")
    assert (told["outcome"], told["setAside"]["means"]) == ("failed", "experiment")
    assert QUESTION not in str(grant)
    await town.time_passes("2026-09-30T21:59:59Z")
    assert await town.facts_named(coffee_first, "experiment-expired") == []
    await town.time_passes("2026-09-30T22:00:00Z")
    await town.time_passes("2026-10-03T22:00:00Z")
    (expired,) = await town.facts_named(coffee_first, "experiment-expired")
    assert expired["on"] == "2026-10-01"
    await town.read_all()
    line = (await town.lines(coffee_first))["base-in-order"]
    assert (line["outcome"], line["code"]) == ("failed", "base-not-in-order")
    assert line.get("setAside") is None


async def test_the_grant_stands_and_a_top_up_waits(town: Any, coffee_first: str) -> None:
    """INI-34: on 1 October spending goes on; more is refused, as in any other initiative."""
    await town.done(coffee_first, "experiments", AGREE, DIRECTOR)
    await town.granted(coffee_first)
    more = {"line": 1, "amount": "100.00", "reason": "Another table"}
    town.clock.set("2026-09-30T20:00:00Z")
    await town.done(coffee_first, "support-top-ups", more, MANAGER)
    town.clock.set("2026-09-30T22:00:00Z")
    problem = await town.refused(coffee_first, "support-top-ups", more, MANAGER, "gates-not-passed")
    assert "base-not-in-order" in str(problem["refusals"][0]["lines"])
    await town.time_passes("2026-10-01T09:00:00Z")
    shown = await town.get(f"/initiatives/{coffee_first}")
    assert (shown["status"], shown["grants"][0]["status"]) == ("supported", "granted")
    await town.done(coffee_first, "expenses", {"amount": "1600.00"}, WORKER)


@pytest.mark.parametrize(
    "gate",
    ["legal-basis", "no-other-party-responsible", "own-tenants-benefit", "collective-interest"],
)
async def test_law_and_purpose_cannot_be_set_aside(town: Any, coffee_first: str, gate: str) -> None:
    """INI-34: no experiment with law or with the collective purpose, alone or beside own rules."""
    for gates in ([gate], ["base-in-order", gate]):
        body = {**AGREE, "gates": gates}
        await town.refused(coffee_first, "experiments", body, DIRECTOR, "law-cannot-be-set-aside")
    assert await town.facts_named(coffee_first, "experiment-agreed") == []


async def test_who_wants_to_go_on_answers_first(town: Any, coffee_first: str) -> None:
    """INI-34: no prolonging and no second one on the rule until the question is answered."""
    await town.done(coffee_first, "experiments", AGREE, DIRECTOR)
    (agreed,) = await town.facts_named(coffee_first, "experiment-agreed")
    longer = {**AGREE, "until": "2026-12-31"}
    problem = await town.refused(
        coffee_first, "experiments", longer, DIRECTOR, "learning-question-unanswered"
    )
    assert QUESTION in problem["detail"]
    other = {**AGREE, "gates": ["residents-involvement"]}
    await town.done(coffee_first, "experiments", other, DIRECTOR)
    await town.time_passes("2026-10-01T09:00:00Z")
    await town.refused(
        coffee_first,
        "experiments",
        {**longer, "until": "2026-12-31"},
        DIRECTOR,
        "learning-question-unanswered",
    )
    late = await town.get("/initiatives?overdue=experiment")
    assert [one["id"] for one in late["items"]] == [coffee_first]
    answer = {"experiment": agreed["experiment"], "answer": "It did not work"}
    await town.done(coffee_first, "experiment-conclusions", answer, WORKER)
    await town.refused(coffee_first, "experiment-conclusions", answer, WORKER, "unknown-experiment")
    await town.done(coffee_first, "experiments", longer, DIRECTOR)


async def test_only_a_director_agrees_an_experiment(town: Any, coffee_first: str) -> None:
    """INI-34: who agreed is a director; the question is part of it, and screened as any text."""
    for role in (MANAGER, WORKER):
        answer = await town.step(coffee_first, "experiments", AGREE, role)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")
    silent = {name: said for name, said in AGREE.items() if name != "question"}
    answer = await town.step(coffee_first, "experiments", silent, DIRECTOR)
    assert answer.status_code == 400
    named = {**AGREE, "question": "Ask anna@example.nl"}
    await town.refused(coffee_first, "experiments", named, DIRECTOR, "text-holds-personal-data")
    await town.done(coffee_first, "experiments", AGREE, DIRECTOR)
    (agreed,) = await town.facts_named(coffee_first, "experiment-agreed")
    named_answer = {"experiment": agreed["experiment"], "answer": "Ring 06-12345678"}
    await town.refused(
        coffee_first, "experiment-conclusions", named_answer, WORKER, "text-holds-personal-data"
    )
