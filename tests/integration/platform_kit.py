"""The running platform of the integration tests: real servers, real processes, plain HTTP.

Nothing here goes around the platform: what a test does, it does as a caller with a token; what it
compares, it reads as an operator (events), as a consumer (topics) or from the tables themselves.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from leefwijk.events.broker import Broker
from leefwijk.local import LocalError, Process, Supervisor, free_ports
from leefwijk.local.platform import Platform, Ports
from leefwijk.local.processes import end_child, kill_group, spawn, telling_line
from leefwijk.service.issuer import DevelopmentIssuer
from projections.standstill import START_ME_AGAIN

SERVICES = tuple(Ports().services)
DECIDING = tuple(name for name in SERVICES if name != "projections")
"""Services that have events of their own."""
WORKER = "projections-worker"

T = TypeVar("T")


async def wait_until(
    question: Callable[[], Awaitable[T]], what: str, seconds: float = 20, pause: float = 0.05
) -> T:
    """Ask until the answer is true, and give it. Fails with `what` and the last answer."""
    until = time.monotonic() + seconds
    while True:
        answer = await question()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds:g} s: {what}; the last answer was {answer}")
        await asyncio.sleep(pause)


class Hands:
    """Starts processes as a supervisor does, but brings none back by itself.

    Whoever tests faults says when a process ends and when it starts again; only a worker that ends
    itself to be started again gets what it asks for.
    """

    def __init__(self, folder: Path) -> None:
        self.logs = folder / "logs"
        self._run = folder / "run"
        self._known: dict[str, Process] = {}
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        for made in (self.logs, self._run):
            made.mkdir(parents=True)

    async def start(self, *processes: Process) -> None:
        """Start these together and return when all are ready."""
        for process in processes:
            self._known[process.name] = process
            self._spawn(process)
        await asyncio.gather(*(self.until_ready(process.name) for process in processes))

    async def again(self, *names: str) -> None:
        """Start what was killed or stopped, and wait until all are ready."""
        await self.start(*(self._known[name] for name in names))

    def pid(self, name: str) -> int:
        """The id of a process that was started."""
        return self._children[name].pid

    def environment(self, name: str) -> dict[str, str]:
        """The environment in which a process was started."""
        return dict(self._known[name].env or {})

    async def instead(self, name: str, argv: Sequence[str]) -> Sequence[str]:
        """Start a process that was ended with another command line; gives the one it had."""
        before = self._known[name]
        await self.start(replace(before, argv=list(argv)))
        return before.argv

    async def beside(self, name: str, twin: str, port: int) -> None:
        """Start a second process of a service, under a name and on a port of its own."""
        first = self._known[name]
        setting = "LEEFWIJK_WORKER_PORT" if name == WORKER else "LEEFWIJK_PORT"
        environment = {**(first.env or {}), setting: str(port)}
        ready = f"http://127.0.0.1:{port}/readyz"
        await self.start(replace(first, name=twin, env=environment, ready=ready))

    def kill(self, name: str) -> None:
        """`kill -9`, as a power cut would."""
        child = self._children.pop(name)
        child.kill()
        child.wait()
        if name != "postgres":  # its children notice by themselves, as after a real crash
            kill_group(child.pid)

    def freeze(self, name: str) -> None:
        """SIGSTOP for the process and all its children: they stand still, connections open."""
        for process in self._family(name):
            with suppress(psutil.NoSuchProcess):  # a server's child may end at any time
                process.suspend()

    def thaw(self, name: str) -> None:
        """SIGCONT for what stands still, children first."""
        for process in reversed(self._family(name)):
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def _family(self, name: str) -> list[psutil.Process]:
        try:
            first = psutil.Process(self._children[name].pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    async def stop(self, name: str) -> None:
        """Ask it to stop, and wait until it has."""
        child, process = self._children.pop(name), self._known[name]
        await asyncio.to_thread(end_child, child, process.stop_signal, process.grace)

    async def until_ready(self, name: str) -> None:
        """Wait until the process can be used. Raises LocalError when it ends before."""
        process = self._known[name]
        until = time.monotonic() + process.ready_timeout
        async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
            while not await _is_ready(process, http):
                code = self._children[name].poll()
                if code == START_ME_AGAIN:
                    self._spawn(process)
                elif code is not None or time.monotonic() > until:
                    said = telling_line(self.logs / f"{name}.log")
                    raise LocalError(f"{name} did not become ready: {said}")
                await asyncio.sleep(0.05)

    async def end(self) -> None:
        """Stop everything that runs, last started first, the servers after their clients."""
        for name in self._children:
            self.thaw(name)  # what stands still would outlive us
        for names in (set(self._children) - {"postgres", "kafka"}, {"postgres", "kafka"}):
            await asyncio.gather(*(self.stop(name) for name in names & set(self._children)))

    def _spawn(self, process: Process) -> None:
        log = self.logs / f"{process.name}.log"
        record = process.record or self._run / f"{process.name}.json"
        self._children[process.name] = spawn(process, log, record)


async def _is_ready(process: Process, http: httpx.AsyncClient) -> bool:
    if callable(process.ready):
        return process.ready()
    try:
        return process.ready is None or (await http.get(process.ready)).is_success
    except httpx.HTTPError:
        return False


class Running:
    """The platform while it runs."""

    def __init__(self, folder: Path) -> None:
        postgres, kafka, worker, *services = free_ports(3 + len(SERVICES))
        self.folder = folder
        self.ports = Ports(postgres, kafka, worker, dict(zip(SERVICES, services, strict=True)))
        self.hands = Hands(folder)
        self.broker = Broker(f"127.0.0.1:{kafka}")
        self.addresses: dict[str, str] = {}
        self._tokens: dict[tuple[str, str | None, tuple[str, ...]], str] = {}
        self._http = httpx.AsyncClient(timeout=30, trust_env=False)
        self._engines: dict[str, AsyncEngine] = {}

    async def start(self) -> None:
        """Start everything and return when every part is ready."""
        platform = Platform(self.folder, self.ports)
        # our hands take the place of the supervisor, of which the platform uses `start` alone
        self.addresses = await platform.start(cast("Supervisor", self.hands))

    async def start_twin(self, service: str) -> str:
        """A second process of a service; gives the name under which it can be asked."""
        name, port = f"{service}-twin", free_ports(1)[0]
        await self.hands.beside(service, name, port)
        self.addresses[name] = f"http://127.0.0.1:{port}"
        return name

    async def readiness(self, name: str) -> httpx.Response:
        """What a service or the worker answers to /readyz."""
        port = self.ports.worker if name == WORKER else self.ports.services[name]
        return await self._http.get(f"http://127.0.0.1:{port}/readyz")

    async def end(self) -> None:
        """Close what we opened and stop everything."""
        await self._http.aclose()
        for engine in self._engines.values():
            await engine.dispose()
        await self.hands.end()

    def token(
        self, role: str, partner: str | None = None, municipalities: tuple[str, ...] = ()
    ) -> str:
        """A signed token of a role."""
        mine = (role, partner, municipalities)
        if mine not in self._tokens:
            issuer = DevelopmentIssuer(self.folder / "identity")
            self._tokens[mine] = issuer.token(role, partner=partner, municipalities=municipalities)
        return self._tokens[mine]

    async def get(
        self,
        service: str,
        path: str,
        role: str,
        params: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """Read something as a role."""
        return await self._http.get(
            f"{self.addresses[service]}{path}",
            params=dict(params or {}),
            headers={"Authorization": f"Bearer {self.token(role)}"},
        )

    async def post(
        self,
        service: str,
        path: str,
        role: str,
        body: Any,
        *,
        match: str | int | None = None,
        key: str | None = None,
        partner: str | None = None,
        municipalities: tuple[str, ...] = (),
    ) -> httpx.Response:
        """Give a command as a role; `match` is the version that was read."""
        headers = {"Authorization": f"Bearer {self.token(role, partner, municipalities)}"}
        if match is not None:
            headers["If-Match"] = match if isinstance(match, str) else f'"{match}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self._http.post(
            f"{self.addresses[service]}/v1{path}", json=body, headers=headers
        )

    async def upload(self, content: str, source: str, edition: int) -> dict[str, Any]:
        """Import areas or figures and wait for the end."""
        form = {"source": source, "areaEdition": str(edition)}
        return await self.upload_to("monitoring", "/imports", source, content, form)

    async def upload_to(
        self, service: str, path: str, name: str, content: str, form: Mapping[str, str]
    ) -> dict[str, Any]:
        """Import a file into a service and wait for the end of its job."""
        headers = {"Authorization": f"Bearer {self.token('analyst')}"}
        address = self.addresses[service]
        answer = await self._http.post(
            f"{address}/v1{path}",
            headers=headers,
            data=dict(form),
            files={"file": (f"{name}.csv", content.encode())},
        )
        assert answer.is_success, answer.text

        async def ended() -> dict[str, Any]:
            found = await self._http.get(f"{address}{answer.headers['location']}", headers=headers)
            job: dict[str, Any] = found.json()
            return job if job["status"] != "running" else {}

        job = await wait_until(ended, f"the import of {name} ends", 30)
        return {**job, "alreadyDone": answer.json().get("alreadyDone")}

    async def until_heard(self, service: str, stream: str, version: int) -> None:
        """Wait until a service knows a stream of another one and has done what follows from it."""
        heard = """
        select 1 from consumer_streams where stream_id = :stream and version >= :version
        """
        undone = "select 1 from todos where done_at is null"

        async def settled() -> bool:
            if not await self.rows(service, heard, stream=stream, version=version):
                return False
            return not await self.rows(service, undone)

        await wait_until(settled, f"{service} has heard {stream} up to {version}")

    async def rows(self, service: str, query: str, **values: Any) -> list[Any]:
        """Rows of a table of a service."""
        async with self.engine(service).connect() as connection:
            return list((await connection.execute(text(query), values)).all())

    def setting(self, service: str, name: str) -> str:
        """A setting as the platform wrote it down for a service."""
        lines = (self.folder / "settings" / f"{service}.env").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)[f"LEEFWIJK_{name}"]

    def engine(self, service: str) -> AsyncEngine:
        """Connections to a service's database, none of them kept open."""
        if service not in self._engines:
            url = self.setting(service, "DATABASE_URL")
            self._engines[service] = create_async_engine(
                url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
            )
        return self._engines[service]

    @asynccontextmanager
    async def database_away(self, service: str) -> AsyncIterator[None]:
        """The database of one service takes no connections, and loses those it has."""
        name = self.setting(service, "DATABASE_URL").rsplit("/", 1)[1]
        beside = next(other for other in SERVICES if other != service)
        async with self.engine(beside).connect() as connection:
            await connection.execute(text(f"alter database {name} allow_connections false"))
            await connection.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"
                ),
                {"name": name},
            )
            try:
                yield
            finally:
                await connection.execute(text(f"alter database {name} allow_connections true"))

    async def events(self, service: str, stream: str) -> list[dict[str, Any]]:
        """The events of a stream as an operator reads them."""
        answer = await self.get(service, "/v1/events", "operator", {"stream": stream, "limit": 900})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def told(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The body of an answer with this status; any other fails with the whole answer."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return cast("dict[str, Any]", json.loads(answer.text))
