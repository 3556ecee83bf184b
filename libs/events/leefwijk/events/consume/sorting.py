"""Telling new from known, next from too early, sound from faulty: per record, per stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import ValidationError

from leefwijk.events.broker import Place
from leefwijk.events.catalogue import (
    Catalogue,
    UnknownEventTypeError,
    UnknownEventVersionError,
)
from leefwijk.events.consume.records import Applier, Change, Record
from leefwijk.events.envelope import BadEnvelopeError, Received, receive
from leefwijk.events.event import Event

if TYPE_CHECKING:
    from leefwijk.events.consume.ledger import Ledger


PATIENT = frozenset({"gap", "behind"})
"""Reasons that end by themselves when an earlier event arrives."""

PASSED_OVER = UUID(int=0)
"""Stands for the id of a version that a person passed over before it was seen."""


@dataclass(frozen=True)
class Parked:
    """An event that waits, with the reason."""

    stream_id: str
    version: int
    event_id: UUID | None
    record: Record
    reason: str
    """`gap`, `fault`, `unknown-version`, `fork`, or `behind` another parked event of its stream."""
    detail: str


@dataclass(slots=True)
class Stream:
    """What is known of a stream while a batch is sorted."""

    version: int = 0
    event_id: UUID | None = None
    waiting: dict[int, Parked] = field(default_factory=dict)
    moved: bool = False

    @property
    def blocked(self) -> bool:
        """Whether an event waits for a person, so that everything behind it waits too."""
        return any(parked.reason not in PATIENT for parked in self.waiting.values())

    def is_ready(self, parked: Parked) -> bool:
        """Whether a waiting event has become the next of its stream."""
        return parked.version == self.version + 1 and not self.blocked

    @property
    def ready(self) -> Parked | None:
        """The waiting event that has become the next of the stream."""
        parked = self.waiting.get(self.version + 1)
        return parked if parked is not None and self.is_ready(parked) else None


@dataclass(slots=True)
class Opened:
    """A record that has been read: its envelope, and its event where the consumer uses it."""

    record: Record
    received: Received | None = None
    """None: the envelope cannot be read, `detail` says why."""
    change: Change | None = None
    reason: str | None = None
    """Why the event cannot be applied: `fault` or `unknown-version`."""
    detail: str = ""


def open_batch(catalogue: Catalogue, applier: Applier, records: Sequence[Record]) -> list[Opened]:
    """Read records before any transaction begins: others wait for those, and reading is slow.

    Records of streams that the applier does not follow are left out. What was read of a record is
    kept with it, so that several consumers of one batch read it once.
    """
    handles, follows = applier.handles, applier.follows
    opened = []
    for record in records:
        received = record.received
        if received is None:
            try:
                received = record.received = receive(record.headers, record.key, record.value)
            except BadEnvelopeError as error:
                opened.append(Opened(record, detail=str(error)))
                continue
        if follows(received.stream_id):
            opened.append(_open(catalogue, handles, record, received))
    return opened


def _open(
    catalogue: Catalogue, handles: frozenset[type[Event]], record: Record, received: Received
) -> Opened:
    try:
        event = catalogue.find(received.type)
        if event not in handles:
            return Opened(record, received)
        change = record.change
        if change is None:
            change = Change(received, catalogue.decode(received.type, received.data))
            record.change = change
    except UnknownEventTypeError:
        return Opened(record, received)
    except UnknownEventVersionError as error:
        return Opened(record, received, reason="unknown-version", detail=str(error))
    except Exception as error:  # noqa: BLE001 - an upcaster may stumble in any way over odd data
        return Opened(record, received, reason="fault", detail=_without_values(error))
    return Opened(record, received, change)


@dataclass
class Sorting:
    """The outcome of sorting a batch."""

    fault: str | None = None
    """Why the single record of this batch could not be applied a moment ago."""
    streams: dict[str, Stream] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    unparked: list[Parked] = field(default_factory=list)
    duplicates: int = 0
    unused: int = 0
    lowest_new: dict[Place, int] = field(default_factory=dict)
    """The first offset of each partition whose record turned out to be new."""

    def note_new(self, record: Record) -> None:
        """Remember where a record stood that nobody had seen."""
        if record.offset is not None:
            place = (record.topic, record.partition)
            if record.offset < self.lowest_new.setdefault(place, record.offset):
                self.lowest_new[place] = record.offset

    def ready(self) -> list[Record]:
        """Waiting events that this batch has made the next of their streams."""
        found = (stream.ready for stream in self.streams.values())
        return [parked.record for parked in found if parked is not None]


async def sort_batch(sorting: Sorting, ledger: Ledger, opened: Sequence[Opened]) -> None:
    """Sort the records against what the ledger knows of their streams."""
    ids = {one.received.stream_id for one in opened if one.received is not None}
    sorting.streams = await ledger.streams(ids)
    sort_opened(sorting, opened)


def sort_opened(sorting: Sorting, opened: Sequence[Opened]) -> None:
    """Sort the records against the streams as they are known."""
    for one in opened:
        if one.received is None:
            _park_unreadable(sorting, one.record, one.detail)
        else:
            _sort(sorting, one, one.received)


def _park_unreadable(sorting: Sorting, record: Record, detail: str) -> None:
    """A record without a readable envelope waits on its own, under the place where it stands."""
    name = f"{record.topic}/{record.partition}/{record.offset}"
    sorting.parked.append(Parked(name, 0, None, record, "fault", detail))


def _sort(sorting: Sorting, opened: Opened, received: Received) -> None:
    record = opened.record
    stream = sorting.streams.get(received.stream_id)
    if stream is None:
        stream = sorting.streams[received.stream_id] = Stream()
    if received.version == stream.version + 1 and not stream.waiting:
        # what nearly every record is: the next of a stream of which nothing waits
        sorting.note_new(record)
        _take(sorting, stream, opened, received)
        return
    if received.version < stream.version or (
        received.version == stream.version and stream.event_id in {received.id, PASSED_OVER}
    ):
        sorting.duplicates += 1
        return
    waiting = stream.waiting.get(received.version)
    if waiting is not None:
        if waiting.event_id != received.id:
            _fork(sorting, stream, waiting, received)
            return
        if not stream.is_ready(waiting):
            sorting.duplicates += 1
            return
        del stream.waiting[received.version]
        sorting.unparked.append(waiting)
        # it may have been parked by this very batch: then it must not be written as waiting
        sorting.parked = [parked for parked in sorting.parked if parked is not waiting]
    else:
        sorting.note_new(record)
    if received.version == stream.version:
        _park(sorting, stream, record, received, "fork", "this version is known with another id")
    elif stream.blocked:
        _park(sorting, stream, record, received, "behind", "an earlier event of the stream waits")
    elif received.version > stream.version + 1:
        missing = stream.version + 1
        _park(sorting, stream, record, received, "gap", f"version {missing} has not arrived")
    else:
        _take(sorting, stream, opened, received)


def _fork(sorting: Sorting, stream: Stream, waiting: Parked, received: Received) -> None:
    """Two events claim one version: neither may be applied by guess."""
    detail = f"this version arrived again with another id, {received.id}"
    forked = replace(waiting, reason="fork", detail=detail)
    stream.waiting[received.version] = forked
    sorting.parked.append(forked)


def _take(sorting: Sorting, stream: Stream, opened: Opened, received: Received) -> None:
    """Apply the next event of a stream, or park it."""
    if opened.reason is not None:
        _park(sorting, stream, opened.record, received, opened.reason, opened.detail)
        return
    if sorting.fault is not None:
        _park(sorting, stream, opened.record, received, "fault", sorting.fault)
        return
    if opened.change is None:
        sorting.unused += 1
    else:
        sorting.changes.append(opened.change)
    stream.version, stream.event_id, stream.moved = received.version, received.id, True


def _park(
    sorting: Sorting, stream: Stream, record: Record, received: Received, reason: str, detail: str
) -> None:
    parked = Parked(received.stream_id, received.version, received.id, record, reason, detail)
    if received.version not in stream.waiting:
        stream.waiting[received.version] = parked
    sorting.parked.append(parked)


def _without_values(error: Exception) -> str:
    """What is wrong, without repeating what the event holds."""
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in error.errors()
        )
    return f"{type(error).__name__}: {error}"
