"""A rolling deploy of a release whose folding code differs, and its withdrawal."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from fault_kit import STAGES, Fault, Scene, register
from fault_newer_serve import MARK
from platform_kit import Hands, Running

from leefwijk.local import free_ports

SERVICE, SURGE = "initiatives", "initiatives-surge"
_NEWER = str(Path(__file__).with_name("fault_newer_serve.py"))
_DOCUMENTS = """
select stream_id, version, shape, stale, cast(state as text) as state, due_at, area, status, title,
       facets, cast(partner_sequences as text) as partner_sequences
from documents where kind = 'initiatives' order by stream_id
"""


def newer(what: str) -> list[str]:
    """The command line of the newer release."""
    return [sys.executable, _NEWER, what]


class RollingDeploy(Fault):
    """Old and newer processes answer side by side, then newer ones only; next time it goes back.

    In between both read what either wrote: the document of the other is never taken for one's own.
    """

    name = "rolling-deploy-of-a-new-shape"
    stage = "deploy"
    disturbs = frozenset({SERVICE})
    lasting = (2.0, 4.0)

    async def prepare(self, scene: Scene) -> None:
        """See which release runs; the other one is to come."""
        running = scene.platform.hands._known[SERVICE].argv
        older = [sys.executable, "-m", "leefwijk.service", "serve", SERVICE]
        scene.notes |= {
            "forward": [*running] == older,
            "next": newer("serve") if [*running] == older else older,
            "marked": set() if [*running] == older else {SERVICE},
            "wrong": [],
            "read": 0,
        }

    async def strike(self, scene: Scene) -> None:
        """Start a process of the next release beside the present one."""
        notes = scene.notes
        await self._surge(scene, notes["next"])
        if notes["forward"]:
            notes["marked"].add(SURGE)
        notes["reading"] = asyncio.create_task(self._read(scene))

    async def heal(self, scene: Scene) -> None:
        """End the process of the present release, by request or by force, and replace it."""
        notes, hands = scene.notes, scene.platform.hands
        scene.load.doors[SERVICE] = (SURGE,)
        if scene.rng.random() < 0.5:
            hands.kill(SERVICE)
        else:
            await hands.stop(SERVICE)
        await hands.instead(SERVICE, notes["next"])
        notes["marked"] ^= {SERVICE}
        scene.load.doors[SERVICE] = (SERVICE,)
        await hands.stop(SURGE)

    async def examine(self, scene: Scene) -> list[str]:
        """What was read was right, and what is kept is what the newer code folds."""
        notes = scene.notes
        await _end(notes.pop("reading", None))
        wrong: list[str] = [*notes["wrong"][:5]]
        if notes["read"] == 0:
            wrong.append("nobody read an initiative while two releases ran")
        if notes["forward"]:
            wrong += await self._rebuilt(scene)
        return wrong

    async def restore(self, scene: Scene) -> None:
        """One process."""
        await _end(scene.notes.pop("reading", None))
        hands = scene.platform.hands
        if SURGE in hands._children:
            hands.kill(SURGE)
        scene.load.doors.pop(SERVICE, None)

    async def _rebuilt(self, scene: Scene) -> list[str]:
        """Documents that the newer code kept are those that it folds from the events."""
        before = await self._documents(scene)
        await _run(scene.platform.hands, newer("rebuild"))
        after = await self._documents(scene)
        wrong = []
        for stream, row in after.items():
            kept = before[stream]
            if kept["shape"] == row["shape"] and not kept["stale"] and kept != row:
                wrong.append(f"{stream}: the document kept {kept} and was rebuilt as {row}")
            if row["stale"] or not row["state"]["title"].startswith(MARK):
                wrong.append(f"{stream}: the document was not rebuilt by the newer code")
        return wrong

    async def _surge(self, scene: Scene, argv: Sequence[str]) -> None:
        """A further process, which takes its share of the work."""
        hands, (port,) = scene.platform.hands, free_ports(1)
        first = hands._known[SERVICE]
        environment = {**(first.env or {}), "LEEFWIJK_PORT": str(port)}
        ready = f"http://127.0.0.1:{port}/readyz"
        await hands.start(replace(first, name=SURGE, argv=list(argv), env=environment, ready=ready))
        scene.platform.addresses[SURGE] = f"http://127.0.0.1:{port}"
        scene.load.doors[SERVICE] = (SERVICE, SURGE)

    async def _read(self, scene: Scene) -> None:
        """Read through both doors, again and again: each release sees its own states.

        Callers meet now the one, now the other first, so that both write the same streams.
        """
        doors = scene.load.doors
        while True:
            await asyncio.sleep(0.05)
            doors[SERVICE] = tuple(scene.rng.sample(doors[SERVICE], len(doors[SERVICE])))
            with suppress(httpx.TransportError):  # it is being replaced
                await self._read_once(scene)

    async def _read_once(self, scene: Scene) -> None:
        door = scene.rng.choice(scene.load.doors[SERVICE])
        marked = door in scene.notes["marked"]
        area = scene.rng.choice(scene.load.places).neighbourhood(scene.rng.randrange(2))
        asked = {"area": area, "limit": 100}
        answer = await scene.platform.get(door, "/v1/initiatives", "area_manager", asked)
        if (door in scene.notes["marked"]) is not marked or answer.status_code != httpx.codes.OK:
            return
        for item in answer.json()["items"]:
            scene.notes["read"] += 1
            if item["title"].startswith(MARK) is not marked:
                scene.notes["wrong"].append(f"{door} read {item['id']} as {item['title']!r}")

    @staticmethod
    async def _documents(scene: Scene) -> dict[str, dict[str, Any]]:
        rows = await scene.platform.rows(SERVICE, _DOCUMENTS)
        return {row.stream_id: {**row._asdict(), "state": json.loads(row.state)} for row in rows}


async def _run(hands: Hands, argv: Sequence[str]) -> None:
    child = await asyncio.create_subprocess_exec(
        *argv,
        env=hands.environment(SERVICE),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    if child.returncode != 0:
        raise RuntimeError(said.decode()[-500:])


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


STAGES["deploy"] = Running
register(RollingDeploy())
