"""Appending to the store, against pgbench's prepared insert of the same row and against peers.

All sides write to one server and are measured by turns.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import samples
from tests.benchmarks.load import histogram, percentiles
from tests.benchmarks.measuring import ROUNDS, Measured, Say, middle, ratio
from tests.benchmarks.peering import PeerMissingError, Peers
from tests.benchmarks.servers import Servers, servers

from leefwijk.events.schemas import STORE
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.store.records import Append
from leefwijk.local.postgres import _BIN as BIN

WRITERS = (1, 8, 32, 256)
SECONDS = 2.0
GOALS = {
    ("events", "pgbench", 32): 1.3,
    ("events", "pgbench", 256): 2.5,
    ("document", "pgbench", 32): 0.9,
    ("document", "pgbench", 256): 1.5,
    # neither keeps the state of a stream: what they write is an event alone
    ("events", "Emmett", 32): 5.0,
    ("events", "eventsourcing", 32): 15.0,
}
PEER_NAMES = ("Emmett", "eventsourcing", "eventsourcing with database functions")
PEERS = Path(".leefwijk/bench/peers")
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
Found = dict[tuple[str, int], list[dict[str, float]]]
"""Rate, and percentiles where each append is timed, by side and number of writers."""


async def measure(say: Say) -> list[Measured]:
    """Every number of writers: pgbench, ours without and with a document, the peers; by turns."""
    whole = await samples.proposal()
    sides = {"events": samples.minimal(whole), "document": whole}
    peers = await _installed(say)
    found: Found = {}
    async with servers(kafka=False) as running:
        url = await running.database("append", STORE)
        for name in ("emmett", "eventsourcing"):
            await running.database(name)
        for turn in range(ROUNDS):
            for writers in WRITERS:
                rate = await pgbench(running, whole, writers)
                found.setdefault(("pgbench", writers), []).append({"rate": rate})
                for side, append in sides.items():
                    one = await append_rate(url, append, writers)
                    found.setdefault((side, writers), []).append(one)
                if peers is not None:
                    for name, one in (await _peers(peers, running, whole, writers)).items():
                        found.setdefault((name, writers), []).append(one)
            say(f"append: round {turn + 1} of {ROUNDS}")
    against = [name for name in PEER_NAMES if (name, WRITERS[0]) in found]
    return [
        *(_compared(side, "pgbench", writers, found) for side in sides for writers in WRITERS),
        *(
            _compared(side, peer, writers, found)
            for side in sides
            for peer in against
            for writers in WRITERS
        ),
    ]


async def _peers(
    peers: Peers, running: Servers, append: Append, writers: int
) -> dict[str, dict[str, float]]:
    asked = (running, append, writers, SECONDS)
    found = (
        await peers.emmett(*asked),
        await peers.eventsourcing(*asked),
        await peers.eventsourcing(*asked, functions=True),
    )
    return dict(zip(PEER_NAMES, found, strict=True))


async def _installed(say: Say) -> Peers | None:
    """The peers, or none where they cannot be installed: that is said, and the rest measured."""
    peers = Peers(PEERS)
    try:
        await peers.install(say)
    except (PeerMissingError, OSError) as error:
        say(f"append: without Emmett and eventsourcing, which were not installed ({error})")
        return None
    return peers


def _compared(side: str, other: str, writers: int, found: Found) -> Measured:
    ours, theirs = found[side, writers], found[other, writers]
    latencies = {"ours": middle(ours)}
    name = f"append, {KINDS[side]}, {writers} writers"
    if other != "pgbench":
        name = f"append against {other}, {KINDS[side]}, {writers} writers"
        latencies[other] = middle(theirs)
    rates = [one["rate"] for one in ours], [one["rate"] for one in theirs]
    return ratio(name, *rates, GOALS.get((side, other, writers)), other, latencies)


async def append_rate(
    url: str, append: Append, writers: int, seconds: float = SECONDS
) -> dict[str, float]:
    """Durable appends per second of one process with this many writers, each waiting for its own.

    And how long each waited, in milliseconds. Nothing is counted before all writers are at work
    and after the first of them stops.
    """
    engine = create_engine(url)
    store = EventStore(engine, "bench")
    latencies = histogram()
    counting = False
    running = True

    async def write() -> None:
        while running:
            began = time.perf_counter()
            await store.commit(samples.anew(append))
            if counting:
                latencies.record_value(max(1, round((time.perf_counter() - began) * 1e6)))

    tasks = [asyncio.create_task(write()) for _ in range(writers)]
    await asyncio.sleep(0.5)
    counting, started = True, time.perf_counter()
    await asyncio.sleep(seconds)
    counting, took = False, time.perf_counter() - started
    running = False
    await asyncio.gather(*tasks)
    await store.close()
    await engine.dispose()
    return {"rate": latencies.get_total_count() / took, **percentiles(latencies)}


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
