"""Parts of the platform go away, in the middle of work, and come back."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
from platform_kit import SERVICES, WORKER, Running, told, wait_until
from platform_scenes import Scenes, initiative_body
from platform_truth import require_one_truth
from sqlalchemy import text

AWAY_SECONDS = 4.0
"""Long enough for every client to notice, and to try again in vain more than once."""
COMMIT_SECONDS = 2.0
"""Longer than the worker waits before it tells Kafka how far it came."""


async def _is_ready(platform: Running, name: str) -> httpx.Response:
    port = platform.ports.worker if name == WORKER else platform.ports.services[name]
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        return await http.get(f"http://127.0.0.1:{port}/readyz")


async def _until(platform: Running, name: str, *, ready: bool) -> None:
    async def said() -> bool:
        return (await _is_ready(platform, name)).is_success is ready

    await wait_until(said, f"{name} says that it is {'ready' if ready else 'not ready'}", 30)


class Generator:
    """Proposes initiatives one after the other, each with a key, and keeps what was acknowledged.

    An answer that did not come is asked for again with the same key, as a careful caller does.
    """

    def __init__(self, platform: Running, area: str, *services: str) -> None:
        self.platform = platform
        self.services = services or ("initiatives",)
        self.area = area
        self.title = f"Reeks {uuid4().hex[:8]}"
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.unanswered = 0

    async def run(self, count: int, at_once: int = 6) -> None:
        """Give `count` commands, `at_once` under way together."""
        keys = [f"{self.title} {number}".replace(" ", "-") for number in range(count)]
        waiting = iter(keys)

        async def work() -> None:
            for key in waiting:
                self.acknowledged[key] = await self.give(key)

        await asyncio.gather(*(work() for _ in range(at_once)))

    async def give(self, key: str) -> dict[str, Any]:
        """Give one command until it is answered."""
        body = initiative_body(self.area, self.title)
        for service in itertools.cycle(self.services):
            try:
                answer = await self.platform.post(
                    service, "/initiatives", "neighbourhood_worker", body, key=key
                )
            except httpx.TransportError:
                self.unanswered += 1
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 201:
                return told(answer, 201)
            assert answer.status_code in {409, 503}, answer.text  # to be asked again
            self.unanswered += 1
            await asyncio.sleep(0.1)
        raise AssertionError("a cycle does not end")

    async def until(self, count: int) -> None:
        """Wait until so many were acknowledged."""

        async def reached() -> bool:
            return len(self.acknowledged) >= count

        await wait_until(reached, f"{count} commands are acknowledged", pause=0.005)

    async def require_each_once(self) -> None:
        """Every acknowledged event is stored, and every key made one initiative."""
        ids = [id_ for answer in self.acknowledged.values() for id_ in answer["events"]]
        stored = await self.platform.rows(
            "initiatives",
            "select cast(id as text) as id from events where data->>'title' = :title",
            title=self.title,
        )
        assert sorted(row.id for row in stored) == sorted(ids)
        for key in list(self.acknowledged)[::10]:
            assert await self.give(key) == self.acknowledged[key]


async def test_a_killed_service_loses_nothing_acknowledged_and_repeats_nothing(
    platform: Running, scenes: Scenes
) -> None:
    """`kill -9` amid commands: each acknowledged event is there, once, in table and topic."""
    generator = Generator(platform, scenes.place().neighbourhood())
    running = asyncio.create_task(generator.run(250))
    await generator.until(60)
    platform.hands.kill("initiatives")
    before = len(generator.acknowledged)
    await platform.hands.again("initiatives")
    await running

    assert before < 250
    assert generator.unanswered > 0
    assert len(generator.acknowledged) == 250
    await generator.require_each_once()
    await require_one_truth(platform)


async def test_one_of_two_processes_is_killed_and_the_other_goes_on(
    platform: Running, scenes: Scenes
) -> None:
    """INI-22: two processes never grant a budget twice; the one that is left delivers it all."""
    place = scenes.place()
    await scenes.level(place.district, "1000.00")
    twin = await platform.start_twin("initiatives")
    made = [await scenes.requested(place.neighbourhood(), "300.00") for _ in range(6)]
    generator = Generator(platform, place.neighbourhood(1), "initiatives", twin)
    try:
        answers = await asyncio.gather(
            *(
                _grant(platform, service, one, "300.00")
                for service, one in zip(itertools.cycle(["initiatives", twin]), made, strict=False)
            )
        )
        running = asyncio.create_task(generator.run(120))
        await generator.until(30)
        # the process that started first sends what is recorded
        platform.hands.kill("initiatives")
        await running
        await require_one_truth(platform)
    finally:
        await platform.hands.again("initiatives")
        await platform.hands.stop(twin)

    assert sorted(answers) == [201] * 3 + [409] * 3
    assert generator.unanswered > 0
    await generator.require_each_once()
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


async def test_commands_are_accepted_while_kafka_is_away(platform: Running, scenes: Scenes) -> None:
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
    assert (await _is_ready(platform, "initiatives")).is_success
    await platform.hands.again("kafka")

    await require_one_truth(platform, 60)
    status = await scenes.status(place.district, after=last["token"])
    assert Decimal(status["money"]["granted"]) == Decimal("1055.00")
    assert Decimal(status["money"]["spent"]) == Decimal("502.50")
    assert status["held"] == []


async def test_services_say_so_while_postgresql_is_away_and_recover_by_themselves(
    platform: Running, scenes: Scenes
) -> None:
    """A killed database gives 503 with Retry-After and readiness false, and then all goes on."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "80.00")
    generator = Generator(platform, place.neighbourhood(1))
    running = asyncio.create_task(generator.run(200))
    await generator.until(40)
    platform.hands.kill("postgres")
    for service in SERVICES:
        await _until(platform, service, ready=False)
        assert "Retry-After" in (await _is_ready(platform, service)).headers

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
    await running
    assert generator.unanswered > 0
    await generator.require_each_once()
    await require_one_truth(platform)


@asynccontextmanager
async def database_away(platform: Running, service: str) -> AsyncIterator[None]:
    """The database of one service takes no connections, and loses those it has."""
    name = platform.setting(service, "DATABASE_URL").rsplit("/", 1)[1]
    beside = next(other for other in SERVICES if other != service)
    async with platform.engine(beside).connect() as connection:
        await connection.execute(text(f"alter database {name} allow_connections false"))
        await connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"),
            {"name": name},
        )
        try:
            yield
        finally:
            await connection.execute(text(f"alter database {name} allow_connections true"))


async def test_a_worker_stopped_while_its_database_is_away_misses_nothing(
    platform: Running, scenes: Scenes
) -> None:
    """What it had read but not written is there after the restart, with nothing sent since."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "60.00")
    await scenes.status(place.district, after=made["token"])
    async with database_away(platform, "projections"):
        spent = await scenes.step(made, "expenses", {"line": 1, "amount": "33.33"})
        await _until(platform, WORKER, ready=False)
        await asyncio.sleep(COMMIT_SECONDS)
        await platform.hands.stop(WORKER)
    await platform.hands.again(WORKER)

    status = await scenes.status(place.district, after=spent["token"], seconds=60)
    assert Decimal(status["money"]["spent"]) == Decimal("33.33")
    await require_one_truth(platform)
