"""Looking back, going on and handing over, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

WORKER, MANAGER = "neighbourhood_worker", "area_manager"
LONELY = "rivm-eenzaam-18plus"
ESTIMATES = [
    {"kind": "estimate", "says": f"Lonely in {area}", "before": before, "after": after}
    for area, before, after in (
        ("BU01060100", "51.4", "55.7"),
        ("WK010601", "50.7", "54.1"),
        ("GM0106", "43.3", "46.4"),
        ("NL01", "43.4", "47.0"),
    )
]
OWN_COUNT = {
    "kind": "own_count",
    "says": "Households that drop in at least monthly",
    "before": "0",
    "after": "31",
}
NOT_TO_BE_SAID = {"finding": "not_to_be_said", "learned": "Nobody counted"}
NEW_EFFECT = {
    "effect": "e2",
    "kind": "outcome",
    "says": "Households that cook together",
    "start": "3",
    "aim": "20",
    "by": "2027-12-31",
}


@pytest.fixture
async def completed(town: Any) -> str:
    """I1, granted 1,500.00 of which 1,000.00 is spent, completed on 2026-09-30."""
    i1 = await town.coffee(group="g1")
    await town.granted(i1)
    await town.done(i1, "starts", {}, WORKER)
    town.clock.set("2026-09-30T09:00:00Z")
    await town.done(i1, "expenses", {"amount": "1000.00"}, WORKER)
    await town.done(i1, "completions", {}, WORKER)
    return str(i1)


@pytest.mark.parametrize("finding", ["reached", "partly_reached", "not_reached"])
async def test_an_estimate_proves_nothing_of_one_initiative(
    town: Any, completed: str, finding: str
) -> None:
    """INI-35: no finding on estimates alone, whichever; an own count beside them is enough."""
    alone = {"finding": finding, "observations": ESTIMATES, "learned": "Fewer came"}
    problem = await town.refused(
        completed, "effect-evaluations", alone, MANAGER, "effect-needs-own-observation"
    )
    assert problem["detail"] == (
        "RIVM figures per area are model estimates: add an own count or a story before concluding."
    )
    await town.refused(
        completed,
        "effect-evaluations",
        {**alone, "observations": []},
        MANAGER,
        "effect-needs-own-observation",
    )
    story = {"kind": "story", "says": "Neighbours greet each other"}
    await town.done(
        completed, "effect-evaluations", {**alone, "observations": [*ESTIMATES, story]}, MANAGER
    )


async def test_not_to_be_said_counts_as_evaluated(town: Any, completed: str) -> None:
    """INI-35: accepted without further evidence, also on these figures."""
    body = {**NOT_TO_BE_SAID, "observations": ESTIMATES}
    await town.done(completed, "effect-evaluations", body, MANAGER)
    assert (await town.get(f"/initiatives/{completed}"))["status"] == "effect_evaluated"
    shown = await town.get(f"/initiatives/{completed}/effect")
    assert (shown["finding"], shown["aimReached"]) == ("not_to_be_said", None)


async def test_an_own_count_says_that_the_aim_is_reached(town: Any, completed: str) -> None:
    """INI-35: from 0 to 31 with an aim of 25; the estimates stand beside it with their note."""
    body = {"finding": "reached", "observations": [OWN_COUNT, *ESTIMATES], "learned": "It works"}
    await town.done(completed, "effect-evaluations", body, MANAGER)
    shown = await town.get(f"/initiatives/{completed}/effect")
    assert shown["aimReached"] is True
    assert (shown["expected"]["start"], shown["expected"]["aim"]) == ("0", "25")
    own, *estimates = shown["seen"]
    assert (own["before"], own["after"], own["note"]) == ("0", "31", None)
    assert len(estimates) == 4
    assert all("cannot prove what one initiative did" in one["note"] for one in estimates)
    (fact,) = await town.facts_named(completed, "effect-evaluated")
    assert fact["effect"] == "e1"


async def test_who_does_not_look_back_is_overdue(town: Any, completed: str) -> None:
    """INI-36: due 23 December, overdue on the 24th, once; on the list, and late for good."""
    assert (await town.get(f"/initiatives/{completed}"))["evaluationDue"] == "2026-12-23"
    await town.time_passes("2026-12-23T22:59:59Z")
    assert await town.facts_named(completed, "effect-evaluation-overdue") == []
    await town.time_passes("2026-12-23T23:00:00Z")
    await town.time_passes("2026-12-31T23:00:00Z")
    (told,) = await town.facts_named(completed, "effect-evaluation-overdue")
    assert (told["due"], told["on"]) == ("2026-12-23", "2026-12-24")
    late = await town.get("/initiatives?overdue=effect-evaluation")
    assert [one["id"] for one in late["items"]] == [completed]
    await town.done(completed, "effect-evaluations", NOT_TO_BE_SAID, MANAGER)
    assert (await town.get("/initiatives?overdue=any"))["items"] == []
    shown = await town.get(f"/initiatives/{completed}/effect")
    assert (shown["daysLate"], shown["overdue"]) == (9, False)


async def test_who_does_not_look_back_cannot_go_on(town: Any, completed: str) -> None:
    """INI-36: no going on, topping up or asking anew, also before the last day."""
    town.clock.set("2026-10-01T09:00:00Z")
    line = {"line": 1, "kind": "money", "purpose": "More", "amount": "50.00"}
    more = {"line": 1, "amount": "50.00", "reason": "More"}
    for noun, body, role in (
        ("continuations", {"effect": NEW_EFFECT, "reason": "It works"}, MANAGER),
        ("support-requests", {"lines": [line]}, WORKER),
        ("support-top-ups", more, MANAGER),
    ):
        await town.refused(completed, noun, body, role, "effect-not-evaluated")


@pytest.mark.parametrize("by", ["takers", "corporation"])
async def test_stopping_stays_possible(town: Any, completed: str, by: str) -> None:
    """INI-36: also without looking back it can be stopped, and nothing is asked any more."""
    role = WORKER if by == "takers" else MANAGER
    await town.done(completed, "stops", {"by": by, "reason": "It is enough"}, role)
    await town.time_passes("2026-12-24T09:00:00Z")
    assert await town.facts_named(completed, "effect-evaluation-overdue") == []


@pytest.mark.parametrize("finding", ["not_to_be_said", "not_reached", "reached"])
async def test_going_on_needs_a_new_effect_and_a_reason(
    town: Any, completed: str, finding: str
) -> None:
    """INI-36: not reached or not to be said: both are needed; what was reached may go on as is."""
    evaluation = {"finding": finding, "observations": [OWN_COUNT], "learned": "This"}
    await town.done(completed, "effect-evaluations", evaluation, MANAGER)
    for body in ({}, {"reason": "We try again"}, {"effect": NEW_EFFECT}):
        if finding != "reached":
            await town.refused(completed, "continuations", body, MANAGER, "reason-missing")
    whole = {} if finding == "reached" else {"effect": NEW_EFFECT, "reason": "We try again"}
    await town.done(completed, "continuations", whole, MANAGER)
    shown = await town.get(f"/initiatives/{completed}")
    assert (shown["status"], shown["evaluationDue"]) == ("started", None)
    effect = (await town.get(f"/initiatives/{completed}/effect"))["expected"]
    assert effect["effect"] == ("e1" if finding == "reached" else "e2")
    (told,) = await town.facts_named(completed, "initiative-continued")
    assert "start" not in told.get("effect", {})
    assert "aim" not in told.get("effect", {})


async def test_without_support_nothing_is_overdue(town: Any) -> None:
    """INI-36: a role but no grant, or no role at all: nobody is asked to look back."""
    alone = await town.propose(role="none")
    stepped_back = await town.coffee()
    await town.granted(stepped_back)
    await town.done(stepped_back, "support-endings", {"reason": "They go on alone"}, MANAGER)
    await town.done(stepped_back, "corporation-roles", {"role": "none"}, WORKER)
    for id_ in (alone, stepped_back):
        await town.done(id_, "starts", {}, WORKER)
        await town.done(id_, "completions", {}, WORKER)
        assert (await town.get(f"/initiatives/{id_}"))["evaluationDue"] is None
    await town.time_passes("2027-04-13T09:00:00Z")
    for id_ in (alone, stepped_back):
        assert await town.facts_named(id_, "effect-evaluation-overdue") == []


ACCEPTED = {"on": "2026-11-01", "how": "Evening of residents", "takesOn": "Coffee and keys"}


@pytest.fixture
async def with_space(town: Any) -> str:
    """I1 completed: 1,500.00 granted, 1,000.00 spent, the common room until 2027-03-31."""
    i1 = await town.propose(group="g1")
    meeting = {
        "category": "meeting",
        "place": "The hall",
        "moments": "Tuesdays",
        "openTo": "Everyone",
    }
    lines = [
        {"line": 1, "kind": "money", "purpose": "Tables", "amount": "1500.00"},
        {"line": 2, "kind": "space", "purpose": "Room", "hours": 4, "until": "2027-03-31"},
    ]
    asked = {"lines": [{**line, "contribution": meeting} for line in lines]}
    await town.done(i1, "support-requests", asked, WORKER)
    given = {"lines": [{"line": 1, "amount": "1500.00"}, {"line": 2, "hours": 4}]}
    await town.done(i1, "support-grants", given, MANAGER)
    await town.done(i1, "starts", {}, WORKER)
    town.clock.set("2026-09-30T09:00:00Z")
    await town.done(i1, "expenses", {"amount": "1000.00"}, WORKER)
    await town.done(i1, "completions", {}, WORKER)
    town.clock.set("2026-11-02T09:00:00Z")
    return str(i1)


async def test_handing_over_needs_somebody_who_takes_it(town: Any, with_space: str) -> None:
    """INI-37: a yes with what the group takes on, nothing left, and the room named to its end."""
    alone = {"group": "g2"}
    problem = await town.refused(with_space, "hand-overs", alone, WORKER, "handover-not-accepted")
    assert problem["detail"] == ("Record when and how the group said yes, and what it takes on.")
    space = [{"request": 1, "line": 2, "until": "2027-03-31"}]
    body = {"group": "g2", "acceptance": ACCEPTED, "space": space}
    problem = await town.refused(with_space, "hand-overs", body, WORKER, "support-still-open")
    assert problem["detail"] == "500.00 is left; end or settle it first."
    await town.done(with_space, "obligations", {"amount": "500.00"}, WORKER)
    unnamed = {name: said for name, said in body.items() if name != "space"}
    problem = await town.refused(with_space, "hand-overs", unnamed, WORKER, "support-still-open")
    assert "line 2" in problem["detail"]
    longer = {**body, "space": [{**space[0], "until": "2027-04-01"}]}
    await town.refused(with_space, "hand-overs", longer, WORKER, "support-still-open")
    await town.done(with_space, "hand-overs", body, WORKER)
    (fact,) = await town.facts_named(with_space, "initiative-handed-over")
    (order,) = await town.facts_named(with_space, "obligation-entered")
    assert fact["obligations"] == [
        {"obligation": order["obligation"], "request": 1, "amount": "500.00"}
    ]
    assert fact["space"] == space
    assert "g2" not in str(fact)
    shown = await town.get(f"/initiatives/{with_space}")
    assert (shown["status"], shown["role"], shown["taker"]) == ("handed_over", "none", "residents")
    (strength,) = (await town.get("/assets?area=BU01060100@2020&kind=activity"))["items"]
    assert (strength["label"], strength["heldBy"], strength["initiative"]) == (
        "Coffee corner in the hall",
        "g2",
        with_space,
    )


async def test_nothing_is_asked_of_residents_afterwards(town: Any, with_space: str) -> None:
    """INI-37: no evaluation and no deadline; the orders of before are paid still."""
    await town.done(with_space, "obligations", {"amount": "500.00"}, WORKER)
    (order,) = await town.facts_named(with_space, "obligation-entered")
    space = [{"request": 1, "line": 2, "until": "2027-03-31"}]
    body = {"group": "g2", "acceptance": ACCEPTED, "space": space}
    await town.done(with_space, "hand-overs", body, WORKER)
    bill = {"amount": "480.00", "obligation": order["obligation"]}
    await town.done(with_space, "expenses", bill, WORKER)
    before = [name for name, _ in await town.facts(with_space)]
    await town.time_passes("2027-11-02T09:00:00Z")
    assert [name for name, _ in await town.facts(with_space)] == before
    shown = await town.get(f"/initiatives/{with_space}")
    assert (shown["evaluationDue"], shown["decisionDue"], shown["overdue"]) == (None, None, [])
    looked = await town.step(with_space, "effect-evaluations", NOT_TO_BE_SAID, MANAGER)
    assert looked.json()["code"] == "not-completed"


async def test_given_back_it_is_a_new_round(town: Any, with_space: str) -> None:
    """INI-37: from `proposed`, with gates of its own; the history stays one."""
    await town.done(with_space, "support-endings", {"reason": "Done"}, MANAGER)
    body = {"group": "g2", "acceptance": ACCEPTED}
    await town.done(with_space, "hand-overs", body, WORKER)
    await town.done(with_space, "rounds", {}, WORKER)
    shown = await town.get(f"/initiatives/{with_space}")
    assert (shown["status"], shown["round"], shown["role"]) == ("proposed", 2, None)
    names = [name for name, _ in await town.facts(with_space)]
    assert names.count("initiative-proposed") == 2
    line = {"line": 1, "kind": "money", "purpose": "Again", "amount": "50.00"}
    await town.refused(
        with_space,
        "support-requests",
        {"lines": [line]},
        WORKER,
        "role-does-not-allow-support",
    )
    gates = await town.get(f"/initiatives/{with_space}/gates")
    assert (gates["assessed"], gates["atGrant"]) == ([], [])


async def test_what_a_partner_took_becomes_residents_own(town: Any) -> None:
    """INI-37: handed over to residents, ownership lies with them, whoever took it before."""
    i1 = await town.propose(taker="professional_partner", role=None)
    await town.done(i1, "self-reliance", {}, WORKER)
    await town.done(i1, "starts", {}, WORKER)
    await town.done(i1, "completions", {}, WORKER)
    body = {"group": "g2", "acceptance": {**ACCEPTED, "on": "2026-04-13"}}
    await town.done(i1, "hand-overs", body, WORKER)
    listed = await town.get("/initiatives?taker=residents")
    assert [one["id"] for one in listed["items"]] == [i1]
