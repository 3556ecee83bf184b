"""Work that one process at a time may do, by an advisory lock that dies with its connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

POLL_SECONDS = 0.02
_LOCK = text("select pg_try_advisory_lock(hashtextextended(:name, 11))")
_UNLOCK = text("select pg_advisory_unlock(hashtextextended(:name, 11))")


@asynccontextmanager
async def alone(engine: AsyncEngine, name: str) -> AsyncIterator[bool]:
    """Whether nobody else does the work of this name; it is held until the block ends."""
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with reading.connect() as connection:
        mine = (await connection.execute(_LOCK, {"name": name})).scalar_one()
        try:
            yield mine
        finally:
            if mine:
                await connection.execute(_UNLOCK, {"name": name})


@asynccontextmanager
async def in_turn(engine: AsyncEngine, name: str) -> AsyncIterator[None]:
    """One after the other: each sees what the one before it did.

    Whoever waits holds no connection: those at work need one.
    """
    while True:
        async with alone(engine, name) as mine:
            if mine:
                yield
                return
        await asyncio.sleep(POLL_SECONDS)
