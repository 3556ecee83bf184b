"""An HTTP command to a durable event, against the same process's route that does nothing.

The service runs as it does for users, in one process with its relay; the load comes from another
one (`load.py`). The command registers a partner organisation: token, role, schema, screen for
personal data, look for the stream, decision, append with its state document. A command that must
also read what its service knows of others costs a query more.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from tests.benchmarks import samples
from tests.benchmarks.measuring import ROUNDS, Measured, Say, ratio
from tests.benchmarks.servers import Servers, servers

from leefwijk.local import free_port
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.roles import Role
from monitoring.app import definition

CLIENTS = 32
SECONDS = 3.0
GOAL = 0.5
LOAD = 0.7
GOAL_P99 = 25.0
BODY = {"name": "Welzijnswerk in de wijk", "kind": "welfare", "municipalities": ["GM0106"]}


async def measure(say: Say) -> list[Measured]:
    """The route that does nothing, the command, and the command at 70 % of its rate; by turns."""
    ours: list[float] = []
    theirs: list[float] = []
    slowest: list[float] = []
    async with servers() as running, service(running) as (port, token):
        noop = request("GET", "/livez", port)
        command = request("POST", "/v1/partners", port, token, json.dumps(BODY))
        for turn in range(ROUNDS):
            theirs.append((await load(port, noop, 200))["rate"])
            ours.append((await load(port, command, 201))["rate"])
            calm = await load(port, command, 201, rate=LOAD * statistics.median(ours))
            slowest.append(calm["p99"])
            say(f"http: round {turn + 1} of {ROUNDS}")
    said = f"at {LOAD:.0%} of {statistics.median(ours):.0f} commands a second, by schedule"
    name = f"HTTP command to durable event, {CLIENTS} clients"
    return [
        ratio(name, ours, theirs, GOAL, "the route that does nothing"),
        Measured(
            "HTTP command, p99 at 70 % load",
            tuple(slowest),
            "ms",
            GOAL_P99,
            at_least=False,
            said=said,
        ),
    ]


@asynccontextmanager
async def service(running: Servers) -> AsyncIterator[tuple[int, str]]:
    """The monitoring service in a process of its own; its port and a token of an area manager."""
    await running.declare_topics()
    url = await running.database("monitoring", *definition.all_migrations)
    issuer = DevelopmentIssuer(running.folder / "identity")
    port = free_port()
    settings = {
        "LEEFWIJK_ENVIRONMENT": "development",
        "LEEFWIJK_PORT": str(port),
        "LEEFWIJK_DATABASE_URL": url,
        "LEEFWIJK_KAFKA_BOOTSTRAP": running.broker.bootstrap,
        "LEEFWIJK_MUNICIPALITIES": "GM0106",
        "LEEFWIJK_CHAMBER_NUMBER": samples.CHAMBER_NUMBER,
        "LEEFWIJK_ISSUER": ISSUER,
        "LEEFWIJK_JWKS": str(issuer.jwks),
        "LEEFWIJK_KEY_ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LEEFWIJK_")}
    with (running.folder / "service.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "leefwijk.service", "serve", "monitoring"),
            env=ours | settings,
            stdout=log,
            stderr=log,
        )
    try:
        await _ready(port)
        yield port, issuer.token(Role.AREA_MANAGER)
    finally:
        process.terminate()
        await process.wait()


async def _ready(port: int) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(30):
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


def request(method: str, path: str, port: int, token: str = "", body: str = "") -> str:
    """An HTTP/1.1 request as it goes over the wire."""
    head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if body:
        head += [
            f"Authorization: Bearer {token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
    return "\r\n".join([*head, "", body])


async def load(
    port: int,
    request: str,
    expected: int,
    *,
    clients: int = CLIENTS,
    seconds: float = SECONDS,
    rate: float | None = None,
) -> dict[str, Any]:
    """Run the load generator once. Raises RuntimeError where an answer was not as expected."""
    order = {
        "port": port,
        "request": request,
        "expected": expected,
        "clients": clients,
        "seconds": seconds,
        "rate": rate,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.benchmarks.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(json.dumps(order).encode())
    found: dict[str, Any] = json.loads(out)
    if found["failed"]:
        raise RuntimeError(f"{found['failed']} answers were not {expected}")
    return found
