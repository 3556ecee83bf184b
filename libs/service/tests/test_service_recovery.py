"""Recovering without anybody: readiness tells what is away, and background work comes back."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.store.postgres import create_engine
from leefwijk.local.ports import free_port
from leefwijk.service import app as app_module
from leefwijk.service.wiring import _database


async def test_a_database_that_is_away_is_told(make_service: Any, engine: AsyncEngine) -> None:
    """A service whose database cannot be reached says so, and one that reaches it does not."""
    nobody = create_engine(f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/none")
    for where, status in ((nobody, 503), (engine, 200)):
        service = make_service(checks={"database": partial(_database, where)})
        answer = await service.client.get("http://notes.test/readyz")
        assert answer.status_code == status
        assert ("database" in answer.json()["wrong"]) == (status == 503)
    await nobody.dispose()


async def test_background_work_that_fails_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relay, ticker and consumers come back, whatever ended them."""
    wait = asyncio.sleep

    async def at_once(_seconds: float) -> None:
        await wait(0)

    monkeypatch.setattr(app_module.asyncio, "sleep", at_once)
    runs: list[int] = []
    enough = asyncio.Event()

    async def work() -> None:
        runs.append(len(runs))
        if len(runs) == 3:
            enough.set()
            await asyncio.Event().wait()
        if len(runs) == 1:
            raise RuntimeError("nobody foresaw it")

    running = asyncio.create_task(app_module._keep_running("work", work))
    ended = asyncio.create_task(enough.wait())
    await asyncio.wait({ended, running}, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    assert runs == [0, 1, 2]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (asyncpg.ConnectionDoesNotExistError("connection was closed"), 503),
        (asyncpg.AdminShutdownError("terminating connection"), 503),
        (asyncpg.InterfaceError("connection is closed"), 503),
        (asyncpg.InternalClientError("another operation is in progress"), 503),
        (ConnectionRefusedError("nobody listens"), 503),
        (asyncpg.UndefinedColumnError("there is no such column"), 500),
    ],
)
async def test_a_database_that_goes_away_amid_a_request_is_a_503(
    make_service: Any, error: Exception, status: int
) -> None:
    """G-API-7: whichever layer tells of it; what a statement did wrong is a fault of ours."""
    service = make_service()

    async def ask() -> None:
        raise error

    service.app.get("/v1/asked")(ask)
    answer = await service.client.get("/asked")
    assert answer.status_code == status
    assert answer.json()["code"] == ("unavailable" if status == 503 else "internal")
