"""`python -m tests.benchmarks [row]`: measure, say what was measured, and save it."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from importlib import import_module
from pathlib import Path

import uvloop
from tests.benchmarks.measuring import ROUNDS, Report, machine
from tests.benchmarks.peering import versions
from tests.benchmarks.servers import POSTGRES

from leefwijk.local import LocalError, say_on_terminal
from leefwijk.service import garbage

ROWS = {
    "append": "append",
    "http": "over_http",
    "relay": "relay",
    "live": "live",
    "rebuild": "rebuild",
    "visible": "visible",
    "national": "national",
    "growth": "growth",
    "status": "status",
    "lists": "lists",
    "panel": "panel",
}
"""The module that measures each row."""
FOLDER = Path(".leefwijk/bench")
SETTINGS = {
    "postgresql": "fsync on, synchronous_commit on, shared_buffers 256MB, "
    f"max_connections {POSTGRES['max_connections']}",
    "kafka": "one broker, acks all, idempotent",
    "peers": versions(),
    "rounds": f"{ROUNDS}, by turns; the figure is their median, the spread in brackets",
}


async def _measure(rows: list[str], report: Report) -> bool:
    """Measure row by row; one that fails does not take the others along."""
    whole = True
    task = asyncio.current_task()
    if task is not None:
        # whoever stops it by a signal leaves no server behind either
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    for name in rows:
        module = import_module(f"{__package__}.{ROWS[name]}")
        # as every process of the platform does at its start
        garbage.settle()
        try:
            report.rows[name] = await module.measure(say_on_terminal)
        except (LocalError, InterruptedError):
            raise
        except Exception as error:  # noqa: BLE001 - said, and shown by the exit code
            say_on_terminal(f"{name}: not measured, {type(error).__name__}: {error}")
            whole = False
    return whole


def main() -> int:
    """Measure the rows asked for, all by default; the exit code says nothing about goals."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(ROWS)}")
    asked = parser.parse_args().rows
    unknown = [name for name in asked if name not in ROWS]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; there are {', '.join(ROWS)}")
    report = Report(machine(), SETTINGS)
    try:
        whole = uvloop.run(_measure(asked or list(ROWS), report))
    except LocalError as error:
        sys.stderr.write(f"leefwijk: {error}\n")
        return 1
    except (asyncio.CancelledError, InterruptedError, KeyboardInterrupt):
        sys.stderr.write("leefwijk: stopped before everything was measured\n")
        return 1
    finally:
        if report.rows:
            _say(report)
    return int(not whole)


def _say(report: Report) -> None:
    for name, value in (report.machine | report.settings).items():
        say_on_terminal(f"{name}: {value}")
    found = [item for items in report.rows.values() for item in items]
    for item in found:
        for line in item.told():
            say_on_terminal(f"{item.name}: {line}")
    say_on_terminal(f"saved as {report.save(FOLDER)}")
    say_on_terminal("row | figure | goal | verdict")
    for item in found:
        say_on_terminal(item.line())


if __name__ == "__main__":
    sys.exit(main())
