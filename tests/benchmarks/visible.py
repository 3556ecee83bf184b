"""From a command's acknowledgement to its effect in the read model, on the whole platform.

Stories are recorded through the monitoring API at a fixed rate for a minute, whatever becomes of
the earlier ones; then for another minute while a national file is imported and the read model is
rebuilt again and again. Visible means that the row stands in the read model that people read, in a
committed transaction, which is what a query with `after=` waits for; its database is asked for it
every few milliseconds, so a figure is at most that much too high.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.benchmarks import national, samples
from tests.benchmarks.load import histogram, percentiles
from tests.benchmarks.measuring import PARTS, ROUNDS, Measured, Say
from tests.benchmarks.over_http import request
from tests.benchmarks.platform import Running, running_platform
from tests.benchmarks.watching import watched

from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.events.store.postgres import create_engine
from leefwijk.service.roles import Role
from leefwijk.service.wiring import make_context
from monitoring.app import definition
from monitoring.domain.area import RegisterArea
from monitoring.settings import MonitoringSettings

RATE = 200
SECONDS = 20
"""Of a round: the rounds follow one another, so that the load lasts a minute."""
LOOK_SECONDS = 0.003
CLIENTS = 64
LONGEST_SECONDS = 60.0
GOALS = {"p50": 50.0, "p99": 250.0}
CALM = "nothing else at work"
BUSY = "a rebuild and an import at work"
STORY = {
    "theme": "meeting",
    "tone": "strength",
    "teller": "resident",
    "text": "Elke week koffie in de hal, en iedereen schuift aan",
}
_SEEN = text("""
select stream_id from rows where projection = 'projections.area-effort-status'
    and generation = (select current from consumer_generations
                      where consumer = 'projections.area-effort-status')
    and recorded_to is null  -- the index of streams holds no others; a scan is a load of its own
    and stream_id = any(cast(:streams as text[]))
""")
_STREAM = re.compile(rb'"id":"(?P<id>[^"]+)"')


async def measure(say: Say) -> list[Measured]:
    """A minute with nothing else to do, then a minute beside other work, on one platform."""
    found: list[Measured] = []
    async with running_platform() as running:
        await _register_area(running)
        engine = create_engine(running.settings("projections")["LEEFWIJK_DATABASE_URL"])
        port = running.platform.ports.services["monitoring"]
        token = running.token(Role.NEIGHBOURHOOD_WORKER)
        asked = request(
            "POST", f"/v1/areas/{samples.AREA}/stories", port, token, json.dumps(STORY)
        ).encode()
        await run(engine, port, asked, 50, 2)  # the first commands of a process are slow
        found += await _minute(CALM, engine, port, asked, say)
        async with _other_work(running) as work:
            first, *others = await _minute(BUSY, engine, port, asked, say)
        said = f"meanwhile {work['rebuilds']} rebuilds and {work['imports']} imports ended"
        found += [replace(first, said=said), *others]
        await engine.dispose()
    return found


async def _minute(
    around: str, engine: AsyncEngine, port: int, asked: bytes, say: Say
) -> list[Measured]:
    rounds: list[dict[str, float]] = []
    memory: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        async with watched() as watch:
            rounds.append(await run(engine, port, asked, RATE, SECONDS))
        for process, peak in watch.peaks.items():
            memory.setdefault(process, []).append(peak)
        say(f"visible, {around}: round {turn + 1} of {ROUNDS}; {watch.processor()}")
    visible = [
        Measured(
            f"acknowledged to visible, {RATE} commands/s, {around}, {part}",
            tuple(one[part] for one in rounds),
            "ms",
            GOALS.get(part) if around == CALM else None,
            at_least=False,
        )
        for part in PARTS
    ]
    return visible + [
        Measured(f"memory of {process}, {RATE} commands/s, {around}", tuple(peaks), "MiB")
        for process, peaks in sorted(memory.items())
    ]


@asynccontextmanager
async def _other_work(running: Running) -> AsyncIterator[dict[str, int]]:
    """Imports of national files and rebuilds, one after the other, until the block ends.

    Gives how many of each have ended.
    """
    ended = {"rebuilds": 0, "imports": 0}
    work = [asyncio.create_task(task(running, ended)) for task in (_rebuild, _import)]
    try:
        yield ended
    finally:
        for task in work:
            task.cancel()
        outcomes = await asyncio.gather(*work, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


async def _import(running: Running, ended: dict[str, int]) -> None:
    for delivery in count(1):
        content = await asyncio.to_thread(national.file, national.AREAS, delivery)
        job = await national.upload(running, content, delivery)
        await national.completed(running, job, national.AREAS)
        ended["imports"] += 1


async def _rebuild(running: Running, ended: dict[str, int]) -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LEEFWIJK_")}
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "leefwijk.service", "rebuild", "area-effort-status"),
            env=ours | running.settings("projections"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            out, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise RuntimeError(f"a rebuild failed: {out.decode()[-300:]}")
        ended["rebuilds"] += 1


async def _register_area(running: Running) -> None:
    """The area that stories are about, recorded as an import records it."""
    given: dict[str, Any] = {
        name.removeprefix("LEEFWIJK_").lower(): value
        for name, value in running.settings("monitoring").items()
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
