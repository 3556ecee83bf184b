"""The orderly end: no new work, and what is in flight is finished."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import Any

import httpx
import uvicorn

from leefwijk.service import app as app_module
from leefwijk.service.middleware import Draining
from leefwijk.service.serve import NOTICE_SECONDS, _Server
from leefwijk.service.settings import Environment


async def _ready(service: Any) -> httpx.Response:
    return await service.client.get("http://notes.test/readyz")


async def test_ready_as_long_as_every_part_is(make_service: Any) -> None:
    """Readiness names what is wrong, and liveness does not care."""
    said: list[str | None] = [None]

    async def check() -> str | None:
        return said[0]

    service = make_service(checks={"database": check})
    assert (await _ready(service)).json() == {"ready": True, "wrong": {}}
    said[0] = "cannot be reached"
    answer = await _ready(service)
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "wrong": {"database": "cannot be reached"}}
    assert answer.headers["retry-after"]
    assert (await service.client.get("http://notes.test/livez")).status_code == 200


async def test_the_end_waits_for_what_is_in_flight(service: Any) -> None:
    """While the service drains it is not ready, and a request that is in is finished."""
    lifespan = service.app.router.lifespan_context(service.app)
    await lifespan.__aenter__()
    service.gate.open.clear()
    request = asyncio.create_task(service.write())
    await service.gate.reached.wait()
    end = asyncio.create_task(lifespan.__aexit__(None, None, None))
    await asyncio.sleep(0.05)
    assert not end.done()
    service.app.state.draining.leave()  # the question itself is in flight too
    service.app.state.draining.enter()
    assert (await _ready(service)).status_code == 503
    assert not end.done()
    service.gate.open.set()
    assert (await request).status_code == 201
    async with asyncio.timeout(5):
        await end


async def test_the_end_does_not_wait_for_ever(service: Any, monkeypatch: Any) -> None:
    """A request that never ends holds the end up for a bounded time only."""
    assert app_module.DRAIN_SECONDS == 20.0
    monkeypatch.setattr(app_module, "DRAIN_SECONDS", 0.05)
    lifespan = service.app.router.lifespan_context(service.app)
    await lifespan.__aenter__()
    service.gate.open.clear()
    request = asyncio.create_task(service.write())
    await service.gate.reached.wait()
    async with asyncio.timeout(5):
        await lifespan.__aexit__(None, None, None)
    service.gate.open.set()
    # the store is closed by now: nothing was recorded, and the caller is told to come again
    assert (await request).status_code == 503


async def test_quiet_is_said_when_the_last_one_left() -> None:
    """In flight is counted, not guessed."""
    draining = Draining()
    assert await draining.quiet(0.01)
    draining.enter()
    draining.enter()
    draining.leave()
    assert not await draining.quiet(0.01)
    draining.leave()
    assert await draining.quiet(0.01)


async def test_sigterm_says_not_ready_before_the_door_closes(service: Any) -> None:
    """On SIGTERM readiness is false at once; in-flight work ends well; then the server is gone."""
    assert NOTICE_SECONDS[Environment.PRODUCTION] >= 5
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        service.app, "127.0.0.1", port, log_config=None, access_log=False, lifespan="on"
    )
    server = _Server(config, service.app, 0.4)
    running = asyncio.create_task(server._serve())
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(timeout=10) as client:
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        assert (await client.get(f"{base}/readyz")).status_code == 200
        service.gate.open.clear()
        request = asyncio.create_task(
            client.post(f"{base}/v1/notes", json={"text": "x"}, headers=service.headers())
        )
        await service.gate.reached.wait()
        server.handle_exit(signal.SIGTERM, None)
        answer = await client.get(f"{base}/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        assert not running.done()
        await asyncio.sleep(0.6)
        service.gate.open.set()
        assert (await request).status_code == 201
        async with asyncio.timeout(10):
            await running
    assert server.should_exit
