"""`python -m leefwijk.local`: run the platform here until somebody asks to stop."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from leefwijk.local.errors import LocalError
from leefwijk.local.platform import Platform
from leefwijk.local.sample import load_sample
from leefwijk.local.supervisor import Supervisor, say_on_terminal
from leefwijk.local.welcome import welcome

FOLDER = Path(".leefwijk")


async def _run(platform: Platform) -> None:
    platform.folder.mkdir(exist_ok=True)
    async with Supervisor(platform.folder) as supervisor:
        # after the lock and the leftovers, so that our own earlier run is no stranger on a port
        platform.check()
        addresses = await platform.start(supervisor)
        await load_sample(platform.folder, addresses, say_on_terminal)
        say_on_terminal(welcome(platform.folder, addresses, platform.ports.worker))
        await supervisor.wait()


def main() -> int:
    """Run; what stands in the way is said in one sentence each."""
    platform = Platform(
        FOLDER,
        database_url=os.environ.get("DATABASE_URL"),
        kafka_bootstrap=os.environ.get("KAFKA_BOOTSTRAP"),
    )
    try:
        asyncio.run(_run(platform))
    except LocalError as error:
        sys.stderr.write(f"leefwijk: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
