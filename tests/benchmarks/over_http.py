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
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from tests.benchmarks import samples, wrk
from tests.benchmarks.measuring import ROUNDS, Measured, Say, middle, ratio
from tests.benchmarks.servers import Servers, servers

from leefwijk.local import free_port
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.roles import Role
from leefwijk.service.wiring import Definition
from monitoring.app import definition as monitoring

CLIENTS = (32, 256)
SECONDS = 3.0
START_SECONDS = 90
GOAL = 0.5
LOAD = 0.7
GOAL_P99 = 25.0
BODY = {"name": "Welzijnswerk in de wijk", "kind": "welfare", "municipalities": ["GM0106"]}
Found = dict[str, list[dict[str, float]]]


async def measure(say: Say) -> list[Measured]:
    """The route that does nothing, the command, and the command at 70 % of its rate; by turns."""
    found: Found = {}
    async with servers() as running, service(running) as (port, token):
        noop = request("GET", "/livez", port)
        command = request("POST", "/v1/partners", port, token, json.dumps(BODY))
        for turn in range(ROUNDS):
            for clients in CLIENTS:
                for what, asked, status in (("noop", noop, 200), ("command", command, 201)):
                    one = await load(port, asked, status, clients=clients)
                    found.setdefault(f"{what} {clients}", []).append(one)
            if wrk.found():
                for what, asked in (("noop", noop), ("command", command)):
                    rate = await wrk.rate(running.folder, asked, port, CLIENTS[0], SECONDS)
                    found.setdefault(f"{what} wrk", []).append({"rate": rate})
            most = found[f"command {CLIENTS[0]}"][-1]["rate"]
            calm = await load(port, command, 201, clients=CLIENTS[-1], rate=LOAD * most)
            found.setdefault("calm", []).append({**calm, "asked": LOAD * most})
            say(f"http: round {turn + 1} of {ROUNDS}")
    return [*(_closed(clients, found) for clients in CLIENTS), *_by_wrk(found), _calm(found)]


def _closed(clients: int, found: Found) -> Measured:
    ours, theirs = found[f"command {clients}"], found[f"noop {clients}"]
    return ratio(
        f"HTTP command to durable event, {clients} clients",
        _rates(ours),
        _rates(theirs),
        GOAL,
        "the route that does nothing",
        {"command": middle(ours), "nothing": middle(theirs)},
    )


def _by_wrk(found: Found) -> list[Measured]:
    if "command wrk" not in found:
        return []
    name = f"HTTP command to durable event, {CLIENTS[0]} clients, as wrk counts"
    against = "the route that does nothing"
    return [
        ratio(name, _rates(found["command wrk"]), _rates(found["noop wrk"]), None, against),
    ]


def _calm(found: Found) -> Measured:
    calm = found["calm"]
    asked = ", ".join(f"{one['asked']:.0f}" for one in calm)
    return Measured(
        "HTTP command, p99 at 70 % load",
        tuple(one["p99"] for one in calm),
        "ms",
        GOAL_P99,
        at_least=False,
        said=f"{LOAD:.0%} of the round's closed loop ({asked} commands a second), by schedule",
        latencies={"command": middle(calm)},
    )


def _rates(found: list[dict[str, float]]) -> list[float]:
    return [one["rate"] for one in found]


async def _nothing(_url: str) -> None:
    """A service that starts on an empty database."""


@asynccontextmanager
async def service(
    running: Servers,
    definition: Definition = monitoring,
    *,
    role: Role = Role.AREA_MANAGER,
    fill: Callable[[str], Awaitable[None]] = _nothing,
) -> AsyncIterator[tuple[int, str]]:
    """A service in a process of its own, on a database that was filled; its port and a token."""
    await running.declare_topics()
    url = await running.database(definition.name, *definition.all_migrations)
    await fill(url)
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
            *("-m", "leefwijk.service", "serve", definition.name),
            env=ours | settings,
            stdout=log,
            stderr=log,
        )
    try:
        await _ready(port)
        yield port, issuer.token(role)
    finally:
        process.terminate()
        await process.wait()


async def _ready(port: int) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(START_SECONDS):
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
    if token:
        head.append(f"Authorization: Bearer {token}")
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([*head, "", body])


async def load(
    port: int,
    request: str | Sequence[str],
    expected: int,
    *,
    clients: int,
    seconds: float = SECONDS,
    rate: float | None = None,
    once: bool = False,
) -> dict[str, Any]:
    """Run the load generator once. Raises RuntimeError where an answer was not as expected."""
    order = {
        "port": port,
        "requests": [request] if isinstance(request, str) else list(request),
        "expected": expected,
        "clients": clients,
        "seconds": seconds,
        "rate": rate,
        "once": once,
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
