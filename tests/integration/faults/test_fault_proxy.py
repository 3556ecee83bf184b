"""What the proxy of the fault suite does to connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from leefwijk.events.testing.proxy import HOST, Proxy
from leefwijk.local import free_ports

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Echo:
    """A server that gives back what it hears, and remembers it."""

    def __init__(self) -> None:
        self.heard = b""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                self.heard += data
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, Proxy]]:
    """An echo behind a proxy."""
    port, target = free_ports(2)
    server = Echo()
    listening = await asyncio.start_server(server.answer, HOST, target)
    async with Proxy(port, target) as proxy:
        yield server, proxy
    listening.close()


async def _connect(proxy: Proxy) -> Ends:
    return await asyncio.wait_for(asyncio.open_connection(HOST, proxy.port), 2)


async def _said(ends: Ends, words: bytes, seconds: float = 2) -> bytes:
    reader, writer = ends
    writer.write(words)
    await writer.drain()
    return await asyncio.wait_for(reader.readexactly(len(words)), seconds)


async def test_bytes_pass_both_ways_whole(echo: tuple[Echo, Proxy]) -> None:
    """A megabyte comes back as it went, and its bytes are counted."""
    _, proxy = echo
    words = bytes(range(256)) * 4096
    ends = await _connect(proxy)
    reader, writer = ends
    reading = asyncio.create_task(reader.readexactly(len(words)))
    writer.write(words)
    assert await asyncio.wait_for(reading, 10) == words
    assert proxy.passed == (len(words), len(words))
    writer.write_eof()
    assert await reader.read() == b""


async def test_cut_resets_and_refuses_until_restored(echo: tuple[Echo, Proxy]) -> None:
    """A cut is told to who is connected, nobody gets in, and afterwards all is well."""
    _, proxy = echo
    ends = await _connect(proxy)
    assert await _said(ends, b"before") == b"before"
    await proxy.cut()
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(ends[0].readexactly(1), 2)
    with pytest.raises(ConnectionError):
        await _connect(proxy)
    assert proxy.connections == 0
    await proxy.restore()
    assert await _said(await _connect(proxy), b"after") == b"after"


async def test_reset_lets_new_ones_in(echo: tuple[Echo, Proxy]) -> None:
    """After a reset the old connection is gone and a new one works at once."""
    _, proxy = echo
    ends = await _connect(proxy)
    assert await _said(ends, b"before") == b"before"
    proxy.reset()
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(ends[0].readexactly(1), 2)
    assert await _said(await _connect(proxy), b"after") == b"after"


async def test_slow_delays_each_way_and_narrows(echo: tuple[Echo, Proxy]) -> None:
    """Latency counts twice for an answer, and only so many bytes pass per second."""
    _, proxy = echo
    ends = await _connect(proxy)
    proxy.slow(0.1)
    began = time.monotonic()
    assert await _said(ends, b"slow") == b"slow"
    assert 0.2 <= time.monotonic() - began < 1
    proxy.slow(0, bytes_per_second=200_000)
    began = time.monotonic()
    reading = asyncio.create_task(ends[0].readexactly(200_000))
    ends[1].write(b"x" * 200_000)
    await asyncio.wait_for(reading, 10)
    assert time.monotonic() - began > 0.6
    await proxy.restore()
    began = time.monotonic()
    assert await _said(ends, b"quick") == b"quick"
    assert time.monotonic() - began < 0.1


async def test_latency_does_not_add_up_over_what_follows(echo: tuple[Echo, Proxy]) -> None:
    """Ten messages one behind the other come as late as one does."""
    _, proxy = echo
    reader, writer = await _connect(proxy)
    proxy.slow(0.2)
    began = time.monotonic()
    for number in range(10):
        writer.write(b"%d" % number)
        await asyncio.sleep(0.01)
    assert await asyncio.wait_for(reader.readexactly(10), 5) == b"0123456789"
    assert time.monotonic() - began < 1.5


async def test_a_blackhole_tells_nobody_and_delivers_late(echo: tuple[Echo, Proxy]) -> None:
    """Nothing passes and nothing is closed, also for who comes new; later all of it arrives."""
    server, proxy = echo
    old = await _connect(proxy)
    assert await _said(old, b"one") == b"one"
    proxy.blackhole()
    new = await _connect(proxy)
    for ends in (old, new):
        with pytest.raises(TimeoutError):
            await _said(ends, b"two", 0.3)
    assert server.heard == b"one"
    await proxy.restore()
    for ends in (old, new):
        assert await asyncio.wait_for(ends[0].readexactly(3), 2) == b"two"


async def test_half_open_is_heard_and_not_answered(echo: tuple[Echo, Proxy]) -> None:
    """The server hears what the client does not get an answer to."""
    server, proxy = echo
    ends = await _connect(proxy)
    proxy.half_open()
    with pytest.raises(TimeoutError):
        await _said(ends, b"hello", 0.3)
    assert server.heard == b"hello"
    await proxy.restore()
    assert await asyncio.wait_for(ends[0].readexactly(5), 2) == b"hello"


async def test_a_server_that_is_away_is_told(echo: tuple[Echo, Proxy]) -> None:
    """A connection to a target that does not listen is reset."""
    port, nowhere = free_ports(2)
    async with Proxy(port, nowhere) as proxy:
        ends = await _connect(proxy)
        with pytest.raises(ConnectionError):
            await _said(ends, b"?")
