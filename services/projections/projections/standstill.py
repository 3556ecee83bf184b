"""Ends a worker that Faust has left standing still, so that its supervisor starts a new one.

Faust takes some errors amid a rebalance for the sign of the next one, and waits for that without a
word (`IllegalStateError` in `faust/tables/recovery.py`, faust-streaming 0.15.3). If none comes, the
worker never reads again. A worker that never read after one of 28 power cuts fits that. A new
process joins the group anew. Nothing is lost by the end: what was applied stands in the database
with its offsets.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence

import structlog

_log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 40.0
"""So long joining a group may take: a killed worker's session of 10 s, and a busy machine."""
LOOK_SECONDS = 1.0
START_ME_AGAIN = 75
"""EX_TEMPFAIL: nothing is wrong that a new start would not mend."""


def answers(addresses: Sequence[str], seconds: float = 2.0) -> bool:
    """Whether one of the brokers takes a connection; addresses are `host:port`."""
    for address in addresses:
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), seconds).close()
        except OSError:
            continue
        return True
    return False


class Standstill:
    """Counts how long nothing flows although the broker answers.

    While no broker answers the time does not count: a new process could not do more, and a fleet
    that restarts whenever Kafka is away comes back later than one that waits.
    """

    def __init__(
        self,
        flows: Callable[[], bool],
        broker_answers: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._flows = flows
        self._broker_answers = broker_answers
        self._clock = clock
        self._since: float | None = None

    def look(self) -> bool:
        """Whether it has stood still for longer than joining a group takes."""
        if self._flows() or not self._broker_answers():
            self._since = None
            return False
        if self._since is None:
            self._since = self._clock()
        return self._clock() - self._since > PATIENCE_SECONDS

    def watch(self) -> None:
        """Look from a thread of its own, and end the process when it has stood still too long."""
        threading.Thread(target=self._watch, daemon=True, name="standstill").start()

    def _watch(self) -> None:
        while not self.look():
            time.sleep(LOOK_SECONDS)
        _log.critical("stands still", seconds=PATIENCE_SECONDS, does="ends, to be started again")
        os._exit(START_ME_AGAIN)
