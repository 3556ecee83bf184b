"""What readiness said while a fault lasted: asked of every part, ten times a second."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import httpx
from platform_kit import WORKER, Running

PAUSE_SECONDS = 0.1
ANSWER_SECONDS = 3.0
READY, UNREADY, GONE = "ready", "unready", "gone"


@dataclass
class Watch:
    """Asks /readyz until it is stopped, and keeps every change."""

    platform: Running
    parts: tuple[str, ...]
    said: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """Per part, when it began to say what."""
    reasons: dict[str, str] = field(default_factory=dict)
    """What a part said was wrong, the last time that it was not ready."""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _http: httpx.AsyncClient | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._http = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)
        self._tasks = [asyncio.create_task(self._follow(part)) for part in self.parts]

    async def stop(self) -> None:
        """Ask no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()

    async def all_ready(self) -> None:
        """Wait until every part says that it is ready."""
        while any(not said or said[-1][1] != READY for said in self.said.values()):
            await self._changed.wait()
            self._changed.clear()

    def since(self, moment: float, part: str) -> set[str]:
        """All that a part said after a moment; what it said last before it holds on."""
        said = self.said.get(part, [])
        later = {state for when, state in said if when >= moment}
        earlier = [state for when, state in said if when < moment]
        return later | set(earlier[-1:])

    async def _follow(self, part: str) -> None:
        said = self.said.setdefault(part, [])
        while True:
            asked = time.monotonic()
            state = await self._ask(part)
            if not said or said[-1][1] != state:
                # a silence began when the question was put
                said.append((asked if state == GONE else time.monotonic(), state))
                self._changed.set()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _ask(self, part: str) -> str:
        assert self._http is not None
        ports = self.platform.ports
        port = ports.worker if part == WORKER else ports.services[part]
        try:
            answer = await self._http.get(f"http://127.0.0.1:{port}/readyz")
        except httpx.TransportError:
            return GONE
        if answer.is_success:
            return READY
        self.reasons[part] = answer.text[:200]
        return UNREADY
