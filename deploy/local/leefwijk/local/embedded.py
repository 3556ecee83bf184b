"""What the embedded servers share: one owner per folder, start, stop, recognition."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from leefwijk.local.errors import LocalError
from leefwijk.local.folders import FolderLock
from leefwijk.local.processes import (
    Process,
    end_child,
    end_leftover,
    recognise,
    spawn,
    telling_line,
)

_POLL = 0.02  # seconds


class Embedded(ABC):
    """A server that keeps its data in a folder.

    Either call `start` and `stop`, or hand `process()` to a supervisor. One object at a time owns
    the folder; what an earlier, killed owner left running there is ended first.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    grace: ClassVar[float] = 20

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / f"{self.name}.log"
        self._record = self.folder / "running.json"
        self._lock = FolderLock(self.folder, self.name)
        self._child: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _prepare(self) -> Process:
        """Make the folder ready and say what to run."""

    def process(self) -> Process:
        """Take the folder, make it ready and return the program for a supervisor to run."""
        self._lock.acquire()
        try:
            end_leftover(self._record, self.stop_signal, self.grace)
            return self._prepare()
        except BaseException:
            self._lock.release()
            raise

    @property
    def pid(self) -> int | None:
        """The process id of the running server, also under a supervisor; none if it is down."""
        if self._child is not None:
            self._child.poll()  # a dead child of ours stays visible until it is asked for
        return recognise(self._record)

    def start(self) -> None:
        """Start the server and return when it can be used; without effect while it runs.

        Raises LocalError when it ends or is not ready in time, with the telling line of its log.
        """
        if self._child is not None and self._child.poll() is None:
            return
        process = self.process()
        try:
            self._child = spawn(process, self.log, self._record)
            self._wait(self._child, process.ready_timeout)
        except BaseException:
            self.stop()
            raise

    def _wait(self, child: subprocess.Popen[bytes], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not self._is_ready():
            ended = child.poll() is not None
            if ended or time.monotonic() > deadline:
                how = "ended" if ended else f"was not ready in {timeout:g} seconds"
                raise LocalError(f"{self.name} {how}; {self.log} says: {telling_line(self.log)}")
            time.sleep(_POLL)

    @abstractmethod
    def _is_ready(self) -> bool:
        """Say whether clients can use the server now; quick, never raises."""

    def stop(self) -> None:
        """Stop the server this object started, by force after its grace, and free the folder."""
        if self._child is not None:
            end_child(self._child, self.stop_signal, self.grace)
            self._child = None
            self._record.unlink(missing_ok=True)
        self._lock.release()

    def kill(self) -> None:
        """End the server as a power cut would, for tests of faults; `start` brings it back."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            if self._child is not None:
                self._child.wait()
            while self.pid == pid:
                time.sleep(_POLL)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
