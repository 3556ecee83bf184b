"""Support over HTTP: the decision term, a grant in parts, spending and its end."""

from __future__ import annotations

from typing import Any

import pytest

WORKER, MANAGER = "neighbourhood_worker", "area_manager"
WIJK = "WK010601@2020"
BUDGET = f"/area-budgets/{WIJK}.2026"
MEETING = {
    "category": "meeting",
    "place": "The hall",
    "moments": "Tuesdays from ten to twelve",
    "openTo": "Everyone in the area",
}


async def _decided(town: Any, id_: str, code: str | None = None) -> Any:
    """Decline it, or be refused."""
    body = {"reason": "Another party pays this", "nextStep": "Ask the municipality"}
    if code:
        return await town.refused(id_, "support-refusals", body, MANAGER, code)
    return await town.done(id_, "support-refusals", body, MANAGER)


async def test_a_decision_term_runs_pauses_and_passes(town: Any) -> None:
    """INI-25: due 25 May; asked on 24 April, answered on 11 May: due 11 June, late on 12 June."""
    i1 = await town.coffee()
    assert (await town.get(f"/initiatives/{i1}", "resident"))["decisionDue"] == "2026-05-25"
    town.clock.set("2026-04-24T09:00:00Z")
    await town.done(i1, "questions", {"question": "Which evenings?"}, MANAGER)
    again = {"question": "And how long?"}
    await town.refused(i1, "questions", again, MANAGER, "question-is-open")
    assert (await town.get(f"/initiatives/{i1}", "resident"))["decisionDue"] is None
    town.clock.set("2026-05-11T09:00:00Z")
    await town.done(i1, "answers", {"answer": "Tuesdays"}, WORKER)
    assert (await town.get(f"/initiatives/{i1}", "resident"))["decisionDue"] == "2026-06-11"
    await town.time_passes("2026-05-26T09:00:00Z")
    await town.time_passes("2026-06-11T21:59:59Z")
    assert await town.facts_named(i1, "support-decision-overdue") == []
    await town.time_passes("2026-06-11T22:00:00Z")
    await town.time_passes("2026-06-15T09:00:00Z")
    (told,) = await town.facts_named(i1, "support-decision-overdue")
    assert (told["due"], told["on"]) == ("2026-06-11", "2026-06-12")
    shown = await town.get(f"/initiatives/{i1}", "resident")
    assert (shown["status"], shown["decisionDue"]) == ("proposed", None)
    assert shown["decisionLateSince"] == "2026-06-11"
    late = await town.get("/initiatives?overdue=support-decision")
    assert [one["id"] for one in late["items"]] == [i1]
    assert late["items"][0]["undecided"] is True


@pytest.mark.parametrize("granted", [True, False])
async def test_a_late_decision_is_accepted_and_reads_so_for_good(town: Any, granted: bool) -> None:
    """INI-25: due 25 May and decided on 3 June it reads 9 days late, whatever comes after."""
    i1 = await town.coffee()
    await town.time_passes("2026-06-03T09:00:00Z")
    await town.read_all()
    await (town.granted(i1) if granted else _decided(town, i1))
    shown = await town.get(f"/initiatives/{i1}")
    assert shown["decisionDaysLate"] == 9
    assert (shown["decisionLateSince"], shown["overdue"]) == (None, [])
    if granted:
        await town.done(i1, "starts", {}, WORKER)
        assert (await town.get(f"/initiatives/{i1}"))["grants"][0]["daysLate"] == 9


@pytest.mark.parametrize(("amount", "due"), [("500.00", "2026-05-11"), ("500.01", "2026-05-25")])
async def test_a_small_request_is_decided_sooner(town: Any, amount: str, due: str) -> None:
    """INI-25: exactly 500.00 in 4 weeks, a cent more in 6."""
    i1 = await town.coffee(amount)
    assert (await town.get(f"/initiatives/{i1}"))["decisionDue"] == due


async def test_valued_materials_count_for_the_term(town: Any) -> None:
    """INI-25: 300.00 of money and 200.01 of materials together are above 500.00."""
    i1 = await town.propose()
    lines = [
        {"line": 1, "kind": "money", "purpose": "It", "amount": "300.00"},
        {"line": 2, "kind": "materials", "purpose": "Planters", "amount": "200.01"},
        {"line": 3, "kind": "time", "purpose": "Help", "hours": 400},
    ]
    await town.done(i1, "support-requests", {"lines": lines}, WORKER)
    assert (await town.get(f"/initiatives/{i1}"))["decisionDue"] == "2026-05-25"


FOUR = [
    {"kind": "money", "purpose": "Furniture", "amount": "1500.00"},
    {"kind": "space", "purpose": "Common room", "hours": 4, "until": "2026-12-31"},
    {"kind": "materials", "purpose": "20 planters", "amount": "600.00"},
    {"kind": "time", "purpose": "Help at the start", "hours": 40},
]
PARTLY: list[dict[str, Any]] = [
    {"line": 1, "amount": "900.00", "reason": "Start small, evaluate in September"},
    {"line": 2, "hours": 4},
    {"line": 3, "amount": "0.00", "reason": "Planters are in the greening stock"},
    {"line": 4, "hours": 24},
]
WHY = {"reason": "More hours are not free this year"}


@pytest.fixture
async def four(town: Any) -> str:
    """B2 with R1 in four lines, on 2026-04-20."""
    i1 = await town.propose()
    lines = [
        {"line": number, "contribution": MEETING, **line} for number, line in enumerate(FOUR, 1)
    ]
    await town.done(i1, "support-requests", {"lines": lines}, WORKER)
    town.clock.set("2026-04-20T09:00:00Z")
    await town.read_all()
    return str(i1)


async def _grant(town: Any, id_: str, lines: list[dict[str, Any]], **more: Any) -> Any:
    return await town.step(id_, "support-grants", {"lines": lines, **more}, MANAGER)


async def test_a_part_is_granted_line_by_line(town: Any, four: str) -> None:
    """INI-26: line 4 alone lacks a reason; with one, one grant of four lines and nine gates."""
    answer = await _grant(town, four, PARTLY)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "reason-missing")
    assert [one["line"] for one in problem["refusals"]] == [4]
    answer = await _grant(town, four, [*PARTLY[:3], {**PARTLY[3], **WHY}])
    assert answer.status_code == 201, answer.text
    (fact,) = await town.facts_named(four, "support-granted")
    assert fact["partly"] is True
    assert fact["charged"] == "900.00"
    assert [line["line"] for line in fact["lines"]] == [1, 2, 3, 4]
    assert len(fact["gateLines"]) == 9
    assert {line["outcome"] for line in fact["gateLines"]} == {"passed"}
    assert (await town.get(BUDGET))["committed"] == "900.00"
    (grant,) = (await town.get(f"/initiatives/{four}"))["grants"]
    assert {line: str(left) for line, left in grant["left"].items()} == {
        "1": "900.00",
        "2": "4",
        "3": "0.00",
        "4": "24",
    }


async def test_a_line_of_a_grant_is_used_in_its_own_unit(town: Any, four: str) -> None:
    """INI-26: above the request, euros on hours and the 25th hour are refused."""
    above = [{"line": 1, "amount": "1500.01"}, *PARTLY[1:3], {**PARTLY[3], **WHY}]
    assert (await _grant(town, four, above)).json()["code"] == "above-request"
    await _grant(town, four, [*PARTLY[:3], {**PARTLY[3], **WHY}])
    euros = {"line": 4, "amount": "5.00"}
    await town.refused(four, "expenses", euros, WORKER, "wrong-kind")
    hours = {"line": 4, "hours": 25}
    problem = await town.refused(four, "expenses", hours, WORKER, "grant-exceeded")
    assert problem["detail"] == "24 hours granted, 0 used."
    await town.done(four, "expenses", {"line": 4, "hours": 24}, WORKER)


async def test_all_at_nothing_declines_the_request(town: Any, four: str) -> None:
    """INI-26: four reasons and a next step; the initiative is declined, and may go on alone."""
    nothing = [{"line": number, "reason": f"Reason {number}"} for number in (1, 2, 3, 4)]
    answer = await _grant(town, four, nothing)
    assert answer.json()["code"] == "reason-missing"
    step = "Go on alone, or change the plan"
    answer = await _grant(town, four, nothing, nextStep=step)
    assert answer.status_code == 201, answer.text
    assert await town.facts_named(four, "support-granted") == []
    shown = await town.get(f"/initiatives/{four}")
    assert (shown["status"], shown["undecided"]) == ("declined", False)
    assert [line["reason"] for line in shown["declined"]] == [f"Reason {n}" for n in (1, 2, 3, 4)]
    assert (await town.get(f"/initiatives/{four}", "resident"))["nextStep"] == step
    await _decided(town, four, "nothing-requested")
    await town.done(four, "self-reliance", {}, WORKER)
    assert (await town.get(f"/initiatives/{four}"))["status"] == "self_reliant"


@pytest.mark.parametrize("way_on", ["refer", "change"])
async def test_a_declined_initiative_has_ways_on(town: Any, four: str, way_on: str) -> None:
    """INI-26: the next step may be another party, or another plan."""
    await _decided(town, four)
    if way_on == "change":
        plan = {**town.plan, "costs": "900.00"}
        await town.done(four, "changes", {"plan": plan, "change": "Smaller"}, WORKER)
        assert (await town.get(f"/initiatives/{four}"))["status"] == "assessed"
        return
    await town.sql("insert into known_partners (partner, name) values ('assen', 'Gemeente Assen')")
    body = {"partner": "assen", "reason": "It is theirs"}
    await town.done(four, "referrals", body, MANAGER)
    assert (await town.get(f"/initiatives/{four}"))["status"] == "referred"


@pytest.fixture
async def spending(town: Any) -> str:
    """I1 granted 2,500.00 on 20 April, of which 1,940.25 is spent, so that 559.75 is left."""
    i1 = await town.coffee("2500.00")
    town.clock.set("2026-04-20T09:00:00Z")
    await town.read_all()
    await town.granted(i1, "2500.00")
    town.clock.set("2026-06-02T09:00:00Z")
    await town.done(i1, "expenses", {"amount": "1940.25"}, WORKER)
    return str(i1)


async def _spent(town: Any, id_: str) -> list[str]:
    return [one["amount"] for one in await town.facts_named(id_, "spending-recorded")]


async def test_the_last_cent_is_spent_and_not_one_more(town: Any, spending: str) -> None:
    """INI-27: 559.76 is refused, 559.75 is not; nothing before the day of the grant."""
    more = {"amount": "559.76"}
    problem = await town.refused(spending, "expenses", more, WORKER, "grant-exceeded")
    assert problem["detail"] == "559.75 is left."
    early = {"amount": "5.00", "on": "2026-04-19"}
    problem = await town.refused(spending, "expenses", early, WORKER, "delivered-before-grant")
    assert problem["detail"] == "What was bought before 20 April was not granted."
    await town.done(spending, "expenses", {"amount": "559.75"}, WORKER)
    assert await _spent(town, spending) == ["1940.25", "559.75"]


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "10.005"])
async def test_an_amount_is_above_nothing_and_in_cents(
    town: Any, spending: str, amount: str
) -> None:
    """INI-27: 0.00, a negative amount and 10.005 are schema faults: 400, and nothing happens."""
    answer = await town.step(spending, "expenses", {"amount": amount}, WORKER)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
    assert await _spent(town, spending) == ["1940.25"]


async def test_a_retry_spends_once(town: Any, spending: str) -> None:
    """INI-27: one key is one spending and one answer, also when the grant is used up since."""
    path = f"/initiatives/{spending}/expenses"
    version = (await town.get(f"/initiatives/{spending}"))["version"]
    keyed = {"If-Match": f'"{version}"', "Idempotency-Key": "invoice-17"}
    first = await town.post(path, {"amount": "559.75"}, WORKER, **keyed)
    again = await town.post(path, {"amount": "559.75"}, WORKER, **keyed)
    other = await town.post(path, {"amount": "300.00"}, WORKER, **keyed)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await _spent(town, spending) == ["1940.25", "559.75"]


async def test_a_late_invoice_finds_its_place(town: Any) -> None:
    """INI-28: 570.00 goes back at the end, 15.00 when 28 October begins; 915.00 stays for good."""
    i1 = await town.coffee()
    await town.granted(i1)
    town.clock.set("2026-08-20T09:00:00Z")
    await town.done(i1, "expenses", {"amount": "620.00"}, WORKER)
    await town.done(i1, "obligations", {"amount": "310.00"}, WORKER)
    (order,) = await town.facts_named(i1, "obligation-entered")
    town.clock.set("2026-09-01T09:00:00Z")
    await town.done(i1, "support-endings", {"reason": "Done"}, MANAGER)
    assert (await town.get(BUDGET))["committed"] == "930.00"
    town.clock.set("2026-10-20T09:00:00Z")
    bill = {"obligation": order["obligation"], "on": "2026-08-27"}
    over = {"amount": "310.01", **bill}
    await town.refused(i1, "expenses", over, WORKER, "grant-exceeded")
    loose = {"amount": "1.00", "on": "2026-08-27"}
    problem = await town.refused(i1, "expenses", loose, WORKER, "no-open-obligation")
    assert problem["detail"] == "Support ended on 1 September and this was not ordered before."
    late = {"amount": "1.00", **bill, "on": "2026-09-03"}
    await town.done(i1, "expenses", late, WORKER)
    await town.done(i1, "expenses", {"amount": "294.00", **bill}, WORKER)
    spent = await town.facts_named(i1, "spending-recorded")
    assert [one["on"] for one in spent[1:]] == ["2026-09-03", "2026-08-27"]
    await town.time_passes("2026-10-27T22:59:59Z")
    assert await town.facts_named(i1, "support-settled") == []
    await town.time_passes("2026-10-27T23:00:00Z")
    await town.time_passes("2026-11-05T23:00:00Z")
    (settled,) = await town.facts_named(i1, "support-settled")
    assert [one["amount"] for one in settled["released"]] == ["15.00"]
    assert (await town.get(BUDGET))["committed"] == "915.00"
    await town.refused(i1, "expenses", {"amount": "1.00", **bill}, WORKER, "no-open-obligation")
    credit = {"spending": spent[0]["spending"], "amount": "500.00", "reason": "Credit note"}
    await town.done(i1, "expense-corrections", credit, WORKER)
    assert (await town.get(BUDGET))["committed"] == "795.00"
    (grant,) = (await town.get(f"/initiatives/{i1}"))["grants"]
    assert grant["status"] == "settled"
