"""A grant and the nine gates it rests on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from leefwijk.events.language.monitoring.measurements import (
    Figure,
    Measured,
    MeasurementsRecorded,
)

GATES = [
    "residents-involvement",
    "base-in-order",
    "collective-interest",
    "expected-effect-stated",
    "legal-basis",
    "performance-agreements",
    "no-other-party-responsible",
    "effort-level-and-budget",
    "own-tenants-benefit",
]


async def test_a_grant_carries_the_nine_gates_it_rested_on(town: Any, facts: Any) -> None:
    """INI-07: all nine lines stand in the grant, with evidence, and the budget is committed."""
    i1 = await town.coffee()
    town.clock.set("2026-04-20T09:00:00Z")
    await town.read_all()
    await town.granted(i1)
    recorded = await town.facts(i1)
    (granted,) = [data for name, data in recorded if name == "support-granted"]
    proposal, request = await town.ids(i1, "initiative-proposed", "support-requested")
    assert granted["budgetArea"] == "WK010601@2020"
    assert granted["year"] == 2026
    assert granted["lines"][0]["amount"] == "1500.00"
    lines = {line["gate"]: line for line in granted["gateLines"]}
    assert list(lines) == GATES
    assert {line["outcome"] for line in lines.values()} == {"passed"}
    assert {line["knowledge"] for line in lines.values()} == {"known"}
    assert all(line["asOf"] == "2026-04-20T09:00:00Z" for line in lines.values())
    named = facts.id_of
    assert {gate: line.get("evidence", []) for gate, line in lines.items()} == {
        "residents-involvement": [named("P1")],
        "base-in-order": [named("M1")],
        "collective-interest": [proposal],
        "expected-effect-stated": [proposal],
        "legal-basis": [request],
        "performance-agreements": [named("M4")],
        "no-other-party-responsible": [proposal, named("M5")],
        "effort-level-and-budget": [named("M2"), named("M3-BU01060100@2020")],
        "own-tenants-benefit": [named("H1"), proposal],
    }
    assert not any("reason" in line or "wayOn" in line for line in lines.values())
    (assessed,) = [data for name, data in recorded if name == "gates-assessed"]
    lines = {line["gate"]: line for line in assessed["lines"]}
    assert list(lines) == GATES
    assert lines["legal-basis"]["reason"] == "Falls under meeting."
    assert lines["legal-basis"]["source"] == "Woningwet 45(2)(f), Btiv 51(1)"
    assert lines["performance-agreements"]["reason"] == "Not required in 2026."
    assert lines["effort-level-and-budget"]["reason"] == "extra, 24,000.00 left before this grant."
    assert lines["own-tenants-benefit"]["reason"] == "41 of 60 households."
    assert lines["no-other-party-responsible"]["reason"].endswith(
        "Responsible here, but not for this: assen for public-space."
    )
    overridable = {gate for gate, line in lines.items() if line.get("overridableBy")}
    assert overridable == {GATES[0], GATES[1], GATES[5], GATES[7]}
    assert {line.get("overridableBy") for line in lines.values()} == {None, "area_director"}
    budget = await town.get("/area-budgets/WK010601@2020.2026")
    assert (budget["committed"], budget["left"]) == ("1500.00", "22500.00")
    assert (budget["elsewhere"], budget["exceededByOverride"]) == ("0.00", False)
    assert (await town.get(f"/initiatives/{i1}"))["status"] == "supported"
    left = (await town.lines(i1))["effort-level-and-budget"]
    assert left["outcome"] == "passed"
    other = await town.coffee("22500.01")
    refused = await town.not_granted(other, "22500.01")
    assert refused["effort-level-and-budget"]["reason"].startswith("22,500.00 is left")


async def test_a_worker_does_not_grant(town: Any) -> None:
    """INI-07: a neighbourhood worker who grants is told that it is for a manager."""
    i1 = await town.coffee()
    body = {"lines": [{"line": 1, "amount": "1500.00"}]}
    answer = await town.step(i1, "support-grants", body, "neighbourhood_worker")
    assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")


async def test_not_yet_known_is_neither_yes_nor_no(empty: Any, facts: Any) -> None:
    """INI-08: on the first day every gate without facts says so at once, and none fails."""
    kloosterveen = "WK010608@2022"
    fact = facts.registered(kloosterveen, None, "district")
    await empty.hear("monitoring", kloosterveen, fact, "kloosterveen")
    i5 = await empty.propose(
        area=kloosterveen, plan={"benefit": {"openToEveryone": True}, "buildsOn": []}
    )
    await empty.request(i5, "800.00")
    lines = await empty.not_granted(i5, "800.00")
    assert {gate: line["code"] for gate, line in lines.items()} == {
        "residents-involvement": "no-involvement-check",
        "base-in-order": "base-unknown",
        "effort-level-and-budget": "effort-level-not-known",
        "own-tenants-benefit": "own-dwellings-not-known",
    }
    for line in lines.values():
        assert line["outcome"] == "unknown"
        assert line["knowledge"] == "unknown"
        assert line["evidence"] == []
    reason = lines["residents-involvement"]["reason"]
    assert reason == "No involvement check for this area is known yet."
    for line in lines.values():
        assert "0.00" not in line["reason"]
        assert "not in order" not in line["reason"]
    agreed = (await empty.lines(i5))["performance-agreements"]
    assert agreed["outcome"] == "passed"
    for gate in ("residents-involvement", "base-in-order", "effort-level-and-budget"):
        await empty.override(i5, gate, "2026-05-01")
    body = {"gate": "own-tenants-benefit", "until": "2026-05-01", "reason": "They will come"}
    await empty.refused(i5, "gate-overrides", body, "area_director", "gate-not-overridable")


async def test_the_page_changes_when_facts_arrive(empty: Any, facts: Any) -> None:
    """INI-08: without any command the page says what became known; no home then is none."""
    fact = facts.registered("WK010608@2022", None, "district")
    await empty.hear("monitoring", "kloosterveen", fact, "kloosterveen")
    i5 = await empty.propose(
        area="WK010608@2022", plan={"benefit": {"openToEveryone": True}, "buildsOn": []}
    )
    await empty.request(i5, "800.00")
    assert (await empty.lines(i5))["own-tenants-benefit"]["code"] == "own-dwellings-not-known"
    await empty.homes({"BU01060100@2020": 1})
    line = (await empty.lines(i5))["own-tenants-benefit"]
    assert line["code"] == "no-own-tenants-benefit"
    assert "0 own dwellings" in line["reason"]
    before = await empty.facts(i5)
    area = "WK010608@2022"
    await empty.homes({area: 3}, "H2")
    await empty.check("P1", area, opened=area)
    await empty.hear("monitoring", "base", facts.verdict(area), "M1")
    await empty.hear("monitoring", "level", facts.level(area), "M2")
    assert {line["outcome"] for line in (await empty.lines(i5)).values()} == {"passed"}
    assert await empty.facts(i5) == before


async def test_homes_that_are_let_by_anybody_are_no_own_homes(empty: Any, facts: Any) -> None:
    """INI-08: of 4124 homes 79 % is owned; that 866 are let says not whose they are."""
    area = "WK010608@2022"
    await empty.hear("monitoring", "kloosterveen", facts.registered(area, None, "district"), "k")
    counted = (("dwelling_total", "4124"), ("dwelling_ownership", "79"))
    found = MeasurementsRecorded(
        area=area,
        source_edition="cbs-kwb-2022",
        import_id="i1",
        figures=tuple(
            Measured(indicator=name, period="2022", figure=Figure(number=Decimal(number)))
            for name, number in counted
        ),
    )
    await empty.hear("monitoring", "cbs", found, "figures")
    i5 = await empty.coffee("800.00", area=area)
    line = (await empty.lines(i5))["own-tenants-benefit"]
    assert (line["code"], line["knowledge"]) == ("own-dwellings-not-known", "unknown")
    assert line["evidence"] == []
    assert "866" not in line["reason"]


async def test_gates_do_not_apply_where_residents_do_it_themselves(town: Any) -> None:
    """INI-03: no gate is evaluated: not passed, not failed, not unknown."""
    alone = await town.propose(role="none")
    found = await town.get(f"/initiatives/{alone}/gates")
    assert found["applicable"] is False
    assert found["lines"] == []
    await town.refused(alone, "gate-assessments", {}, "area_manager", "gates-not-applicable")
