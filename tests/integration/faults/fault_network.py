"""Connections to PostgreSQL and to Kafka are cut, reset, slowed, silenced and left half open.

Every part of the platform reaches both servers through a proxy each; who judges goes around it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from fault_kit import PARTS, STAGES, Fault, Scene, register
from platform_kit import SERVICES, WORKER, Running
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from leefwijk.events.broker import Broker
from leefwijk.events.testing.proxy import HOST, Proxy
from leefwijk.local import EmbeddedKafka, EmbeddedPostgres, Supervisor, free_ports
from leefwijk.local.platform import Platform

OUTSIDE = "OUTSIDE"
"""The listener of Kafka that is reached without the proxy."""


class Proxied(Running):
    """A platform whose parts reach PostgreSQL and Kafka through proxies only.

    The proxies have a loop and a thread of their own: whoever judges would hold them up.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._direct_postgres, self._direct_kafka, self._outside, self._controller = free_ports(4)
        self.postgres = Proxy(self.ports.postgres, self._direct_postgres)
        self.kafka = Proxy(self.ports.kafka, self._direct_kafka)
        self.broker = Broker(f"{HOST}:{self._outside}")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)

    async def to(self, *proxies: Proxy, do: Callable[[Proxy], Awaitable[None] | None]) -> None:
        """Do something to proxies, in their own loop."""

        async def act() -> None:
            for proxy in proxies:
                done = do(proxy)
                if done is not None:
                    await done

        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(act(), self._loop))

    async def start(self) -> None:
        """Start the servers, the proxies before them, and what uses them."""
        self._thread.start()
        await self.to(self.postgres, self.kafka, do=Proxy.restore)
        database = EmbeddedPostgres(self.folder / "postgres", self._direct_postgres)
        kafka = EmbeddedKafka(
            self.folder / "kafka", self._direct_kafka, extra=self._listeners(self.ports.kafka)
        )
        await self.hands.start(database.process(), kafka.process())
        given = make_url(database.url()).set(port=self.ports.postgres)
        platform = Platform(
            self.folder,
            self.ports,
            database_url=given.render_as_string(hide_password=False),
            kafka_bootstrap=f"{HOST}:{self.ports.kafka}",
        )
        self.addresses = await platform.start(cast("Supervisor", self.hands))

    async def end(self) -> None:
        """Stop everything, the proxies last."""
        await self.to(self.postgres, self.kafka, do=Proxy.restore)
        try:
            await super().end()
        finally:
            await self.to(self.postgres, self.kafka, do=Proxy.close)
            self._loop.call_soon_threadsafe(self._loop.stop)
            await asyncio.to_thread(self._thread.join)
            self._loop.close()

    def engine(self, service: str) -> AsyncEngine:
        """Connections to a service's database that do not pass the proxy."""
        if service not in self._engines:
            url = make_url(self.setting(service, "DATABASE_URL")).set(port=self._direct_postgres)
            self._engines[service] = create_async_engine(
                url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
            )
        return self._engines[service]

    def _listeners(self, proxied: int) -> dict[str, str]:
        """Kafka tells its clients the proxy's address, and has a second door for who judges."""
        kinds = ("PLATFORM", OUTSIDE, "CONTROLLER")
        return {
            "listeners": (
                f"PLATFORM://{HOST}:{self._direct_kafka},{OUTSIDE}://{HOST}:{self._outside},"
                f"CONTROLLER://{HOST}:{self._controller}"
            ),
            "advertised.listeners": (
                f"PLATFORM://{HOST}:{proxied},{OUTSIDE}://{HOST}:{self._outside}"
            ),
            "listener.security.protocol.map": ",".join(f"{kind}:PLAINTEXT" for kind in kinds),
            "inter.broker.listener.name": OUTSIDE,
            "controller.quorum.voters": f"1@{HOST}:{self._controller}",
        }


class _Network(Fault):
    """Something happens to the connections to one of the servers."""

    stage = "proxied"

    def __init__(self, server: str) -> None:
        self.name = f"{self.kind}-{server}"
        self.server = server
        if server == "postgres":
            self.unready, self.disturbs = self.database_unready, frozenset(PARTS)
            self.waits = self.database_waits
        else:
            # people go on working without Kafka, and what says when it is behind is the metric
            self.disturbs = frozenset({WORKER})

    kind: str
    database_unready: frozenset[str] = frozenset()
    database_waits: bool = False

    async def _do(self, scene: Scene, what: Callable[[Proxy], Awaitable[None] | None]) -> None:
        """Do something to the connections to the server."""
        platform = cast("Proxied", scene.platform)
        proxy = platform.postgres if self.server == "postgres" else platform.kafka
        await platform.to(proxy, do=what)

    async def heal(self, scene: Scene) -> None:
        """Let everything pass again."""
        await self._do(scene, Proxy.restore)

    async def restore(self, scene: Scene) -> None:
        """Let everything pass again, also when the cycle ended early."""
        await self._do(scene, Proxy.restore)


class Cut(_Network):
    """Connections are reset and refused for a while, as when a firewall or a switch goes down."""

    kind = "cut"
    database_unready = frozenset(SERVICES)
    database_waits = True
    lasting = (1.5, 4.0)

    async def strike(self, scene: Scene) -> None:
        """Reset and refuse."""
        await self._do(scene, Proxy.cut)


class Reset(_Network):
    """Connections are reset in the middle of whatever they carry; new ones are let in at once."""

    kind = "reset"
    lasting = (0.5, 1.5)

    async def strike(self, scene: Scene) -> None:
        """Reset a few times, each time amid what began again."""
        for _ in range(3):
            await self._do(scene, Proxy.reset)
            await asyncio.sleep(scene.rng.uniform(0.05, 0.4))


class Slow(_Network):
    """Everything takes its time: latency each way and little that passes per second."""

    kind = "slow"
    lasting = (2.0, 5.0)

    async def strike(self, scene: Scene) -> None:
        """Slow down, by as much as the seed says."""
        latency = scene.rng.uniform(0.05, 0.3)
        narrow = scene.rng.choice([None, 500_000, 100_000])
        await self._do(scene, lambda proxy: proxy.slow(latency, narrow))


class Blackhole(_Network):
    """A network partition: no byte passes, nobody is told; what was on its way comes later."""

    kind = "blackhole"
    database_unready = frozenset(SERVICES)
    database_waits = True
    lasting = (4.0, 14.0)

    async def strike(self, scene: Scene) -> None:
        """Let nothing pass."""
        await self._do(scene, Proxy.blackhole)


class HalfOpen(_Network):
    """The server hears what it is asked to do, and nobody hears that it did it."""

    kind = "half-open"
    database_unready = frozenset(SERVICES)
    database_waits = True
    lasting = (4.0, 14.0)

    async def strike(self, scene: Scene) -> None:
        """Hold the answers back; then they are lost for good."""
        await self._do(scene, Proxy.half_open)

    async def heal(self, scene: Scene) -> None:
        """Reset, so that no answer that was held arrives, and let everything pass again."""
        await self._do(scene, Proxy.reset)
        await super().heal(scene)


STAGES["proxied"] = Proxied
register(
    *(
        kind(server)
        for server in ("postgres", "kafka")
        for kind in (Cut, Reset, Slow, Blackhole, HalfOpen)
    )
)
