"""A foreign transaction holds up every reader of a log: it is told, and nothing is lost."""

from __future__ import annotations

import asyncio

from fault_kit import Fault, Scene, register
from fault_operator import metric
from platform_kit import DECIDING, SERVICES, wait_until
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_HOLD = "set idle_in_transaction_session_timeout = 0"
_WRITE = "select pg_current_xact_id()"


class LongTransaction(Fault):
    """Somebody's transaction has written something, anywhere in the cluster, and does not end.

    People go on working; neither service sends what they did until it ends, and both say so.
    """

    name = "long-foreign-transaction"
    lasting = (3.0, 7.0)

    async def strike(self, scene: Scene) -> None:
        """Begin it in the database of some service."""
        service = scene.rng.choice(SERVICES)
        connection = scene.platform.engine(service).connect()
        await connection.start()
        scene.notes["connection"] = connection
        for statement in (_HOLD, "begin", _WRITE):
            await connection.execute(text(statement))
        self._acknowledged = len(scene.load.acknowledged)

    async def heal(self, scene: Scene) -> None:
        """See that both services tell of it and still work; then it ends."""
        wrong = scene.notes.setdefault("wrong", [])
        if len(scene.load.acknowledged) == self._acknowledged:
            wrong.append("commands were not answered while a foreign transaction ran")
        for service in DECIDING:
            age = await metric(scene.platform, service, "event_horizon_age_seconds")
            unsent = await metric(scene.platform, service, "relay_unsent_events")
            if age < self.lasting[0] - 2:  # it is measured every second
                wrong.append(f"{service} says that its horizon is {age:g} s old")
            scene.notes[service] = unsent
        if not any(scene.notes[service] for service in DECIDING):
            wrong.append("no service says that it has events to send")
        await self._end(scene)

    async def examine(self, scene: Scene) -> list[str]:
        """What was seen meanwhile, and that it is over."""
        wrong: list[str] = scene.notes["wrong"]

        async def young() -> bool:
            ages = [
                await metric(scene.platform, service, "event_horizon_age_seconds")
                for service in DECIDING
            ]
            return max(ages) < 1

        try:
            await wait_until(young, "the horizon is young again", 5)
        except AssertionError as error:
            wrong.append(str(error))
        return wrong

    async def restore(self, scene: Scene) -> None:
        """End it, also when the cycle ended early."""
        await self._end(scene)

    @staticmethod
    async def _end(scene: Scene) -> None:
        connection: AsyncConnection | None = scene.notes.pop("connection", None)
        if connection is not None:
            await connection.execute(text("rollback"))
            await connection.close()
            await asyncio.sleep(0)


register(LongTransaction())
