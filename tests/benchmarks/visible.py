"""From a command's acknowledgement to its effect in the read model, on the whole platform.

Stories are recorded through the monitoring API at a fixed rate, whatever becomes of the earlier
ones. Visible means that the row stands in the read model in a committed transaction, which is what
a query with `after=` waits for; the read model's database is asked for it every few milliseconds,
so a figure is at most that much too high.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.benchmarks import samples
from tests.benchmarks.load import histogram, percentiles
from tests.benchmarks.measuring import ROUNDS, Measured, Say
from tests.benchmarks.over_http import request

from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.events.store.postgres import create_engine
from leefwijk.local import Supervisor, free_ports
from leefwijk.local.platform import Platform, Ports
from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role
from leefwijk.service.wiring import make_context
from monitoring.app import definition
from monitoring.domain.area import RegisterArea
from monitoring.settings import MonitoringSettings

RATES = (50, 200)
SECONDS = 6
LOOK_SECONDS = 0.003
CLIENTS = 64
LONGEST_SECONDS = 15.0
GOALS = {(200, "p50"): 50.0, (200, "p99"): 250.0}
STORY = {
    "theme": "meeting",
    "tone": "strength",
    "teller": "resident",
    "text": "Elke week koffie in de hal, en iedereen schuift aan",
}
_SEEN = text("""
select stream_id from rows where projection = 'projections.area-effort-status'
    and stream_id = any(cast(:streams as text[]))
""")
_STREAM = re.compile(rb'"id":"(?P<id>[^"]+)"')


async def measure(say: Say) -> list[Measured]:
    """Each rate by turns on one running platform."""
    found: dict[int, list[dict[str, float]]] = {rate: [] for rate in RATES}
    with TemporaryDirectory(prefix="leefwijk-bench-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        async with Supervisor(folder, say=lambda _: None) as supervisor:
            platform = Platform(folder, _free_ports(), municipalities=samples.MUNICIPALITIES)
            await platform.start(supervisor)
            await _register_area(folder)
            engine = create_engine(_settings(folder, "projections")["LEEFWIJK_DATABASE_URL"])
            token = DevelopmentIssuer(folder / "identity").token(Role.NEIGHBOURHOOD_WORKER)
            port = platform.ports.services["monitoring"]
            asked = request(
                "POST", f"/v1/areas/{samples.AREA}/stories", port, token, json.dumps(STORY)
            ).encode()
            await run(engine, port, asked, 50, 2)  # the first commands of a process are slow
            for turn in range(ROUNDS):
                for rate in RATES:
                    found[rate].append(await run(engine, port, asked, rate, SECONDS))
                say(f"visible: round {turn + 1} of {ROUNDS}")
            await engine.dispose()
    if any(len(rounds) < ROUNDS for rounds in found.values()):
        # the supervisor ends its block quietly when somebody asks to stop
        raise InterruptedError("asked to stop before all rounds were measured")
    return [
        Measured(
            f"acknowledged to visible, {rate} commands/s, {part}",
            tuple(one[part] for one in rounds),
            "ms",
            GOALS.get((rate, part)),
            at_least=False,
        )
        for rate, rounds in found.items()
        for part in rounds[0]
    ]


def _free_ports() -> Ports:
    postgres, kafka, worker, *services = free_ports(6)
    names = ("monitoring", "initiatives", "projections")
    return Ports(postgres, kafka, worker, dict(zip(names, services, strict=True)))


def _settings(folder: Path, service: str) -> dict[str, str]:
    lines = (folder / "settings" / f"{service}.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


async def _register_area(folder: Path) -> None:
    """The area that stories are about, recorded as an import records it."""
    values = _settings(folder, "monitoring")
    given = {
        name.removeprefix("LEEFWIJK_").lower(): value
        for name, value in values.items()
        if name != "LEEFWIJK_MUNICIPALITIES"
    }
    context = make_context(definition, MonitoringSettings(**given))
    command = RegisterArea(area=samples.AREA, kind=AreaKind.DISTRICT, name="Lariks")
    await context.handler.execute(command, create=True)
    await context.store.close()
    await context.engine.dispose()


async def run(
    engine: AsyncEngine, port: int, asked: bytes, rate: int, seconds: int
) -> dict[str, float]:
    """Percentiles at a rate, in milliseconds. Raises TimeoutError where something never shows."""
    waiting: dict[str, float] = {}
    latencies = histogram()
    connections: asyncio.Queue[Any] = asyncio.Queue()
    for _ in range(CLIENTS):
        connections.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    looking = asyncio.create_task(_look(engine, waiting, latencies))
    began = time.perf_counter()
    commands = []
    for number in range(rate * seconds):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        commands.append(asyncio.create_task(_record(connections, asked, waiting)))
    await asyncio.gather(*commands)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            while waiting:  # noqa: ASYNC110 - seen by asking the database, which tells nobody
                await asyncio.sleep(LOOK_SECONDS)
    finally:
        looking.cancel()
        while not connections.empty():
            connections.get_nowait()[1].close()
    return percentiles(latencies)


async def _record(connections: Any, asked: bytes, waiting: dict[str, float]) -> None:
    reader, writer = await connections.get()
    writer.write(asked)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    body = await reader.readexactly(int(length))
    acknowledged = time.perf_counter()
    connections.put_nowait((reader, writer))
    found = _STREAM.search(body)
    if not head.startswith(b"HTTP/1.1 201") or found is None:
        raise RuntimeError(f"a story was not recorded: {body.decode()}")
    waiting[f"stories-{found['id'].decode()}"] = acknowledged


async def _look(engine: AsyncEngine, waiting: dict[str, float], latencies: Any) -> None:
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        while True:
            if waiting:
                rows = await connection.execute(_SEEN, {"streams": list(waiting)})
                now = time.perf_counter()
                for row in rows:
                    took = now - waiting.pop(row.stream_id)
                    latencies.record_value(max(1, round(took * 1e6)))
            await asyncio.sleep(LOOK_SECONDS)
