"""The life of an initiative over HTTP: alone, led, referred, and decided on what was read."""

from __future__ import annotations

from typing import Any

import pytest

from leefwijk.events.language.monitoring.partners import PartnerKind, PartnerRegistered

BUURT, BOVENSMILDE = "BU01060100@2020", "WK173107@2020"
WORKER, MANAGER = "neighbourhood_worker", "area_manager"
MONEY = {"line": 1, "kind": "money", "purpose": "Coffee", "amount": "50.00"}
TIME = {"line": 1, "kind": "time", "purpose": "A listening ear", "hours": 10}


async def _names(town: Any, id_: str) -> list[str]:
    return [name for name, _ in await town.facts(id_)]


@pytest.fixture
async def walking(empty: Any, facts: Any) -> str:
    """I3 'Thursday walking group', with role `none`; of its wijk no fact at all is known."""
    fact = facts.registered("GM1731@2020", None, "municipality")
    fact = fact.model_copy(update={"municipalities": ("GM1731",)})
    await empty.hear("monitoring", "GM1731@2020", fact, "midden-drenthe")
    body = {
        "title": "Thursday walking group",
        "area": BOVENSMILDE,
        "themes": ["meeting"],
        "taker": "residents",
        "collectiveBenefit": "Anybody may walk along",
        "selfReliant": True,
    }
    answer = await empty.post("/initiatives", body, WORKER)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_residents_who_do_it_themselves_need_nobodys_approval(
    empty: Any, walking: str
) -> None:
    """INI-03: no fact is known of the area; it is recorded, self reliant, and no gate is judged."""
    assert await _names(empty, walking) == [
        "initiative-proposed",
        "corporation-role-agreed",
        "initiative-registered-as-self-reliant",
    ]
    shown = await empty.get(f"/initiatives/{walking}", "resident")
    assert (shown["status"], shown["role"], shown["taker"]) == ("self_reliant", "none", "residents")
    assert shown["municipalities"] == ["GM1731"]
    gates = await empty.get(f"/initiatives/{walking}/gates")
    assert (gates["applicable"], gates["lines"]) == (False, [])
    listed = await empty.get("/initiatives?status=self_reliant&role=none")
    assert [one["id"] for one in listed["items"]] == [walking]


async def test_they_are_celebrated_without_effect_evaluation_or_deadline(
    empty: Any, walking: str
) -> None:
    """INI-03: started, told of, completed; a year later nothing has fallen due."""
    await empty.done(walking, "starts", {}, WORKER)
    await empty.done(walking, "progress-reports", {"says": "Twelve people walked along"}, WORKER)
    await empty.done(walking, "completions", {}, WORKER)
    before = await _names(empty, walking)
    await empty.time_passes("2027-04-13T09:00:00Z")
    assert await _names(empty, walking) == before
    shown = await empty.get(f"/initiatives/{walking}")
    assert (shown["status"], shown["evaluationDue"], shown["overdue"]) == ("completed", None, [])
    assert (await empty.get("/initiatives?overdue=any"))["items"] == []
    effect = await empty.get(f"/initiatives/{walking}/effect")
    assert (effect["due"], effect["overdue"]) == (None, False)


async def test_support_needs_a_role_and_connect_gives_time_only(empty: Any, walking: str) -> None:
    """INI-03: no role, no support; `connect` allows time, money needs `support` or more."""
    asked = {"lines": [MONEY]}
    problem = await empty.refused(
        walking, "support-requests", asked, WORKER, "role-does-not-allow-support"
    )
    assert problem["detail"] == (
        "The corporation has no role here; agree a role with the residents first."
    )
    await empty.done(walking, "corporation-roles", {"role": "connect"}, WORKER)
    for kind in ("money", "materials", "space"):
        unit = {"hours": 2} if kind == "space" else {"amount": "5.00"}
        line = {"line": 1, "kind": kind, "purpose": "It", **unit}
        await empty.refused(
            walking, "support-requests", {"lines": [line]}, WORKER, "role-does-not-allow-support"
        )
    await empty.done(walking, "support-requests", {"lines": [TIME]}, WORKER)


@pytest.mark.parametrize("area", ["XA3f2a00000000@1", "WK999901@2020"])
async def test_an_area_that_nobody_can_place_is_unknown(
    empty: Any, walking: str, area: str
) -> None:
    """INI-03: an area as people live it, or of a municipality never heard of, cannot be placed."""
    assert walking
    body = {
        "title": "Thursday walking group",
        "area": area,
        "themes": ["meeting"],
        "taker": "residents",
        "collectiveBenefit": "Anybody may walk along",
    }
    answer = await empty.post("/initiatives", body, WORKER)
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown-area")


async def test_the_corporation_does_not_take_an_initiative_over(town: Any) -> None:
    """INI-04: leading needs the takers' yes, by their own token or recorded for them."""
    i1 = await town.propose(group="g1")
    lead = {"role": "lead"}
    problem = await town.refused(
        i1, "corporation-roles", lead, WORKER, "residents-agreement-missing"
    )
    assert problem["detail"] == (
        "This initiative belongs to residents; "
        "record when and how they agreed that the corporation leads."
    )
    yes = {"role": "lead", "answer": "agrees", "how": "Residents' meeting"}
    other = await town.step(i1, "role-answers", yes, "resident", "g9")
    assert (other.status_code, other.json()["code"]) == (403, "role-not-allowed")
    await town.done(i1, "role-answers", yes, "resident", who="g1")
    await town.done(i1, "corporation-roles", lead, WORKER)
    shown = await town.get(f"/initiatives/{i1}")
    assert (shown["role"], shown["taker"]) == ("lead", "residents")
    no = {**yes, "answer": "takes_back"}
    town.clock.set("2026-06-01T09:00:00Z")
    await town.done(i1, "role-answers", no, "resident", who="g1")
    assert (await town.get(f"/initiatives/{i1}"))["role"] == "support"
    agreed = await town.facts_named(i1, "corporation-role-agreed")
    assert [(one["role"], one["on"], one.get("restores")) for one in agreed] == [
        ("support", "2026-04-13", None),
        ("lead", "2026-04-13", None),
        ("support", "2026-06-01", True),
    ]
    answers = await town.facts_named(i1, "corporation-role-answered")
    assert [(one["group"], one["byToken"]) for one in answers] == [("g1", True)] * 2


async def test_a_meeting_of_residents_is_recorded_for_them(town: Any) -> None:
    """INI-04: the neighbourhood worker records when and how; a refusal is no agreement."""
    i1 = await town.propose(group="g1")
    said = {"role": "lead", "how": "Residents' meeting", "on": "2026-04-10"}
    await town.done(i1, "role-answers", {**said, "answer": "refuses"}, WORKER)
    await town.refused(
        i1, "corporation-roles", {"role": "lead"}, WORKER, "residents-agreement-missing"
    )
    await town.done(i1, "role-answers", {**said, "answer": "agrees"}, WORKER)
    await town.done(i1, "corporation-roles", {"role": "lead"}, WORKER)
    (_, answer) = await town.facts_named(i1, "corporation-role-answered")
    assert (answer["group"], answer["byToken"], answer["on"]) == ("g1", False, "2026-04-10")


@pytest.mark.parametrize("role", ["support", "connect", "none"])
async def test_stepping_back_needs_no_agreement(town: Any, role: str) -> None:
    """INI-04: from `lead` to less is free; with a grant open, `none` is not."""
    i1 = await town.coffee(group="g1")
    yes = {"role": "lead", "answer": "agrees", "how": "Residents' meeting"}
    await town.done(i1, "role-answers", yes, WORKER)
    await town.done(i1, "corporation-roles", {"role": "lead"}, WORKER)
    if role == "none":
        granted = await town.coffee()
        await town.granted(granted)
        await town.refused(
            granted, "corporation-roles", {"role": "none"}, WORKER, "support-still-open"
        )
    await town.done(i1, "corporation-roles", {"role": role}, WORKER)


@pytest.fixture
async def playground(town: Any) -> str:
    """I4 'Repair of the playground', with a request, on 2026-04-14; Assen is known as a partner."""
    for id_, name in (("assen", "Gemeente Assen"), ("welfare", "Vaart Welzijn")):
        kind = PartnerKind.MUNICIPALITY if id_ == "assen" else PartnerKind.WELFARE
        fact = PartnerRegistered(name=name, kind=kind, municipalities=("GM0106",))
        await town.hear("monitoring", id_, fact, f"partner-{id_}")
    await town.read_all()
    i4 = await town.coffee(
        title="Repair of the playground", plan={"subjects": ["public-space"], "buildsOn": []}
    )
    town.clock.set("2026-04-14T09:00:00Z")
    await town.read_all()
    return str(i4)


async def _referred(town: Any, id_: str) -> None:
    body = {"partner": "assen", "subject": "public-space", "reason": "Public space of Assen"}
    await town.done(id_, "referrals", body, MANAGER)


async def test_what_belongs_to_another_party_is_referred(town: Any, playground: str) -> None:
    """INI-05: assessed and referred, an answer due in 4 weeks; before that no grant."""
    line = (await town.not_granted(playground))["no-other-party-responsible"]
    assert (line["code"], line["wayOn"]) == ("other-party-responsible", "Refer it.")
    body = {"partner": "assen", "because": "public space"}
    await town.done(playground, "responsibility-assessments", body, MANAGER)
    await _referred(town, playground)
    shown = await town.get(f"/initiatives/{playground}", "resident")
    assert shown["status"] == "referred"
    (fact,) = await town.facts_named(playground, "initiative-referred")
    assert (fact["partner"], fact["due"]) == ("assen", "2026-05-12")
    listed = await town.get("/initiatives?party=assen", "partner", "assen")
    assert [one["id"] for one in listed["items"]] == [playground]
    unknown = {"partner": "nobody", "reason": "It is theirs"}
    await town.refused(playground, "referrals", unknown, MANAGER, "unknown-partner")


async def test_a_returned_referral_comes_back_with_its_evidence(
    town: Any, playground: str, facts: Any
) -> None:
    """INI-05: the return alone does not pass the gate; the assessment on own ground does."""
    await _referred(town, playground)
    town.clock.set("2026-05-06T09:00:00Z")
    no = {"reason": "The ground is the corporation's"}
    other = await town.step(playground, "referral-returns", no, "partner", "welfare")
    assert (other.status_code, other.json()["code"]) == (403, "not-your-referral")
    own = await town.step(playground, "referral-returns", no, MANAGER)
    assert (own.status_code, own.json()["code"]) == (403, "role-not-allowed")
    await town.done(playground, "referral-returns", no, "partner", who="assen")
    shown = await town.get(f"/initiatives/{playground}", "resident")
    assert (shown["status"], shown["backSince"]) == ("assessed", "2026-05-06")
    await town.read_all()
    line = (await town.not_granted(playground))["no-other-party-responsible"]
    assert line["code"] == "other-party-responsible"
    assert facts.id_of("M5") in line["evidence"]
    because = {"because": "own ground"}
    await town.done(playground, "responsibility-assessments", because, MANAGER)
    line = (await town.lines(playground))["no-other-party-responsible"]
    returned = await town.ids(playground, "initiative-referral-returned", "responsibility-assessed")
    assert (line["outcome"], line["evidence"]) == ("passed", returned)
    await town.granted(playground)


async def test_a_second_return_is_told_as_such(town: Any, playground: str) -> None:
    """INI-05: between the same two parties the second return is a friction to evaluate."""
    no = {"reason": "The ground is the corporation's"}
    for _ in range(2):
        await _referred(town, playground)
        await town.done(playground, "referral-returns", no, "partner", who="assen")
    returns = await town.facts_named(playground, "initiative-referral-returned")
    assert [one["times"] for one in returns] == [1, 2]


async def test_an_accepted_referral_stays_with_the_party(town: Any, playground: str) -> None:
    """INI-05: accepted it stays referred; only the addressee accepts, and it answers once."""
    await _referred(town, playground)
    other = await town.step(playground, "referral-acceptances", {}, "partner", "welfare")
    assert (other.status_code, other.json()["code"]) == (403, "not-your-referral")
    await town.done(playground, "referral-acceptances", {}, "partner", who="assen")
    assert (await town.get(f"/initiatives/{playground}"))["status"] == "referred"
    no = {"reason": "After all it is not ours"}
    await town.refused(
        playground, "referral-returns", no, "partner", "already-answered", who="assen"
    )
    await town.time_passes("2026-05-13T09:00:00Z")
    assert await town.facts_named(playground, "initiative-referral-unanswered") == []


async def test_silence_of_the_party_is_seen(town: Any, playground: str) -> None:
    """INI-05: when the last day passes without an answer it is recorded, and on the list."""
    await _referred(town, playground)
    await town.time_passes("2026-05-12T21:59:59Z")
    assert await town.facts_named(playground, "initiative-referral-unanswered") == []
    await town.time_passes("2026-05-12T22:00:00Z")
    await town.time_passes("2026-05-20T22:00:00Z")
    (told,) = await town.facts_named(playground, "initiative-referral-unanswered")
    assert (told["due"], told["on"]) == ("2026-05-12", "2026-05-13")
    late = await town.get("/initiatives?overdue=referral")
    assert [one["id"] for one in late["items"]] == [playground]


async def test_what_is_decided_is_what_was_read(town: Any) -> None:
    """INI-06: after a change the grant is refused, with what changed; no budget is taken."""
    i1 = await town.coffee()
    version = (await town.get(f"/initiatives/{i1}"))["version"]
    await town.request(i1, "2300.00")
    path = f"/initiatives/{i1}/support-grants"
    body = {"lines": [{"line": 1, "amount": "1500.00"}]}
    refused = await town.post(path, body, MANAGER, **{"If-Match": f'"{version}"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "version-conflict")
    assert (
        "The request changed after you opened it: line 1 is now 2,300.00, it was 1,500.00."
        in refused.json()["detail"]
    )
    blind = await town.post(path, body, MANAGER)
    assert (blind.status_code, blind.json()["code"]) == (428, "version-required")
    assert await town.facts_named(i1, "support-granted") == []
    assert await town.rows("select 1 from events where stream_id like 'area-budgets-%'") == []
    assert (await town.get(f"/initiatives/{i1}"))["version"] == version + 1
    line = (await town.lines(i1))["effort-level-and-budget"]
    assert line["reason"] == "extra, 24,000.00 left before this grant."
    await town.granted(i1, "2300.00")
