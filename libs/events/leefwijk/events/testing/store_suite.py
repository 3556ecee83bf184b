"""What every event store must do, whatever it keeps its events in.

A store proves itself by a subclass that gives the fixture `store`:

    class TestMemoryStore(StoreSuite):
        @pytest.fixture
        def store(self) -> MemoryStore:
            return MemoryStore()
"""

# ruff: noqa: S101, PLR2004 - these are tests: they assert and state their figures

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol
from uuid import uuid4

import pytest

from leefwijk.events.handling import Store
from leefwijk.events.store.records import (
    MAX_EVENT_BYTES,
    Append,
    ConflictError,
    EventRow,
    TooLargeError,
    TwinError,
)
from leefwijk.events.testing.notes import Counted, Noted, append, commit, moment


class FullStore(Store, Protocol):
    """A store with kept answers."""

    async def answer(self, caller: str, route: str, key: str) -> tuple[str, dict[str, Any]] | None:
        """The answer kept for a key."""


class StoreSuite:
    """The behaviour of an event store."""

    async def test_what_was_appended_is_read_in_order(self, store: FullStore) -> None:
        """G-STORE-1: events come back as they were given, in the order of their versions."""
        given = append("notes-1", 0, Noted(text="één", amount=3), Counted(amount=4))
        await store.commit(commit(given))
        await store.commit(commit(append("notes-1", 2, Counted(amount=5))))
        events = await store.events_of("notes-1")
        assert [event.version for event in events] == [1, 2, 3]
        assert [event.id for event in events[:2]] == [row.id for row in given.events]
        assert json.loads(events[0].data) == {"text": "één", "amount": 3}
        assert events[0].type == Noted.type
        assert events[0].recorded_at == moment()
        assert events[0].position < events[1].position < events[2].position

    async def test_a_stream_is_read_in_parts(self, store: FullStore) -> None:
        """Reading begins above a version and ends after a number of events."""
        await store.commit(commit(append("notes-1", 0, count=5)))
        found = await store.events_of("notes-1", after=1, limit=2)
        assert [event.version for event in found] == [2, 3]
        assert await store.events_of("notes-2") == []

    @pytest.mark.parametrize("expected", [0, 1, 3, 7])
    async def test_another_version_than_expected_is_a_conflict(
        self, store: FullStore, expected: int
    ) -> None:
        """G-STORE-2: the head must be what the append expects; that a key is free is not enough."""
        await store.commit(commit(append("notes-1", 0, count=2)))
        with pytest.raises(ConflictError) as caught:
            await store.commit(commit(append("notes-1", expected)))
        assert (caught.value.stream_id, caught.value.expected) == ("notes-1", expected)
        assert len(await store.events_of("notes-1")) == 2

    async def test_a_stream_that_does_not_exist_has_version_zero(self, store: FullStore) -> None:
        """G-STORE-2: an append to a stream that was expected to exist is a conflict."""
        with pytest.raises(ConflictError):
            await store.commit(commit(append("notes-1", 1)))
        assert await store.document("notes-1") is None

    async def test_two_streams_go_in_as_a_whole(self, store: FullStore) -> None:
        """G-STORE-1: appends to two streams are both stored, or neither is."""
        await store.commit(commit(append("notes-2", 0)))
        with pytest.raises(ConflictError) as caught:
            await store.commit(commit(append("notes-1", 0), append("notes-2", 0)))
        assert caught.value.stream_id == "notes-2"
        assert await store.events_of("notes-1") == []
        assert await store.document("notes-1") is None
        await store.commit(commit(append("notes-1", 0), append("notes-2", 1)))
        assert len(await store.events_of("notes-1")) == 1
        assert len(await store.events_of("notes-2")) == 2

    async def test_the_document_is_kept_with_the_events(self, store: FullStore) -> None:
        """G-STORE-6: the document stands at the version of its stream, with what lists show."""
        assert await store.document("notes-1") is None
        await store.commit(commit(append("notes-1", 0, count=2, status="open", title="Koffie")))
        await store.commit(
            commit(append("notes-1", 2, status="done", due_at=moment(60), facets=("a:b",)))
        )
        document = await store.document("notes-1")
        assert document is not None
        assert (document.version, document.stale) == (3, False)
        assert (document.row.status, document.row.title) == ("done", None)
        assert (document.row.due_at, document.row.facets) == (moment(60), ("a:b",))
        assert json.loads(document.row.state) == {"at": 3}

    async def test_a_failed_append_leaves_the_document_alone(self, store: FullStore) -> None:
        """G-STORE-6: a conflict changes no document."""
        await store.commit(commit(append("notes-1", 0, status="open")))
        with pytest.raises(ConflictError):
            await store.commit(commit(append("notes-1", 0, status="done")))
        document = await store.document("notes-1")
        assert document is not None
        assert (document.version, document.row.status) == (1, "open")

    async def test_older_folding_code_marks_a_document_stale(self, store: FullStore) -> None:
        """G-STORE-6: what newer code folded is never overwritten by what older code folded."""
        await store.commit(commit(append("notes-1", 0, shape=2, facets=("new:1",))))
        await store.commit(
            commit(append("notes-1", 1, shape=1, due_at=moment(5), partner_sequences={"GM0106": 4}))
        )
        document = await store.document("notes-1")
        assert document is not None
        assert (document.version, document.stale, document.row.shape) == (2, True, 2)
        assert (json.loads(document.row.state), document.row.facets) == ({"at": 1}, ("new:1",))
        assert document.row.due_at == moment(5)
        assert document.row.partner_sequences == {"GM0106": 4}
        await store.commit(commit(append("notes-1", 2, shape=2)))
        document = await store.document("notes-1")
        assert document is not None
        assert (document.stale, json.loads(document.row.state)) == (False, {"at": 3})

    async def test_a_twin_is_told_and_stores_nothing(self, store: FullStore) -> None:
        """G-STORE-5: a second commit under one key stores nothing, on whichever stream."""
        await store.commit(commit(append("notes-1", 0), key="k1", body="b1"))
        with pytest.raises(TwinError):
            await store.commit(commit(append("notes-2", 0), key="k1", body="b1"))
        assert await store.events_of("notes-2") == []
        assert await store.answer("caller", "POST /notes", "k1") == ("b1", {"id": "1"})
        assert await store.answer("caller", "POST /notes", "k2") is None
        assert await store.answer("another", "POST /notes", "k1") is None

    async def test_a_failed_commit_keeps_no_answer(self, store: FullStore) -> None:
        """G-STORE-5: a key is only taken by what was accepted."""
        with pytest.raises(ConflictError):
            await store.commit(commit(append("notes-1", 4), key="k1"))
        assert await store.answer("caller", "POST /notes", "k1") is None
        await store.commit(commit(append("notes-1", 0), key="k1"))

    async def test_an_event_may_have_256_kib(self, store: FullStore) -> None:
        """G-STORE-7: the largest event goes in; one byte more is refused and nothing is stored."""

        def sized(stream: str, size: int) -> Append:
            data = '{"text":"' + "x" * (size - len('{"text":""}')) + '"}'
            event = EventRow(uuid4(), Noted.type, data, "{}", moment())
            shape = append(stream, 0)
            return Append(stream, 0, (event,), shape.document)

        await store.commit(commit(sized("notes-1", MAX_EVENT_BYTES)))
        with pytest.raises(TooLargeError):
            await store.commit(commit(append("notes-3", 0), sized("notes-2", MAX_EVENT_BYTES + 1)))
        assert await store.events_of("notes-2") == []
        assert await store.events_of("notes-3") == []

    async def test_of_many_at_once_one_wins(self, store: FullStore) -> None:
        """G-STORE-2: of concurrent appends that expect one version exactly one goes in."""
        results = await asyncio.gather(
            *(store.commit(commit(append("notes-1", 0))) for _ in range(20)), return_exceptions=True
        )
        assert sum(result is None for result in results) == 1
        assert all(result is None or isinstance(result, ConflictError) for result in results)
        assert len(await store.events_of("notes-1")) == 1

    async def test_each_of_many_gets_its_own_verdict(self, store: FullStore) -> None:
        """G-STORE-4: those that cannot go in take nobody along, and each hears why."""
        await store.commit(commit(append("notes-old", 0), key="taken"))
        results = await asyncio.gather(
            *(store.commit(commit(append(f"notes-{number}", 0))) for number in range(10)),
            store.commit(commit(append("notes-old", 0))),
            store.commit(commit(append("notes-new", 0), key="taken")),
            store.commit(commit(append("notes-a", 0), append("notes-old", 3))),
            store.commit(commit(append("notes-b", 0), key="free")),
            return_exceptions=True,
        )
        assert results[:10] == [None] * 10
        assert [type(result) for result in results[10:]] == [
            ConflictError,
            TwinError,
            ConflictError,
            type(None),
        ]
        assert len(await store.events_of("notes-9")) == 1
        assert await store.events_of("notes-a") == []
        assert len(await store.events_of("notes-old")) == 1

    async def test_what_follows_is_judged_by_what_went_before(self, store: FullStore) -> None:
        """G-STORE-4: appends to one stream at once succeed in the order they were handed over."""
        results = await asyncio.gather(
            store.commit(commit(append("notes-1", 0))),
            store.commit(commit(append("notes-1", 1), append("notes-2", 0))),
            store.commit(commit(append("notes-1", 1))),
            store.commit(commit(append("notes-2", 1))),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [
            type(None),
            type(None),
            ConflictError,
            type(None),
        ]
        assert [event.version for event in await store.events_of("notes-1")] == [1, 2]

    async def test_a_caller_that_goes_away_leaves_no_half(self, store: FullStore) -> None:
        """G-STORE-8: what a cancelled caller handed over goes in as a whole or not at all."""
        tasks = [
            asyncio.create_task(
                store.commit(commit(append(f"notes-{n}", 0, count=2), append(f"notes-{n}-b", 0)))
            )
            for n in range(10)
        ]
        for turn, task in enumerate(tasks):
            if turn % 3 == 0:
                await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for n in range(10):
            # what touches the same streams waits its turn: once it is refused, the first is settled
            with pytest.raises(ConflictError):
                await store.commit(commit(append(f"notes-{n}", 99), append(f"notes-{n}-b", 99)))
            both = [await store.events_of(f"notes-{n}"), await store.events_of(f"notes-{n}-b")]
            assert [len(events) for events in both] in ([0, 0], [2, 1])
