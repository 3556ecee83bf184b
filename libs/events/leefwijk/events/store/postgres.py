"""The event store on PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from leefwijk.events.store import statements
from leefwijk.events.store.direct import Columns, Direct, Statement, connect, connect_settings
from leefwijk.events.store.records import (
    Append,
    AppendError,
    Commit,
    ConflictError,
    Document,
    DocumentRow,
    IdempotencyRow,
    StoredEvent,
    TodoDoneError,
    TwinError,
    UnavailableError,
)
from leefwijk.events.store.writer import (
    GroupedWriter,
    GroupFailedError,
    OutcomeUnknownError,
)

_RULE_BROKEN = {"23505", "23502", "22012", "40001", "40P01"}
"""A taken key, a missing head, a settled todo, a serialization fault, a deadlock."""
_GONE = ("08", "28", "3D", "53", "57", "58", "25P03", "25P04")
"""Classes of errors in which the server or the connection went away or has no room.

Not the whole of 25: 25P02 is a statement after a failed one, which would fail for ever.
"""


DRIVER_ERRORS: tuple[type[Exception], ...] = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What statements raise that go to the driver past SQLAlchemy."""

_AWAY = (
    OSError,
    TimeoutError,
    PoolTimeoutError,
    UnavailableError,
    asyncpg.InterfaceError,
    # the driver was told off by the server while it was not listening
    asyncpg.InternalClientError,
)


def create_engine(
    url: str, *, pool: int = 8, application: str = "leefwijk", derived: bool = False
) -> AsyncEngine:
    """An engine for one service: bounded pool, no transaction that could stall readers.

    `derived` is for what is written together with the offsets that it was read at, and for nothing
    else: a commit does not wait for the disk, because what a crash takes back is read again.
    """
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        # an error of the database must not carry what an event holds into a log
        hide_parameters=True,
        connect_args={
            "async_creator_fn": connect,
            **connect_settings(application, durable=not derived),
        },
    )


def sqlstate(error: BaseException) -> str | None:
    """The database's own code of an error, whichever layers wrap it."""
    for layer in (error, getattr(error, "orig", None), error.__cause__):
        state = getattr(layer, "sqlstate", None)
        if isinstance(state, str):
            return state
    return None


def is_gone(error: BaseException) -> bool:
    """Whether the database could not be reached or went away: trying again may help."""
    if isinstance(error, _AWAY) and not isinstance(error, ValueError):
        return True
    state = sqlstate(error)
    if isinstance(error, DBAPIError) and (state is None or error.connection_invalidated):
        return True
    return state is not None and state.startswith(_GONE)


class EventStore:
    """Streams of one service in one database: load, append, and the documents beside them."""

    def __init__(self, engine: AsyncEngine, service: str) -> None:
        self.engine = engine
        self.service = service
        self._direct = Direct(engine, f"leefwijk {service} store")
        self._writer = GroupedWriter(self, service)
        self._after_commit: list[Callable[[], None]] = []

    def after_commit(self, poke: Callable[[], None]) -> None:
        """Call `poke` whenever something new became durable."""
        self._after_commit.append(poke)

    async def commit(self, commit: Commit) -> None:
        """Append; return once it is durable. Raises as `GroupedWriter.commit` says."""
        await self._writer.commit(commit)

    async def close(self) -> None:
        """Write what waits, stop, and leave the engine to its owner."""
        await self._writer.close()
        await self._direct.close()

    async def events_of(
        self, stream_id: str, *, after: int = 0, limit: int = 100_000
    ) -> list[StoredEvent]:
        """The events of a stream above version `after`, in order."""
        rows = await self._fetch(
            statements.EVENTS_OF, {"stream_id": stream_id, "after": after, "limit": limit}
        )
        return [stored(row) for row in rows]

    async def document(self, stream_id: str) -> Document | None:
        """The kept state of a stream, or none if there is no such stream."""
        rows = await self._fetch(statements.DOCUMENT, {"stream_id": stream_id})
        return document(rows[0]) if rows else None

    async def answer(self, caller: str, route: str, key: str) -> tuple[str, dict[str, Any]] | None:
        """Hash of the body and answer kept for this key, for at least 24 hours."""
        rows = await self._fetch(statements.ANSWER, {"caller": caller, "route": route, "key": key})
        return (rows[0]["body_hash"], json.loads(rows[0]["answer"])) if rows else None

    async def forget_answers(self) -> int:
        """Delete answers older than 24 hours, a bounded number at a time."""
        return len(await self._fetch(statements.FORGET_ANSWERS, {}))

    async def write(self, commits: Sequence[Commit]) -> None:
        """Write a group in one statement that is one transaction."""
        plain = all(commit.idempotency is None and commit.todo is None for commit in commits)
        statement = statements.COMMIT_EVENTS if plain else statements.COMMIT_GROUP
        parameters = _event_columns(commits) | _document_columns(commits)
        if not plain:
            parameters |= _idempotency_columns(commits)
            parameters["todos"] = sorted(c.todo for c in commits if c.todo is not None)
        try:
            await self._direct.fetch(statement, parameters)
        except ConnectionRefusedError as error:
            raise _cannot_be_reached() from error
        except Exception as error:
            state = sqlstate(error)
            if state in _RULE_BROKEN:
                raise GroupFailedError(state) from error
            if is_gone(error):
                raise OutcomeUnknownError from error
            raise
        for poke in self._after_commit:
            poke()

    async def judge(self, commits: Sequence[Commit]) -> Mapping[int, AppendError]:
        """Compare each commit with the heads, keys and todos as they stand now."""
        verdicts: dict[int, AppendError] = {}
        streams = [append.stream_id for commit in commits for append in commit.appends]
        asked = await self._ask(statements.HEADS, {"stream_ids": streams})
        heads = {row["stream_id"]: row["version"] for row in asked}
        kept = [commit.idempotency for commit in commits if commit.idempotency is not None]
        taken = await self._taken(kept)
        todos = [commit.todo for commit in commits if commit.todo is not None]
        open_todos = await self._ask(statements.OPEN_TODOS, {"ids": todos})
        still_open = {row["id"] for row in open_todos}
        for place, commit in enumerate(commits):
            row = commit.idempotency
            if row is not None and (row.caller, row.route, row.key) in taken:
                verdicts[place] = TwinError()
            elif commit.todo is not None and commit.todo not in still_open:
                verdicts[place] = TodoDoneError()
            else:
                behind = _behind(commit.appends, heads)
                if behind is not None:
                    verdicts[place] = ConflictError(behind.stream_id, behind.expected)
        return verdicts

    async def found(self, commits: Sequence[Commit]) -> Sequence[bool]:
        """Look the events up by their keys, on a new connection, a few times over two seconds."""
        columns = _event_columns(commits)
        wanted = {name: columns[name] for name in ("stream_ids", "versions", "ids")}
        for pause in (0.1, 0.4, 1.5, None):
            try:
                there = {row["id"] for row in await self._ask(statements.FIND_IDS, wanted)}
            except OutcomeUnknownError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return [_all_in(commit, there) for commit in commits]
        return []

    async def _taken(self, rows: list[IdempotencyRow]) -> set[tuple[str, str, str]]:
        if not rows:
            return set()
        asked = {
            "callers": [row.caller for row in rows],
            "routes": [row.route for row in rows],
            "keys": [row.key for row in rows],
        }
        return {
            (row["caller"], row["route"], row["key"])
            for row in await self._ask(statements.KNOWN_KEYS, asked)
        }

    async def _ask(self, statement: Statement, parameters: dict[str, Any]) -> Sequence[Columns]:
        try:
            return await self._fetch(statement, parameters)
        except UnavailableError as error:
            raise OutcomeUnknownError from error

    async def _fetch(self, statement: Statement, parameters: dict[str, Any]) -> Sequence[Columns]:
        try:
            return await self._direct.fetch(statement, parameters)
        except Exception as error:
            if is_gone(error):
                raise _cannot_be_reached() from error
            raise


def _cannot_be_reached() -> UnavailableError:
    return UnavailableError("the database cannot be reached")


def _all_in(commit: Commit, there: set[UUID]) -> bool:
    """Whether its events are stored; of a commit without any, nothing can be told."""
    ids = {event.id for append in commit.appends for event in append.events}
    return bool(ids) and ids <= there


def _behind(appends: tuple[Append, ...], heads: Mapping[str, int]) -> Append | None:
    for append in appends:
        if heads.get(append.stream_id, 0) != append.expected:
            return append
    return None


def _event_columns(commits: Sequence[Commit]) -> dict[str, list[Any]]:
    rows = [
        (append.stream_id, append.expected + step, append.expected, event)
        for commit in commits
        for append in commit.appends
        for step, event in enumerate(append.events, start=1)
    ]
    return {
        "stream_ids": [row[0] for row in rows],
        "versions": [row[1] for row in rows],
        "expected": [row[2] for row in rows],
        "ids": [row[3].id for row in rows],
        "types": [row[3].type for row in rows],
        "data": [row[3].data for row in rows],
        "metadata": [row[3].metadata for row in rows],
        "recorded": [row[3].recorded_at for row in rows],
    }


def _document_columns(commits: Sequence[Commit]) -> dict[str, list[Any]]:
    appends = [append for commit in commits for append in commit.appends]
    rows = [append.document for append in appends]
    return {
        "d_stream_ids": [append.stream_id for append in appends],
        "d_versions": [append.version for append in appends],
        "d_shapes": [row.shape for row in rows],
        "d_states": [row.state for row in rows],
        "d_due": [row.due_at for row in rows],
        "d_kinds": [row.kind for row in rows],
        "d_areas": [row.area for row in rows],
        "d_municipalities": [_array(row.municipalities) for row in rows],
        "d_statuses": [row.status for row in rows],
        "d_titles": [row.title for row in rows],
        "d_facets": [_array(row.facets) for row in rows],
        "d_partners": [
            json.dumps(dict(row.partner_sequences)) if row.partner_sequences else "{}"
            for row in rows
        ],
        "d_recorded": [append.events[-1].recorded_at for append in appends],
    }


def _array(values: Sequence[str]) -> str:
    """PostgreSQL's notation of a list: arrays of lists of different lengths it has not."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def _idempotency_columns(commits: Sequence[Commit]) -> dict[str, list[Any]]:
    kept = [commit.idempotency for commit in commits if commit.idempotency is not None]
    # all writers lock in one order, or two groups with the same keys could wait for each other
    rows = sorted(kept, key=lambda row: (row.caller, row.route, row.key))
    return {
        "i_callers": [row.caller for row in rows],
        "i_routes": [row.route for row in rows],
        "i_keys": [row.key for row in rows],
        "i_hashes": [row.body_hash for row in rows],
        "i_answers": [row.answer for row in rows],
    }


def stored(row: Columns) -> StoredEvent:
    """An event from its row, with `EVENT_COLUMNS`."""
    return StoredEvent(
        stream_id=row["stream_id"],
        version=row["version"],
        position=row["position"],
        id=row["id"],
        type=row["type"],
        data=row["data"],
        metadata=json.loads(row["metadata"]),
        recorded_at=row["recorded_at"],
    )


def document(row: Columns) -> Document:
    """A document from its row, with `DOCUMENT_COLUMNS`."""
    return Document(
        stream_id=row["stream_id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        stale=row["stale"],
        row=DocumentRow(
            kind=row["kind"],
            shape=row["shape"],
            state=row["state"],
            due_at=row["due_at"],
            area=row["area"],
            municipalities=tuple(row["municipalities"]),
            status=row["status"],
            title=row["title"],
            facets=tuple(row["facets"]),
            partner_sequences=json.loads(row["partner_sequences"]),
        ),
    )
