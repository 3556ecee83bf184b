"""A language of five events for tests of the machinery, and an aggregate that uses them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from leefwijk.events.catalogue import Catalogue, upcasts
from leefwijk.events.decider import (
    Command,
    Context,
    Fact,
    Listing,
    OnSecond,
    State,
    evolves,
    on,
    refuse,
)
from leefwijk.events.event import Audience, Event
from leefwijk.events.store.records import (
    Append,
    Commit,
    DocumentRow,
    EventRow,
    IdempotencyRow,
    StoredEvent,
)

MUNICIPALITY = "GM0106"
OTHER_MUNICIPALITY = "GM1731"


class Noted(
    Event, type="nl.leefbaarheid.notes.noted.v1", audience=Audience.PARTNERS, service="notes"
):
    """Something was noted."""

    text: str = ""
    amount: int = 0


class Counted(Event, type="nl.leefbaarheid.notes.counted.v1", service="notes"):
    """Something was counted; for the platform only."""

    amount: int


class Whispered(
    Event, type="nl.leefbaarheid.notes.whispered.v1", audience=Audience.VAULT, service="notes"
):
    """Something that leaves the database on no topic."""

    text: str


class Renamed(Event, type="nl.leefbaarheid.notes.renamed.v2", service="notes"):
    """A name changed; the second version says it in one field."""

    name: str


class Overdue(Event, type="nl.leefbaarheid.notes.overdue.v1", service="notes"):
    """A moment passed."""

    on: date


@upcasts("nl.leefbaarheid.notes.renamed.v1", Renamed.type)
def _in_one_field(data: dict[str, Any]) -> dict[str, Any]:
    return {"name": f"{data['first']} {data['last']}"}


EVENTS = (Noted, Counted, Whispered, Renamed, Overdue)


class Notes(Catalogue):
    """The language of the notes, owned by whatever service a test is."""

    def __init__(self, events: Iterable[type[Event]] = EVENTS) -> None:
        super().__init__(events)

    def of_service(self, service: str) -> list[type[Event]]:  # noqa: ARG002 - every service's
        """All events, whoever asks."""
        return list(self)


@dataclass(frozen=True)
class Note(State, kind="notes"):
    """A note: what it counts to, and when it must be looked at."""

    title: str | None = None
    total: int = 0
    amount: int = 0
    look_at: datetime | None = None
    status: str | None = None

    def due(self) -> datetime | None:
        """The moment at which it is overdue."""
        return self.look_at

    def listing(self) -> Listing:
        """Every note lies in one municipality."""
        return Listing(
            municipalities=(MUNICIPALITY,),
            status=self.status,
            title=self.title,
            facets={"parity": "even" if self.total % 2 == 0 else "odd"},
        )


@evolves(Noted)
def _(note: Note, event: Noted) -> Note:
    return replace(note, title=event.text or note.title, amount=event.amount, status="open")


@evolves(Counted)
def _(note: Note, event: Counted, fact: Fact) -> Note:
    # a count of seven must be looked at ten seconds later
    due = fact.time + timedelta(seconds=10) if event.amount == 7 else note.look_at  # noqa: PLR2004
    return replace(note, total=note.total + event.amount, look_at=due, status="open")


@evolves(Overdue)
def _(note: Note, event: Overdue) -> Note:  # noqa: ARG001 - that it happened is enough
    return replace(note, look_at=None, status="overdue")


class Write(Command[Note]):
    """Note something."""

    text: str = ""
    amount: int = 0

    def decide(self, note: Note, context: Context) -> Iterator[Event]:  # noqa: ARG002
        """Refuse an amount below the last one."""
        if self.amount < note.amount:
            refuse("amount-runs-back", "Amounts only go up.")
        yield Noted(text=self.text, amount=self.amount)


class Count(Command[Note]):
    """Count up; nothing is recorded for zero."""

    amount: int

    def decide(self, note: Note, context: Context) -> Iterator[Event]:  # noqa: ARG002
        """Refuse to count below zero."""
        if note.total + self.amount < 0:
            refuse("below-zero", "There is nothing left to count down.")
        if self.amount:
            yield Counted(amount=self.amount)


class Move(Command[Note], beside=Note):
    """Move a count from one note to another, in step."""

    amount: int
    to: str

    def second(self, state: Any, context: Context) -> str:  # noqa: ARG002
        """The note that gets it."""
        return self.to

    def decide(
        self,
        note: Note,
        other: Note,
        context: Context,  # noqa: ARG002
    ) -> Iterator[Event | OnSecond]:
        """Refuse to move what is not there."""
        if note.total < self.amount:
            refuse("below-zero", "There is nothing left to move.")
        yield Counted(amount=-self.amount)
        yield on(other, Counted(amount=self.amount))


class JudgeNote(Command[Note], deadline=True):
    """Say that a note is overdue; one that counts thirteen is judged and stays as it is."""

    def decide(self, note: Note, context: Context) -> Iterator[Event]:
        """The fact names the day it fell due."""
        due = note.look_at
        if due is None or due > context.now or note.amount == 13:  # noqa: PLR2004
            return
        yield Overdue(on=due.date())


def moment(seconds: float = 0) -> datetime:
    """A moment on a spring morning."""
    return datetime(2026, 4, 13, 9, 0, tzinfo=UTC) + timedelta(seconds=seconds)


def row(event: Event | None = None, **metadata: Any) -> EventRow:
    """An event ready to be stored."""
    fact = event or Counted(amount=1)
    return EventRow(uuid4(), fact.type, fact.to_json(), json.dumps(metadata), moment())


def append(
    stream_id: str, expected: int, *events: Event, count: int = 1, **document: Any
) -> Append:
    """An append of these events, or of `count` of them."""
    rows = tuple(row(event) for event in events or [Counted(amount=1)] * count)
    filled: dict[str, Any] = {
        "kind": "notes",
        "shape": 1,
        "state": json.dumps({"at": expected + len(rows)}),
    }
    return Append(stream_id, expected, rows, DocumentRow(**(filled | document)))


def commit(
    *appends: Append, key: str | None = None, body: str = "hash", todo: UUID | None = None
) -> Commit:
    """A commit of these appends, with a kept answer where a key is given."""
    kept = IdempotencyRow("caller", "POST /notes", key, body, '{"id": "1"}') if key else None
    return Commit(appends, kept, todo)


def stored(
    stream_id: str,
    version: int,
    event: Event,
    *,
    id_: UUID | None = None,
    at: datetime | None = None,
    **metadata: Any,
) -> StoredEvent:
    """An event as it came out of a store."""
    return StoredEvent(
        stream_id,
        version,
        version,
        id_ or uuid4(),
        event.type,
        event.to_json(),
        metadata,
        at or moment(version),
    )


def streams_of(events: Sequence[StoredEvent]) -> dict[str, list[int]]:
    """The versions of each stream in the order given."""
    found: dict[str, list[int]] = {}
    for event in events:
        found.setdefault(event.stream_id, []).append(event.version)
    return found
