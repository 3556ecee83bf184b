from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.store.memory import MemoryStore
from leefwijk.events.store.postgres import EventStore
from leefwijk.events.testing.notes import append, commit
from leefwijk.events.testing.suites import StoreSuite


class TestMemoryStore(StoreSuite):
    @pytest.fixture
    def store(self) -> MemoryStore:
        """A store that forgets."""
        return MemoryStore()


class TestPostgresStore(StoreSuite):
    @pytest.fixture
    async def store(self, engine: AsyncEngine) -> AsyncIterator[EventStore]:
        """A store in a fresh database."""
        store = EventStore(engine, "notes")
        yield store
        await store.close()


_runs = count(1)

_appends = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 4), st.integers(1, 2)),
    min_size=1,
    max_size=2,
    unique_by=lambda item: item[0],
)
_commits = st.lists(
    st.tuples(_appends, st.sampled_from([None, None, "k1", "k2"]), st.integers(1, 2)),
    min_size=1,
    max_size=12,
)


@pytest.fixture
async def postgres(engine: AsyncEngine) -> AsyncIterator[EventStore]:
    """One store for all examples; each example has streams of its own."""
    store = EventStore(engine, "notes")
    yield store
    await store.close()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(commits=_commits)
async def test_both_stores_say_the_same(postgres: EventStore, commits: Any) -> None:
    """G-STORE-2: the fake and the real store accept and refuse the same, whatever is tried."""
    run = next(_runs)
    memory = MemoryStore()
    for appends, key, shape in commits:
        outcomes: list[object] = []
        for store in (memory, postgres):
            made = [
                append(f"{run}-{name}", expected, count=size, shape=shape)
                for name, expected, size in appends
            ]
            try:
                await store.commit(commit(*made, key=key and f"{run}-{key}"))
                outcomes.append(None)
            except Exception as error:  # noqa: BLE001 - the kind of error is what is compared
                outcomes.append((type(error), getattr(error, "stream_id", None)))
        assert outcomes[0] == outcomes[1]
    for name in "abc":
        kept = [await store.document(f"{run}-{name}") for store in (memory, postgres)]
        heads = [len(await store.events_of(f"{run}-{name}")) for store in (memory, postgres)]
        assert heads[0] == heads[1]
        assert [document and document.version for document in kept] == [heads[0] or None] * 2
        assert len({document and (document.stale, document.row.shape) for document in kept}) == 1
