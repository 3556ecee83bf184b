"""The worker's own parts: retrying in place, and a readiness that tells the truth."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.subscription_state import SubscriptionState
from faust.types import TP

from leefwijk.events.consume.records import Record
from leefwijk.local.ports import free_port
from projections import health as health_module
from projections.health import Health
from projections.read_models import READ_MODELS, models_of

PORT = free_port()


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The worker's module, set up for servers that are not there; its loop does not run."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with pytest.MonkeyPatch.context() as environment:
        given = {
            "ENVIRONMENT": "development",
            "PORT": "1",
            "WORKER_PORT": str(PORT),
            "DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
            "KAFKA_BOOTSTRAP": "127.0.0.1:1",
            "CHAMBER_NUMBER": "04016206",
            "ISSUER": "http://127.0.0.1/issuer",
            "JWKS": str(Path(tmp_path_factory.mktemp("worker")) / "jwks.json"),
        }
        for name, value in given.items():
            environment.setenv(f"LEEFWIJK_{name}", value)
        module = importlib.import_module("projections.worker")
        yield module
        module.health._server.shutdown()
        module.health._server.server_close()
        del sys.modules["projections.worker"]
    root.handlers[:] = handlers
    root.setLevel(level)


async def asked(path: str = "/readyz", port: int = PORT) -> tuple[int, dict[str, str]]:
    """What the worker says of itself."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.get(path)
        return answer.status_code, answer.json()["wrong"]


async def test_a_batch_that_fails_is_tried_until_it_goes_in(
    worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G-CONSUME-11: whatever stops a batch, it is tried again, not ready meanwhile, ready after."""
    said: list[dict[str, str]] = []
    tried: list[list[str]] = []
    one = worker.served["area-effort-status"]

    async def apply(core: Any, broker: Any, records: list[str]) -> None:
        assert core is one.core
        said.append((await asked())[1])
        tried.append(records)
        if len(tried) < 3:
            raise (OSError("away"), RuntimeError("nobody foresaw it"))[len(tried) % 2]

    monkeypatch.setattr(worker, "apply_with_catch_up", apply)
    worker.health.started()
    assert await asked() == (200, {})
    await worker.apply(one, ["a", "b"])
    assert tried == [["a", "b"]] * 3
    assert said == [
        {},
        {"area-effort-status": "RuntimeError"},
        {"area-effort-status": "OSError"},
    ]
    assert await asked() == (200, {})


async def test_every_read_model_gets_the_batches_of_its_topics(
    worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G-CONSUME-13: a batch goes to each model made of its topic; one that waits stops no other."""
    got: list[str] = []
    away = {READ_MODELS["area-effort-status"].consumer}

    async def apply(core: Any, broker: Any, records: list[Any]) -> None:
        if core.name in away:
            away.discard(core.name)
            raise OSError("away")
        got.append(core.name)

    monkeypatch.setattr(worker, "apply_with_catch_up", apply)
    for topic in worker.topics:
        got.clear()
        await worker.apply_to_all([Record(topic, 0, 0, (), b"k", b"{}")])
        assert sorted(got) == sorted(model.consumer for model in models_of(topic))
    await worker.apply_to_all([])
    assert set(worker.app.agents) == {f"projections.{topic}" for topic in worker.topics}
    reading = {topic for model in READ_MODELS.values() for topic in model.topics}
    assert reading == set(worker.topics)


async def test_a_worker_that_does_not_consume_yet_is_not_ready() -> None:
    """From its start until it consumes a worker says so."""
    port = free_port()
    health = Health(port)
    assert await asked(port=port) == (503, {"starting": "not yet consuming"})
    assert await asked("/livez", port) == (200, {})
    health.started()
    assert await asked(port=port) == (200, {})
    health._server.shutdown()
    health._server.server_close()


async def test_a_loop_that_stands_still_is_told(
    worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker whose loop does not turn is neither alive nor ready, until it turns again."""
    worker.health.started()
    monkeypatch.setattr(health_module, "STILL_SECONDS", -1.0)
    for path in ("/livez", "/readyz"):
        assert await asked(path) == (503, {"loop": "has not turned"})
    monkeypatch.setattr(health_module, "STILL_SECONDS", 10.0)
    worker.health.beat()
    assert await asked() == (200, {})


async def test_a_partition_without_a_position_ends_no_worker(
    worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G-CONSUME-8: a topic that lost its tail is a matter of our comparison, not of Faust's."""
    partition = TP("leefwijk.monitoring.events", 0)
    subscriptions = SubscriptionState()
    subscriptions.assign_from_user([TopicPartition(*partition)])
    fetcher = SimpleNamespace(_subscriptions=subscriptions)
    reading = SimpleNamespace(
        _fetcher=fetcher,
        assignment=lambda: {partition},
        highwater=lambda _partition: 1,
        records_last_request={},
        records_last_response={},
    )
    nothing = SimpleNamespace()
    consumer = worker.app.transport.create_consumer(
        nothing, on_partitions_revoked=nothing, on_partitions_assigned=nothing
    )
    monkeypatch.setattr(consumer._thread, "_consumer", reading)
    monkeypatch.setattr(consumer._thread, "time_started", time.monotonic(), raising=False)
    # it was fetched from a moment ago
    monkeypatch.setattr(consumer._thread, "_verify_aiokafka_event_path", lambda *_: False)
    monkeypatch.setattr(consumer, "assignment", lambda: {partition})
    monkeypatch.setattr(consumer, "sleep", asyncio.sleep)
    await consumer.verify_all_partitions_active()
