"""A TCP proxy whose connections can be cut, slowed, silenced and left half open.

It runs in the loop of whoever tests, on 127.0.0.1. It knows nothing of what passes through.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
_CHUNK = 64 * 1024
_WAITING = 64  # chunks on their way in one direction; more than that stops the sender, as TCP does
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, at once


class _Way:
    """One direction of all connections: open or silent, and how slow."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.latency = 0.0
        self.bytes_per_second: float | None = None
        self.passed = 0


@dataclass(eq=False)
class _Pair:
    """A client's connection and ours to the server, and the tasks that carry bytes between."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class Proxy:
    """Passes connections to `port` on to `target`, both on 127.0.0.1.

    What the faults do to connections that exist:

    - `cut`: they are reset, and new ones are refused until `restore`;
    - `reset`: they are reset, new ones are let in (a restart of something in between);
    - `slow`: every byte comes `latency` seconds later, at most `bytes_per_second` of them;
    - `blackhole`: no byte passes and nobody is told, as when packets are dropped. After `restore`
      what was held arrives, as TCP repeats what was not acknowledged;
    - `half_open`: the server hears its clients, the clients do not hear the server.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._target = target
        self._there = _Way()
        self._back = _Way()
        self._pairs: set[_Pair] = set()
        self._handling: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def connections(self) -> int:
        """How many connections there are now."""
        return len(self._pairs)

    @property
    def passed(self) -> tuple[int, int]:
        """Bytes that passed to the server and back since the start."""
        return self._there.passed, self._back.passed

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Reset every connection and listen no more."""
        await self.cut()
        await asyncio.gather(*self._handling, return_exceptions=True)

    async def restore(self) -> None:
        """End whatever was done to the connections."""
        for way in (self._there, self._back):
            way.latency, way.bytes_per_second = 0.0, None
            way.open.set()
        if self._server is None:
            await self._listen()

    async def cut(self) -> None:
        """Reset every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset()
        await asyncio.sleep(0)

    def reset(self) -> None:
        """Reset every connection; new ones are let in."""
        for pair in list(self._pairs):
            for end in pair.ends:
                _abort(end)
            for task in pair.tasks:
                task.cancel()

    def slow(self, latency: float, bytes_per_second: float | None = None) -> None:
        """Delay every byte by `latency` seconds each way, and let so many pass per second."""
        for way in (self._there, self._back):
            way.latency, way.bytes_per_second = latency, bytes_per_second

    def blackhole(self) -> None:
        """Let no byte pass, and tell nobody."""
        self._there.open.clear()
        self._back.open.clear()

    def half_open(self) -> None:
        """Let no byte pass from the server to its clients."""
        self._back.open.clear()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, HOST, self.port)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._pass_on(reader, writer))
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection(HOST, self._target)
        except OSError:
            _abort(writer)
            return
        if self._server is None:  # cut while we were connecting
            _abort(writer)
            _abort(to_server)
            return
        pair = _Pair((writer, to_server))
        self._pairs.add(pair)
        pair.tasks += [
            asyncio.create_task(_carry(reader, to_server, self._there)),
            asyncio.create_task(_carry(from_server, writer, self._back)),
        ]
        try:
            await asyncio.gather(*pair.tasks, return_exceptions=True)
        finally:
            self._pairs.discard(pair)
            for end in pair.ends:
                end.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: _Way) -> None:
    """Carry bytes one way, and then the news that no more come."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_WAITING)
    reading = asyncio.create_task(_read(reader, waiting, way))
    try:
        while True:
            due, data = await waiting.get()
            # asked again after the delay: silence may have begun meanwhile
            await asyncio.sleep(max(0.0, due - loop.time()))
            await way.open.wait()
            if not data:
                with suppress(OSError, RuntimeError):
                    writer.write_eof()
                return
            writer.write(data)
            way.passed += len(data)
            await writer.drain()
            if way.bytes_per_second is not None:
                await asyncio.sleep(len(data) / way.bytes_per_second)
    except OSError:
        _abort(writer)
    finally:
        reading.cancel()


async def _read(
    reader: asyncio.StreamReader, waiting: asyncio.Queue[tuple[float, bytes]], way: _Way
) -> None:
    loop = asyncio.get_running_loop()
    data = b"?"
    while data:
        try:
            data = await reader.read(_CHUNK)
        except OSError:
            data = b""
        await waiting.put((loop.time() + way.latency, data))


def _abort(writer: asyncio.StreamWriter) -> None:
    """Close at once with a reset, so that the other end is told and nothing is sent on."""
    end = writer.get_extra_info("socket")
    if end is not None:
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
