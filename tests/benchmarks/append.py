"""Appending to the store against pgbench's prepared single insert of the same row, by turns."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import samples
from tests.benchmarks.measuring import ROUNDS, Measured, Say, ratio
from tests.benchmarks.servers import Servers, servers

from leefwijk.events.migrate import STORE
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.store.records import Append
from leefwijk.local.postgres import _BIN as BIN

WRITERS = (1, 8, 32, 256)
SECONDS = 2.0
GOALS = {("events", 32): 1.3, ("events", 256): 2.5, ("document", 32): 0.9, ("document", 256): 1.5}
INSERT = (
    "insert into events (stream_id, version, era, id, type, data, metadata, recorded_at) values "
    "('initiatives-' || gen_random_uuid(), 1, 1, gen_random_uuid(), :type, "
    "cast(:data as jsonb), cast(:metadata as jsonb), now());\n"
)
_RATE = re.compile(r"tps = (?P<rate>[\d.]+) \(without")
KINDS = {
    "events": "events with the least document",
    "document": "events with their state document",
}


async def measure(say: Say) -> list[Measured]:
    """Every number of writers: pgbench, events alone, events with their document; by turns."""
    whole = await samples.proposal()
    sides = {"events": samples.minimal(whole), "document": whole}
    async with servers(kafka=False) as running:
        url = await running.database("append", STORE)
        rates: dict[tuple[str, int], list[float]] = {}
        for turn in range(ROUNDS):
            for writers in WRITERS:
                found = rates.setdefault(("pgbench", writers), [])
                found.append(await pgbench(running, whole, writers))
                for side, append in sides.items():
                    rate = await append_rate(url, append, writers)
                    rates.setdefault((side, writers), []).append(rate)
            say(f"append: round {turn + 1} of {ROUNDS}")
    return [_compared(side, writers, rates) for side in sides for writers in WRITERS]


def _compared(side: str, writers: int, rates: dict[tuple[str, int], list[float]]) -> Measured:
    ours: Sequence[float] = rates[side, writers]
    name = f"append, {KINDS[side]}, {writers} writers"
    goal = GOALS.get((side, writers))
    return ratio(name, ours, rates["pgbench", writers], goal, "pgbench")


async def append_rate(url: str, append: Append, writers: int) -> float:
    """Durable appends per second of one process with this many writers, each waiting for its own.

    Nothing is counted before all writers are at work and after the first of them stops.
    """
    engine = create_engine(url)
    store = EventStore(engine, "bench")
    done = 0
    running = True

    async def write() -> None:
        nonlocal done
        while running:
            await store.commit(samples.anew(append))
            done += 1

    tasks = [asyncio.create_task(write()) for _ in range(writers)]
    await asyncio.sleep(0.3)
    before, started = done, time.perf_counter()
    await asyncio.sleep(SECONDS)
    rate = (done - before) / (time.perf_counter() - started)
    running = False
    await asyncio.gather(*tasks)
    await store.close()
    await engine.dispose()
    return rate


async def pgbench(running: Servers, append: Append, clients: int) -> float:
    """Transactions per second, connecting not counted; the values travel as parameters."""
    script = running.folder / "insert.sql"
    await asyncio.to_thread(script.write_text, INSERT, "utf-8")
    event = append.events[0]
    values = {"type": event.type, "data": event.data, "metadata": event.metadata}
    defined = [part for name, value in values.items() for part in ("-D", f"{name}={value}")]
    # its clock runs while it connects, which its rate leaves out: many clients need longer
    seconds = round(SECONDS) + clients // 64
    options = ["-T", str(seconds), "-c", str(clients), "-j", str(min(clients, 2)), *defined]
    return await run_pgbench(running, script, options)


async def run_pgbench(running: Servers, script: Path, options: Sequence[str]) -> float:
    """Run it and read its rate."""
    command = [str(BIN / "pgbench"), "-n", "-M", "prepared", *options]
    process = await asyncio.create_subprocess_exec(
        *command,
        "-f",
        str(script),
        "append",
        env=running.pgbench_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    found = _RATE.search(out.decode())
    if process.returncode or found is None:
        raise RuntimeError(f"pgbench: {err.decode() or out.decode()}")
    return float(found["rate"])
