"""Grouped commits: concurrent appends of one process share a transaction.

A commit is the dear part of an append. What arrives while groups are being written forms the
next. A group is written by one of the writer's own tasks, so a caller that goes away cannot leave
half of it. Groups that are under way together never touch the same stream, key or todo. When a
group fails, every member gets its own verdict: the others go in without it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from leefwijk.events import metrics
from leefwijk.events.store.records import (
    MAX_EVENT_BYTES,
    AppendError,
    Commit,
    ConflictError,
    TooLargeError,
    UnavailableError,
)

MAX_GROUP = 512
"""Commits that share a transaction at most: none of ours lasts over a second."""


LANES = 2
"""Groups under way at once: one is written by the database while the next is being prepared."""

WORTH_A_LANE = 16
"""Fewer commits than these go together: a transaction of their own would cost more than it saves.
"""

MAX_ROUNDS = 3
"""How often a group fails without anybody to blame before it is taken apart."""


class GroupFailedError(Exception):
    """A group broke a rule of the database and was rolled back as a whole."""


class OutcomeUnknownError(Exception):
    """The connection went away before the database answered."""


class Backend(Protocol):
    """What the writer needs of a database."""

    async def write(self, commits: Sequence[Commit]) -> None:
        """Write all or nothing.

        Raises GroupFailedError, OutcomeUnknownError, or UnavailableError where nothing was sent.
        """

    async def judge(self, commits: Sequence[Commit]) -> Mapping[int, AppendError]:
        """Which of these commits cannot go in, by their place in the sequence, and why."""

    async def found(self, commits: Sequence[Commit]) -> Sequence[bool]:
        """Whether the events of each commit are in the store. Raises OutcomeUnknownError."""


def _touched(commit: Commit) -> set[object]:
    """What no two commits that are under way may share."""
    touched: set[object] = {append.stream_id for append in commit.appends}
    if commit.idempotency is not None:
        row = commit.idempotency
        touched.add((row.caller, row.route, row.key))
    if commit.todo is not None:
        touched.add(commit.todo)
    return touched


@dataclass(eq=False)
class _Waiting:
    commit: Commit
    touched: set[object]
    since: float = field(default_factory=perf_counter)
    done: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class GroupedWriter:
    """Collects commits and writes them in groups, one group at a time."""

    def __init__(self, backend: Backend, service: str) -> None:
        self._backend = backend
        self._service = service
        self._waiting: deque[_Waiting] = deque()
        self._more = asyncio.Event()
        self._busy: set[object] = set()
        self._groups = 0
        self._group_size = metrics.GROUP_SIZE.labels(service)
        self._appended = metrics.EVENTS_APPENDED.labels(service)
        self._append_seconds = metrics.APPEND_SECONDS.labels(service)
        self._lanes: list[asyncio.Task[None]] = []
        self._closed = False

    async def commit(self, commit: Commit) -> None:
        """Return once the commit is durable.

        Raises ConflictError, TwinError, TodoDoneError, TooLargeError (nothing was stored) or
        UnavailableError (nothing was stored, or that cannot be told).
        """
        for append in commit.appends:
            for event in append.events:
                size = len(event.data.encode())
                if size > MAX_EVENT_BYTES:
                    raise TooLargeError(append.stream_id, size)
        if self._closed:
            raise UnavailableError("the store is closed")
        self._lanes = [lane for lane in self._lanes if not lane.done()]
        while len(self._lanes) < LANES:
            name = f"{self._service} store writer"
            self._lanes.append(asyncio.create_task(self._run(), name=name))
        waiting = _Waiting(commit, _touched(commit))
        self._waiting.append(waiting)
        self._more.set()
        await asyncio.shield(waiting.done)

    async def close(self) -> None:
        """Write what still waits, then stop; whoever comes later is told to go elsewhere."""
        self._closed = True
        self._more.set()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    async def _run(self) -> None:
        """One lane: write group after group."""
        group: list[_Waiting] = []
        try:
            while True:
                await self._more.wait()
                # one turn of the loop, so that requests that are already in get on board
                await asyncio.sleep(0)
                group = self._next_group()
                if group:
                    await self._under_way(group)
                elif self._closed and not self._waiting:
                    return
                else:
                    self._more.clear()
        except BaseException:
            for item in (*group, *self._waiting):
                if not item.done.done():
                    self._fail(item, UnavailableError("the store's writer stopped"), None)
            self._waiting.clear()
            raise

    async def _under_way(self, group: list[_Waiting]) -> None:
        """Settle a group; meanwhile no other touches what it touches."""
        touched = set().union(*(item.touched for item in group))
        self._groups += 1
        self._busy |= touched
        self._group_size.observe(len(group))
        try:
            await self._settle(group)
        finally:
            self._groups -= 1
            self._busy -= touched
            # what had to wait for this group may go now
            self._more.set()

    def _next_group(self) -> list[_Waiting]:
        """The next commits, at most one per stream, key or todo.

        A second one is judged by the first's fate. Many are shared out among the idle lanes.
        """
        room = min(MAX_GROUP, max(WORTH_A_LANE, -(-len(self._waiting) // (LANES - self._groups))))
        group: list[_Waiting] = []
        later: list[_Waiting] = []
        taken = set(self._busy)
        while self._waiting and len(group) < room:
            item = self._waiting.popleft()
            if taken.isdisjoint(item.touched):
                group.append(item)
            else:
                later.append(item)
            taken |= item.touched
        self._waiting.extendleft(reversed(later))
        return group

    async def _settle(self, group: list[_Waiting]) -> None:
        """Write the group, or find out member by member why it cannot be written."""
        failed: Exception | None = None
        fruitless = 0
        while fruitless < MAX_ROUNDS:
            before = len(group)
            group, failed = await self._write(group)
            if not group:
                return
            if not isinstance(failed, GroupFailedError):
                break
            fruitless = 0 if len(group) < before else fruitless + 1
        if len(group) > 1:
            for item in group:
                await self._settle([item])
        elif isinstance(failed, GroupFailedError):
            # no rule that it breaks can be found: others were in the way every time
            self._fail(group[0], UnavailableError("others were first every time"), failed)
        elif failed is not None:
            self._fail(group[0], failed, None)

    async def _write(self, group: list[_Waiting]) -> tuple[list[_Waiting], Exception | None]:
        """Write; give back whose fate is still open, and what stood in the way."""
        try:
            await self._backend.write([item.commit for item in group])
        except OutcomeUnknownError as error:
            await self._look_up(group, error)
        except UnavailableError as error:
            for item in group:
                self._fail(item, UnavailableError(str(error)), error)
        except GroupFailedError as error:
            return await self._judge(group, error), error
        except Exception as error:  # noqa: BLE001 - one bad member must not take the others along
            return group, error
        else:
            for item in group:
                self._succeed(item)
        return [], None

    async def _judge(self, group: list[_Waiting], failed: Exception) -> list[_Waiting]:
        """Tell those that cannot go in; give back the others."""
        try:
            verdicts = await self._backend.judge([item.commit for item in group])
        except OutcomeUnknownError:
            for item in group:
                self._fail(item, UnavailableError("the database went away"), failed)
            return []
        for place, error in verdicts.items():
            self._fail(group[place], error, failed)
        return [item for place, item in enumerate(group) if place not in verdicts]

    async def _look_up(self, group: list[_Waiting], error: Exception) -> None:
        """Found is success; absent means that it may be tried again, never a conflict."""
        try:
            found = await self._backend.found([item.commit for item in group])
        except OutcomeUnknownError:
            found = [False] * len(group)
        for item, there in zip(group, found, strict=True):
            if there:
                self._succeed(item)
            else:
                self._fail(item, UnavailableError("the database went away"), error)

    def _succeed(self, item: _Waiting) -> None:
        events = sum(len(append.events) for append in item.commit.appends)
        self._appended.inc(events)
        self._append_seconds.observe(perf_counter() - item.since)
        if not item.done.done():
            item.done.set_result(None)

    def _fail(self, item: _Waiting, error: Exception, cause: Exception | None) -> None:
        if isinstance(error, ConflictError):
            metrics.APPEND_CONFLICTS.labels(self._service).inc()
        if cause is not None and cause is not error:
            error.__cause__ = cause
        if not item.done.done():
            item.done.set_exception(error)
            # a caller that went away reads nobody's verdict; asking for it keeps the log quiet
            item.done.exception()
