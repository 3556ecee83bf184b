"""One fault tried once: commands under way, strike, heal, and the judgement afterwards."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from fault_evidence import judge
from fault_judge import Expected
from fault_kit import PARTS, Fault, Scene
from fault_load import Load
from fault_watch import GONE, READY, UNREADY, Watch
from platform_kit import DECIDING, Running
from platform_scenes import Place, Scenes

WARM = 20
"""So many commands of a cycle are acknowledged before the fault strikes."""
AFTERWARDS = 12
"""So many more must be acknowledged once it is healed: work goes on by itself."""
CLIENTS = 6
TOLD = 5
"""Broken promises of one cycle that are told in full."""
DISTRICTS = 6
BUDGET = "900000.00"
_UNSENT = """
select count(*) as unsent from events e, relays r
where (e.era, e.xid, e.position) > (r.era, r.xid, r.position)
"""


@dataclass
class Hit:
    """What came of one cycle."""

    fault: str
    seed: int
    open: int
    """Commands that were sent and not acknowledged when the fault struck."""
    unsent: int
    """Events that were stored and not sent when the fault struck."""
    acknowledged: int
    unanswered: int
    looked: int
    recovery: float
    """Seconds from the end of the healing until everything agreed."""
    violations: list[str] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        """Whether there was anything that the fault could have lost."""
        return self.open > 0 or self.unsent > 0

    def as_json(self) -> dict[str, Any]:
        """As it is saved."""
        return {**asdict(self), "counts": self.counts}


class Theatre:
    """A running platform on which cycles are played, one after the other."""

    def __init__(self, platform: Running, scenes: Scenes) -> None:
        self.platform = platform
        self.scenes = scenes
        self.places: list[Place] = []
        self.expected = Expected()

    async def open(self) -> None:
        """Start a platform of its own and make something to work in."""
        await self.platform.start()
        await self.scenes.prepare()
        await self.furnish()

    async def furnish(self) -> None:
        """Make districts with budgets to work in."""
        self.places = [self.scenes.place() for _ in range(DISTRICTS)]
        for place in self.places:
            await self.scenes.level(place.district, BUDGET)

    async def play(self, fault: Fault, seed: int) -> Hit:
        """Try a fault once, with the chance of this seed."""
        rng = random.Random(f"{fault.name} {seed}")  # noqa: S311 - chance that can be repeated
        load = Load(self.platform, self.places, rng, CLIENTS)
        scene = Scene(self.platform, self.scenes, rng, load, self.expected)
        self.expected.before = await self.stored()
        watch = Watch(self.platform, PARTS)
        await fault.prepare(scene)
        try:
            return await self._cycle(fault, seed, scene, watch)
        finally:
            await watch.stop()
            await load.stop()
            await fault.restore(scene)

    async def _cycle(self, fault: Fault, seed: int, scene: Scene, watch: Watch) -> Hit:
        load, loop = scene.load, asyncio.get_running_loop()
        watch.start()
        load.start()
        violations = []
        if not await load.until(WARM + scene.rng.randrange(WARM)):
            violations.append("the load did not get going before the strike")
        unsent = await self._unsent()
        under_way = await load.busy()
        struck = loop.time()
        await fault.strike(scene)
        await asyncio.sleep(scene.rng.uniform(*fault.lasting))
        await fault.heal(scene)
        healed = loop.time()
        if not await load.until(len(load.acknowledged) + AFTERWARDS, fault.recovers_within):
            violations.append(f"no work went on within {fault.recovers_within:g} s")
        await load.stop()
        self.expected.acknowledged.update(id_ for one in load.acknowledged for id_ in one.events)
        self.expected.forbidden |= load.forbidden
        found, settled = await judge(self.platform, self.expected, healed + fault.recovers_within)
        violations += [*found, *_first(load.broken), *await fault.examine(scene)]
        violations += await _readiness(fault, watch, struck, healed + fault.recovers_within)
        return Hit(
            fault.name,
            seed,
            under_way,
            unsent,
            len(load.acknowledged),
            load.unanswered,
            load.looked,
            round(settled - healed, 2),
            violations,
        )

    async def stored(self) -> set[str]:
        """The ids of all events that stand in a store now."""
        query = "select cast(id as text) as id from events"
        return {row.id for service in DECIDING for row in await self.platform.rows(service, query)}

    async def _unsent(self) -> int:
        return sum(
            [
                row.unsent
                for service in DECIDING
                for row in await self.platform.rows(service, _UNSENT)
            ]
        )


def _first(broken: list[str]) -> list[str]:
    """The first few, and how many there are besides: one cause breaks many promises."""
    more = len(broken) - TOLD
    return [*broken[:TOLD], *([f"and {more} more such answers"] if more > 0 else [])]


async def _readiness(fault: Fault, watch: Watch, struck: float, until: float) -> list[str]:
    """Whether readiness told the truth: false where it had to be, true elsewhere and at the end."""
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            await watch.all_ready()
    wrong = []
    for part in watch.parts:
        said = watch.since(struck, part)
        if part in fault.unready:
            if not said & {UNREADY, GONE}:
                wrong.append(f"readiness: {part} said all the time that it was ready")
        elif part not in fault.disturbs and UNREADY in said:
            wrong.append(f"readiness: {part} was not ready, for no reason: {watch.reasons[part]}")
        if watch.said[part][-1][1] != READY:
            wrong.append(f"readiness: {part} is {watch.said[part][-1][1]} in the end")
    return wrong
