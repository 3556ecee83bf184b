"""Bugs against the fourth promise: nothing is answered as visible too early."""

from __future__ import annotations

from tools.mutants.places import (
    EVENTS,
    POSTGRES,
    PROJECTIONS,
    READING,
)
from tools.mutants.plant import Mutant

VISIBLE = (
    Mutant(
        "answer without waiting for what was written",
        4,
        f"{PROJECTIONS}/queries.py",
        "if await snapshot.reached(streams):",
        "if await snapshot.reached({}):",
        (f"{READING}::test_after_waits_for_every_stream_that_was_changed",),
    ),
    Mutant(
        "answer with what there is when the wait was long enough",
        4,
        f"{PROJECTIONS}/queries.py",
        "            if monotonic() > until:\n",
        "            if monotonic() > until:\n                return\n            if False:\n",
        (f"{READING}::test_what_is_parked_has_not_been_reached",),
    ),
    Mutant(
        "one of two streams is enough",
        4,
        f"{PROJECTIONS}/snapshot.py",
        "return all(versions.get(name, 0) >= streams[name]",
        "return any(versions.get(name, 0) >= streams[name]",
        (f"{READING}::test_after_waits_for_every_stream_that_was_changed",),
    ),
    Mutant(
        "the version before is near enough",
        4,
        f"{PROJECTIONS}/snapshot.py",
        "versions.get(name, 0) >= streams[name] for",
        "versions.get(name, 0) >= streams[name] - 1 for",
        (f"{READING}::test_after_waits_for_every_stream_that_was_changed",),
    ),
    Mutant(
        "the token names the first stream only",
        4,
        f"{EVENTS}/handling.py",
        "append.version for append in appends}",
        "append.version for append in appends[:1]}",
        ("libs/events/tests/test_events_handling.py::test_two_streams_go_in_together",),
    ),
    Mutant(
        "the relay is told before anything is durable",
        4,
        f"{EVENTS}/store/postgres.py",
        "        try:\n            await self._direct.fetch(statement, parameters)",
        "        for poke in self._after_commit:\n            poke()\n"
        "        try:\n            await self._direct.fetch(statement, parameters)",
        (f"{POSTGRES}::test_pokes_come_after_what_is_durable",),
    ),
)
