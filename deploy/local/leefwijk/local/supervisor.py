"""A small process manager: start in order, keep running, stop in reverse order."""

import asyncio
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from leefwijk.local.folders import FolderLock
from leefwijk.local.keeper import Keeper
from leefwijk.local.processes import Process, end_leftover

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def say_on_terminal(line: str) -> None:
    """Write a line of progress to standard output at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Supervisor:
    """Runs processes for as long as its `async with` block lasts.

        async with Supervisor(folder) as supervisor:
            await supervisor.start(postgres.process(), kafka.process())
            await supervisor.start(*services)
            await supervisor.wait()

    `folder` gets `logs/<name>.log` of each process (that of the run before as `.log.1`) and
    `run/`, by which the next start recognises and ends what a killed supervisor left. Entering
    raises LocalError while another one uses the folder. Ctrl-C, SIGTERM or SIGHUP end the block,
    wherever it waits, without an exception; a second one kills what has not stopped yet. Only
    processes it started itself are touched.
    """

    def __init__(self, folder: Path, say: Callable[[str], None] = say_on_terminal) -> None:
        self._folder = folder.absolute()
        self._logs = self._folder / "logs"
        self._records = self._folder / "run"
        self._lock = FolderLock(self._folder, "Leefwijk")
        self._say = say
        self._groups: list[list[Keeper]] = []
        self._task: asyncio.Task[object] | None = None
        self._asked = False  # by a signal
        self._stopping = False

    async def __aenter__(self) -> Self:
        self._lock.acquire()
        self._logs.mkdir(exist_ok=True)
        self._records.mkdir(exist_ok=True)
        for log in self._logs.glob("*.log"):
            log.replace(log.with_suffix(".log.1"))
        for record in sorted(self._records.glob("*.json")):
            if await asyncio.to_thread(end_leftover, record):
                self._tell(f"{record.stem}: ended what an earlier run had left")
        self._task = asyncio.current_task()
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal)
        return self

    async def start(self, *processes: Process) -> None:
        """Start these together and return when all are ready.

        Raises LocalError when one of them does not become ready.
        """
        group: list[Keeper] = []
        self._groups.append(group)
        for process in processes:
            self._tell(f"{process.name}: starting")
            log, record = self._logs / f"{process.name}.log", self._records / f"{process.name}.json"
            group.append(Keeper(process, log, record, self._tell))
        await asyncio.gather(*(keeper.until_ready() for keeper in group))

    async def wait(self) -> None:
        """Wait until somebody asks to stop, which ends the `async with` block."""
        await asyncio.get_running_loop().create_future()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._stopping = True
        for group in reversed(self._groups):
            await asyncio.gather(*(keeper.stop() for keeper in group))
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)
        self._lock.release()
        if self._asked and kind is asyncio.CancelledError and self._task is not None:
            self._task.uncancel()
            return True
        return False

    def _on_signal(self) -> None:
        if self._stopping:
            self._tell("killing what has not stopped yet")
            for group in self._groups:
                for keeper in group:
                    keeper.kill()
            return
        self._asked = self._stopping = True
        self._tell("stopping")
        if self._task is not None:
            self._task.cancel()

    def _tell(self, line: str) -> None:
        self._say(line)
        with (self._logs / "supervisor.log").open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")
