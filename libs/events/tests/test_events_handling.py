"""The one door for every change: what a caller is told and what is recorded."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.decider import Actor, Context, RefusedError, dump_state, load_state
from leefwijk.events.handling import (
    BusyError,
    Caller,
    Handler,
    Idempotency,
    NotFoundError,
    Outcome,
    VersionConflictError,
    read_token,
    write_token,
)
from leefwijk.events.store.memory import MemoryStore
from leefwijk.events.store.postgres import EventStore
from leefwijk.events.store.records import Commit, ConflictError, TwinError
from leefwijk.events.testing import FakeClock
from leefwijk.events.testing.notes import (
    MUNICIPALITY,
    Count,
    Counted,
    Move,
    Note,
    Noted,
    Notes,
    Write,
    moment,
)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that the test moves."""
    return FakeClock(moment())


@pytest.fixture
def store() -> MemoryStore:
    """A store that forgets."""
    return MemoryStore()


@pytest.fixture
def handler(store: MemoryStore, clock: FakeClock) -> Handler:
    """A handler on that store."""
    return Handler(store, Notes(), clock=clock)


async def test_a_command_on_nothing_is_not_found(handler: Handler) -> None:
    """Only a creating command may start a stream."""
    with pytest.raises(NotFoundError):
        await handler.execute(Count(amount=1), id_="a")


async def test_an_outcome_names_the_new_versions(handler: Handler) -> None:
    """The token names each changed stream with its version."""
    first = await handler.execute(Write(text="x"), id_="a", create=True)
    second = await handler.execute(Count(amount=2), id_="a", if_match=1)
    assert (first.version, second.version) == (1, 2)
    assert read_token(second.token) == {"notes-a": 2}
    assert len(second.events) == 1


@pytest.mark.parametrize("token", ["", "x", "AAAA", write_token({"a": 1})[:-3], "bnVsbA", "WzFd"])
def test_a_foreign_token_is_refused(token: str) -> None:
    """What is not one of our tokens is a ValueError and nothing else."""
    with pytest.raises(ValueError, match="token"):
        read_token(token)


async def test_if_match_names_what_stands_now(handler: Handler) -> None:
    """An outdated version is told, also one that never was; nothing is recorded."""
    await handler.execute(Write(text="x"), id_="a", create=True)
    await handler.execute(Count(amount=2), id_="a", if_match=1)
    for asked in (1, 3):
        with pytest.raises(VersionConflictError) as told:
            await handler.execute(Count(amount=1), id_="a", if_match=asked)
        assert (told.value.asked, told.value.now) == (asked, 2)
    assert (await handler.load(Note, "a")).version == 2


async def test_two_streams_go_in_together(handler: Handler, store: MemoryStore) -> None:
    """A command beside a second stream records on both, or on neither."""
    for name in ("a", "b"):
        await handler.execute(Count(amount=5), id_=name, create=True)
    outcome = await handler.execute(Move(amount=3, to="b"), id_="a", if_match=1)
    assert outcome.streams == {"notes-a": 2, "notes-b": 2}
    with pytest.raises(RefusedError, match="below-zero"):
        await handler.execute(Move(amount=3, to="b"), id_="a", if_match=2)
    totals = [(await handler.load(Note, name)).state.total for name in ("a", "b")]
    assert totals == [2, 8]


class _Overtaken(MemoryStore):
    """A store in which somebody else is first on one stream, a number of times."""

    def __init__(self, stream: str, times: int) -> None:
        super().__init__()
        self._stream, self.times = stream, times

    async def commit(self, commit: Commit) -> None:
        if self.times and any(append.stream_id == self._stream for append in commit.appends):
            self.times -= 1
            raise ConflictError(self._stream, 0)
        await super().commit(commit)


async def test_a_conflict_elsewhere_is_decided_anew(clock: FakeClock) -> None:
    """If-Match judges the stream in the URL only; the second stream is read again."""
    store = _Overtaken("notes-b", 0)
    handler = Handler(store, Notes(), clock=clock)
    for name in ("a", "b"):
        await handler.execute(Count(amount=5), id_=name, create=True)
    store.times = 2
    outcome = await handler.execute(Move(amount=3, to="b"), id_="a", if_match=1)
    assert outcome.version == 2


async def test_somebody_else_first_five_times_is_busy(clock: FakeClock) -> None:
    """A decision is made at most five times, then the caller may try again later."""
    store = _Overtaken("notes-a", 5)
    handler = Handler(store, Notes(), clock=clock)
    with pytest.raises(BusyError):
        await handler.execute(Count(amount=1), id_="a", create=True)
    assert store.times == 0


async def test_a_likely_new_stream_that_exists_is_decided_anew(handler: Handler) -> None:
    """Sparing the look never loses what stood there."""
    await handler.execute(Count(amount=5), id_="a", create=True)
    outcome = await handler.execute(Count(amount=2), id_="a", create=True, likely_new=True)
    assert outcome.version == 2
    assert (await handler.load(Note, "a")).state.total == 7


async def test_time_in_a_stream_never_runs_back(
    handler: Handler, clock: FakeClock, store: MemoryStore
) -> None:
    """A clock that jumps back does not make a later event older."""
    await handler.execute(Count(amount=1), id_="a", create=True)
    clock.advance(hours=-1)
    await handler.execute(Count(amount=1), id_="a", if_match=1)
    times = [event.recorded_at for event in await store.events_of("notes-a")]
    assert times == [moment(), moment()]


async def test_the_metadata_say_who_and_why_but_no_name(
    handler: Handler, store: MemoryStore
) -> None:
    """Actor number, role and the chain of causes are kept beside the fact."""
    caller = Caller(Actor(7, "area_manager"), "corr", "cause", "00-aa-bb-01")
    await handler.execute(Count(amount=1), id_="a", create=True, caller=caller)
    (event,) = await store.events_of("notes-a")
    assert event.metadata == {
        "actor": 7,
        "role": "area_manager",
        "municipalities": [MUNICIPALITY],
        "correlation": "corr",
        "causation": "cause",
        "traceparent": "00-aa-bb-01",
    }


async def test_partner_facts_are_counted_per_municipality(
    handler: Handler, store: MemoryStore
) -> None:
    """`partnersequence` has no holes, whatever stands between two partner facts."""
    await handler.execute(Write(text="x"), id_="a", create=True)
    await handler.execute(Count(amount=1), id_="a", if_match=1)
    await handler.execute(Write(text="y"), id_="a", if_match=2)
    events = await store.events_of("notes-a")
    counted = [event.metadata.get("partnersequences") for event in events]
    assert [event.type for event in events] == [Noted.type, Counted.type, Noted.type]
    assert counted == [{MUNICIPALITY: 1}, None, {MUNICIPALITY: 2}]
    assert handler.fold(Note, "notes-a", events).partner_sequences == {MUNICIPALITY: 2}


async def test_a_missing_document_is_folded_from_the_events(
    handler: Handler, store: MemoryStore
) -> None:
    """The document is a convenience; the events are the state."""
    await handler.execute(Count(amount=4), id_="a", create=True)
    kept = await handler.load(Note, "a")
    store._documents.clear()
    assert await handler.load(Note, "a") == kept


async def test_texts_with_personal_data_are_refused_without_repeating_them(
    handler: Handler,
) -> None:
    """INI-01 (the screen): a screened field with a telephone number is refused by name only.

    That every text which enters a fact is such a field, and its scenario over HTTP, belong to the
    services.
    """
    from leefwijk.events.decider import Command
    from leefwijk.events.fields import ShortText

    class Label(Command[Note]):
        label: ShortText

        def decide(self, note: Note, context: Context) -> Any:
            """Record the label."""
            yield Noted(text=self.label)

    with pytest.raises(RefusedError) as told:
        await handler.execute(Label(label="Bel 06-12345678"), id_="a", create=True)
    assert told.value.codes == ("text-holds-personal-data",)
    assert told.value.faults[0].figures == {"field": "/label", "kind": "a telephone number"}
    assert "12345678" not in str(told.value)


def _answer(outcome: Outcome) -> dict[str, Any]:
    return {"version": outcome.version}


class TestOnPostgres:
    """The same door on a real store."""

    async def test_a_twin_is_told_apart(self, engine: AsyncEngine, clock: FakeClock) -> None:
        """Two with one key at once: one is recorded, the other learns that it is a twin."""
        handler = Handler(EventStore(engine, "notes"), Notes(), clock=clock)
        key = Idempotency("me", "POST /notes", "k", "hash")

        async def send(name: str) -> Outcome:
            return await handler.execute(
                Count(amount=1), id_=name, create=True, idempotency=key, answer=_answer
            )

        done = await asyncio.gather(send("a"), send("b"), return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["Outcome", "TwinError"]
        assert any(isinstance(one, TwinError) for one in done)

    async def test_an_accepted_command_without_events_keeps_its_answer(
        self, engine: AsyncEngine, clock: FakeClock
    ) -> None:
        """Accepted is accepted: the same key answers the same, although nothing was recorded."""
        store = EventStore(engine, "notes")
        handler = Handler(store, Notes(), clock=clock)
        key = Idempotency("me", "POST /notes", "k", "hash")
        await handler.execute(
            Count(amount=0), id_="a", create=True, idempotency=key, answer=_answer
        )
        assert await store.answer("me", "POST /notes", "k") == ("hash", {"version": 0})

    async def test_kept_and_folded_states_are_equal(
        self, engine: AsyncEngine, clock: FakeClock
    ) -> None:
        """What the document keeps is what the events fold to."""
        store = EventStore(engine, "notes")
        handler = Handler(store, Notes(), clock=clock)
        await handler.execute(Write(text="x"), id_="a", create=True)
        for amount in (1, 7, 2):
            clock.set(clock() + timedelta(seconds=1))
            await handler.execute(Count(amount=amount), id_="a")
        kept = await handler.load(Note, "a")
        folded = handler.fold(Note, "notes-a", await store.events_of("notes-a"))
        assert folded == kept
        document = await store.document("notes-a")
        assert document is not None
        assert json.loads(document.row.state)["total"] == 10


def test_a_document_leaves_out_what_its_state_begins_as() -> None:
    """G-STORE-SHAPE: and reads as the same state, also where a value came back to its beginning."""
    note = Note(title="Bank", total=3, amount=0)
    assert json.loads(dump_state(note)) == {"title": "Bank", "total": 3}
    assert load_state(Note, dump_state(note)) == note
    assert (dump_state(Note()), load_state(Note, "{}")) == ("{}", Note())
    whole = '{"title": "Bank", "total": 3, "amount": 0, "look_at": null, "status": null}'
    assert load_state(Note, whole) == note, "a document of before"
