"""A worker that stands still although the broker answers is ended; any other is left alone."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from leefwijk.events.broker import Broker
from leefwijk.events.testing.servers import drop_topics, make_topics
from leefwijk.local.ports import free_port
from projections.read_models import all_topics
from projections.standstill import PATIENCE_SECONDS, START_ME_AGAIN, Standstill, answers


class World:
    """A worker and a broker as they may be, and the time."""

    def __init__(self) -> None:
        self.flows, self.reachable, self.now = False, True, 100.0
        self.standstill = Standstill(
            lambda: self.flows, lambda: self.reachable, clock=lambda: self.now
        )

    def after(self, seconds: float) -> bool:
        """What is found after some time, looking every second."""
        for _ in range(int(seconds)):
            self.now += 1
            if self.standstill.look():
                return True
        return False


@pytest.fixture
def world() -> World:
    """A worker that has just started."""
    return World()


def test_who_never_gets_to_read_is_given_up(world: World) -> None:
    """G-CONSUME-14: from its start on, but not before joining a group may have taken so long."""
    assert not world.after(PATIENCE_SECONDS)
    assert world.after(5)


def test_who_reads_again_begins_anew(world: World) -> None:
    """G-CONSUME-14: a rebalance that ends takes nothing from the patience for the next."""
    assert not world.after(PATIENCE_SECONDS - 5)
    world.flows = True
    assert not world.after(1000)
    world.flows = False
    assert not world.after(PATIENCE_SECONDS - 5)
    assert world.after(10)


def test_a_broker_that_is_away_ends_nobody(world: World) -> None:
    """G-CONSUME-14: a new process could not reach it either; afterwards there is time to join."""
    world.reachable = False
    assert not world.after(3600)
    world.reachable = True
    assert not world.after(PATIENCE_SECONDS)
    assert world.after(5)


def test_a_broker_answers_when_one_of_its_addresses_does() -> None:
    """The addresses are those that the worker itself is given."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert answers([f"127.0.0.1:{free_port()}", f"127.0.0.1:{port}"])
    assert not answers([f"127.0.0.1:{free_port()}"], 0.2)


def test_the_process_ends_with_a_code_that_asks_for_a_new_start() -> None:
    """G-CONSUME-14: at once, and not by way of a loop that may be the one that stands still."""
    script = """
    import time
    from projections import standstill
    standstill.PATIENCE_SECONDS = standstill.LOOK_SECONDS = 0.1
    standstill.Standstill(lambda: False, lambda: True).watch()
    time.sleep(60)
    """
    ended = subprocess.run(  # noqa: S603 - the script above
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ended.returncode == START_ME_AGAIN
    assert "stands still" in ended.stdout + ended.stderr


async def test_what_faust_waits_for_in_vain_ends_the_worker(broker: Broker, tmp_path: Path) -> None:
    """G-CONSUME-14: the error that Faust takes for another rebalance, in a real worker."""
    script = """
    import sys
    from aiokafka.errors import IllegalStateError
    from faust.cli.faust import cli
    from faust.transport.consumer import Consumer
    from projections import standstill

    async def perform_seek(self):
        print("no assignment", flush=True)
        raise IllegalStateError("No current assignment for partition")

    Consumer.perform_seek = perform_seek
    standstill.PATIENCE_SECONDS = 4.0
    sys.argv = ["faust", "-A", "projections.worker", "worker", "--without-web"]
    cli()
    """
    given = {
        "ENVIRONMENT": "development",
        "PORT": "1",
        "WORKER_PORT": str(free_port()),
        "DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
        "KAFKA_BOOTSTRAP": broker.bootstrap,
        "CHAMBER_NUMBER": "04016206",
        "ISSUER": "http://127.0.0.1/issuer",
        "JWKS": str(tmp_path / "jwks.json"),
    }
    await make_topics(broker, all_topics())
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(script)),
        env={**os.environ, **{f"LEEFWIJK_{name}": value for name, value in given.items()}},
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(worker.communicate(), 60)
    finally:
        if worker.returncode is None:
            worker.kill()
        await drop_topics(broker, all_topics())
    assert b"no assignment" in said
    assert worker.returncode == START_ME_AGAIN, said.decode()
