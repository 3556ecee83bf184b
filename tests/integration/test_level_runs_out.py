"""The end of an effort level, from the ticker of one service to a mark by another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from platform_kit import Running, told, wait_until
from platform_scenes import Scenes, today

from leefwijk.events.deadlines import Ticker
from leefwijk.service.wiring import make_context
from monitoring.app import definition
from monitoring.settings import MonitoringSettings

EXPIRED = "nl.leefbaarheid.effort-levels.effort-level-expired.v1"
ANNOUNCED = "nl.leefbaarheid.effort-levels.effort-level-expiry-announced.v1"


async def _tick_on(platform: Running, moment: datetime) -> None:
    """The deadlines of monitoring, judged by its own ticker at another moment."""
    settings = MonitoringSettings(_env_file=platform.folder / "settings" / "monitoring.env")
    context = make_context(definition, settings, lambda: moment)
    try:
        ticker = Ticker(context.engine, context.handler, definition.name, definition.states)
        await ticker.tick()
    finally:
        await context.store.close()
        await context.engine.dispose()


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
    await _tick_on(platform, datetime.now(UTC) + timedelta(days=4))

    async def marked() -> bool:
        path = f"/v1/initiatives/{made['id']}"
        answer = await platform.get("initiatives", path, "area_manager")
        return bool(told(answer, 200)["gatesLost"] == 1)

    await wait_until(marked, "the reaction marks the initiative")
    await _tick_on(platform, datetime.now(UTC) + timedelta(days=5))
    events = await platform.events("monitoring", stream)
    assert [one["type"] for one in events if one["type"] in {ANNOUNCED, EXPIRED}] == [
        ANNOUNCED,
        EXPIRED,
    ]
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert events[-1]["data"]["on"] == tomorrow

    async def shown() -> list[str]:
        status = await scenes.status(place.district, asOf=tomorrow)
        marks: list[str] = status["initiatives"][0]["marks"]
        return marks

    marks = await wait_until(shown, "the effort status shows the mark")
    assert marks == [f"effort-level-and-budget: effort-level-expired since {tomorrow}"]
    status = await scenes.status(place.district, asOf=tomorrow)
    assert (status["level"]["level"], status["level"]["agreed"]) == ("basic", False)
    assert f"extra ran out on {today()}" in status["level"]["note"]
    assert (await scenes.status(place.district))["level"]["level"] == "extra"
    # one whose level goes on is not marked
    path = f"/v1/initiatives/{beside['id']}"
    assert told(await platform.get("initiatives", path, "area_manager"), 200)["gatesLost"] == 0
