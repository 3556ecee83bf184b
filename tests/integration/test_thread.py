"""The first thread through the whole platform: HTTP only, a token of the right role each time."""

from __future__ import annotations

import asyncio
import os
import sys
from decimal import Decimal
from typing import Any

from platform_kit import Running, told
from platform_scenes import LONELY, Place, Scenes, area_file, figure_file, proposal_body, today

GRANTED = "nl.leefbaarheid.initiatives.support-granted.v2"
SPENT = "nl.leefbaarheid.initiatives.spending-recorded.v1"


async def test_areas_and_figures_are_imported_through_the_api(
    platform: Running, scenes: Scenes
) -> None:
    """An analyst uploads areas and figures; everybody reads them afterwards, with their edition."""
    place = Place("GM0106", "010690")
    areas = await platform.upload(area_file([place]), "gebieden-drenthe-ooststellingwerf", 2020)
    figures = await platform.upload(figure_file([place]), "rivm-2020-18plus", 2020)
    again = await platform.upload(figure_file([place]), "rivm-2020-18plus", 2020)

    assert (areas["status"], figures["status"]) == ("completed", "completed")
    assert figures["recorded"] > 0
    assert again["alreadyDone"] is True
    area = told(await platform.get("monitoring", f"/v1/areas/{place.district}", "resident"), 200)
    assert (area["id"], area["parent"]) == (place.district, "GM0106@2020")
    # its name is of 2022, and nobody has told yet that the division of 2022 is the same (MON-01)
    assert area["name"] is None
    path = f"/v1/areas/{place.district}/measurements"
    found = (await platform.get("monitoring", path, "resident")).text
    assert LONELY["indicator"] in found
    assert "47" in found


async def test_a_proposal_needs_a_story(platform: Running, scenes: Scenes) -> None:
    """MON-30: a proposal that rests on figures alone is refused with the reason."""
    place = scenes.place()
    path = f"/areas/{place.district}/effort-proposals"

    answer = await platform.post("monitoring", path, "area_manager", proposal_body())

    problem = told(answer, 409)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [fault["code"] for fault in problem["refusals"]] == ["telling-missing"]
    assert "Cite a story" in answer.text


async def test_the_thread_from_story_to_effort_status(platform: Running, scenes: Scenes) -> None:
    """EVA-23: euros granted and spent can be recomputed from the events that the status names."""
    place = scenes.place()
    story = await scenes.story(place.district)
    level = await scenes.proposal(place.district, story["id"], invited=[scenes.partner])
    early = await _agree(platform, level["id"], level["version"])
    assert told(early, 409)["code"] == "reaction-term-running"
    endorsed = await platform.post(
        "monitoring",
        f"/effort-proposals/{level['id']}/endorsements",
        "partner",
        {},
        match=level["version"],
        partner=scenes.partner,
        municipalities=("GM0106",),
    )
    agreed = told(await _agree(platform, level["id"], told(endorsed, 201)["version"]), 201)
    await scenes.known_level(level["id"])

    made = await scenes.requested(place.neighbourhood(), "1500.00")
    lines = [{"line": 1, "amount": "900.00", "reason": "Klein beginnen"}]
    grant = await scenes.step(made, "support-grants", {"lines": lines}, "area_manager")
    refused = await platform.post(
        "initiatives",
        f"/initiatives/{made['id']}/expenses",
        "neighbourhood_worker",
        {"line": 1, "amount": "900.01"},
        match=grant["version"],
    )
    assert told(refused, 409)["code"] == "grant-exceeded"
    assert "900.00 is left" in refused.text
    spent = await scenes.step(grant, "expenses", {"line": 1, "amount": "400.25"})
    more = await scenes.step(spent, "expenses", {"line": 1, "amount": "99.75"})
    started = await scenes.step(more, "starts", {})

    # the token of the last answer is enough to read what was written about the initiative
    others = (story["token"], agreed["token"])
    status = await scenes.status(place.district, *others, after=started["token"])
    assert status["level"]["level"] == "extra"
    assert status["level"]["agreed"] is True
    assert agreed["events"][-1] in status["level"]["evidence"]["events"]
    assert [line["status"] for line in status["initiatives"]] == ["started"]
    assert status["stories"]["strengths"] == 1
    assert story["events"][0] in status["stories"]["evidence"]["events"]
    money = status["money"]
    stream = {event["id"]: event for event in await platform.events("initiatives", _stream(made))}
    granted = [stream[id_] for id_ in money["grantedEvidence"]["events"]]
    spendings = [stream[id_] for id_ in money["spentEvidence"]["events"]]
    assert {event["type"] for event in granted} == {GRANTED}
    assert {event["type"] for event in spendings} == {SPENT}
    assert _sum(granted, "charged") == Decimal(money["granted"]) == Decimal("900.00")
    assert _sum(spendings, "amount") == Decimal(money["spent"]) == Decimal("500.00")
    assert _sum(spendings[1:], "amount") != Decimal(money["spent"])


async def test_a_rebuilt_read_model_says_the_same(platform: Running, scenes: Scenes) -> None:
    """EVA-35: a rebuild gives equal figures and provenance, and people read a whole model."""
    place = scenes.place()
    level = await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(1), "750.00")
    spent = await scenes.step(made, "expenses", {"line": 1, "amount": "12.34"})
    before = await scenes.status(place.district, level["token"], after=spent["token"])
    generation = await _generation(platform)

    rebuilding = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "leefwijk.service", "rebuild", "area-effort-status"),
        env=_settings(platform),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    ended = asyncio.create_task(rebuilding.communicate())
    answers = []
    while not ended.done():
        answers.append(await scenes.status(place.district, after=spent["token"]))
        await asyncio.sleep(0.05)
    said, _ = await ended
    answers.append(await scenes.status(place.district, after=spent["token"]))

    assert rebuilding.returncode == 0, said.decode()
    assert b"rebuilt from" in said
    assert await _generation(platform) > generation
    assert [_without_clock(answer) for answer in answers] == [_without_clock(before)] * len(answers)
    # the new generation is fed on
    last = await scenes.step(spent, "expenses", {"line": 1, "amount": "0.66"})
    after = await scenes.status(place.district, after=last["token"])
    assert Decimal(after["money"]["spent"]) == Decimal("13.00")


async def _agree(platform: Running, level: str, version: int) -> Any:
    body = {"budgets": [{"year": today().year, "amount": "24000.00"}]}
    path = f"/effort-proposals/{level}/agreements"
    return await platform.post("monitoring", path, "area_manager", body, match=version)


def _stream(made: dict[str, Any]) -> str:
    return f"initiatives-{made['id']}"


def _sum(events: list[dict[str, Any]], field: str) -> Decimal:
    return sum((Decimal(event["data"][field]) for event in events), Decimal("0.00"))


def _without_clock(status: dict[str, Any]) -> dict[str, Any]:
    """The answer without the moments through which it was built and read: these move on."""
    moving = {"builtThrough", "knowledge"}
    return {name: said for name, said in status.items() if name not in moving}


def _settings(platform: Running) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LEEFWIJK_")}
    file = platform.folder / "settings" / "projections.env"
    return {**ours, "LEEFWIJK_SETTINGS_FILE": str(file)}


async def _generation(platform: Running) -> int:
    query = (
        "select max(generation) as newest from rows "
        "where projection = 'projections.area-effort-status'"
    )
    return int((await platform.rows("projections", query))[0].newest)
