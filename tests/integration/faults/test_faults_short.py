"""Parts of the platform go away amid work, and come back: the short set; `make faults` is the long.

Each test plays cycles of the suite: people work, the fault strikes, it is healed, and a judge reads
store, topics and read model. What a fault promises beside that is stated in a test of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fault_cycle import Theatre
from fault_evidence import judge
from fault_kit import FAULTS, STAGES, load_faults
from platform_kit import SERVICES, WORKER, Running, wait_until
from platform_scenes import Scenes, initiative_body

load_faults()
SEED = int(os.environ.get("FAULT_SEED", "1"))
AWAY_SECONDS = 3.0
"""Long enough for every client to notice, and to try again in vain more than once."""


@pytest.fixture(scope="module")
async def theatre() -> AsyncIterator[Theatre]:
    """A platform of its own: what is done to it spoils no other test."""
    with TemporaryDirectory(prefix="leefwijk-", ignore_cleanup_errors=True) as folder:
        platform = STAGES["plain"](Path(folder))
        made = Theatre(platform, Scenes(platform))
        try:
            await made.open()
            yield made
        finally:
            await platform.end()


@pytest.fixture(scope="module")
def platform(theatre: Theatre) -> Running:
    """The platform that is played on."""
    return theatre.platform


@pytest.fixture(scope="module")
def scenes(theatre: Theatre) -> Scenes:
    """What tests beside the cycles begin with."""
    return theatre.scenes


async def _plays(theatre: Theatre, name: str) -> None:
    hit = await theatre.play(FAULTS[name], SEED)
    assert hit.violations == [], f"{name} with seed {hit.seed}"
    assert hit.counts, f"nothing was under way when {name} struck with seed {hit.seed}"


async def _agrees(theatre: Theatre, seconds: float) -> None:
    """Store, topics and read model agree; what was done beside the load is taken as it is."""
    theatre.expected.before = await theatre.stored()
    until = asyncio.get_running_loop().time() + seconds
    found, _ = await judge(theatre.platform, theatre.expected, until)
    assert found == []


async def test_a_killed_service_loses_nothing_acknowledged_and_repeats_nothing(
    theatre: Theatre,
) -> None:
    """`kill -9` amid commands: each acknowledged event is there, once, in table and topic."""
    await _plays(theatre, "kill-initiatives")


async def test_a_killed_worker_misses_and_repeats_nothing(theatre: Theatre) -> None:
    """What a killed worker had read and not written is applied once when it is back."""
    await _plays(theatre, f"kill-{WORKER}")


async def test_a_killed_broker_costs_nothing(theatre: Theatre) -> None:
    """Commands go on without Kafka, and everything is delivered in order when it is back."""
    await _plays(theatre, "kill-kafka")


async def test_a_killed_database_costs_nothing(theatre: Theatre) -> None:
    """After `kill -9` of PostgreSQL everything goes on by itself; readiness was false meanwhile."""
    await _plays(theatre, "kill-postgres")


async def test_a_leader_that_wakes_up_again_moves_no_cursor(theatre: Theatre) -> None:
    """A leader that stood still is replaced; when it goes on it is a standby."""
    await _plays(theatre, "freeze-leader")


async def test_a_worker_stopped_while_its_database_is_away_misses_nothing(theatre: Theatre) -> None:
    """What it had read but not written is there after the restart, with nothing sent since."""
    await _plays(theatre, "worker-stopped-amid-retry")


async def test_an_event_that_cannot_be_applied_holds_up_its_own_stream_only(
    theatre: Theatre,
) -> None:
    """A poisoned event is parked and its stream reads `held`; all others go on."""
    await _plays(theatre, "poison-event")


async def test_a_clock_that_jumps_back_turns_no_stream_back(theatre: Theatre) -> None:
    """A service that comes back with a clock that runs behind keeps each stream's time in order."""
    await _plays(theatre, "clock-back")


async def test_one_of_two_processes_is_killed_and_the_other_goes_on(
    theatre: Theatre, platform: Running, scenes: Scenes
) -> None:
    """INI-22: two processes never grant a budget twice; the one that is left delivers it all."""
    place = scenes.place()
    await scenes.level(place.district, "1000.00")
    twin = await platform.start_twin("initiatives")
    made = [await scenes.requested(place.neighbourhood(), "300.00") for _ in range(6)]
    try:
        answers = await asyncio.gather(
            *(
                _grant(platform, service, one, "300.00")
                for service, one in zip(itertools.cycle(["initiatives", twin]), made, strict=False)
            )
        )
    finally:
        await platform.hands.stop(twin)
    await _plays(theatre, "kill-leader")

    assert sorted(answers) == [201] * 3 + [409] * 3
    status = await scenes.status(place.district)
    assert Decimal(status["money"]["granted"]) == Decimal("900.00")


async def _grant(platform: Running, service: str, made: dict[str, Any], euros: str) -> int:
    """Grant what was asked, asking again as long as the service says that it is busy."""
    body = {"lines": [{"line": 1, "amount": euros}]}
    while True:
        answer = await platform.post(
            service,
            f"/initiatives/{made['id']}/support-grants",
            "area_manager",
            body,
            match=made["version"],
        )
        if answer.status_code != 503:
            return answer.status_code


async def test_commands_are_accepted_while_kafka_is_away(
    theatre: Theatre, platform: Running, scenes: Scenes
) -> None:
    """Without Kafka people go on working; what they did is delivered afterwards, in order."""
    place = scenes.place()
    await scenes.level(place.district)
    before = await scenes.granted(place.neighbourhood(1), "10.00")
    await scenes.status(place.district, after=before["token"])
    platform.hands.kill("kafka")
    made = []
    for number in range(10):
        one = await scenes.granted(place.neighbourhood(), f"{100 + number}.00")
        made.append(await scenes.step(one, "expenses", {"line": 1, "amount": "50.25"}))
    await asyncio.sleep(AWAY_SECONDS)
    # what waits to be sent is in the store, and not in somebody's memory
    platform.hands.kill("initiatives")
    await platform.hands.again("initiatives")
    last = await scenes.step(made[0], "starts", {})
    assert (await platform.readiness("initiatives")).is_success
    await platform.hands.again("kafka")

    others = [one["token"] for one in made[1:]]
    status = await scenes.status(place.district, *others, after=last["token"], seconds=60)
    assert Decimal(status["money"]["granted"]) == Decimal("1055.00")
    assert Decimal(status["money"]["spent"]) == Decimal("502.50")
    assert status["held"] == []
    await _agrees(theatre, 60)


async def test_services_say_so_while_postgresql_is_away_and_recover_by_themselves(
    theatre: Theatre, platform: Running, scenes: Scenes
) -> None:
    """A killed database gives 503 with Retry-After and readiness false, and then all goes on."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "80.00")
    platform.hands.kill("postgres")
    for service in SERVICES:
        await _until(platform, service, ready=False)
        assert "Retry-After" in (await platform.readiness(service)).headers

    area = place.neighbourhood()
    refused = [
        await platform.post(
            "initiatives", "/initiatives", "neighbourhood_worker", initiative_body(area)
        ),
        await platform.get("initiatives", f"/v1/initiatives/{made['id']}", "area_manager"),
        await platform.get("monitoring", f"/v1/areas/{area}", "resident"),
        await platform.get("projections", f"/v1/areas/{area}/effort-status", "resident"),
    ]
    for answer in refused:
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["code"] == "unavailable"
    await asyncio.sleep(AWAY_SECONDS)
    await platform.hands.again("postgres")

    for name in (*SERVICES, WORKER):
        await _until(platform, name, ready=True)
    spent = await scenes.step(made, "expenses", {"line": 1, "amount": "80.00"})
    status = await scenes.status(place.district, after=spent["token"], seconds=60)
    assert Decimal(status["money"]["spent"]) == Decimal("80.00")
    await _agrees(theatre, 60)


async def _until(platform: Running, name: str, *, ready: bool) -> None:
    async def said() -> bool:
        return (await platform.readiness(name)).is_success is ready

    await wait_until(said, f"{name} says that it is {'ready' if ready else 'not ready'}", 30)
