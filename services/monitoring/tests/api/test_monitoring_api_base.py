"""The base over HTTP: versions guard it, two clocks show it, lists announce what is due."""

from __future__ import annotations

from datetime import date
from typing import Any

from leefwijk.events.language.participation.living_agreements import (
    AgreementEnded,
    AgreementMade,
    AgreementReviewed,
    Origin,
    ReviewOutcome,
    Topic,
)

PITTELO = "WK010604@2020"
BASE = f"/base-conditions/{PITTELO}"
WORKER = "neighbourhood_worker"
WELL = [{"step": step, "found": "sufficient"} for step in ("clean", "whole", "safe")]


def _found(**steps: str) -> list[dict[str, str]]:
    return [{"step": step, "found": found} for step, found in steps.items()]


async def test_what_nobody_looked_at_is_unknown_and_its_first_assessment_begins_at_zero(
    pittelo: Any,
) -> None:
    """MON-25: never assessed reads unknown; the worker sends the version that the answer showed."""
    unknown = await pittelo.get(BASE)
    assert unknown.headers["ETag"] == '"0"'
    assert unknown.json()["base"]["verdict"] == "unknown"
    assert unknown.json()["remark"] == "never assessed"
    body = {"steps": WELL}
    manager = await pittelo.post(f"{BASE}/assessments", "area_manager", body, 0)
    assert (manager.status_code, manager.json()["code"]) == (403, "role-not-allowed")
    unread = await pittelo.post(f"{BASE}/assessments", WORKER, body)
    assert (unread.status_code, unread.json()["code"]) == (428, "version-required")
    elsewhere = "/base-conditions/WK999999@2020/assessments"
    nowhere = await pittelo.post(elsewhere, WORKER, body, 0)
    assert (nowhere.status_code, nowhere.json()["code"]) == (409, "unknown-area")
    assert (await pittelo.post(f"{BASE}/assessments", WORKER, body, 0)).status_code == 201
    known = await pittelo.look(BASE)
    assert (known["base"]["verdict"], known["base"]["step"]) == ("in_order", 1)
    assert len(known["base"]["evidence"]) == 1
    listed = await pittelo.look("/base-conditions", verdict="in_order", municipality="GM0106")
    assert [item["area"] for item in listed["items"]] == [PITTELO]
    assert (await pittelo.look("/base-conditions", verdict="unknown"))["items"] == []


async def test_agreements_of_residents_are_evidence_and_no_verdict(pittelo: Any) -> None:
    """PAR-28: the base gets what residents agreed on as evidence for information and agreements."""
    made = AgreementMade(
        title="Trappenhuis en geluid",
        area="BU01060401@2020",
        municipalities=("GM0106",),
        topics=(Topic.NOISE,),
        homes=48,
        answered=31,
        agreeing=24,
        objecting=7,
        origin=Origin(panel="p1"),
        review_by=date(2027, 9, 1),
        on=date(2026, 9, 1),
    )
    (heard,) = await pittelo.hears("participation", "a1", made)
    seen = await pittelo.look(BASE)
    (agreement,) = seen["agreements"]
    assert (agreement["agreement"], agreement["evidence"]) == ("a1", [str(heard)])
    assert (agreement["topics"], agreement["reviewOverdue"]) == (["noise"], False)
    assert (seen["base"]["verdict"], seen["base"]["evidence"]) == ("unknown", [])
    assert (await pittelo.look(BASE, asOf="2026-08-31"))["agreements"] == []
    assert (await pittelo.look(BASE, knownAt="2026-08-31"))["agreements"] == []
    assert (await pittelo.look(BASE, asOf="2027-09-02"))["agreements"][0]["reviewOverdue"]
    reviewed = AgreementReviewed(
        outcome=ReviewOutcome.CHANGED,
        topics=(Topic.NOISE, Topic.WASTE),
        review_by=date(2027, 10, 20),
        on=date(2026, 10, 20),
    )
    ended = AgreementEnded(reason="iedereen is verhuisd", on=date(2026, 11, 1))
    await pittelo.hears("participation", "a1", reviewed)
    (again,) = (await pittelo.look(BASE))["agreements"]
    assert (again["topics"], again["reviewBy"]) == (["noise", "waste"], "2027-10-20")
    await pittelo.hears("participation", "a1", ended)
    assert (await pittelo.look(BASE))["agreements"] == []


async def test_two_assessors_do_not_erase_each_other(pittelo: Any) -> None:
    """MON-28: both read version 0; the second is refused and sees what the first found."""
    clean = {"complex": "a", "steps": _found(clean="sufficient")}
    dirty = {"complex": "a", "steps": _found(clean="insufficient")}
    first = await pittelo.post(f"{BASE}/assessments", WORKER, dirty, 0)
    second = await pittelo.post(f"{BASE}/assessments", WORKER, clean, 0)
    assert (first.status_code, second.status_code) == (201, 412)
    assert second.json()["code"] == "version-conflict"
    assert "Meanwhile a was found: clean insufficient." in second.json()["detail"]
    assert (await pittelo.facts("base-conditions-%"))["base-assessed"] == 1


async def test_roles_agreements_and_bookings_over_http(pittelo: Any) -> None:
    """MON-43, MON-45, MON-46: their routes decide, list and show what the domain says."""
    partner = {"name": "Gemeente Assen", "kind": "municipality", "municipalities": ["GM0106"]}
    assen = (await pittelo.post("/partners", "area_manager", partner)).json()["id"]
    roles = f"/area-roles/{PITTELO}"
    role = {"partner": assen, "role": "director"}
    assert (await pittelo.post(f"{roles}/assignments", WORKER, role, 0)).status_code == 403
    assigned = await pittelo.post(f"{roles}/assignments", "area_manager", role, 0)
    assert assigned.status_code == 201, assigned.text
    assert (await pittelo.look(roles))["director"] == assen
    assert (await pittelo.look(roles, asOf="2026-01-01"))["director"] is None
    ending = {**role, "reason": "Reorganised"}
    ended = await pittelo.post(f"{roles}/endings", "area_manager", ending, 1)
    assert ended.status_code == 201, ended.text
    assert (await pittelo.look(roles))["director"] is None

    draft = {"municipality": "GM0106", "year": 2027, "listed": ["meeting"]}
    drafted = await pittelo.post("/performance-agreements", "analyst", draft)
    one = f"/performance-agreements/{drafted.json()['id']}"
    assert one == "/performance-agreements/gm0106-2027"
    signed = await pittelo.post(f"{one}/signatures", "partner", {}, 1, partner=assen)
    assert signed.status_code == 201, signed.text
    early = await pittelo.post(f"{one}/conclusions", "analyst", {}, 2)
    assert (early.status_code, early.json()["code"]) == (409, "triangle-incomplete")
    assert (await pittelo.post(f"{one}/signatures", "analyst", {}, 2)).status_code == 201
    why = {"withoutTenants": "No organisation of tenants is left"}
    assert (await pittelo.post(f"{one}/conclusions", "analyst", why, 3)).status_code == 201
    shown = (await pittelo.look("/performance-agreements", year="2027"))["items"]
    assert [(item["binds"], item["missing"]) for item in shown] == [(True, ["tenants"])]

    booking = {
        "area": PITTELO,
        "on": "2026-05-10",
        "amount": "1250.00",
        "contribution": "clean_nuisance_safety",
        "category": "physical_activities",
        "description": "Cleaning day",
    }
    booked = await pittelo.post("/efforts", WORKER, booking)
    assert booked.status_code == 201, booked.text
    wrong = {"amount": "1200.00", "reason": "Misread"}
    path = f"/efforts/{booked.json()['id']}"
    assert (await pittelo.post(f"{path}/corrections", WORKER, wrong, 1)).status_code == 201
    twice = await pittelo.post(f"{path}/corrections", WORKER, wrong, 1)
    assert (twice.status_code, twice.json()["code"]) == (412, "version-conflict")
    (listed,) = (await pittelo.look("/efforts", area=PITTELO, year="2026"))["items"]
    assert listed["amount"] == "1200.00"
    assert [line["amount"] for line in listed["lines"]] == ["1250.00", "1200.00"]
