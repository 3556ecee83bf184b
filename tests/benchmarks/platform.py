"""The whole platform as `make run` starts it, on free ports, in a folder that goes away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from tests.benchmarks import samples

from leefwijk.local import Supervisor, free_ports
from leefwijk.local.platform import Platform, Ports
from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role


@dataclass(frozen=True)
class Running:
    """A platform that is up."""

    folder: Path
    platform: Platform

    def settings(self, service: str) -> dict[str, str]:
        """The settings that a service was started with."""
        file = self.folder / "settings" / f"{service}.env"
        return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())

    def token(self, role: Role) -> str:
        """A token of somebody in this role."""
        return DevelopmentIssuer(self.folder / "identity").token(role)

    def client(self, service: str, role: Role) -> httpx.AsyncClient:
        """A client of a service."""
        return httpx.AsyncClient(
            base_url=self.platform.addresses()[service],
            headers={"Authorization": f"Bearer {self.token(role)}"},
            timeout=60,
        )


@asynccontextmanager
async def running_platform() -> AsyncIterator[Running]:
    """Start it; stop it when the block ends.

    Raises InterruptedError when somebody asked to stop.
    """
    ended = False
    with TemporaryDirectory(prefix="leefwijk-bench-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        async with Supervisor(folder, say=lambda _: None) as supervisor:
            platform = Platform(folder, _free_ports(), municipalities=samples.MUNICIPALITIES)
            await platform.start(supervisor)
            yield Running(folder, platform)
            ended = True
    if not ended:
        # the supervisor ends its block quietly when somebody asks to stop
        raise InterruptedError("asked to stop before all was measured")


def _free_ports() -> Ports:
    names = tuple(Ports().services)
    postgres, kafka, worker, *services = free_ports(3 + len(names))
    return Ports(postgres, kafka, worker, dict(zip(names, services, strict=True)))
