"""Reactions: what a service does of its own accord when it learns something.

The consumer writes one todo per command in the transaction that applies the event, unique for ever
on (event id, reaction, target). A worker issues todos as commands through the same door as a
user's; the append marks them done. A refusal ends a todo with its code; anything else is tried
again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.events import metrics
from leefwijk.events.consume.records import Change
from leefwijk.events.decider import Actor, Command, RefusedError
from leefwijk.events.event import Event
from leefwijk.events.handling import Caller, Handler, Knows, NotFoundError
from leefwijk.events.store.records import TodoDoneError

_log = structlog.get_logger(__name__)

_ADD = text("""
insert into todos (id, event_id, reaction, target, command)
select id, event_id, reaction, target, cast(command as jsonb)
from unnest(cast(:ids as uuid[]), cast(:event_ids as uuid[]), cast(:reactions as text[]),
            cast(:targets as text[]), cast(:commands as text[]))
    as t (id, event_id, reaction, target, command)
on conflict do nothing
""")
_STARTED = text("select started_at from consumer_generations where consumer = :consumer")
_OPEN = text("""
select id, event_id, reaction, target, cast(command as text) as command, attempts from todos
where done_at is null and not_before <= now() order by created_at limit 100
""")
_END = text(
    "update todos set done_at = now(), outcome = :outcome where id = :id and done_at is null"
)
_LATER = text("""
update todos set attempts = attempts + 1,
    not_before = now() + least(power(2, least(attempts, 9)), 300) * interval '1 second'
where id = :id
""")
_OLDEST = text("""
select coalesce(extract(epoch from now() - min(created_at)), 0) from todos where done_at is null
""")

POLL_SECONDS = 0.25

Targets = Callable[[AsyncConnection, Change], Awaitable[Iterable[str]]]


@dataclass(frozen=True)
class Reaction:
    """On this event, issue this command to each of these aggregates."""

    name: str
    on: type[Event]
    targets: Targets
    """Ids of the aggregates, found in the service's own database."""
    command: Callable[[Change], Command[Any]]
    from_start: bool = False
    """Also for events from before the service's first start."""
    starts: bool = False
    """Whether the command may begin the aggregate that it is issued to."""


@dataclass
class Reactions:
    """All reactions of a service."""

    service: str
    all: Sequence[Reaction] = field(default_factory=tuple)

    @property
    def handles(self) -> frozenset[type[Event]]:
        """The events that something reacts to."""
        return frozenset(reaction.on for reaction in self.all)

    async def add(
        self, connection: AsyncConnection, consumer: str, changes: Sequence[Change]
    ) -> None:
        """Write the todos that follow from these changes, in the caller's transaction."""
        wanted = [
            (reaction, change)
            for change in changes
            for reaction in self.all
            if isinstance(change.event, reaction.on)
        ]
        if not wanted:
            return
        started = (await connection.execute(_STARTED, {"consumer": consumer})).scalar_one()
        rows: list[tuple[Any, ...]] = []
        for reaction, change in wanted:
            if change.received.time < started and not reaction.from_start:
                continue
            for target in await reaction.targets(connection, change):
                id_ = uuid5(NAMESPACE_OID, f"{change.received.id}/{reaction.name}/{target}")
                command = reaction.command(change).model_dump_json(by_alias=True)
                rows.append((id_, change.received.id, reaction.name, target, command))
        if rows:
            names = ("ids", "event_ids", "reactions", "targets", "commands")
            await connection.execute(
                _ADD, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
            )


class TodoWorker:
    """Issues open todos as commands."""

    def __init__(
        self,
        engine: AsyncEngine,
        handler: Handler,
        commands: Mapping[str, type[Command[Any]]],
        knows: Mapping[type[Command[Any]], Knows] | None = None,
        starts: frozenset[str] = frozenset(),
    ) -> None:
        self._starts = starts
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._handler = handler
        self._commands = commands
        self._knows = knows or {}
        self._more = asyncio.Event()

    def poke(self) -> None:
        """There may be a new todo."""
        self._more.set()

    async def run(self, service: str) -> None:
        """Work off todos until cancelled."""
        while True:
            try:
                worked = await self.once()
                async with self._engine.connect() as connection:
                    age = (await connection.execute(_OLDEST)).scalar_one()
                metrics.TODO_AGE.labels(service).set(float(age))
            except Exception as error:  # noqa: BLE001 - the next round tries again
                _log.warning("todos wait", reason=str(error)[:300])
                worked = 0
            if not worked:
                self._more.clear()
                try:
                    await asyncio.wait_for(self._more.wait(), POLL_SECONDS)
                except TimeoutError:
                    continue

    async def once(self) -> int:
        """Work off the todos that are due now; gives how many there were."""
        async with self._engine.connect() as connection:
            todos = (await connection.execute(_OPEN)).all()
        for todo in todos:
            caller = Caller(Actor(role="service"), causation=str(todo.event_id))
            try:
                command = self._commands[todo.reaction].model_validate(json.loads(todo.command))
                await self._handler.execute(
                    command,
                    id_=todo.target,
                    caller=caller,
                    knows=self._knows.get(type(command)),
                    todo=todo.id,
                    start=todo.reaction in self._starts,
                )
            except TodoDoneError:
                continue
            except RefusedError as refused:
                await self._end(todo.id, ",".join(refused.codes))
            except NotFoundError:
                await self._end(todo.id, "not-found")
            except Exception as error:  # noqa: BLE001 - tried again later, and seen by its age
                _log.warning("todo waits", reaction=todo.reaction, reason=str(error)[:300])
                async with self._engine.connect() as connection:
                    await connection.execute(_LATER, {"id": todo.id})
        return len(todos)

    async def _end(self, id_: Any, outcome: str) -> None:
        async with self._engine.connect() as connection:
            await connection.execute(_END, {"id": id_, "outcome": outcome})
