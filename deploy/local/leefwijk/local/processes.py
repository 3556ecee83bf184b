"""Programs as children: describe, start, recognise and end them."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from leefwijk.local.account import Account

_LAUNCHER = Path(__file__).with_name("launch.py")
_TAIL = 16_384  # bytes
_ERROR = re.compile(r"FATAL|ERROR|[A-Za-z]+(Error|Exception)\b|cannot ")
_CLOCK_SLACK = 1.0  # seconds: start times are derived from the boot time, which may be corrected


@dataclass(frozen=True, kw_only=True)
class Process:
    """A program to run.

    `env` is its whole environment (none: ours), `ready` an address that answers 2xx, or a quick
    question, once it can be used (none: at once). `before` is done before every start, restarts
    too, and may raise LocalError. `grace` and `ready_timeout` are seconds. `record` is the file
    that remembers the running process, if its owner keeps one of its own.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    ready: str | Callable[[], bool] | None = None
    before: Callable[[], None] | None = None
    cwd: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10
    ready_timeout: float = 60
    record: Path | None = None


def launch_command(argv: Sequence[str], account: Account | None = None) -> list[str]:
    """Return the command that runs `argv` under the account and lets it end when we do.

    Linux tells a child about the end of the thread that forked it, not of the process: only
    children of the main thread are tied; what others leave behind ends at the next start.
    """
    in_main = threading.current_thread() is threading.main_thread()
    options = {
        "parent": os.getpid() if in_main else 0,
        "uid": account.uid if account else None,
        "gid": account.gid if account else None,
        "reach": [str(path) for path in account.reach] if account else [],
    }
    return [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(options), *argv]


def spawn(process: Process, log: Path, record: Path) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, output to `log`, and remember it in `record`.

    A session of its own keeps a Ctrl-C in the terminal from reaching it directly, so that the
    order of stopping stays ours.
    """
    if process.before is not None:
        process.before()
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - the command is the project's own
            launch_command(process.argv, process.account),
            env=process.env,
            cwd=process.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = psutil.Process(child.pid).create_time()
    remembered = {"pid": child.pid, "started": started, "argv": list(process.argv)}
    draft = record.with_suffix(".new")
    draft.write_text(json.dumps(remembered), encoding="utf-8")
    draft.replace(record)
    return child


def run(
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    account: Account | None = None,
    given: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a short program to its end, `given` on its standard input; its output is kept."""
    return subprocess.run(  # noqa: S603 - the command is the project's own
        launch_command(argv, account),
        env=env,
        cwd="/",  # the account may not enter ours
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def recognise(record: Path) -> int | None:
    """Return the id of the remembered process if that very process still runs.

    Ids are used again: only the same id, start time and command line make the same process.
    """
    try:
        kept = json.loads(record.read_text(encoding="utf-8"))
        process = psutil.Process(kept["pid"])
        arguments, command = kept["argv"][1:], process.cmdline()
        same = (
            abs(process.create_time() - kept["started"]) < _CLOCK_SLACK
            and process.status() != psutil.STATUS_ZOMBIE
            # a script's command line begins with its interpreter
            and command[len(command) - len(arguments) :] == arguments
        )
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
    return process.pid if same else None


def end_child(child: subprocess.Popen[bytes], stop_signal: int, grace: float) -> None:
    """Ask the child to stop, after `grace` seconds kill it, and kill what it left in its group."""
    if child.poll() is not None:
        return  # its id may be another process' by now
    child.send_signal(stop_signal)
    try:
        child.wait(grace)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    kill_group(child.pid)


def end_leftover(record: Path, stop_signal: int = signal.SIGTERM, grace: float = 10) -> bool:
    """End the remembered process of an earlier, killed run; true if there was one."""
    pid = recognise(record)
    if pid is None:
        record.unlink(missing_ok=True)
        return False
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.send_signal(stop_signal)
        try:
            process.wait(grace)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()
    kill_group(pid)
    record.unlink(missing_ok=True)
    return True


def kill_group(leader: int) -> None:
    """Kill what a process that just ended has left running in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def telling_line(log: Path) -> str:
    """Return the last line of a log that speaks of an error, else the last line with text."""
    try:
        with log.open("rb") as lines:
            lines.seek(max(0, log.stat().st_size - _TAIL))
            return telling(lines.read().decode("utf-8", "replace"))
    except OSError:
        return "(no log)"


def telling(output: str) -> str:
    """Return the last line of an output that speaks of an error, else the last line with text."""
    told = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in told if _ERROR.search(line)]
    return (errors or told or ["(nothing)"])[-1]
