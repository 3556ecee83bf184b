"""A database is put back from a backup: what was recorded since is lost, and only that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fault_evidence import seems_settled
from fault_kit import STAGES, Fault, Scene, register
from fault_operator import leefwijk
from platform_kit import SERVICES, WORKER, Running, wait_until
from sqlalchemy import text

ARRIVED = 0.75
"""Share of restores in which topics and read models know all that is lost; else some of it."""
_IDS = "select cast(id as text) as id from events"
_OURS = "select cast(id as text) as id from events where type like '%.store-restored.v1'"


class Restore(Fault):
    """The backup is taken amid load, more is acknowledged, and then the backup takes its place."""

    name = "database-restored"
    stage = "restored"
    recovers_within = 60.0
    disturbs = frozenset({*SERVICES, WORKER})

    async def strike(self, scene: Scene) -> None:
        """Take a backup, let people go on, and put it back while they wait."""
        service = scene.rng.choice(SERVICES)
        scene.notes["service"] = service
        async with scene.platform.database_away(service):
            await self._administer(
                scene, f"create database {self._copy(scene)} template {self._database(scene)}"
            )
        await scene.load.until(len(scene.load.acknowledged) + scene.rng.randrange(10, 40))
        await scene.load.stop()
        if scene.rng.random() < ARRIVED:
            await wait_until(partial(seems_settled, scene.platform), "all has arrived", 30)
        for process in self._processes(scene):
            scene.platform.hands.kill(process)
        before = await self._ids(scene)
        await self._administer(
            scene,
            f"drop database {self._database(scene)} with (force)",
            f"alter database {self._copy(scene)} rename to {self._database(scene)}",
        )
        # exactly what the backup does not hold may be lost
        scene.expected.lost |= before - await self._ids(scene)

    async def heal(self, scene: Scene) -> None:
        """What an operator does by docs/operating.md; then people go on."""
        service = scene.notes["service"]
        if service != "projections":
            await leefwijk(scene.platform, service, "restored", service)
            await leefwijk(scene.platform, "initiatives", "knowledge", "rebuild", "initiatives")
            await leefwijk(scene.platform, "projections", "rebuild", "area-effort-status")
            rows = await scene.platform.rows(service, _OURS)
            scene.expected.before |= {row.id for row in rows}
        await scene.platform.hands.again(*self._processes(scene))
        scene.load.start()

    async def examine(self, scene: Scene) -> list[str]:
        """Something was lost, or nothing was tried."""
        if scene.notes["service"] == "projections" or scene.expected.lost:
            return []
        return ["nothing was recorded between the backup and its return"]

    async def restore(self, scene: Scene) -> None:
        """Take away a copy that a cycle which ended early left."""
        if "service" in scene.notes:
            await self._administer(scene, f"drop database if exists {self._copy(scene)}")

    @staticmethod
    def _processes(scene: Scene) -> Sequence[str]:
        service: str = scene.notes["service"]
        return (service, WORKER) if service == "projections" else (service,)

    @staticmethod
    def _database(scene: Scene) -> str:
        return scene.platform.setting(scene.notes["service"], "DATABASE_URL").rsplit("/", 1)[1]

    def _copy(self, scene: Scene) -> str:
        return f"{self._database(scene)}_copy"

    async def _ids(self, scene: Scene) -> set[str]:
        service = scene.notes["service"]
        if service == "projections":
            return set()
        return {row.id for row in await scene.platform.rows(service, _IDS)}

    @staticmethod
    async def _administer(scene: Scene, *statements: str) -> None:
        beside = next(name for name in SERVICES if name != scene.notes["service"])
        async with scene.platform.engine(beside).connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))


STAGES["restored"] = Running
register(Restore())
