"""A part ends at the worst moment: while what it waits for is away, with work in its hands.

A process that is killed at any moment rarely holds anything. Here its server goes first, so that
events, commands or records pile up in its memory; then it is ended.
"""

from __future__ import annotations

from contextlib import AsyncExitStack

from fault_kit import Fault, Scene, register
from platform_kit import DECIDING, WORKER
from sqlalchemy import text


class UnsentAndKilled(Fault):
    """Kafka is gone, events wait in the relays; the relays are killed before it comes back."""

    name = "services-killed-without-kafka"
    recovers_within = 30.0
    unready = frozenset(DECIDING)
    disturbs = frozenset({WORKER})
    lasting = (0.5, 1.5)

    async def strike(self, scene: Scene) -> None:
        """Take Kafka away and go on working, then kill whoever has events to send."""
        scene.platform.hands.kill("kafka")
        await scene.load.until(len(scene.load.acknowledged) + 20)
        for service in DECIDING:
            scene.platform.hands.kill(service)

    async def heal(self, scene: Scene) -> None:
        """Start the services first: they must do without Kafka."""
        await scene.platform.hands.again(*DECIDING)
        await scene.platform.hands.again("kafka")


class UncommittedAndKilled(Fault):
    """Commits wait for a lock, more and more of them; the services are killed."""

    name = "services-killed-amid-commit"
    recovers_within = 20.0
    unready = frozenset(DECIDING)
    lasting = (0.7, 2.0)
    """Until the lock is given back: what the killed ones had sent may still be carried out."""

    async def strike(self, scene: Scene) -> None:
        """Let nobody write an event; what was decided waits, in the database and in memory."""
        held = scene.notes["held"] = AsyncExitStack()
        for service in DECIDING:
            connection = await held.enter_async_context(scene.platform.engine(service).connect())
            await connection.execute(text("begin"))
            await connection.execute(text("lock table events in share mode"))

    async def heal(self, scene: Scene) -> None:
        """Kill the services with what they have in hand, and let others write again."""
        for service in DECIDING:
            scene.platform.hands.kill(service)
        await scene.notes["held"].aclose()
        await scene.platform.hands.again(*DECIDING)


class UnwrittenAndEnded(Fault):
    """The worker is stopped, or killed, while its database is away and a batch is tried again."""

    recovers_within = 30.0
    unready = frozenset({"projections", WORKER})
    lasting = (2.0, 3.0)
    """Longer than the worker waits before it tells Kafka how far it came."""

    def __init__(self, *, killed: bool) -> None:
        self.killed = killed
        self.name = f"worker-{'killed' if killed else 'stopped'}-amid-retry"

    async def strike(self, scene: Scene) -> None:
        """Take the database away; the worker reads on and writes nothing."""
        away = scene.notes["away"] = AsyncExitStack()
        await away.enter_async_context(scene.platform.database_away("projections"))

    async def heal(self, scene: Scene) -> None:
        """End the worker first, then give the database back, then start the worker."""
        hands = scene.platform.hands
        if self.killed:
            hands.kill(WORKER)
        else:
            await hands.stop(WORKER)
        await scene.notes["away"].aclose()
        await hands.again(WORKER)


register(
    UnsentAndKilled(),
    UncommittedAndKilled(),
    UnwrittenAndEnded(killed=False),
    UnwrittenAndEnded(killed=True),
)
