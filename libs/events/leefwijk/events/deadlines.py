"""The ticker: when a moment that a state named has come, its deadline command is issued.

Several processes may tick at once: the command decides on the state, so the second finds nothing
left to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events import metrics
from leefwijk.events.decider import Actor, Command, State, deadline_commands
from leefwijk.events.handling import Caller, Handler, Knows, UnavailableError

_log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=1)

_DUE = text("""
select stream_id, kind from documents
where due_at <= :now and not (stream_id = any(cast(:aside as text[])))
order by due_at limit 200
""")
_STILL_DUE = text("""
select stream_id from documents
where stream_id = any(cast(:streams as text[])) and due_at <= :now
""")


@dataclass
class _Aside:
    until: datetime
    delay: timedelta


class Ticker:
    """Issues deadline commands for the states of one service."""

    def __init__(
        self,
        engine: AsyncEngine,
        handler: Handler,
        service: str,
        states: Iterable[type[State]],
        knows: Mapping[type[Command[Any]], Knows] | None = None,
    ) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._handler = handler
        self._service = service
        self._states = {state.kind: state for state in states}
        self._aside: dict[str, _Aside] = {}
        self._knows = knows or {}

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            try:
                await self.tick()
            except Exception as error:  # noqa: BLE001 - the next tick tries again
                _log.warning("deadlines wait", reason=str(error)[:300])
            await asyncio.sleep(TICK_SECONDS)

    async def tick(self) -> int:
        """Judge what is due now; gives the number of deadlines issued."""
        now = self._handler.clock()
        aside = [stream for stream, item in self._aside.items() if item.until > now]
        async with self._engine.connect() as connection:
            due = (await connection.execute(_DUE, {"now": now, "aside": aside})).all()
        for row in due:
            await self._judge(row.stream_id, row.kind, now)
        await self._forget_settled(now)
        metrics.DEADLINES_STUCK.labels(self._service).set(len(self._aside))
        return len(due)

    async def _judge(self, stream_id: str, kind: str, now: datetime) -> None:
        state = self._states.get(kind)
        command = deadline_commands.get(state) if state is not None else None
        if command is None:
            self._set_aside(stream_id, now, "no deadline command")
            return
        try:
            await self._handler.execute(
                command(),
                id_=stream_id[len(kind) + 1 :],
                caller=Caller(Actor(role="service")),
                knows=self._knows.get(command),
            )
        except UnavailableError:
            raise  # the next tick finds it due again; it is not stuck
        except Exception as error:  # noqa: BLE001 - set aside, counted and tried again
            self._set_aside(stream_id, now, str(error)[:300])
            return
        if await self._still_due([stream_id], now):
            self._set_aside(stream_id, now, "the command left it due")
        else:
            self._aside.pop(stream_id, None)

    async def _forget_settled(self, now: datetime) -> None:
        """Count no longer what a user's command settled meanwhile."""
        if self._aside:
            left = await self._still_due(list(self._aside), now)
            self._aside = {name: item for name, item in self._aside.items() if name in left}

    async def _still_due(self, streams: list[str], now: datetime) -> set[str]:
        asked: dict[str, Any] = {"streams": streams, "now": now}
        async with self._engine.connect() as connection:
            return set((await connection.execute(_STILL_DUE, asked)).scalars())

    def _set_aside(self, stream_id: str, now: datetime, reason: str) -> None:
        before = self._aside.get(stream_id)
        delay = min(before.delay * 2, LONGEST_DELAY) if before else FIRST_DELAY
        self._aside[stream_id] = _Aside(now + delay, delay)
        _log.warning("deadline is stuck", stream=stream_id, reason=reason, delay=str(delay))
