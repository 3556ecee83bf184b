import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from leefwijk.local import LocalError, Process, Supervisor, free_port
from leefwijk.local.processes import recognise

# Answers on /readyz; told to stop, it writes its name down and ends.
SERVER = """
import http.server, pathlib, signal, sys
name, port, ended = sys.argv[1:]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
def stop(*_):
    with pathlib.Path(ended).open("a") as file:
        file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""

# What `make run` is to the platform: two services in order, then waiting. In a thread the
# services are not tied to the life of this process, as on systems that cannot tie them.
RUN = """
import asyncio, sys, threading
from pathlib import Path
from leefwijk.local import LocalError, Process, Supervisor, say_on_terminal
folder, tied, *ports = sys.argv[1:]
server = Path(folder, "server.py")
if tied == "loose":
    threading.main_thread = lambda: None
def service(name, port):
    argv = [sys.executable, "-S", str(server), name, port, str(Path(folder, "ended"))]
    return Process(name=name, argv=argv, ready=f"http://127.0.0.1:{port}/readyz")
async def main():
    async with Supervisor(Path(folder, "data")) as supervisor:
        await supervisor.start(service("one", ports[0]))
        await supervisor.start(service("two", ports[1]))
        say_on_terminal("open for business")
        await supervisor.wait()
    say_on_terminal("good bye")
try:
    asyncio.run(main())
except LocalError as error:
    sys.exit(str(error))
"""


def _service(folder: Path, name: str, **more: object) -> Process:
    server, port = folder / "server.py", free_port()
    server.write_text(SERVER, encoding="utf-8")
    argv = [sys.executable, "-S", str(server), name, str(port), str(folder / "ended")]
    ready = f"http://127.0.0.1:{port}/readyz"
    return Process(**{"name": name, "argv": argv, "ready": ready, **more})  # type: ignore[arg-type]  # a test may change any field


def _pid(folder: Path, name: str) -> int:
    pid = recognise(folder / "data" / "run" / f"{name}.json")
    assert pid is not None
    return pid


async def _run(folder: Path, *processes: Process) -> None:
    async with Supervisor(folder / "data", lambda _: None) as supervisor:
        for process in processes:
            await supervisor.start(process)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.02)


async def test_processes_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    """The second starts when the first is ready, and stops before it."""
    told: list[str] = []
    async with Supervisor(tmp_path / "data", told.append) as supervisor:
        await supervisor.start(_service(tmp_path, "one"))
        await supervisor.start(_service(tmp_path, "two"))
        assert psutil.pid_exists(_pid(tmp_path, "one"))
    steps = [" ".join(line.split()[:2]) for line in told]
    assert steps == [
        "one: starting",
        "one: ready",
        "two: starting",
        "two: ready",
        "two: stopped",
        "one: stopped",
    ]
    assert (tmp_path / "ended").read_text(encoding="utf-8").split() == ["two", "one"]
    assert list((tmp_path / "data" / "run").iterdir()) == []


async def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    """After a kill the process comes back by itself, as another process, and both are told."""
    told: list[str] = []
    async with Supervisor(tmp_path / "data", told.append) as supervisor:
        await supervisor.start(_service(tmp_path, "one"))
        first = _pid(tmp_path, "one")
        os.kill(first, signal.SIGKILL)
        await _until(lambda: len(told) == 4)
        assert _pid(tmp_path, "one") != first
    log = tmp_path / "data" / "logs" / "one.log"
    assert told[2] == f"one: was killed by signal 9, starting again in 0.5 s ({log})"
    assert told[3].startswith("one: ready in")


async def test_a_process_that_never_becomes_ready_ends_the_start(tmp_path: Path) -> None:
    """Three ends before it was ready are enough; the message has the line that tells why."""
    code = "import sys; print('tables missing'); sys.exit(3)"
    failing = Process(name="failing", argv=[sys.executable, "-S", "-c", code], ready="http://x")
    with pytest.raises(LocalError) as refusal:
        await _run(tmp_path, _service(tmp_path, "one"), failing)
    told = str(refusal.value)
    assert told.startswith("failing ended with code 3 3 times before it was ready")
    assert told.endswith("says: tables missing")
    assert (tmp_path / "ended").read_text(encoding="utf-8").split() == ["one"]


async def test_a_process_that_is_not_ready_in_time_ends_the_start(tmp_path: Path) -> None:
    """A process that runs but does not answer is stopped after its time."""
    slow = _service(tmp_path, "slow", ready=lambda: False, ready_timeout=0.5)
    with pytest.raises(LocalError, match=r"slow was not ready in 0\.5 seconds"):
        await _run(tmp_path, slow)
    assert not list((tmp_path / "data" / "run").iterdir())


async def test_the_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    """Each run writes fresh logs and keeps those of the run before."""
    logs = tmp_path / "data" / "logs"
    for text in ("first", "second"):
        argv = [
            sys.executable,
            "-S",
            "-c",
            f"import time; print('{text}', flush=True); time.sleep(9)",
        ]
        async with Supervisor(tmp_path / "data", lambda _: None) as supervisor:
            await supervisor.start(Process(name="teller", argv=argv))
            await _until(lambda: (logs / "teller.log").read_text(encoding="utf-8") != "")
    assert (logs / "teller.log.1").read_text(encoding="utf-8") == "first\n"
    assert (logs / "teller.log").read_text(encoding="utf-8") == "second\n"


class Running:
    """A run of two services in a process of its own."""

    def __init__(self, folder: Path, tied: str = "tied") -> None:
        (folder / "server.py").write_text(SERVER, encoding="utf-8")
        ports = (str(free_port()), str(free_port()))
        self.process = subprocess.Popen(  # noqa: S603 - the test's own
            [sys.executable, "-c", RUN, str(folder), tied, *ports],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.services: list[psutil.Process] = []

    def until(self, text: str) -> list[str]:
        """Read lines up to the one with the text."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.strip())
            if text in line:
                break
        return lines

    def until_open(self, folder: Path) -> list[str]:
        """Wait until both services are ready and remember them."""
        lines = self.until("open for business")
        self.services = [psutil.Process(_pid(folder, name)) for name in ("one", "two")]
        return lines


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start runs; whatever they leave is ended after the test."""
    runs: list[Running] = []

    def start(tied: str = "tied") -> Running:
        runs.append(Running(tmp_path, tied))
        return runs[-1]

    yield start
    for running in runs:
        running.process.kill()
        running.process.communicate()
        for service in running.services:
            if service.is_running():
                service.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_reverse_order_and_nothing_else(
    tmp_path: Path, run: Callable[..., Running], how: signal.Signals
) -> None:
    """Ctrl-C ends all services, last first, and the run with 0; a bystander lives on."""
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"]) as bystander:
        running = run()
        running.until_open(tmp_path)
        running.process.send_signal(how)
        out, _ = running.process.communicate(timeout=30)
        assert running.process.returncode == 0
        assert out.split() == ["stopping", "two:", "stopped", "one:", "stopped", "good", "bye"]
        assert (tmp_path / "ended").read_text(encoding="utf-8").split() == ["two", "one"]
        assert bystander.poll() is None
        bystander.kill()


def test_ctrl_c_in_the_terminal_reaches_the_services_only_through_the_run(
    tmp_path: Path, run: Callable[..., Running]
) -> None:
    """Services stand outside the terminal's group, so that the order of stopping stays ours."""
    running = run()
    running.until_open(tmp_path)
    groups = {os.getpgid(service.pid) for service in running.services}
    assert os.getpgid(running.process.pid) not in groups
    assert len(groups) == 2


def test_a_second_run_says_that_one_runs_and_fails(
    tmp_path: Path, run: Callable[..., Running]
) -> None:
    """A second run in the same folder is refused in one sentence and disturbs nothing."""
    first = run()
    first.until_open(tmp_path)
    second = run()
    _, told = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert told.strip() == (
        f"Leefwijk already runs in {tmp_path / 'data'} (process {first.process.pid}): "
        f"stop it with Ctrl-C in its terminal or with `kill {first.process.pid}`."
    )
    assert all(service.is_running() for service in first.services)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_services_end_with_a_killed_run(tmp_path: Path, run: Callable[..., Running]) -> None:
    """`kill -9` of the run takes its services along."""
    running = run()
    running.until_open(tmp_path)
    running.process.kill()
    _, alive = psutil.wait_procs(running.services, timeout=15)
    assert alive == []


def test_what_a_killed_run_left_is_ended_by_the_next(
    tmp_path: Path, run: Callable[..., Running]
) -> None:
    """Where services outlive a killed run, the next run ends them before it starts its own."""
    first = run("loose")
    first.until_open(tmp_path)
    first.process.kill()
    first.process.wait()
    time.sleep(0.1)
    assert all(service.is_running() for service in first.services)

    second = run()
    lines = second.until_open(tmp_path)
    assert lines[:2] == [
        "one: ended what an earlier run had left",
        "two: ended what an earlier run had left",
    ]
    _, alive = psutil.wait_procs(first.services, timeout=15)
    assert alive == []
