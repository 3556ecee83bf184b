"""A database that falls silent holds up nobody for longer than a statement may take."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.store import direct
from leefwijk.events.store.postgres import create_engine
from leefwijk.events.testing.proxy import HOST, Proxy

Line = tuple[AsyncEngine, Proxy]


@pytest.fixture
async def line(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    """An engine that may wait half a second for a statement, and the wire to its database."""
    monkeypatch.setattr(direct, "COMMAND_SECONDS", 0.5)
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    url = make_url(database_url)
    assert url.port is not None
    async with Proxy(port, url.port) as proxy:
        through = url.set(host=HOST, port=port).render_as_string(hide_password=False)
        engine = create_engine(through, pool=1)
        yield engine, proxy
        await engine.dispose()


async def _silence_amid_a_transaction(engine: AsyncEngine, proxy: Proxy) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
        proxy.blackhole()
        await connection.execute(text("select 2"))


async def test_a_session_that_ends_in_the_silence_is_waited_for_no_longer(line: Line) -> None:
    """G-STORE-11: the driver waited for ever for an answer to its call to stop (measured).

    The server ends an idle transaction after a second; its word arrives with the first sound.
    """
    engine, proxy = line
    async with asyncio.timeout(20):
        silent = asyncio.create_task(_silence_amid_a_transaction(engine, proxy))
        await asyncio.sleep(2.5)
        await proxy.restore()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(silent), 5)
        assert silent.done(), "it waits on for a session that is gone"
        async with engine.connect() as connection:
            assert (await connection.execute(text("select 3"))).scalar_one() == 3


async def test_who_gives_up_in_the_silence_is_let_go(line: Line) -> None:
    """G-STORE-11: a request that is broken off waits for no answer to its call to stop either."""
    engine, proxy = line
    async with asyncio.timeout(20):
        silent = asyncio.create_task(_silence_amid_a_transaction(engine, proxy))
        await asyncio.sleep(0.2)
        silent.cancel()
        await asyncio.wait({silent}, timeout=5)
        assert silent.cancelled(), "it waits for a database that is silent"
        await proxy.restore()
        async with engine.connect() as connection:
            assert (await connection.execute(text("select 3"))).scalar_one() == 3
