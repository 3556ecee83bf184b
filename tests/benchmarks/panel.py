"""A panel that a whole town answers at once: 10 000 wishes within a minute, by their tokens.

The service runs as it does for users. Wishes come on a schedule, whatever it answers, and the wait
of each counts from the moment it was due. Some residents send theirs twice, at once or later, with
another wish. Afterwards the panel is closed, and must have counted every token once.
"""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text
from tests.benchmarks.measuring import ROUNDS, Measured, Say, middle, number
from tests.benchmarks.over_http import load, request, service
from tests.benchmarks.servers import servers

from leefwijk.events.language.participation.ladder import Wish
from leefwijk.events.store.postgres import create_engine
from leefwijk.service.roles import Role
from participation.app import definition

AREA = "WK010601@2020"
WISHES = 10_000
TWICE = 500
"""Of the wishes, those that come with a token that another one came with too."""
SECONDS = 60.0
CLIENTS = 64
"""Connections: enough that a wish that is due never waits for one."""
GOAL_P99 = 250.0
TALLY_SECONDS = 60
_KNOWN = text("insert into known_areas (area, municipalities) values (:area, array['GM0106'])")


async def measure(say: Say) -> list[Measured]:
    """A panel each round, on one service."""
    found: list[dict[str, Any]] = []
    async with (
        servers() as running,
        service(running, definition, role=Role.NEIGHBOURHOOD_WORKER, fill=_known) as (port, token),
    ):
        for turn in range(ROUNDS):
            found.append(await _panel(port, token, turn))
            say(
                f"panel: round {turn + 1} of {ROUNDS}, {number(WISHES - TWICE)} tokens counted once"
            )
    return [
        Measured(
            f"{number(WISHES)} wishes of a panel in a minute, p99",
            tuple(one["p99"] for one in found),
            "ms",
            GOAL_P99,
            at_least=False,
            said=f"{number(WISHES / SECONDS)} a second by schedule, {TWICE} of them with a token "
            "used before; every token counted once",
            latencies={"wish": middle(found)},
        )
    ]


async def _known(url: str) -> None:
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(_KNOWN, {"area": AREA})
    await engine.dispose()


async def _panel(port: int, token: str, turn: int) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    base = f"http://127.0.0.1:{port}/v1/wish-panels"
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        opened = await _sent(client, base, _opening())
        address = f"{base}/{opened['id']}"
        issued = await _sent(
            client,
            f"{address}/tokens",
            {"group": "tenants", "tokens": WISHES - TWICE},
            **{"If-Match": f'"{opened["version"]}"'},
        )
        bodies = _wishes(issued["tokens"], random.Random(turn))  # noqa: S311 - any order will do
        path = f"/v1/wish-panels/{opened['id']}/wishes"
        wishes = [request("POST", path, port, body=json.dumps(body)) for body in bodies]
        rate = WISHES / SECONDS
        found = await load(
            port, wishes, 201, clients=CLIENTS, seconds=SECONDS, rate=rate, once=True
        )
        await _sent(client, f"{address}/closings", {}, **{"If-Match": f'"{issued["version"]}"'})
        counted = await _tallied(client, address)
    if counted != WISHES - TWICE:
        raise LookupError(f"the panel counted {counted} of {WISHES - TWICE} tokens")
    return found


def _opening() -> dict[str, Any]:
    return {
        "area": AREA,
        "themes": ["meeting"],
        "groups": [{"group": "tenants", "homes": WISHES}],
        "closesAt": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }


def _wishes(tokens: list[str], chance: random.Random) -> list[dict[str, str]]:
    """A wish by each token; some send theirs again, half of them right away."""
    wishes = [{"token": token, "wish": chance.choice(list(Wish))} for token in tokens]
    again = [{**one, "wish": chance.choice(list(Wish))} for one in chance.sample(wishes, TWICE)]
    at_once = {one["token"]: one for one in again[: TWICE // 2]}
    ordered = []
    for one in wishes:
        ordered.append(one)
        if one["token"] in at_once:
            ordered.append(at_once[one["token"]])
    return ordered + again[TWICE // 2 :]


async def _sent(
    client: httpx.AsyncClient, address: str, body: dict[str, Any], **more: str
) -> dict[str, Any]:
    answer = await client.post(address, json=body, headers=more)
    if answer.status_code != httpx.codes.CREATED:
        raise LookupError(answer.text)
    found: dict[str, Any] = answer.json()
    return found


async def _tallied(client: httpx.AsyncClient, address: str) -> int:
    """What a closed panel says that it counted, as soon as nothing is under way any more."""
    async with asyncio.timeout(TALLY_SECONDS):
        while True:
            panel = (await client.get(address)).raise_for_status().json()
            if panel["status"] == "closed":
                return int(panel["answers"])
            await asyncio.sleep(0.5)
