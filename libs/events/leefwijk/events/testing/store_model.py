"""What an event store must hold after commits, in plain dicts: the model for model checks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from leefwijk.events.store.records import (
    MAX_EVENT_BYTES,
    Commit,
    ConflictError,
    TodoDoneError,
    TooLargeError,
    TwinError,
)


@dataclass(frozen=True)
class Kept:
    """What the model expects of a document."""

    version: int
    shape: int
    folded_at: int
    stale: bool = False


@dataclass
class Model:
    """What a store must hold, in dicts."""

    streams: dict[str, list[UUID]] = field(default_factory=dict)
    documents: dict[str, Kept] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    done: set[UUID] = field(default_factory=set)
    refused: set[UUID] = field(default_factory=set)

    def head(self, stream: str) -> int:
        """The version of a stream; zero where there is none."""
        return len(self.streams.get(stream, ()))

    def verdict(self, tried: Commit) -> object:
        """What the store must say to a commit: nothing, or the error and its stream."""
        sizes = [len(row.data.encode()) for part in tried.appends for row in part.events]
        kept = tried.idempotency
        if max(sizes) > MAX_EVENT_BYTES:
            return (TooLargeError, None)
        if kept is not None and kept.key in self.keys:
            return (TwinError, None)
        if tried.todo is not None and tried.todo in self.done:
            return (TodoDoneError, None)
        for part in tried.appends:
            if self.head(part.stream_id) != part.expected:
                return (ConflictError, part.stream_id)
        return None

    def accept(self, tried: Commit) -> None:
        """Take it in, all of it."""
        for part in tried.appends:
            self.streams.setdefault(part.stream_id, []).extend(row.id for row in part.events)
            before, shape = self.documents.get(part.stream_id), part.document.shape
            if before is not None and before.shape > shape:
                kept = replace(before, version=part.version, stale=True)
            else:
                kept = Kept(part.version, shape, part.version)
            self.documents[part.stream_id] = kept
        if tried.idempotency is not None:
            self.keys[tried.idempotency.key] = tried.idempotency.body_hash
        if tried.todo is not None:
            self.done.add(tried.todo)

    def refuse(self, tried: Commit) -> None:
        """Nothing of it may ever be seen."""
        self.refused |= ids_of(tried)

    def settle(self, tried: Commit, outcome: object) -> None:
        """Note what the store said that it did."""
        if outcome is None:
            self.accept(tried)
        else:
            self.refuse(tried)


def ids_of(tried: Commit) -> set[UUID]:
    """The ids of all its events."""
    return {row.id for part in tried.appends for row in part.events}
