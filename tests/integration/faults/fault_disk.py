"""The disk of PostgreSQL or of Kafka is full, because something else filled it.

Each server lives on a small file system of its own in memory, which only root may mount.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from fault_kit import PARTS, STAGES, Fault, Scene, register
from platform_kit import SERVICES, Running, wait_until
from sqlalchemy import text

from leefwijk.local import LocalError

MEGABYTES = {"postgres": 320, "kafka": 96}
"""Size of each file system: what the server needs and a few minutes of load."""
_BLOCK = 1 << 16
_GONE_SECONDS = 20.0
"""A server that cannot write ends itself within this time, or goes on."""


def mount_small(folder: Path, megabytes: int) -> None:
    """Mount a file system of this size, in memory. Raises OSError if that is not allowed."""
    done = subprocess.run(  # noqa: S603 - the command is ours
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)],  # noqa: S607 - the system's own
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PermissionError(done.stderr.strip())


def unmount(folder: Path) -> None:
    """Take the file system away, also when something still uses it."""
    subprocess.run(  # noqa: S603 - the command is ours
        ["umount", "-l", str(folder)],  # noqa: S607 - the system's own
        capture_output=True,
        check=False,
    )


def why_no_mount() -> str | None:
    """Why no file system can be mounted here; none if it can."""
    if os.geteuid() != 0:
        return "mounting a small file system needs root"
    with TemporaryDirectory(prefix="leefwijk-mount-") as folder:
        try:
            mount_small(Path(folder), 1)
        except OSError as error:
            return f"no file system can be mounted: {error}"
        unmount(Path(folder))
    return None


class SmallDisks(Running):
    """A platform whose servers have little room, each on a disk of its own."""

    async def start(self) -> None:
        """Mount the disks and start."""
        for server, megabytes in MEGABYTES.items():
            disk = self.folder / server
            disk.mkdir()
            mount_small(disk, megabytes)
        await super().start()

    async def end(self) -> None:
        """Stop everything and take the disks away."""
        try:
            await super().end()
        finally:
            for server in MEGABYTES:
                unmount(self.folder / server)

    def fill(self, server: str) -> int:
        """Fill the disk of a server to the last byte; gives how many that took."""
        written = 0
        with (self.folder / server / "ballast").open("ab", buffering=0) as ballast:
            for size in (_BLOCK, 512, 1):
                with suppress(OSError):  # it is full
                    while True:
                        written += ballast.write(b"\0" * size)
        return written

    def empty(self, server: str) -> None:
        """Give the room back."""
        (self.folder / server / "ballast").unlink(missing_ok=True)

    def has_ended(self, server: str) -> bool:
        """Whether the server ended itself."""
        child = self.hands._children.get(server)
        return child is None or child.poll() is not None


class _Full(Fault):
    """A disk is full, and later has room again."""

    stage = "small-disks"
    server: str

    def skip(self) -> str | None:
        """Mounting needs root."""
        return why_no_mount()

    def _disks(self, scene: Scene) -> SmallDisks:
        return cast("SmallDisks", scene.platform)

    async def strike(self, scene: Scene) -> None:
        """Fill the disk."""
        await asyncio.to_thread(self._disks(scene).fill, self.server)

    async def until_ended(self, scene: Scene) -> None:
        """Wait until the server has ended itself. Raises AssertionError: nothing was tried."""

        async def ended() -> bool:
            return self._disks(scene).has_ended(self.server)

        await wait_until(ended, f"{self.server} ended itself", _GONE_SECONDS)

    async def heal(self, scene: Scene) -> None:
        """Give the room back, and start the server again if it ended itself."""
        self._disks(scene).empty(self.server)
        hands = scene.platform.hands
        try:
            await hands.until_ready(self.server)
        except LocalError:  # it ended itself, perhaps only now
            hands.kill(self.server)
            await hands.again(self.server)

    async def restore(self, scene: Scene) -> None:
        """Give the room back, also when the cycle ended early."""
        await self.heal(scene)


class FullTables(_Full):
    """PostgreSQL's tables cannot grow: it refuses each write and goes on."""

    name = "full-disk-postgres"
    server = "postgres"
    disturbs = frozenset(PARTS)
    waits = True
    lasting = (2.0, 5.0)


class FullLog(_Full):
    """PostgreSQL cannot write its log: it stops in the middle, and cannot start without room."""

    name = "full-log-postgres"
    server = "postgres"
    unready = frozenset(SERVICES)
    disturbs = frozenset(PARTS)
    waits = True
    lasting = (1.0, 3.0)

    async def strike(self, scene: Scene) -> None:
        """Fill the disk and ask for new segments of the log until there is none."""
        await super().strike(scene)
        until = time.monotonic() + _GONE_SECONDS
        with suppress(Exception):  # the server goes away while it is asked
            async with scene.platform.engine("monitoring").connect() as connection:
                while time.monotonic() < until:
                    await connection.execute(text("select pg_logical_emit_message(false, '', '')"))
                    await connection.execute(text("select pg_switch_wal()"))
        await self.until_ended(scene)


class FullKafka(_Full):
    """Kafka cannot write: it stops by itself. People go on working."""

    name = "full-disk-kafka"
    server = "kafka"
    disturbs = frozenset({PARTS[-1]})
    lasting = (1.0, 3.0)

    async def strike(self, scene: Scene) -> None:
        """Fill the disk and wait until the broker has noticed."""
        await super().strike(scene)
        await self.until_ended(scene)


STAGES["small-disks"] = SmallDisks
register(FullTables(), FullLog(), FullKafka())
