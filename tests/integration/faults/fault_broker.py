"""A broker that comes back with other data than it had: torn at the end, or without its tail."""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path

from fault_evidence import judge
from fault_kit import PARTS, STAGES, Fault, Scene, register
from platform_kit import Running

OURS = "leefwijk."
_INDEXES = ("*.index", "*.timeindex", "*.snapshot")
_GARBAGE = 4096


def segments(platform: Running) -> list[Path]:
    """The files that hold the records of our topics."""
    data = platform.folder / "kafka" / "data"
    return sorted(data.glob(f"{OURS}*/*.log"))


class _Broker(Fault):
    """The broker is killed, something happens to its files, and it is started again."""

    stage = "worn-broker"
    disturbs = frozenset({PARTS[-1]})
    lasting = (0.0, 2.0)

    def spoil(self, scene: Scene, found: list[Path]) -> None:
        """Do it to the files of the broker that has just been killed."""
        raise NotImplementedError

    async def strike(self, scene: Scene) -> None:
        """Kill the broker and spoil its files."""
        scene.platform.hands.kill("kafka")
        await asyncio.to_thread(self.spoil, scene, segments(scene.platform))

    async def heal(self, scene: Scene) -> None:
        """Start it again."""
        await scene.platform.hands.again("kafka")


class Unclean(_Broker):
    """A power cut amid writing: the last write is torn and the indexes are damaged."""

    name = "kafka-unclean"

    def spoil(self, scene: Scene, found: list[Path]) -> None:
        """Put half a write behind what was acknowledged, and break indexes."""
        for segment in found:
            if scene.rng.random() < 0.7:
                with segment.open("ab") as file:
                    file.write(scene.rng.randbytes(scene.rng.randrange(1, _GARBAGE)))
            for pattern in _INDEXES:
                for index in segment.parent.glob(pattern):
                    self._break(scene, index)

    @staticmethod
    def _break(scene: Scene, index: Path) -> None:
        match scene.rng.randrange(3):
            case 0:
                index.unlink()
            case 1:
                size = min(index.stat().st_size, _GARBAGE)
                with index.open("r+b") as file:
                    file.write(scene.rng.randbytes(size))
            case _:
                pass


class LostTail(_Broker):
    """A copy that was behind became the leader: what it had not got yet is gone from our topics.

    What consumers and the broker itself noted about offsets is as new as before.
    """

    name = "kafka-lost-tail"

    def spoil(self, scene: Scene, found: list[Path]) -> None:
        """Cut off the tails of the topics, more or less of each partition."""
        for segment in found:
            scene.expected.refilled.add(segment.parent.name.rpartition("-")[0])
            if scene.rng.random() < 0.7:
                size = segment.stat().st_size
                with segment.open("r+b") as file:
                    file.truncate(int(size * scene.rng.uniform(0.2, 0.98)))


class LostTailUnnoticed(LostTail):
    """The tail is gone, and nobody has anything new to write."""

    name = "kafka-lost-tail-at-rest"

    async def strike(self, scene: Scene) -> None:
        """Let everything that was begun come to its end, and then strike."""
        await scene.load.stop()
        await super().strike(scene)

    async def heal(self, scene: Scene) -> None:
        """Start it again, and see that all is well before anybody does anything."""
        await super().heal(scene)
        expected = copy.deepcopy(scene.expected)
        expected.acknowledged.update(id_ for one in scene.load.acknowledged for id_ in one.events)
        until = asyncio.get_running_loop().time() + self.recovers_within
        found, _ = await judge(scene.platform, expected, until)
        scene.notes["wrong"] = [f"at rest: {said}" for said in found]
        scene.load.start()

    async def examine(self, scene: Scene) -> list[str]:
        """What was wrong before anybody did anything."""
        found: list[str] = scene.notes["wrong"]
        return found


STAGES["worn-broker"] = Running
register(Unclean(), LostTail(), LostTailUnnoticed())
