"""The store's contract in memory: a fake for tests, held to the same suite as the real one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from leefwijk.events.store.records import (
    MAX_EVENT_BYTES,
    Append,
    Commit,
    ConflictError,
    Document,
    IdempotencyRow,
    StoredEvent,
    TooLargeError,
    TwinError,
)


class MemoryStore:
    """An event store that forgets when the process ends."""

    def __init__(self) -> None:
        self._streams: dict[str, list[StoredEvent]] = {}
        self._documents: dict[str, Document] = {}
        self._answers: dict[tuple[str, str, str], IdempotencyRow] = {}
        self._position = 0

    async def commit(self, commit: Commit) -> None:
        """Append all or nothing."""
        for append in commit.appends:
            for event in append.events:
                size = len(event.data.encode())
                if size > MAX_EVENT_BYTES:
                    raise TooLargeError(append.stream_id, size)
        kept = commit.idempotency
        if kept is not None and (kept.caller, kept.route, kept.key) in self._answers:
            raise TwinError
        for append in commit.appends:
            if len(self._streams.get(append.stream_id, ())) != append.expected:
                raise ConflictError(append.stream_id, append.expected)
        for append in commit.appends:
            stream = self._streams.setdefault(append.stream_id, [])
            for step, event in enumerate(append.events, start=1):
                self._position += 1
                stream.append(
                    StoredEvent(
                        append.stream_id,
                        append.expected + step,
                        self._position,
                        event.id,
                        event.type,
                        event.data,
                        json.loads(event.metadata),
                        event.recorded_at,
                    )
                )
            self._document(append)
        if kept is not None:
            self._answers[kept.caller, kept.route, kept.key] = kept

    def _document(self, append: Append) -> None:
        before, row = self._documents.get(append.stream_id), append.document
        stale = before is not None and before.row.shape > row.shape
        if before is not None and stale:
            due = [moment for moment in (before.row.due_at, row.due_at) if moment is not None]
            row = replace(
                row,
                shape=before.row.shape,
                state=before.row.state,
                facets=before.row.facets,
                due_at=min(due, default=None),
            )
        self._documents[append.stream_id] = Document(
            append.stream_id, append.version, append.events[-1].recorded_at, row, stale
        )

    async def events_of(
        self, stream_id: str, *, after: int = 0, limit: int = 100_000
    ) -> list[StoredEvent]:
        """The events of a stream above version `after`."""
        return self._streams.get(stream_id, [])[after : after + limit]

    async def document(self, stream_id: str) -> Document | None:
        """The kept state of a stream."""
        return self._documents.get(stream_id)

    async def answer(self, caller: str, route: str, key: str) -> tuple[str, dict[str, Any]] | None:
        """The answer kept for a key."""
        row = self._answers.get((caller, route, key))
        return (row.body_hash, json.loads(row.answer)) if row else None
