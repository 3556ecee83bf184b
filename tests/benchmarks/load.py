"""`python -m tests.benchmarks.load`: a load generator in a process of its own.

Reads one order as JSON from standard input and writes what it found to standard output. It speaks
just enough HTTP/1.1 over kept connections to cost little beside the server it measures. Without a
`rate` it is a closed loop: each client asks again when it was answered. With one, requests start
on a schedule, and latency counts from the moment a request was due, so that a server that stalls
is charged for everything that had to wait. Several requests take turns; with `once` each is sent
once, without a warm-up, and that is the end.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import uvloop
from hdrh.histogram import HdrHistogram

WARM_SECONDS = 0.5


def histogram() -> Any:
    """Microseconds, up to a minute, to three digits."""
    return HdrHistogram(1, 60_000_000, 3)


def percentiles(found: Any) -> dict[str, float]:
    """The usual ones, in milliseconds."""
    return {f"p{part:g}": found.get_value_at_percentile(part) / 1000 for part in (50, 95, 99, 99.9)}


@dataclass
class Load:
    """What is asked of whom, and what came of it."""

    port: int
    requests: list[bytes]
    expected: int
    clients: int
    seconds: float
    rate: float | None = None
    once: bool = False
    done: int = 0
    failed: int = 0
    latencies: Any = field(default_factory=histogram)
    began: float = 0.0
    asked: int = 0
    warm: float = 0.0

    async def run(self) -> dict[str, Any]:
        """Ask for the given time after a short warm-up."""
        self.warm = 0.0 if self.once else WARM_SECONDS
        self.began = time.perf_counter() + WARM_SECONDS
        await asyncio.gather(*(self._client() for _ in range(self.clients)))
        return {
            "rate": self.done / self.seconds,
            "failed": self.failed,
            **percentiles(self.latencies),
        }

    async def _client(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while (turn := await self._turn()) is not None:
                due, request = turn
                writer.write(request)
                status = await _answer(reader)
                now = time.perf_counter()
                # on a schedule, whoever waited past the end has waited too
                if self.once or (
                    due >= self.began and (self.rate or now <= self.began + self.seconds)
                ):
                    self.done += 1
                    self.latencies.record_value(max(1, round((now - due) * 1e6)))
                    self.failed += status != self.expected
        finally:
            writer.close()

    async def _turn(self) -> tuple[float, bytes] | None:
        """The next request and when it is due, waiting for it; none when all is over."""
        if self.once and self.asked == len(self.requests):
            return None
        now = time.perf_counter()
        due = now
        if self.rate is not None:
            due = self.began - self.warm + self.asked / self.rate
        if due > self.began + self.seconds and not self.once:
            return None
        request = self.requests[self.asked % len(self.requests)]
        self.asked += 1
        if due > now:
            await asyncio.sleep(due - now)
        return due, request


async def _answer(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, whose body is read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return int(head[9:12])


def main() -> None:
    """One order in, one answer out."""
    order = json.load(sys.stdin)
    load = Load(**{**order, "requests": [one.encode() for one in order["requests"]]})
    json.dump(uvloop.run(load.run()), sys.stdout)


if __name__ == "__main__":
    main()
