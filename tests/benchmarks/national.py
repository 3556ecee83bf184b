"""A national file through store, topic and read model, on the platform as `make run` starts it.

The file is made here, in the form of a health survey that the platform knows (18 indicators, a row
per municipality, district and neighbourhood). Nothing is registered before: every row is an area
and its figures, each recorded in one event. Time counts from the upload to the last figure in the
read model.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.benchmarks.measuring import ROUNDS, Measured, Say, number
from tests.benchmarks.platform import Running, running_platform
from tests.benchmarks.watching import Watched, watched

from leefwijk.events.store.postgres import create_engine
from leefwijk.service.roles import Role
from monitoring import importing

AREAS = 17_000
SOURCE = "rivm-2020-18plus"
EDITION = 2020
GOAL_SECONDS = 60.0
LONGEST_SECONDS = 280.0
LOOK_SECONDS = 0.1
DISTRICTS = 9
NEIGHBOURHOODS = 4
"""Of a municipality and of a district: about the proportions of the country."""

_RECORDED = text("""
select count(*) from documents where kind = 'measurements'
""")
_RELAYED = text("""
select coalesce((select position from relays where name = 'monitoring'), 0)
    >= (select coalesce(max(position), 0) from events)
""")
_VISIBLE = text("""
select count(*) from rows where kind = 'figures' and recorded_to is null
    and projection = 'projections.area-effort-status'
""")


async def measure(say: Say) -> list[Measured]:
    """Import the same file into new platforms."""
    content = file(AREAS)
    found: list[dict[str, float]] = []
    said = ""
    for turn in range(ROUNDS):
        async with running_platform() as running:
            times, watch = await imported(running, content, AREAS)
            found.append(times)
            said = f"{_steps(times)}; {watch.processor()}; {watch.memory()}"
        say(f"national: round {turn + 1} of {ROUNDS}: {said}")
    name = f"national import, {number(AREAS)} areas with 18 indicators"
    rounds = tuple(times["visible"] for times in found)
    return [Measured(name, rounds, "s", GOAL_SECONDS, at_least=False, said=said)]


def _steps(times: dict[str, float]) -> str:
    return ", ".join(f"{step} after {at:.1f} s" for step, at in times.items())


def file(areas: int, delivery: int = 1) -> bytes:
    """A file of so many areas; the same every time, with other figures in another delivery."""
    chance = random.Random(delivery)  # noqa: S311 - figures, no secrets
    mapping = importing.builtin_mappings()[SOURCE]
    assert isinstance(mapping, importing.MeasurementsMapping)
    columns = [column.column for column in mapping.columns]
    lines = [",".join(["jaar", "leeftijd", "code", "niveau", "gemeente", *columns])]
    for (code, level), _ in zip(_codes(), range(areas), strict=False):
        figures = [
            f"{chance.random() * 100:.1f}" if chance.random() < 0.95 else "" for _ in columns
        ]
        lines.append(",".join(["2020", "18+", code, level, f"Gemeente {code[2:6]}", *figures]))
    return "\n".join(lines).encode()


def _codes() -> Iterator[tuple[str, str]]:
    """Municipalities, each with its districts, each with its neighbourhoods."""
    for municipality in range(1, 10_000):
        yield f"GM{municipality:04}", "gemeente"
        for district in range(DISTRICTS):
            yield f"WK{municipality:04}{district:02}", "wijk"
            for neighbourhood in range(NEIGHBOURHOODS):
                yield f"BU{municipality:04}{district:02}{neighbourhood:02}", "buurt"


async def imported(
    running: Running, content: bytes, areas: int
) -> tuple[dict[str, float], Watched]:
    """Seconds from the upload until each step was done for all areas."""
    store = create_engine(running.settings("monitoring")["LEEFWIJK_DATABASE_URL"])
    rows = create_engine(running.settings("projections")["LEEFWIJK_DATABASE_URL"])
    times: dict[str, float] = {}
    try:
        async with watched() as watch, asyncio.timeout(LONGEST_SECONDS):
            began = time.perf_counter()
            job = await upload(running, content)
            times["accepted"] = time.perf_counter() - began
            steps = {
                "recorded": (store, _RECORDED, areas),
                "relayed": (store, _RELAYED, 1),
                "visible": (rows, _VISIBLE, areas),
            }
            for step, asked in steps.items():
                while not await _reached(*asked):  # noqa: ASYNC110 - the database tells nobody
                    await asyncio.sleep(LOOK_SECONDS)
                times[step] = time.perf_counter() - began
    finally:
        await store.dispose()
        await rows.dispose()
    async with asyncio.timeout(LONGEST_SECONDS):
        await completed(running, job, areas)
    return times, watch


async def _reached(engine: AsyncEngine, question: Any, enough: int) -> bool:
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        return bool((await connection.execute(question)).scalar_one() >= enough)


async def upload(running: Running, content: bytes, delivery: int = 1) -> str:
    """Start an import; gives the path of its job."""
    async with running.client("monitoring", Role.ANALYST) as client:
        answer = await client.post(
            "/v1/imports",
            files={"file": (f"{SOURCE}.csv", content)},
            data={"source": SOURCE, "areaEdition": str(EDITION), "delivery": str(delivery)},
        )
    if answer.status_code != httpx.codes.ACCEPTED:
        raise RuntimeError(f"the import was not accepted: {answer.text}")
    return f"/v1/imports/{answer.json()['id']}"


async def completed(running: Running, job: str, areas: int) -> None:
    """Wait until an import ends. Raises RuntimeError where it left anything out."""
    async with running.client("monitoring", Role.ANALYST) as client:
        while (  # noqa: ASYNC110 - a job is asked for
            found := (await client.get(job)).json()
        )["status"] == "running":
            await asyncio.sleep(LOOK_SECONDS)
    if found["status"] != "completed" or found["good"] != areas:
        raise RuntimeError(f"the import did not complete: {found}")
