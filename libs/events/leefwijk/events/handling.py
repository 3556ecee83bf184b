"""The one door for every change: load, decide, append.

User requests, deadlines, reactions and imports all come through `Handler.execute`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

from pydantic_core import to_json

from leefwijk.events.catalogue import Catalogue
from leefwijk.events.clock import Clock, day_of, system_clock
from leefwijk.events.decider import (
    Actor,
    Command,
    Context,
    Fact,
    Fault,
    RefusedError,
    State,
    decide,
    dump_state,
    evolve,
    load_state,
)
from leefwijk.events.event import Audience, Event
from leefwijk.events.screen import personal_data_in, said_field, screened_texts
from leefwijk.events.store.records import (
    Append,
    Commit,
    ConflictError,
    Document,
    DocumentRow,
    EventRow,
    IdempotencyRow,
    StoredEvent,
    UnavailableError,
)

S = TypeVar("S", bound=State)

MAX_ATTEMPTS = 5
"""How often a decision is made anew when somebody else was first, before `busy`."""


class Store(Protocol):
    """What the handler needs of an event store."""

    async def commit(self, commit: Commit) -> None:
        """Append durably."""

    async def document(self, stream_id: str) -> Document | None:
        """The kept state of a stream."""

    async def events_of(
        self, stream_id: str, *, after: int = 0, limit: int = 100_000
    ) -> list[StoredEvent]:
        """The events of a stream."""


class NotFoundError(Exception):
    """There is no such aggregate."""


class VersionConflictError(Exception):
    """The aggregate is not at the version that the caller read."""

    def __init__(self, asked: int, now: int, changed: str | None = None) -> None:
        super().__init__(f"version {asked} was asked for, it stands at {now}")
        self.asked = asked
        self.now = now
        self.changed = changed


class BusyError(Exception):
    """Others were first every time; trying again a little later helps."""


@dataclass(frozen=True)
class Loaded(Generic[S]):
    """A folded state with what the next append needs to know of its stream."""

    stream_id: str
    state: S
    version: int = 0
    recorded_at: datetime | None = None
    partner_sequences: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Caller:
    """On whose behalf something is done, and in which chain of causes."""

    actor: Actor = field(default_factory=Actor)
    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What an accepted command did: the versions of the streams it changed and its event ids."""

    id: str
    version: int
    streams: Mapping[str, int]
    events: tuple[UUID, ...]

    @property
    def token(self) -> str:
        """Opaque: hand it to a query as `after=` to read what was just written."""
        return write_token(self.streams)


@dataclass(frozen=True)
class Idempotency:
    """A caller's key for one request."""

    caller: str
    route: str
    key: str
    body_hash: str


Knows = Callable[[Any, Any, Context], Awaitable[tuple[Any, ...]]]
"""Gathers knowledge for a decision: `(command, state, context) -> pieces`, each found by class."""

Keep = Callable[[Any, "Outcome"], Awaitable[None]]
"""Keeps what may not stand in an event, before the append: `(command, outcome)`."""


LARGEST_VERSION = 2**31 - 1


def write_token(streams: Mapping[str, int]) -> str:
    """An opaque token that names streams and versions."""
    raw = to_json(dict(sorted(streams.items())))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_token(token: str) -> dict[str, int]:
    """The streams and versions in a token. Raises ValueError if it is not one of ours."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError) as error:
        raise ValueError("not a token of this platform") from error
    if not isinstance(raw, dict) or not all(map(_is_version, raw, raw.values())):
        raise ValueError("not a token of this platform")
    return raw


def _is_version(stream: str, version: object) -> bool:
    """Whether a store could have said this of a stream; what it could not keep, it never said."""
    sound = stream.isascii() and stream.isprintable()
    return sound and type(version) is int and 0 < version <= LARGEST_VERSION


def stream_id(kind: type[State], id_: str) -> str:
    """The stream of an aggregate."""
    return f"{kind.kind}-{id_}"


class Handler:
    """Executes commands against one service's store."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        *,
        clock: Clock = system_clock,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._store = store
        self.catalogue = catalogue
        self.clock = clock
        self.new_id = new_id

    def today(self) -> date:
        """The present calendar day in the Netherlands."""
        return day_of(self.clock())

    async def load(self, kind: type[S], id_: str) -> Loaded[S]:
        """The present state; version 0 if the stream does not exist.

        The kept document is used where this folding code wrote it, otherwise the events are folded.
        """
        stream = stream_id(kind, id_)
        document = await self._store.document(stream)
        if document is None:
            return self.fold(kind, stream, await self._store.events_of(stream))
        return await self.of_document(kind, document)

    async def of_document(self, kind: type[S], document: Document) -> Loaded[S]:
        """The state that a document keeps, or the folded events where it is stale or foreign."""
        stream = document.stream_id
        if document.row.shape == kind.shape and not document.stale:
            return Loaded(
                stream,
                load_state(kind, document.row.state),
                document.version,
                document.recorded_at,
                document.row.partner_sequences,
            )
        return self.fold(kind, stream, await self._store.events_of(stream))

    def fold(self, kind: type[S], stream: str, events: list[StoredEvent]) -> Loaded[S]:
        """Fold stored events from the empty state."""
        state = kind()
        sequences: dict[str, int] = {}
        for stored in events:
            event = self.catalogue.decode(stored.type, stored.data)
            actor = int(stored.metadata.get("actor", 0))
            fact = Fact(stored.id, stored.version, stored.recorded_at, actor)
            state = evolve(state, event, fact)
            sequences.update(stored.metadata.get("partnersequences", {}))
        last = events[-1] if events else None
        return Loaded(
            stream,
            state,
            last.version if last else 0,
            last.recorded_at if last else None,
            sequences,
        )

    async def execute(
        self,
        command: Command[Any],
        *,
        id_: str | None = None,
        caller: Caller = Caller(),  # noqa: B008 - frozen
        knows: Knows | None = None,
        keep: Keep | None = None,
        if_match: int | None = None,
        create: bool = False,
        start: bool = False,
        idempotency: Idempotency | None = None,
        answer: Callable[[Outcome], dict[str, Any]] | None = None,
        todo: UUID | None = None,
        likely_new: bool = False,
    ) -> Outcome:
        """Decide and append. `if_match` judges the command's own stream only.

        `start` lets a command begin the stream that its id names, for who read nothing of it.
        `likely_new` spares the look for a stream that most probably does not exist yet, as in an
        import: should it exist after all, the append conflicts and the decision is made anew.

        Raises RefusedError, NotFoundError, VersionConflictError, BusyError, UnavailableError,
        TwinError (the same request was recorded elsewhere) or TodoDoneError.
        """
        _screen(command)
        for attempt in range(MAX_ATTEMPTS):
            own, context = await self._own(
                command, id_, caller, create=create, likely_new=likely_new, first=attempt == 0
            )
            if own.version == 0 and not create and not (start and not if_match):
                raise NotFoundError(own.stream_id)
            if if_match is not None and own.version != if_match:
                raise await self._conflict(command.state, own, if_match)
            if knows is not None:
                context = context.knowing(*await knows(command, own.state, context))
            appends = await self._decided(command, own, context, caller)
            outcome = _outcome(own, context.stream, appends)
            if not appends and todo is None and idempotency is None:
                return outcome
            if appends and keep is not None:
                await keep(command, outcome)
            kept = _kept(idempotency, answer(outcome)) if idempotency and answer else None
            try:
                await self._store.commit(Commit(tuple(appends), kept, todo))
            except ConflictError as conflict:
                if if_match is not None and conflict.stream_id == own.stream_id:
                    now = await self.load(command.state, context.stream)
                    raise await self._conflict(command.state, now, if_match) from conflict
            else:
                return outcome
        raise BusyError

    async def _own(
        self,
        command: Command[Any],
        id_: str | None,
        caller: Caller,
        *,
        create: bool,
        likely_new: bool,
        first: bool,
    ) -> tuple[Loaded[Any], Context]:
        """The command's own stream, and the context of its decision.

        What is created under an id of its own making is not looked for at first.
        """
        context = Context(self.clock(), caller.actor, new_id=self.new_id)
        named = command.stream(context)
        aggregate = named or id_ or str(self.new_id())
        context = replace(context, stream=aggregate)
        if first and (likely_new or (create and named is None)):
            return Loaded(stream_id(command.state, aggregate), command.state()), context
        return await self.load(command.state, aggregate), context

    async def _decided(
        self, command: Command[Any], own: Loaded[Any], context: Context, caller: Caller
    ) -> list[Append]:
        """Decide, with the second stream where the command has one; appends in that order."""
        if command.beside is None:
            decision = decide(command, own.state, context)
            if not decision.own:
                return []
            return [self._append(own, decision.own, context.now, caller, decision.ids)]
        second = await self.load(command.beside, command.second(own.state, context))
        decision = decide(command, own.state, context, second.state)
        return [
            self._append(loaded, events, context.now, caller, ids)
            for loaded, events, ids in (
                (own, decision.own, decision.ids),
                (second, decision.second, {}),
            )
            if events
        ]

    async def _conflict(
        self, kind: type[State], now: Loaded[Any], asked: int
    ) -> VersionConflictError:
        """What to say to somebody who read an older version."""
        if asked >= now.version:
            return VersionConflictError(asked, now.version)
        events = await self._store.events_of(now.stream_id, limit=asked)
        before = self.fold(kind, now.stream_id, events)
        return VersionConflictError(asked, now.version, now.state.changed_since(before.state))

    def _append(
        self,
        loaded: Loaded[Any],
        events: tuple[Event, ...],
        now: datetime,
        caller: Caller,
        ids: Mapping[int, UUID],
    ) -> Append:
        # the clock may jump back; time within a stream does not
        recorded_at = max(now, loaded.recorded_at) if loaded.recorded_at else now
        state = loaded.state
        sequences = dict(loaded.partner_sequences)
        rows = []
        for step, event in enumerate(events, start=1):
            id_ = ids.get(step - 1) or self.new_id()
            fact = Fact(id_, loaded.version + step, recorded_at, caller.actor.number)
            state = evolve(state, event, fact)
            listing = state.listing()
            metadata: dict[str, Any] = {
                "actor": caller.actor.number,
                "role": caller.actor.role,
                "area": listing.area,
                "municipalities": list(listing.municipalities),
                "correlation": caller.correlation,
                "causation": caller.causation,
                "traceparent": caller.traceparent,
            }
            if event.audience is Audience.PARTNERS:
                for municipality in listing.municipalities:
                    sequences[municipality] = sequences.get(municipality, 0) + 1
                metadata["partnersequences"] = {
                    municipality: sequences[municipality] for municipality in listing.municipalities
                }
            rows.append(
                EventRow(
                    id_,
                    event.type,
                    event.to_json(),
                    to_json({name: value for name, value in metadata.items() if value}).decode(),
                    recorded_at,
                )
            )
        return Append(loaded.stream_id, loaded.version, tuple(rows), document_row(state, sequences))


def _outcome(own: Loaded[Any], aggregate: str, appends: list[Append]) -> Outcome:
    versions = {append.stream_id: append.version for append in appends}
    ids = tuple(row.id for append in appends for row in append.events)
    return Outcome(aggregate, versions.get(own.stream_id, own.version), versions, ids)


def _kept(key: Idempotency, answer: dict[str, Any]) -> IdempotencyRow:
    return IdempotencyRow(key.caller, key.route, key.key, key.body_hash, json.dumps(answer))


def document_row(state: State, partner_sequences: Mapping[str, int]) -> DocumentRow:
    """The document that keeps this state."""
    listing = state.listing()
    return DocumentRow(
        kind=state.kind,
        shape=state.shape,
        state=dump_state(state),
        due_at=state.due(),
        area=listing.area,
        municipalities=listing.municipalities,
        status=listing.status,
        title=listing.title,
        facets=tuple(listing.terms()),
        partner_sequences=dict(partner_sequences),
    )


def _screen(command: Command[Any]) -> None:
    faults = []
    for path, text in screened_texts(command):
        kind = personal_data_in(text)
        if kind is not None:
            faults.append(
                Fault(
                    "text-holds-personal-data",
                    f"The {said_field(path)} holds {kind}; leave it out, the reference is enough.",
                    {"field": path, "kind": kind},
                )
            )
    if faults:
        raise RefusedError(*faults)


__all__ = [
    "BusyError",
    "Caller",
    "Handler",
    "Idempotency",
    "Keep",
    "Knows",
    "Loaded",
    "NotFoundError",
    "Outcome",
    "UnavailableError",
    "VersionConflictError",
    "read_token",
    "stream_id",
    "write_token",
]
