"""Loops that outlive whatever they meet with: nobody has to start them again."""

import asyncio
from typing import Any, cast

import pytest
from aiokafka.errors import KafkaConnectionError
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.broker import Broker
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.loop import ConsumerLoop
from leefwijk.events.consume.reactions import TodoWorker
from leefwijk.events.handling import Handler
from leefwijk.events.store.memory import MemoryStore
from leefwijk.events.testing.notes import Notes
from leefwijk.events.testing.servers import until

FAILURES = [KafkaConnectionError("no broker"), OSError("away"), RuntimeError("nobody foresaw it")]


async def test_a_worker_of_todos_outlives_a_failing_look(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G-TODO-3: a look that fails is followed by the next."""
    worker = TodoWorker(engine, Handler(MemoryStore(), Notes()), {})
    left = list(FAILURES)
    looks: list[int] = []

    async def sometimes() -> int:
        if left:
            raise left.pop()
        looks.append(1)
        return 0

    monkeypatch.setattr(worker, "once", sometimes)
    await _until_it_works(asyncio.create_task(worker.run("notes")), looks)


async def test_a_consumer_outlives_whatever_ends_its_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """G-CONSUME-11: broker, database or code: the consumer starts again, and tells meanwhile."""
    monkeypatch.setattr("leefwijk.events.consume.loop.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("leefwijk.events.consume.loop.MAX_PAUSE", 0.01)
    core = cast("ConsumerCore", _Nobody())
    loop = ConsumerLoop(core, Broker("127.0.0.1:1"), [])
    left = list(FAILURES)
    reading: list[int] = []
    healthy: list[bool] = []

    async def sometimes() -> None:
        healthy.append(loop.healthy)
        loop.healthy = True
        if left:
            raise left.pop()
        reading.append(1)
        await asyncio.Event().wait()

    monkeypatch.setattr(loop, "_consume", sometimes)
    await _until_it_works(asyncio.create_task(loop.run()), reading)
    assert healthy == [False] * 4


class _Nobody:
    """A core that is never asked anything but its name."""

    name = "nobody"

    def __getattr__(self, name: str) -> Any:
        raise OSError("away")


async def _until_it_works(task: asyncio.Task[None], worked: list[int]) -> None:
    async def works_or_ended() -> bool:
        return bool(worked) or task.done()

    await until(works_or_ended)
    assert not task.done(), "it ended"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
