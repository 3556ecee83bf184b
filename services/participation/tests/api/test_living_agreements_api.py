"""Living agreements over the wire: made by residents, and carried out step by step."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from participation_kit import LARIKS, LUCHIESLAND, MANAGER, WORKER, Participation

from leefwijk.events.language.monitoring.areas import (
    AreaKind,
    AreaRegistered,
    ExperiencedAreaDrawn,
    Part,
)

STAIRWELLS = "XA0123456789ab@1"
"""The 48 homes of PAR-28, as people live there."""
ELSEWHERE = "WK010604@2020"
PROPOSAL = {
    "title": "Trappenhuis en geluid",
    "area": STAIRWELLS,
    "homes": 48,
    "topics": ["stairwell", "noise", "waste"],
}


@pytest.fixture
async def there(participation: Participation) -> Participation:
    """Participation that has heard of the 48 homes, and of a district elsewhere."""
    drawn = ExperiencedAreaDrawn(
        area=STAIRWELLS,
        name="De trappenhuizen",
        municipalities=("GM0106",),
        parts=(Part(area=LUCHIESLAND, inhabitants=90),),
        reason="zo heet het",
    )
    await participation.hearing.hear("monitoring", STAIRWELLS, drawn)
    other = AreaRegistered(
        area=ELSEWHERE, kind=AreaKind.DISTRICT, name="Pittelo", municipalities=("GM0106",)
    )
    await participation.hearing.hear("monitoring", ELSEWHERE, other)
    return participation


async def _drop_in(town: Participation, area: str = LARIKS, attendance: int | None = 22) -> Any:
    """A drop-in that was held, as the origin of an agreement."""
    trajectory = await town.trajectory({"tenants": "informed"}, area=area)
    start = town.clock().replace(microsecond=0)
    await town.plan(trajectory, "drop_in", start.replace(hour=14).isoformat())
    await town.done(trajectory, "starts")
    town.clock.set(start.replace(hour=16).isoformat())
    await town.held(trajectory, 1, attendance)
    town.clock.set(start.isoformat())
    return {"moment": {"trajectory": trajectory.partition("/")[2], "moment": 1}}


async def _made(town: Participation) -> str:
    """The agreement of PAR-28, made on 1 September 2026."""
    agreement = f"living-agreements/{await town.made('/living-agreements', PROPOSAL)}"
    counts = {"answered": 31, "agreeing": 24, "objecting": 7}
    await town.done(agreement, "responses", counts)
    await town.done(agreement, "makings", {"origin": await _drop_in(town)})
    return agreement


async def test_an_agreement_is_made_by_residents(there: Participation) -> None:
    """PAR-28: no moment, nobody there, another place: house rules; then by numbers of homes."""
    agreement = f"living-agreements/{await there.made('/living-agreements', PROPOSAL)}"
    nobody = await _drop_in(there, attendance=0)
    far = await _drop_in(there, area=ELSEWHERE)
    unknown = {"moment": {"trajectory": str(uuid4()), "moment": 1}}
    counts = {"answered": 15, "agreeing": 13, "objecting": 2}
    await there.done(agreement, "responses", counts)
    for origin in (None, {}, nobody, far, unknown, {"panel": str(uuid4())}):
        body = {"origin": origin}
        await there.refused(agreement, "makings", body, code="not-made-by-residents")
    good = {"origin": await _drop_in(there)}
    few = await there.refused(agreement, "makings", good, code="no-resident-majority")
    assert "15 of 48 homes answered (31.3 %)" in few["detail"]
    half = {"answered": 16, "agreeing": 8, "objecting": 8}
    await there.done(agreement, "responses", half)
    await there.refused(agreement, "makings", good, code="no-resident-majority")
    await there.done(agreement, "responses", {"answered": 31, "agreeing": 24, "objecting": 7})
    await there.done(agreement, "makings", good)
    name, said = (await there.facts("living-agreements-%"))[-1]
    assert (name, said["reviewBy"]) == ("agreement-made", "2027-09-01")
    assert (said["homes"], said["answered"], said["agreeing"], said["objecting"]) == (48, 31, 24, 7)
    seen = await there.look(f"/{agreement}", WORKER)
    assert (seen["status"], seen["agreeing"], seen["objecting"]) == ("made", 24, 7)
    outside = await there.look(f"/{agreement}", "resident")
    assert (outside["homes"], outside["objecting"], outside["steps"]) == (None, None, None)


async def test_a_panel_that_residents_answered_is_an_origin_too(there: Participation) -> None:
    """PAR-28: a panel counts when it has closed with answers; an open or silent one does not."""
    agreement = f"living-agreements/{await there.made('/living-agreements', PROPOSAL)}"
    await there.done(agreement, "responses", {"answered": 31, "agreeing": 24, "objecting": 7})
    panels = []
    for _ in range(2):
        body = {
            "area": LUCHIESLAND,
            "themes": ["meeting"],
            "groups": [{"group": "tenants", "homes": 48}],
            "closesAt": "2026-09-01T12:00:00Z",
        }
        panels.append(await there.made("/wish-panels", body))
    batch = await there.done(
        f"wish-panels/{panels[0]}", "tokens", {"group": "tenants", "tokens": 6}
    )
    for token in batch["tokens"]:
        wish = {"token": token, "wish": "help"}
        answer = await there.client.post(f"/v1/wish-panels/{panels[0]}/wishes", json=wish)
        assert answer.status_code == 201, answer.text
    for panel in panels:
        body = {"origin": {"panel": panel}}
        await there.refused(agreement, "makings", body, code="not-made-by-residents")
    await there.time_passes("2026-09-01T12:05:00Z")
    silent = {"origin": {"panel": panels[1]}}
    await there.refused(agreement, "makings", silent, code="not-made-by-residents")
    await there.done(agreement, "makings", {"origin": {"panel": panels[0]}})


async def test_fewer_than_five_homes_are_people(there: Participation) -> None:
    """PAR-28: fewer homes than k, or an area that nobody registered, is refused."""
    tried = (({"homes": 4}, "points-at-household"), ({"area": "WK010699@2020"}, "unknown-area"))
    for more, code in tried:
        answer = await there.post("/living-agreements", {**PROPOSAL, **more})
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    answer = await there.post("/living-agreements", PROPOSAL, "partner")
    assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")


def _step(step: str, topic: str = "waste", by: str = "residents", **more: Any) -> dict[str, Any]:
    return {"topic": topic, "step": step, "homes": 48, "by": by, "manner": "talk", **more}


async def _spoken_to(town: Participation) -> str:
    """Informed on 5 October, spoken to by residents themselves on 19 October."""
    agreement = await _made(town)
    town.clock.set("2026-10-05T09:00:00Z")
    await town.done(agreement, "address-steps", _step("informed", by="neighbourhood_worker"))
    town.clock.set("2026-10-19T09:00:00Z")
    await town.done(agreement, "address-steps", _step("spoken_to"))
    return agreement


async def test_the_lighter_step_comes_first_with_time_to_improve(there: Participation) -> None:
    """PAR-29: warned on 26 October is too soon; on 2 November, by a manager, it is recorded."""
    agreement = await _spoken_to(there)
    warned = _step("warned", by="area_manager")
    there.clock.set("2026-10-26T09:00:00Z")
    problem = await there.refused(
        agreement, "address-steps", warned, MANAGER, code="too-soon-for-next-step"
    )
    assert problem["detail"] == "Spoken to on 19 October; give it until 2 November."
    there.clock.set("2026-11-02T09:00:00Z")
    acted = _step("acted", by="area_manager")
    await there.refused(agreement, "address-steps", acted, MANAGER, code="step-skipped")
    await there.refused(agreement, "address-steps", warned, code="step-needs-area-manager")
    await there.done(agreement, "address-steps", warned, MANAGER)
    noise = _step("spoken_to", "noise")
    await there.refused(agreement, "address-steps", noise, code="step-skipped")
    await there.done(agreement, "address-steps", _step("informed", "noise"))
    over = {"topic": "waste", "outcome": "improved"}
    await there.refused(agreement, "address-endings", over, code="step-needs-area-manager")
    await there.done(agreement, "address-endings", over, MANAGER)
    await there.refused(agreement, "address-steps", _step("spoken_to"), code="step-skipped")
    steps = (await there.look(f"/{agreement}", WORKER))["steps"]
    assert [(one["topic"], one["step"], one["by"]) for one in steps] == [
        ("waste", "informed", "neighbourhood_worker"),
        ("waste", "spoken_to", "residents"),
        ("waste", "warned", "area_manager"),
        ("noise", "informed", "residents"),
    ]


async def test_a_step_names_an_area_and_nobody_in_it(there: Participation) -> None:
    """PAR-29: toward which area, by whom as a role, and how; a name or a floor has no place."""
    agreement = await _made(there)
    for more in ({"name": "Jan"}, {"houseNumber": 12}, {"floor": 3}, {"says": "de buren"}):
        answer = await there.step(agreement, "address-steps", _step("informed", **more))
        assert answer.status_code == 400
    few = _step("informed", homes=4)
    await there.refused(agreement, "address-steps", few, code="points-at-household")
    far = _step("informed", area=ELSEWHERE)
    await there.refused(agreement, "address-steps", far, code="unknown-area")
    part = _step("informed", area=LUCHIESLAND, homes=20)
    await there.done(agreement, "address-steps", part)
    said = (await there.facts("living-agreements-%"))[-1][1]
    assert set(said) <= {"topic", "step", "area", "homes", "by", "manner", "skipped", "on"} | {
        "reason",
        "danger",
    }
    assert (said["area"], said["homes"], said["by"]) == (LUCHIESLAND, 20, "residents")


async def test_danger_shows_what_it_skipped(there: Participation) -> None:
    """PAR-29: scooters block the escape route: acted at once, by a manager, always with why."""
    agreement = await _made(there)
    await there.done(agreement, "address-steps", _step("informed", "stairwell"))
    acted = _step("acted", "stairwell", "area_manager", danger="escape_route_blocked")
    await there.refused(agreement, "address-steps", acted, code="step-needs-area-manager")
    bare = {**acted, "danger": None}
    await there.refused(agreement, "address-steps", bare, MANAGER, code="step-skipped")
    await there.done(agreement, "address-steps", acted, MANAGER)
    steps = (await there.look(f"/{agreement}", MANAGER))["steps"]
    last = steps[-1]
    assert (last["step"], last["skipped"]) == ("acted", ["spoken_to", "warned"])
    assert (last["reason"], last["danger"]) == ("danger", "escape_route_blocked")


async def test_time_tells_of_an_agreement_that_nobody_reviewed(there: Participation) -> None:
    """PAR-29: past its review date it carries the two light steps; a review carries all again."""
    agreement = await _spoken_to(there)
    await there.time_passes("2027-09-01T21:59:59Z")
    assert (await there.look(f"/{agreement}"))["reviewOverdue"] is False
    await there.time_passes("2027-09-01T22:00:00Z")
    await there.time_passes("2027-09-05T09:00:00Z")
    told = [said for name, said in await there.facts() if name == "agreement-review-overdue"]
    assert [(one["dueOn"], one["on"]) for one in told] == [("2027-09-01", "2027-09-02")]
    seen = await there.look(f"/{agreement}", "resident")
    assert (seen["status"], seen["reviewOverdue"]) == ("review_overdue", True)
    warned = _step("warned", by="area_manager")
    await there.refused(agreement, "address-steps", warned, MANAGER, code="review-overdue")
    await there.done(agreement, "address-steps", _step("spoken_to"))
    await there.done(agreement, "reviews", {"outcome": "kept"})
    await there.time_passes("2027-09-20T09:00:00Z")
    await there.done(agreement, "address-steps", warned, MANAGER)
    await there.refused(agreement, "endings", code="reason-missing")
    await there.done(agreement, "endings", {"reason": "Iedereen is verhuisd"})
    await there.refused(agreement, "address-steps", _step("informed"), code="not-made")


async def test_agreements_are_found_by_where_and_what(there: Participation) -> None:
    """PAR-28: by area with what lies in it, topic, status and title; elsewhere sees nothing."""
    id_ = (await _made(there)).partition("/")[2]

    async def found(query: str, role: str = "analyst", **who: Any) -> list[str]:
        listed = await there.look(f"/living-agreements?{query}", role, **who)
        return [one["id"] for one in listed["items"]]

    assert await found(f"area={STAIRWELLS}") == [id_]
    assert await found(f"area={ELSEWHERE}") == []
    assert await found("topic=noise&status=made&title=geluid", "resident") == [id_]
    assert await found("topic=parking") == []
    assert await found("", "partner", of=("GM0114",)) == []
