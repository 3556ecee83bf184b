"""Two processes of one part: leaders and standbys, workers that share partitions; rebuilds."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from fault_kit import Fault, Scene, register
from platform_kit import WORKER, wait_until

TWIN = "initiatives-twin"
STALE_SECONDS = 10.0
"""So old is the heartbeat of a leader that a standby replaces, as docs/guarantees.md says."""
_CURSOR = """
select leader, era, cast(cast(xid as text) as bigint) as xid, position
from relays where name = 'initiatives'
"""
_GENERATION = "select max(current) as current from consumer_generations"


class TwinLeader(Fault):
    """Two processes of initiatives: the leader of the relay goes, the standby delivers."""

    disturbs = frozenset({"initiatives"})

    async def prepare(self, scene: Scene) -> None:
        """Start the standby, and see that the first process leads."""
        await scene.platform.start_twin("initiatives")
        scene.load.doors["initiatives"] = ("initiatives", TWIN)
        scene.notes["leader"] = (await self._cursor(scene)).leader
        mine = str(scene.platform.hands.pid("initiatives"))
        assert scene.notes["leader"].endswith(f"/{mine}"), "the standby leads already"
        scene.notes["moves"] = []
        scene.notes["following"] = asyncio.create_task(self._follow(scene))

    async def examine(self, scene: Scene) -> list[str]:
        """The standby leads, and the cursor never went back."""
        scene.notes["following"].cancel()
        violations = []
        twin = str(scene.platform.hands.pid(TWIN))
        if not (leader := (await self._cursor(scene)).leader).endswith(f"/{twin}"):
            violations.append(f"relay: {leader} leads and not the standby, {twin}")
        moves = scene.notes["moves"]
        if moves != sorted(moves):
            violations.append("relay: the cursor went back")
        return violations

    async def restore(self, scene: Scene) -> None:
        """One process again, which leads."""
        scene.notes["following"].cancel()
        await scene.platform.hands.stop(TWIN)
        mine = str(scene.platform.hands.pid("initiatives"))

        async def leads() -> bool:
            return bool((await self._cursor(scene)).leader.endswith(f"/{mine}"))

        await wait_until(leads, "the first process leads again", 20)

    async def _follow(self, scene: Scene) -> None:
        """Write down where the cursor stands, again and again."""
        while True:
            row = await self._cursor(scene)
            scene.notes["moves"].append((row.era, row.xid, row.position))
            await asyncio.sleep(0.2)

    async def _cursor(self, scene: Scene) -> Any:
        (row,) = await scene.platform.rows("initiatives", _CURSOR)
        return row


class KillLeader(TwinLeader):
    """The leader is killed; the standby takes over at once."""

    name = "kill-leader"
    recovers_within = 15.0

    async def strike(self, scene: Scene) -> None:
        """Kill the leader."""
        scene.platform.hands.kill("initiatives")

    async def heal(self, scene: Scene) -> None:
        """Start it again: it becomes the standby."""
        await scene.platform.hands.again("initiatives")


class FreezeLeader(TwinLeader):
    """The leader stands still, is replaced, and wakes up again: it may not move the cursor."""

    name = "freeze-leader"
    recovers_within = 20.0
    lasting = (STALE_SECONDS + 2.5, STALE_SECONDS + 4.0)

    async def strike(self, scene: Scene) -> None:
        """Stop it where it stands."""
        scene.platform.hands.freeze("initiatives")

    async def heal(self, scene: Scene) -> None:
        """Let it go on, once the standby has taken over."""
        scene.platform.hands.thaw("initiatives")


class TwoWorkers(Fault):
    """Partitions go from one worker to another amid load."""

    recovers_within = 40.0
    disturbs = frozenset({WORKER})
    twin = f"{WORKER}-twin"

    def __init__(self, how: str) -> None:
        self.how = how
        self.name = f"worker-{how}"
        if how == "frozen":  # past the group's patience, so that the other one takes over
            self.lasting = (STALE_SECONDS + 2, STALE_SECONDS + 4)

    async def prepare(self, scene: Scene) -> None:
        """Two workers, unless the second one is still to come."""
        if self.how != "added":
            await scene.platform.start_twin(WORKER)
            # the group shares its partitions out
            await asyncio.sleep(3)

    async def strike(self, scene: Scene) -> None:
        """The second one comes, is told to go, is killed or stands still."""
        hands = scene.platform.hands
        match self.how:
            case "added":
                await scene.platform.start_twin(WORKER)
            case "removed":
                await hands.stop(self.twin)
            case "frozen":
                hands.freeze(self.twin)
            case _:
                hands.kill(self.twin)

    async def heal(self, scene: Scene) -> None:
        """One that stood still goes on, with what it had read before others took over."""
        if self.how == "frozen":
            scene.platform.hands.thaw(self.twin)

    async def restore(self, scene: Scene) -> None:
        """One worker again."""
        if self.how in {"added", "frozen"}:
            await scene.platform.hands.stop(self.twin)


class Rebuild(Fault):
    """The read model is built anew while people work and read; or the building is killed."""

    recovers_within = 30.0
    lasting = (0.3, 2.0)

    def __init__(self, *, killed: bool) -> None:
        self.killed = killed
        self.name = "rebuild-killed" if killed else "rebuild-under-load"

    async def strike(self, scene: Scene) -> None:
        """Begin to rebuild."""
        scene.notes["before"] = await self._generation(scene)
        scene.notes["rebuild"] = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "leefwijk.service", "rebuild", "area-effort-status"),
            env=scene.platform.hands.environment("projections"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def heal(self, scene: Scene) -> None:
        """Kill it, or wait for its end."""
        rebuild = scene.notes["rebuild"]
        if self.killed and rebuild.returncode is None:
            rebuild.kill()
        scene.notes["said"], _ = await rebuild.communicate()

    async def examine(self, scene: Scene) -> list[str]:
        """The switch was made by a rebuild that ended, and by no other."""
        moved = await self._generation(scene) > scene.notes["before"]
        ended = scene.notes["rebuild"].returncode == 0
        if moved == ended and (ended or self.killed):
            return []
        return [f"rebuild: ended {ended}, switched {moved}: {scene.notes['said'].decode()[-300:]}"]

    async def _generation(self, scene: Scene) -> int:
        (row,) = await scene.platform.rows("projections", _GENERATION)
        return int(row.current)


register(
    KillLeader(),
    FreezeLeader(),
    TwoWorkers("added"),
    TwoWorkers("removed"),
    TwoWorkers("killed"),
    TwoWorkers("frozen"),
    Rebuild(killed=False),
    Rebuild(killed=True),
)
