"""`python -m tests.benchmarks.worker projection|nothing GROUP EVENTS`: the worker, timed.

It is the worker of the platform with its settings, under a group of its own. With `nothing` its
agents take the same batches and drop them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import warnings
from typing import Any

import faust

from leefwijk.events.consume.records import Record
from projections import worker


class Clock:
    """Counts records; when all were seen, says how fast and ends the process."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._seen = 0
        self._first = 0
        self._began = 0.0

    def count(self, records: int) -> None:
        """A batch was dealt with. The first one starts the clock and is not counted."""
        self._seen += records
        if not self._began:
            self._began, self._first = time.perf_counter(), self._seen
        if self._seen >= self._events:
            took = time.perf_counter() - self._began
            sys.stdout.write(json.dumps({"rate": (self._seen - self._first) / took}) + "\n")
            sys.stdout.flush()
            os._exit(0)  # the goodbye to the group is not measured, so nobody waits for it


def idle_app(group: str, clock: Clock) -> faust.App:
    """The worker's app with agents that do nothing."""
    _, settings = worker.app._default_options
    app = faust.App(group, **settings)

    async def nothing(stream: Any) -> None:
        async for events in stream.take_events(worker.BATCH, within=worker.WITHIN_SECONDS):
            clock.count(len(events))

    for topic in worker.topics:
        channel = app.topic(topic, key_serializer="raw", value_serializer="raw")
        app.agent(channel, name=f"nothing.{topic}", concurrency=1)(nothing)
    return app


def counted_app(group: str, clock: Clock) -> faust.App:
    """The worker's own app, told where each batch ends."""
    apply = worker.apply_to_all

    async def counted(records: list[Record]) -> None:
        await apply(records)
        clock.count(len(records))

    worker.apply_to_all = counted
    with warnings.catch_warnings():
        # Faust warns because agents exist already; the group is not asked for before the start
        warnings.simplefilter("ignore")
        worker.app.conf.id = group
    return worker.app


def main() -> None:
    """Run until all records were seen."""
    agents, group, events = sys.argv[1:]
    clock = Clock(int(events))
    app = counted_app(group, clock) if agents == "projection" else idle_app(group, clock)
    app.conf.datadir = tempfile.mkdtemp(prefix="leefwijk-bench-worker-")
    faust.Worker(
        app, loglevel="error", redirect_stdouts=False, quiet=True
    ).execute_from_commandline()


if __name__ == "__main__":
    main()
