"""Processes that are killed, and processes that stand still and wake up."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from fault_kit import PARTS, Fault, Scene, register
from fault_load import STREAMS
from platform_kit import SERVICES, WORKER

from leefwijk.events.clock import AMSTERDAM

SERVERS = ("kafka", "postgres")


class Kill(Fault):
    """`kill -9`, as a power cut would; a supervisor starts the process again."""

    def __init__(self, part: str, within: float) -> None:
        self.part = part
        self.name = f"kill-{part}"
        self.recovers_within = within
        if part == "postgres":
            self.unready = frozenset(SERVICES)
            self.disturbs = frozenset({WORKER})
        elif part == "kafka":
            self.disturbs = frozenset({WORKER})
        else:
            self.unready = frozenset({part})
            self.disturbs = frozenset({part})

    async def strike(self, scene: Scene) -> None:
        """Kill it."""
        scene.platform.hands.kill(self.part)

    async def heal(self, scene: Scene) -> None:
        """Start it again, as a supervisor does."""
        await scene.platform.hands.again(self.part)


class Freeze(Fault):
    """SIGSTOP: the process stands still with its connections open, and goes on later."""

    def __init__(self, part: str, within: float, lasting: tuple[float, float]) -> None:
        self.part = part
        self.name = f"freeze-{part}"
        self.recovers_within = within
        self.lasting = lasting
        if part in PARTS:
            self.disturbs = frozenset({part})
        elif part == "postgres":
            self.disturbs = frozenset(PARTS)
        else:
            self.disturbs = frozenset({WORKER})

    async def strike(self, scene: Scene) -> None:
        """Stop it where it stands."""
        scene.platform.hands.freeze(self.part)

    async def heal(self, scene: Scene) -> None:
        """Let it go on."""
        scene.platform.hands.thaw(self.part)


class Restart(Fault):
    """SIGTERM amid load, and a start: what every deploy does."""

    recovers_within = 15.0

    def __init__(self, part: str) -> None:
        self.part = part
        self.name = f"restart-{part}"
        self.unready = frozenset({part})

    async def strike(self, scene: Scene) -> None:
        """Tell it to stop."""
        await scene.platform.hands.stop(self.part)

    async def heal(self, scene: Scene) -> None:
        """Start it again."""
        await scene.platform.hands.again(self.part)


class PowerCut(Fault):
    """Everything is killed at one moment: databases, broker, services, worker."""

    name = "power-cut"
    recovers_within = 30.0
    unready = frozenset(PARTS)

    async def strike(self, scene: Scene) -> None:
        """Kill all, in any order."""
        everything = [*PARTS, *SERVERS]
        scene.rng.shuffle(everything)
        for part in everything:
            scene.platform.hands.kill(part)

    async def heal(self, scene: Scene) -> None:
        """Start servers, then services."""
        await scene.platform.hands.again(*SERVERS)
        await scene.platform.hands.again(*PARTS)


class ClockJump(Fault):
    """A service comes back with a clock that is wrong, and later with the right one."""

    recovers_within = 15.0
    lasting = (1.0, 2.5)

    def __init__(self, name: str, sign: int) -> None:
        self.name = name
        self.sign = sign
        self.disturbs = frozenset(STREAMS)

    async def strike(self, scene: Scene) -> None:
        """Start one of the services again with a clock some minutes off, within the same day."""
        service = scene.rng.choice(sorted(STREAMS))
        shift = self.sign * scene.rng.uniform(120, 3000)
        now = datetime.now(AMSTERDAM)
        if (now + timedelta(seconds=shift)).date() != now.date():
            shift = -shift  # another day is another fault: dates would be refused
        hands = scene.platform.hands
        hands.kill(service)
        entry = [sys.executable, str(Path(__file__).with_name("fault_clock_serve.py"))]
        usual = await hands.instead(service, [*entry, service, str(shift)])
        scene.notes.update(service=service, shift=shift, usual=usual)

    async def heal(self, scene: Scene) -> None:
        """The right clock again, in which some streams seem to come from the future."""
        scene.platform.hands.kill(scene.notes["service"])
        await scene.platform.hands.instead(scene.notes["service"], scene.notes["usual"])

    async def examine(self, scene: Scene) -> list[str]:
        """The wrong clock was at work: some new stream says so."""
        rows = await scene.platform.rows(
            scene.notes["service"], "select cast(id as text) as id, recorded_at from events"
        )
        ours = {id_ for one in scene.load.acknowledged for id_ in one.events}
        wrong = timedelta(seconds=scene.notes["shift"])
        moments = [row.recorded_at for row in rows if row.id in ours]
        spread = max(moments) - min(moments)
        return [] if spread > abs(wrong) / 2 else ["clock: no event was recorded by a wrong clock"]


register(
    *(Kill(service, 15) for service in SERVICES),
    Kill(WORKER, 30),
    Kill("kafka", 30),
    Kill("postgres", 20),
    PowerCut(),
    *(Freeze(service, 15, (1.0, 6.0)) for service in SERVICES),
    Freeze(WORKER, 30, (1.0, 6.0)),
    Freeze("kafka", 30, (1.0, 8.0)),
    Freeze("postgres", 20, (1.0, 8.0)),
    *(Restart(part) for part in PARTS),
    ClockJump("clock-back", -1),
    ClockJump("clock-forward", 1),
)
