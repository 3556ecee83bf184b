"""Recovering without anybody: readiness tells what is away, and background work comes back."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

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
