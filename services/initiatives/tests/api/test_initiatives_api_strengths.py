"""Strengths of an area over HTTP: without the person, and looked at before asking for more."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest

BUURT, WIJK = "BU01060100@2020", "WK010601@2020"
WORKER = "neighbourhood_worker"

BICYCLES = {
    "assetKind": "talent",
    "label": "Bicycle repairs",
    "area": BUURT,
    "holder": "reference",
    "heldBy": "g7",
    "openTo": "everyone",
}


async def _place(town: Any, label: str, area: str, **more: Any) -> str:
    body = {
        "assetKind": "meeting_place",
        "label": label,
        "area": area,
        "holder": "organisation",
        "heldBy": "corporation",
        "openTo": "everyone",
        **more,
    }
    answer = await town.post("/assets", body, WORKER)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_text_that_gives_a_person_away_is_refused_without_repeating_it(
    town: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """INI-01: field and kind are named; the number is in no fact, log line or metric."""
    caplog.set_level(logging.DEBUG)
    label = {**BICYCLES, "label": "Bicycle repairs, ring 06-12345678"}
    answer = await town.post("/assets", label, WORKER)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "text-holds-personal-data")
    assert problem["detail"] == (
        "The label holds a telephone number; leave it out, the reference is enough."
    )
    (refusal,) = problem["refusals"]
    assert (refusal["field"], refusal["kind"]) == ("/label", "a telephone number")
    metrics = await town.client.get("/metrics")
    stored = await town.rows("select count(*) from events where data::text like '%12345678%'")
    written = capfd.readouterr()
    for told in (answer.text, str(answer.headers), metrics.text, caplog.text, *written):
        assert "12345678" not in told
    assert stored == [(0,)]
    assert (await town.get(f"/assets?area={BUURT}"))["items"] == []


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("anna@example.nl", "an e-mail address"),
        ("NL91 ABNA 0417 1643 00", "a bank account"),
        ("9404 AB 12", "a postcode with a house number"),
        ("111222333", "a citizen service number"),
        ("123456789", None),
    ],
)
async def test_every_kind_of_personal_data_is_found(town: Any, said: str, kind: str | None) -> None:
    """INI-01: 9a+8b+7c+6d+5e+4f+3g+2h-i of 111222333 is 66, of 123456789 147: an ordinary one."""
    answer = await town.post("/assets", {**BICYCLES, "label": f"Repairs {said}"}, WORKER)
    if kind is None:
        assert answer.status_code == 201
        return
    assert answer.json()["code"] == "text-holds-personal-data"
    assert answer.json()["refusals"][0]["kind"] == kind
    assert said not in answer.text


async def test_a_strength_is_shown_in_its_area_and_not_to_whom_it_belongs(town: Any) -> None:
    """INI-01: "Bicycle repairs" stands among the strengths; the reference is for own people."""
    answer = await town.post("/assets", BICYCLES, WORKER)
    assert answer.status_code == 201
    (shown,) = (await town.get(f"/assets?area={WIJK}&status=there"))["items"]
    assert (shown["label"], shown["kind"], shown["openTo"]) == (
        "Bicycle repairs",
        "talent",
        "everyone",
    )
    assert shown["heldBy"] == "g7"
    for role, who in (("resident", "somebody"), ("partner", "assen")):
        page = await town.get(f"/assets?area={BUURT}", role, who)
        assert [one["label"] for one in page["items"]] == ["Bicycle repairs"]
        assert page["items"][0]["heldBy"] is None


async def test_who_holds_it_is_an_organisation_or_an_opaque_reference(town: Any) -> None:
    """INI-01: a name, a telephone number or an address does not fit where the holder stands."""
    for name in ("Anna de Vries", "06 12345678", "anna@example.nl", ""):
        answer = await town.post("/assets", {**BICYCLES, "heldBy": name}, WORKER)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
        assert name not in answer.text or not name
    answer = await town.post("/assets", {**BICYCLES, "name": "Anna"}, WORKER)
    assert answer.status_code == 400
    organisation = {**BICYCLES, "holder": "organisation", "heldBy": "welfare"}
    assert (await town.post("/assets", organisation, WORKER)).status_code == 201
    (shown,) = (await town.get(f"/assets?area={BUURT}", "resident"))["items"]
    assert shown["heldBy"] == "welfare"


@pytest.mark.parametrize("role", ["area_manager", "partner", "resident"])
async def test_strengths_are_registered_by_the_neighbourhood_worker(town: Any, role: str) -> None:
    """INI-01, INI-02: nobody else registers or withdraws a strength."""
    answer = await town.post("/assets", BICYCLES, role)
    assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")
    made = await town.post("/assets", BICYCLES, WORKER)
    path = f"/assets/{made.json()['id']}/withdrawals"
    answer = await town.post(path, {"reason": "Gone"}, role, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")


@pytest.fixture
async def places(town: Any) -> dict[str, str]:
    """A1 to A5; A5 is no longer there."""
    town.clock.set("2026-02-01T09:00:00Z")
    found = {
        "A1": await _place(town, "Common room", BUURT),
        "A2": await _place(town, "Community centre", WIJK),
        "A3": await _place(town, "Hall", "BU01060102@2020"),
        "A4": await _place(town, "Room", BUURT, openTo="complex", complex="c1"),
        "A5": await _place(town, "Library corner", BUURT),
    }
    path = f"/assets/{found['A5']}/withdrawals"
    answer = await town.post(path, {"reason": "Closed"}, WORKER, **{"If-Match": '"1"'})
    assert answer.status_code == 201
    again = await town.post(path, {"reason": "Closed"}, WORKER, **{"If-Match": '"2"'})
    assert again.json()["code"] == "already-withdrawn"
    town.clock.set("2026-04-13T09:00:00Z")
    await town.read_all()
    return found


ROOM: dict[str, Any] = {
    "lines": [{"line": 1, "kind": "money", "purpose": "A new meeting room", "amount": "9000.00"}],
    "newMeetingPlace": True,
}


async def test_existing_meeting_places_come_first(town: Any, places: dict[str, str]) -> None:
    """INI-02: A1 and A2 are named; not A3 (elsewhere), A4 (closed to others) and A5 (gone)."""
    i2 = await town.propose(plan={"buildsOn": []})
    problem = await town.refused(
        i2, "support-requests", ROOM, WORKER, "existing-assets-not-considered"
    )
    assert problem["detail"] == (
        "Two meeting places already serve this area: say for each why it does not do."
    )
    named = {one["asset"]: one["area"] for one in problem["refusals"][0]["assets"]}
    assert named == {places["A1"]: BUURT, places["A2"]: WIJK}
    one = {**ROOM, "existing": [{"asset": places["A1"], "whyNot": "Too small"}]}
    await town.refused(i2, "support-requests", one, WORKER, "existing-assets-not-considered")
    assert (await town.get(f"/initiatives/{i2}"))["request"] == []
    both = [{"asset": places[name], "whyNot": f"{name} is full"} for name in ("A1", "A2")]
    await town.done(i2, "support-requests", {**ROOM, "existing": both}, WORKER)
    assert (await town.get(f"/initiatives/{i2}"))["existing"] == both
    assert (await town.get(f"/initiatives/{i2}/gates"))["existing"] == both


async def test_who_builds_on_one_of_them_needs_no_reason(town: Any, places: dict[str, str]) -> None:
    """INI-02: with one of the two in what it builds on, the request is recorded."""
    i2 = await town.propose(plan={"buildsOn": [places["A2"]]})
    await town.done(i2, "support-requests", ROOM, WORKER)
    elsewhere = await town.propose(plan={"buildsOn": [places["A3"], places["A5"]]})
    await town.refused(
        elsewhere, "support-requests", ROOM, WORKER, "existing-assets-not-considered"
    )


async def test_proposing_is_never_refused_on_this_ground(town: Any, places: dict[str, str]) -> None:
    """INI-02: who does not ask for support, or for a place, is asked for no reason."""
    assert places
    i2 = await town.propose(plan={"buildsOn": []})
    assert (await town.get(f"/initiatives/{i2}"))["status"] == "proposed"
    await town.done(i2, "support-requests", {"lines": ROOM["lines"]}, WORKER)


async def test_a_room_of_a_complex_serves_who_lives_there(
    town: Any, places: dict[str, str]
) -> None:
    """INI-02: for an initiative of that complex alone the closed room counts too."""
    plan = {"complex": "c1", "buildsOn": [], "benefit": {"households": 12, "ownTenants": 12}}
    i2 = await town.propose(plan=plan)
    problem = await town.refused(
        i2, "support-requests", ROOM, WORKER, "existing-assets-not-considered"
    )
    named = {one["asset"] for one in problem["refusals"][0]["assets"]}
    assert named == {places["A1"], places["A2"], places["A4"]}


async def test_withdrawing_says_why_and_when(town: Any, places: dict[str, str]) -> None:
    """INI-02: what is gone stays in the history, with its last day."""
    gone = await town.get(f"/assets/{places['A5']}")
    assert gone["withdrawn"] == str(date(2026, 2, 1))
    page = await town.get(f"/assets?area={BUURT}&kind=meeting_place&status=there")
    assert {one["id"] for one in page["items"]} == {places["A1"], places["A4"]}
