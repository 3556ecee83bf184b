import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from leefwijk.local.processes import (
    Process,
    end_child,
    end_leftover,
    recognise,
    spawn,
    telling_line,
)

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


@pytest.fixture
def foreign() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is nobody's leftover."""
    with subprocess.Popen(SLEEP) as process:  # noqa: S603 - the test's own
        yield process
        process.kill()


def _record(path: Path, process: subprocess.Popen[bytes], **change: object) -> Path:
    started = psutil.Process(process.pid).create_time()
    kept = {"pid": process.pid, "started": started, "argv": SLEEP, **change}
    path.write_text(json.dumps(kept), encoding="utf-8")
    return path


def test_a_started_process_is_recognised_until_it_ends(tmp_path: Path) -> None:
    """The record of a process leads to it while it runs and to nothing afterwards."""
    record = tmp_path / "record.json"
    child = spawn(Process(name="sleeper", argv=SLEEP), tmp_path / "log", record)
    assert recognise(record) == child.pid
    end_child(child, signal.SIGTERM, grace=5)
    assert recognise(record) is None
    assert child.returncode == -signal.SIGTERM


def test_output_goes_to_the_log_and_the_environment_is_the_given_one(tmp_path: Path) -> None:
    """A process sees the environment it was given and no other; both its outputs are logged."""
    code = "import os, sys; print(os.environ.get('HOME'), os.environ['AREA']); sys.exit('end')"
    process = Process(
        name="teller", argv=[sys.executable, "-S", "-c", code], env={"AREA": "WK010601"}
    )
    spawn(process, tmp_path / "log", tmp_path / "record.json").wait(30)
    assert set((tmp_path / "log").read_text(encoding="utf-8").splitlines()) == {
        "None WK010601",
        "end",
    }


def test_a_program_that_is_not_there_is_told_in_the_log(tmp_path: Path) -> None:
    """A program that cannot be started says so in its log and ends with 126."""
    process = Process(name="absent", argv=["/does/not/exist"])
    child = spawn(process, tmp_path / "log", tmp_path / "record.json")
    assert child.wait(30) == 126
    assert telling_line(tmp_path / "log").startswith("/does/not/exist cannot be started")


def test_a_process_that_does_not_stop_is_killed_with_what_it_started(tmp_path: Path) -> None:
    """After its grace a process is killed, and so are its own children."""
    code = (
        "import signal, subprocess, sys, time;"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"print(subprocess.Popen({SLEEP!r}).pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "log"
    process = Process(name="stubborn", argv=[sys.executable, "-S", "-c", code])
    child = spawn(process, log, tmp_path / "record.json")
    while not log.read_text(encoding="utf-8").strip():
        assert child.poll() is None
    grandchild = psutil.Process(int(log.read_text(encoding="utf-8")))
    end_child(child, signal.SIGTERM, grace=0.2)
    assert child.returncode == -signal.SIGKILL
    _, alive = psutil.wait_procs([grandchild], timeout=15)
    assert alive == []


def test_a_leftover_is_ended(tmp_path: Path, foreign: subprocess.Popen[bytes]) -> None:
    """A process that is the recorded one in id, start time and command line is ended."""
    record = _record(tmp_path / "record.json", foreign)
    assert end_leftover(record)
    assert not psutil.pid_exists(foreign.pid)
    assert not record.exists()


@pytest.mark.parametrize(
    "change", [{"started": 1.0}, {"argv": [sys.executable, "another.py"]}, {"pid": os.getpid()}]
)
def test_a_process_that_only_looks_like_the_leftover_is_left_alone(
    tmp_path: Path, foreign: subprocess.Popen[bytes], change: dict[str, object]
) -> None:
    """A reused id, another start time or another command line: not ours, not touched."""
    record = _record(tmp_path / "record.json", foreign, **change)
    assert not end_leftover(record)
    assert foreign.poll() is None
    assert not record.exists()


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"pid": 99999999, "started": 0}'])
def test_a_record_that_tells_nothing_ends_nothing(tmp_path: Path, text: str) -> None:
    """A damaged record is cleared away."""
    record = tmp_path / "record.json"
    record.write_text(text, encoding="utf-8")
    assert not end_leftover(record)
    assert not record.exists()


def test_the_telling_line_of_a_log_is_its_last_error(tmp_path: Path) -> None:
    """An error above a few closing lines is what a log tells."""
    log = tmp_path / "log"
    assert telling_line(log) == "(no log)"
    log.write_text("start\nFATAL:  no room\nshut down\n\n", encoding="utf-8")
    assert telling_line(log) == "FATAL:  no room"
    log.write_text("start\nshut down\n\n", encoding="utf-8")
    assert telling_line(log) == "shut down"
