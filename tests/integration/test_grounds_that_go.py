"""Grounds that go while an initiative runs: as days pass, and as another service tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from platform_kit import Running, told, wait_until
from platform_scenes import Scenes, today

from initiatives.app import definition as initiatives
from leefwijk.events.deadlines import Ticker
from leefwijk.service.wiring import Definition, knowledge_of, make_context
from monitoring.app import definition as monitoring

EXPIRED = "nl.leefbaarheid.effort-levels.effort-level-expired.v1"
ANNOUNCED = "nl.leefbaarheid.effort-levels.effort-level-expiry-announced.v1"


async def _tick_on(platform: Running, service: Definition, moment: datetime) -> None:
    """The deadlines of a service, judged by its own ticker at another moment."""
    file = platform.folder / "settings" / f"{service.name}.env"
    context = make_context(service, service.settings(_env_file=file), lambda: moment)
    try:
        known = knowledge_of(service, context)
        ticker = Ticker(context.engine, context.handler, service.name, service.states, known)
        await ticker.tick()
    finally:
        await context.store.close()
        await context.engine.dispose()


async def _until_marked(platform: Running, initiative: str) -> None:
    async def marked() -> bool:
        path = f"/v1/initiatives/{initiative}"
        answer = await platform.get("initiatives", path, "area_manager")
        return bool(told(answer, 200)["gatesLost"] == 1)

    await wait_until(marked, "the initiative is marked")


async def test_a_level_that_runs_out_is_announced_then_gone_and_marks_what_rested_on_it(
    platform: Running, scenes: Scenes
) -> None:
    """MON-38: its end is announced once, then recorded, and a running initiative is marked."""
    place, other = scenes.place(), scenes.place()
    level = await scenes.level(place.district, through=today())
    await scenes.level(other.district)
    made = await scenes.granted(place.neighbourhood(), "200.00")
    await scenes.step(made, "starts", {})
    beside = await scenes.granted(other.neighbourhood(), "200.00")
    stream = f"effort-levels-{level['id']}"

    async def announced() -> bool:
        return ANNOUNCED in [one["type"] for one in await platform.events("monitoring", stream)]

    await wait_until(announced, "the ticker announces an end within 90 days")
    # three days too late, as after a service that was down
    await _tick_on(platform, monitoring, datetime.now(UTC) + timedelta(days=4))
    # what the running service makes of this fact it judges by its own clock, which stands on today:
    # only when that is behind us may its ticker be asked about a later day
    said = len(await platform.events("monitoring", stream))
    await platform.until_heard("initiatives", stream, said)
    await _tick_on(platform, initiatives, datetime.now(UTC) + timedelta(days=4))
    await _until_marked(platform, made["id"])
    await _tick_on(platform, monitoring, datetime.now(UTC) + timedelta(days=5))
    events = await platform.events("monitoring", stream)
    assert [one["type"] for one in events if one["type"] in {ANNOUNCED, EXPIRED}] == [
        ANNOUNCED,
        EXPIRED,
    ]
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert events[-1]["data"]["on"] == tomorrow

    async def shown() -> list[str]:
        status = await scenes.status(place.district, asOf=tomorrow)
        marks = [mark for one in status["initiatives"] for mark in one["marks"]]
        return marks if len(marks) > 1 else []

    marks = await wait_until(shown, "the effort status shows both marks")
    assert set(marks) == {
        f"effort-level-and-budget: effort-level-expired since {tomorrow}",
        f"without level since {tomorrow}",
    }
    status = await scenes.status(place.district, asOf=tomorrow)
    assert (status["level"]["level"], status["level"]["agreed"]) == ("basic", False)
    assert f"extra ran out on {today()}" in status["level"]["note"]
    assert (await scenes.status(place.district))["level"]["level"] == "extra"
    # one whose level goes on is not marked
    path = f"/v1/initiatives/{beside['id']}"
    assert told(await platform.get("initiatives", path, "area_manager"), 200)["gatesLost"] == 0


async def test_a_base_that_is_found_broken_marks_what_rests_on_it(
    platform: Running, scenes: Scenes
) -> None:
    """INI-14: the promise stands, the initiative is marked, and new money waits."""
    place = scenes.place("GM0118")  # a broken wijk is in the way of all its municipality
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "200.00")
    await scenes.step(made, "starts", {})

    path = f"/base-conditions/{place.district}/assessments"
    steps = [{"step": "clean", "found": "insufficient", "says": "Vuil naast de containers"}]
    worker = "neighbourhood_worker"
    before = told(
        await platform.get("monitoring", f"/v1/base-conditions/{place.district}", worker), 200
    )
    told(
        await platform.post("monitoring", path, worker, {"steps": steps}, match=before["version"]),
        201,
    )

    await _until_marked(platform, made["id"])
    read = told(await platform.get("initiatives", f"/v1/initiatives/{made['id']}", worker), 200)
    spent = await scenes.step(read, "expenses", {"line": 1, "amount": "60.00"})
    more = {"line": 1, "amount": "30.00", "reason": "Meer koffie"}
    refused = await platform.post(
        "initiatives",
        f"/initiatives/{made['id']}/support-top-ups",
        "area_manager",
        more,
        match=spent["version"],
    )
    # found on the day of the grant, it did not pass on that day: the grant itself is looked at anew
    assert told(refused, 409)["code"] == "support-under-review"
    assert "not in order" in refused.text
