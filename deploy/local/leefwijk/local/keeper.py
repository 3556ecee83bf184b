"""Keep one process running."""

import asyncio
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from leefwijk.local.errors import LocalError
from leefwijk.local.processes import Process, end_child, kill_group, spawn, telling_line

FIRST_PAUSE = 0.5  # seconds before the first restart; doubled with each, up to the longest
LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds after which a process counts as healthy and the pause is short again
ATTEMPTS = 3  # times a process may end before it was ready once
_LOOK = 0.05  # seconds between two looks at a process
_ANSWER = 2.0  # seconds a readiness address has to answer
_PATIENCE = 10.0  # seconds between two lines that say we still wait


class Keeper:
    """Starts a process, says when it is ready and starts it again, ever later, when it ends."""

    def __init__(
        self, process: Process, log: Path, record: Path, tell: Callable[[str], None]
    ) -> None:
        self.process = process
        self._log = log
        self._record = process.record or record
        self._say = tell
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def until_ready(self) -> None:
        """Wait for the first time it is ready.

        Raises LocalError when it ended three times before, or takes longer than its timeout.
        """
        began = time.monotonic()
        ready = asyncio.create_task(self._ready.wait())
        try:
            while (waited := time.monotonic() - began) < self.process.ready_timeout:
                patience = min(_PATIENCE, self.process.ready_timeout - waited)
                done, _ = await asyncio.wait(
                    {ready, self._task}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
                )
                if self._task in done:
                    self._task.result()
                if ready in done:
                    return
                self._tell(f"not ready after {time.monotonic() - began:.0f} s ({self._log})")
        finally:
            ready.cancel()
        raise self._failure(f"was not ready in {self.process.ready_timeout:g} seconds")

    async def stop(self) -> None:
        """Stop the process, by force after its grace."""
        self._task.cancel()
        if self._child is not None:
            process = self.process
            await asyncio.to_thread(end_child, self._child, process.stop_signal, process.grace)
            self._record.unlink(missing_ok=True)
            self._tell("stopped")

    def kill(self) -> None:
        """Kill the process at once, for who does not want to wait for its grace."""
        if self._child is not None:
            self._child.kill()

    async def _run(self) -> None:
        pause, attempts = FIRST_PAUSE, 0
        while True:
            began = time.monotonic()
            how = await self._once()
            attempts += 1
            if not self._ready.is_set() and attempts == ATTEMPTS:
                raise self._failure(f"{how} {attempts} times before it was ready")
            if time.monotonic() - began > STEADY:
                pause = FIRST_PAUSE
            self._tell(f"{how}, starting again in {pause:g} s ({self._log})")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _once(self) -> str:
        """Run the process to its end and say how it ended."""
        began, ready = time.monotonic(), False
        try:
            self._child = child = spawn(self.process, self._log, self._record)
        except (OSError, LocalError) as error:
            return f"could not be started ({error})"
        async with httpx.AsyncClient(timeout=_ANSWER, trust_env=False) as http:
            while (code := child.poll()) is None:
                if not ready and await self._is_ready(http):
                    ready = True
                    self._ready.set()
                    self._tell(f"ready in {time.monotonic() - began:.1f} s")
                await asyncio.sleep(_LOOK)
        kill_group(child.pid)
        return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"

    async def _is_ready(self, http: httpx.AsyncClient) -> bool:
        question = self.process.ready
        if question is None:
            return True
        if callable(question):
            return await asyncio.to_thread(question)
        try:
            return (await http.get(question)).is_success
        except httpx.HTTPError:
            return False

    def _tell(self, text: str) -> None:
        self._say(f"{self.process.name}: {text}")

    def _failure(self, how: str) -> LocalError:
        return LocalError(f"{self.process.name} {how}; {self._log} says: {telling_line(self._log)}")
