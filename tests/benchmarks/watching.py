"""What the processes of a row use: memory at its highest, and time of the processor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import psutil

LOOK_SECONDS = 2.0
_SIGNS = (
    ("serve monitoring", "monitoring"),
    ("serve initiatives", "initiatives"),
    ("serve projections", "projections"),
    ("projections.worker", "projections-worker"),
    ("postgres", "postgres"),
    ("kafka.Kafka", "kafka"),
)
"""What a command line holds, and what the process is called here."""


@dataclass
class Watched:
    """What each process has used since the watch began."""

    peaks: dict[str, float] = field(default_factory=dict)
    """MiB of memory of its own at its highest, PostgreSQL's processes together."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Of the processor."""

    def memory(self) -> str:
        """The peaks in one line."""
        found = sorted(self.peaks.items())
        return "memory at most: " + ", ".join(f"{name} {peak:.0f} MiB" for name, peak in found)

    def processor(self) -> str:
        """The time of the processor in one line."""
        found = sorted(self.seconds.items(), key=lambda item: -item[1])
        return "processor: " + ", ".join(f"{name} {took:.1f} s" for name, took in found)


@asynccontextmanager
async def watched() -> AsyncIterator[Watched]:
    """Watch the processes that this one has started, until the block ends."""
    found = Watched()
    before = await asyncio.to_thread(_seconds)

    async def look() -> None:
        while True:
            for name, now in (await asyncio.to_thread(_memory)).items():
                found.peaks[name] = max(now, found.peaks.get(name, 0.0))
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look())
    try:
        yield found
    finally:
        looking.cancel()
        after = await asyncio.to_thread(_seconds)
        found.seconds = {name: used - before.get(name, 0.0) for name, used in after.items()}


def _ours() -> list[tuple[str, psutil.Process]]:
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            name = next((name for sign, name in _SIGNS if sign in line), None)
            if name is not None:
                found.append((name, process))
    return found


def _memory() -> dict[str, float]:
    """MiB; memory that processes share is counted once where the system can tell."""
    total: dict[str, float] = {}
    for name, process in _ours():
        with suppress(psutil.Error):
            try:
                used = process.memory_full_info().pss
            except (psutil.AccessDenied, AttributeError):
                used = process.memory_info().rss
            total[name] = total.get(name, 0.0) + used / 2**20
    return total


def _seconds() -> dict[str, float]:
    total: dict[str, float] = {}
    for name, process in _ours():
        with suppress(psutil.Error):
            times = process.cpu_times()
            used = times.user + times.system
            # PostgreSQL's backends come and go: its first process keeps what the gone ones used
            used += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
            total[name] = total.get(name, 0.0) + used
    return total
