"""Kept states folded anew, beside live traffic."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.handling import Handler
from leefwijk.events.store.postgres import EventStore
from leefwijk.events.store.refold import Refolded, refold
from leefwijk.events.testing.notes import Count, Note, Notes, Write

EVERYTHING = text("select cast(to_jsonb(documents) as text) from documents order by stream_id")
SPOIL = text("update documents set state = '{}', shape = 0, facets = '{}', status = null")


async def _some(engine: AsyncEngine, count: int) -> Handler:
    handler = Handler(EventStore(engine, "notes"), Notes())
    for number in range(count):
        await handler.execute(Write(text=f"note {number}"), id_=str(number), create=True)
        await handler.execute(Count(amount=number), id_=str(number))
    return handler


async def _all(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return [row[0] for row in await connection.execute(EVERYTHING)]


async def _refold(engine: AsyncEngine, handler: Handler, *, everything: bool) -> Refolded:
    steps = [done async for done in refold(engine, handler, Note, everything=everything)]
    return steps[-1] if steps else Refolded()


async def test_rebuilt_documents_equal_the_kept_ones(engine: AsyncEngine) -> None:
    """What the appends kept is what the events fold to, to the last column."""
    handler = await _some(engine, 7)
    kept = await _all(engine)
    async with engine.begin() as connection:
        await connection.execute(SPOIL)
    done = await _refold(engine, handler, everything=False)
    assert (done.looked_at, done.written, done.overtaken) == (7, 7, 0)
    assert await _all(engine) == kept


async def test_sound_documents_are_left_alone_unless_asked(engine: AsyncEngine) -> None:
    """Only what is stale or of other folding code is folded anew."""
    handler = await _some(engine, 3)
    assert (await _refold(engine, handler, everything=False)).looked_at == 0
    assert (await _refold(engine, handler, everything=True)).written == 3


async def test_a_document_that_an_append_moved_on_is_left_to_it(engine: AsyncEngine) -> None:
    """A document that is newer than what was folded belongs to the append that wrote it."""
    handler = await _some(engine, 1)
    async with engine.begin() as connection:
        await connection.execute(text("update documents set version = version + 1"))
    done = await _refold(engine, handler, everything=True)
    assert (done.written, done.overtaken) == (0, 1)
