"""Sending the sample data through the APIs, the way people and systems would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from leefwijk.events.clock import AMSTERDAM
from leefwijk.local.errors import LocalError
from leefwijk.local.sample.script import Known, Life, Step, filled, lives, named
from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role

FILES = Path(__file__).parent / "files"
IMPORTS = (
    # the divisions from which names are borrowed come first
    ("wijken", 2022),
    ("wijken-2014", 2014),
    ("wijken", 2020),
    ("buurten", 2020),
    ("gezondheid-2016", 2020),
    ("gezondheid-2020", 2020),
)
"""Files with the edition of their areas; all figures are on the division of 2020."""
HOMES = ("woningen", 2020)
AT_ONCE = 8
NOT_HEARD_YET = frozenset({"unknown-area", "unknown-partner", "unknown-check", "gates-not-passed"})
"""Refusals that may mean that a service has not heard yet what another one recorded."""
CHANGED = "version-conflict"
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2


async def load_sample(
    folder: Path, addresses: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Load the sample data once; a load that was stopped half-way is taken up where it was."""
    mark = folder / "sample-loaded"
    if mark.exists():
        return
    say("sample data: loading a year in the life of nine districts")
    loader = _Loader(DevelopmentIssuer(folder / "identity"), addresses, say)
    try:
        await loader.load()
    except httpx.HTTPError as error:
        raise LocalError(f"The sample data could not be loaded: {error}.") from error
    finally:
        await loader.close()
    mark.touch()
    say("sample data: loaded")


class _Loader:
    def __init__(
        self, issuer: DevelopmentIssuer, addresses: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self._issuer = issuer
        self._addresses = addresses
        self._say = say
        self._client = httpx.AsyncClient(timeout=60)
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._lives = {life.name: life for life in lives()}
        self._tokens: dict[str, str] = {}
        self._known = Known(_today())
        self._lived: dict[str, asyncio.Event] = {}

    async def close(self) -> None:
        await self._client.aclose()

    async def load(self) -> None:
        for name, edition in IMPORTS:
            await self._import(name, edition)
        await self._homes()
        self._lived = {name: asyncio.Event() for name in self._lives}
        told = asyncio.create_task(self._tell())
        try:
            async with asyncio.TaskGroup() as group:
                for life in self._lives.values():
                    group.create_task(self._live(life))
        except* LocalError as errors:
            raise errors.exceptions[0] from None
        finally:
            told.cancel()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(5)
            done = sum(one.is_set() for one in self._lived.values())
            self._say(f"sample data: {done} of {len(self._lived)}")

    async def _live(self, life: Life) -> None:
        for other in life.after:
            await self._lived[other].wait()
        await self._until_lived(life, [life.body, life.who])
        version = 0
        if life.kind.begun is None:
            self._known.ids[life.name] = life.area
        else:
            path = life.kind.begun.format(area=life.area)
            sent = await self._send(life, path, Step("", life.who, life.body), life.name, None)
            self._known.ids[life.name], version = sent["id"], sent["version"]
        for number, step in enumerate(life.steps, start=1):
            await self._until_lived(life, [step.body, step.who])
            path = f"{life.kind.one}/{self._known.ids[life.name]}/{step.noun}"
            sent = await self._send(life, path, step, f"{life.name}-{number}", version)
            version = sent["version"]
        self._lived[life.name].set()

    async def _until_lived(self, life: Life, said: list[Any]) -> None:
        """Wait for the lives that this one points at; it may point at itself."""
        others = {*named(said), *(one.split()[1] for one in said if _is_partner(one))}
        for other in others - {life.name}:
            await self._lived[other].wait()

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            if _is_partner(who):
                name = who.split()[1]
                self._tokens[who] = self._issuer.token(
                    Role.PARTNER,
                    municipalities=tuple(self._lives[name].body["municipalities"]),
                    partner=self._known.ids[name],
                    subject=f"sample-{name}",
                )
            else:
                self._tokens[who] = self._issuer.token(Role(who), subject=f"sample-{who}")
        return self._tokens[who]

    async def _send(
        self, life: Life, path: str, step: Step, key: str, version: int | None
    ) -> dict[str, Any]:
        """Send one command; the same key again answers the same result."""
        headers = {
            "Authorization": f"Bearer {self._token(step.who)}",
            "Idempotency-Key": f"sample-{key}",
        }
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        url = f"{self._addresses[life.kind.service]}/v1"
        body = filled(step.body, self._known)
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE_SECONDS
        while True:
            async with self._at_once:
                answer = await self._client.post(f"{url}{path}", json=body, headers=headers)
            if answer.is_success:
                break
            problem = answer.json()
            if problem.get("code") not in {*NOT_HEARD_YET, CHANGED} or clock() > until:
                said = problem.get("detail", answer.text)
                raise LocalError(f"The sample data were refused at {path} ({key}): {said}")
            if problem["code"] == CHANGED:  # time itself may have changed it, by the ticker
                one = f"{url}{life.kind.one}/{self._known.ids[life.name]}"
                found = await self._client.get(one, headers=headers)
                headers["If-Match"] = found.raise_for_status().headers["ETag"]
            await asyncio.sleep(PAUSE_SECONDS)
        sent: dict[str, Any] = answer.json()
        if sent["events"]:
            self._known.events[life.name] = sent["events"][0]
        return sent

    async def _import(self, name: str, edition: int) -> None:
        mapping = (FILES / f"{name}.yaml").read_bytes()
        form = {"source": f"sample-{name}", "areaEdition": str(edition)}
        job = await self._upload("monitoring", "/imports", name, form, mapping)
        if job["bad"]:
            raise LocalError(f"The sample file {name} was not imported whole: {job}")

    async def _homes(self) -> None:
        """Deliver the stock; again while housing mix has not heard of all areas yet."""
        name, edition = HOMES
        form = {
            "source": f"sample-{name}",
            "areaEdition": str(edition),
            "referenceDate": _today().isoformat(),
        }
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE_SECONDS
        while (await self._upload("housing_mix", "/dwelling-imports", name, form))["rejected"]:
            if clock() > until:
                raise LocalError(f"The sample file {name} was not imported whole.")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _upload(
        self,
        service: str,
        path: str,
        name: str,
        form: Mapping[str, str],
        mapping: bytes | None = None,
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token(Role.ANALYST.value)}"}
        url = f"{self._addresses[service]}/v1{path}"
        files = {"file": (f"{name}.csv", (FILES / f"{name}.csv").read_bytes())}
        if mapping is not None:
            files["mapping"] = (f"{name}.yaml", mapping)
        answer = await self._client.post(url, headers=headers, data=dict(form), files=files)
        if answer.is_error:
            raise LocalError(f"The sample file {name} was refused: {answer.text[:500]}")
        job: dict[str, Any] = answer.json()
        while job["status"] == "running":
            await asyncio.sleep(0.1)
            following = await self._client.get(f"{url}/{job['id']}", headers=headers)
            following.raise_for_status()
            job = following.json()
        if job["status"] != "completed":
            raise LocalError(f"The sample file {name} was not imported: {job}")
        return job


def _is_partner(who: Any) -> bool:
    return isinstance(who, str) and who.startswith("partner ")


def _today() -> date:
    return datetime.now(UTC).astimezone(AMSTERDAM).date()
