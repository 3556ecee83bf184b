"""What goes into the store and comes out of it, and how an append can fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

MAX_EVENT_BYTES = 256 * 1024
"""Larger things stand beside the log, referenced by hash."""


@dataclass(frozen=True)
class EventRow:
    """An event ready to be stored: type, data and metadata as JSON text."""

    id: UUID
    type: str
    data: str
    metadata: str
    recorded_at: datetime


@dataclass(frozen=True)
class DocumentRow:
    """The folded state of a stream as kept beside its events."""

    kind: str
    shape: int
    state: str
    due_at: datetime | None = None
    area: str | None = None
    municipalities: tuple[str, ...] = ()
    status: str | None = None
    title: str | None = None
    facets: tuple[str, ...] = ()
    partner_sequences: Mapping[str, int] = field(default_factory=dict)
    """How many partner facts the stream has had, per municipality."""


@dataclass(frozen=True)
class Append:
    """Events for one stream that was read at version `expected` (0: it did not exist)."""

    stream_id: str
    expected: int
    events: tuple[EventRow, ...]
    document: DocumentRow

    @property
    def version(self) -> int:
        """The version of the stream after this append."""
        return self.expected + len(self.events)


@dataclass(frozen=True)
class IdempotencyRow:
    """The answer to keep for a repeated request of one caller on one route."""

    caller: str
    route: str
    key: str
    body_hash: str
    answer: str


@dataclass(frozen=True)
class Commit:
    """Appends that go in together or not at all, with what belongs to the same transaction."""

    appends: tuple[Append, ...]
    idempotency: IdempotencyRow | None = None
    todo: UUID | None = None
    """The todo of a reaction that this commit settles."""


@dataclass(frozen=True)
class StoredEvent:
    """An event as it was stored."""

    stream_id: str
    version: int
    position: int
    id: UUID
    type: str
    data: str
    metadata: Mapping[str, Any]
    recorded_at: datetime


@dataclass(frozen=True)
class Document:
    """The kept state of a stream. `stale`: an older writer has appended since it was folded."""

    stream_id: str
    version: int
    recorded_at: datetime
    row: DocumentRow
    stale: bool = False

    @property
    def id(self) -> str:
        """The id of the aggregate: the stream without its own kind, whatever was asked for."""
        return self.stream_id[len(self.row.kind) + 1 :]


class AppendError(Exception):
    """An append was not made: nothing of it is in the store."""


class ConflictError(AppendError):
    """A stream is not at the version that the append expected."""

    def __init__(self, stream_id: str, expected: int) -> None:
        super().__init__(f"{stream_id} is no longer at version {expected}")
        self.stream_id = stream_id
        self.expected = expected


class TwinError(AppendError):
    """The same request was recorded by another process a moment ago."""


class TodoDoneError(AppendError):
    """The todo of this reaction was settled before."""


class TooLargeError(AppendError):
    """An event is larger than the store takes."""

    def __init__(self, stream_id: str, size: int) -> None:
        super().__init__(f"an event of {stream_id} has {size} bytes; at most {MAX_EVENT_BYTES}")


class UnavailableError(Exception):
    """The store cannot be reached, or the outcome of an append cannot be told. Try again."""
