"""The live projection by Faust with SQL, against a Faust agent that does nothing."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from uuid import uuid4

from tests.benchmarks import samples
from tests.benchmarks.measuring import ROUNDS, Measured, Say, ratio
from tests.benchmarks.relay import produce
from tests.benchmarks.servers import Servers, servers

from leefwijk.events.schemas import CONSUME
from leefwijk.local import free_port
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from projections.app import MIGRATIONS

EVENTS = 20_000
GOAL = 0.7
LONGEST_SECONDS = 90.0


async def measure(say: Say) -> list[Measured]:
    """The same records by the same worker: with its agents, then with agents that do nothing."""
    ours, theirs = [], []
    async with servers() as running:
        await running.declare_topics()
        producer = running.broker.producer()
        await producer.start()
        await produce(producer, list(samples.history(EVENTS)))
        await producer.stop()
        for turn in range(ROUNDS):
            ours.append(await projected_rate(running, EVENTS))
            theirs.append(await worker_rate(running, EVENTS, "nothing"))
            say(f"live: round {turn + 1} of {ROUNDS}")
    return [ratio("live projection by Faust, with SQL", ours, theirs, GOAL, "an idle agent")]


async def projected_rate(running: Servers, events: int) -> float:
    """Records per second of the worker into a new database."""
    return await worker_rate(running, events, "projection")


async def worker_rate(running: Servers, events: int, agents: str) -> float:
    """Run a worker in a process of its own; from its first batch to its last."""
    group = f"bench-{uuid4().hex[:8]}"
    url = await running.database(group.replace("-", "_"), CONSUME, MIGRATIONS)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.benchmarks.worker", agents, group, str(events)),
        env=_environment(running, url),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    # Faust writes signs for the terminal before it
    found = re.search(rb'\{"rate": (?P<rate>[\d.]+)\}', out)
    if found is None:
        raise RuntimeError(f"the worker said no rate: {out.decode()}")
    return float(found["rate"])


def _environment(running: Servers, url: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LEEFWIJK_")}
    issuer = DevelopmentIssuer(running.folder / "identity")
    return ours | {
        "LEEFWIJK_ENVIRONMENT": "development",
        "LEEFWIJK_PORT": str(free_port()),
        "LEEFWIJK_WORKER_PORT": str(free_port()),
        "LEEFWIJK_DATABASE_URL": url,
        "LEEFWIJK_KAFKA_BOOTSTRAP": running.broker.bootstrap,
        "LEEFWIJK_CHAMBER_NUMBER": samples.CHAMBER_NUMBER,
        "LEEFWIJK_ISSUER": ISSUER,
        "LEEFWIJK_JWKS": str(issuer.jwks),
        "LEEFWIJK_LOG_LEVEL": "ERROR",
        "TMPDIR": str(running.folder),  # the worker leaves its folder behind
    }
