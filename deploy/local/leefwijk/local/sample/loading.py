"""Sending the sample data through the APIs, the way people and systems would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from leefwijk.local.errors import LocalError
from leefwijk.local.sample import activity
from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role

FILES = Path(__file__).parent / "files"
IMPORTS = (
    # the divisions from which names are borrowed come first
    ("wijken", 2022),
    ("assen-2014", 2014),
    ("wijken", 2020),
    ("buurten-lariks", 2020),
    ("gezondheid-2016", 2020),
    ("gezondheid-2020", 2020),
)
"""Files with the edition of their areas; all figures are on the division of 2020."""
GROUND = ("rivm-gezondheid-18plus-2020", "rivm-eenzaam-18plus", "2020")
AT_ONCE = 8


async def load_sample(
    folder: Path, addresses: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Load the sample data once; a load that was stopped half-way is taken up where it was."""
    mark = folder / "sample-loaded"
    if mark.exists():
        return
    say("sample data: loading")
    loader = _Loader(DevelopmentIssuer(folder / "identity"), addresses)
    try:
        await loader.load()
    except httpx.HTTPError as error:
        raise LocalError(f"The sample data could not be loaded: {error}.") from error
    finally:
        await loader.close()
    mark.touch()
    say("sample data: loaded")


class _Loader:
    def __init__(self, issuer: DevelopmentIssuer, addresses: Mapping[str, str]) -> None:
        self._issuer = issuer
        self._addresses = addresses
        self._client = httpx.AsyncClient(timeout=60)
        self._tokens: dict[str, str] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._ids: dict[str, str] = {}

    async def close(self) -> None:
        await self._client.aclose()

    async def load(self) -> None:
        for name, edition in IMPORTS:
            await self._import(name, edition)
        await asyncio.gather(*(self._partner(partner) for partner in activity.PARTNERS))
        await asyncio.gather(*(self._story(story) for story in activity.STORIES))
        await asyncio.gather(*(self._level(level) for level in activity.LEVELS))
        await self._until_known()
        await asyncio.gather(*(self._initiative(one) for one in activity.INITIATIVES))

    def _token(self, role: Role, partner: str | None = None) -> str:
        key = partner or role.value
        if key not in self._tokens:
            municipalities: tuple[str, ...] = ()
            if partner is not None:
                found = next(one for one in activity.PARTNERS if one.key == partner)
                municipalities = found.municipalities
            self._tokens[key] = self._issuer.token(
                role,
                municipalities=municipalities,
                partner=self._ids.get(partner or ""),
                subject=f"sample-{key}",
            )
        return self._tokens[key]

    async def _send(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any],
        key: str,
        role: Role,
        *,
        version: int | None = None,
        partner: str | None = None,
    ) -> dict[str, Any]:
        """Send one command; the same key again answers the same result."""
        headers = {
            "Authorization": f"Bearer {self._token(role, partner)}",
            "Idempotency-Key": f"sample-{key}",
        }
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        async with self._at_once:
            answer = await self._client.post(
                f"{self._addresses[service]}/v1{path}", json=dict(body), headers=headers
            )
        if answer.is_error:
            said = answer.json().get("detail", answer.text)
            raise LocalError(f"The sample data were refused at {path} ({key}): {said}")
        found: dict[str, Any] = answer.json()
        return found

    async def _import(self, name: str, edition: int) -> None:
        headers = {"Authorization": f"Bearer {self._token(Role.ANALYST)}"}
        url = self._addresses["monitoring"]
        content = (FILES / f"{name}.csv").read_bytes()
        mapping = (FILES / f"{name}.yaml").read_bytes()
        answer = await self._client.post(
            f"{url}/v1/imports",
            headers=headers,
            data={"source": f"sample-{name}", "areaEdition": str(edition)},
            files={"file": (f"{name}.csv", content), "mapping": (f"{name}.yaml", mapping)},
        )
        if answer.is_error:
            raise LocalError(f"The sample file {name} was refused: {answer.text[:500]}")
        job = answer.json()
        while job["status"] == "running":
            await asyncio.sleep(0.1)
            following = await self._client.get(f"{url}/v1/imports/{job['id']}", headers=headers)
            following.raise_for_status()
            job = following.json()
        if job["status"] != "completed" or job["bad"]:
            raise LocalError(f"The sample file {name} was not imported whole: {job}")

    async def _partner(self, partner: activity.Partner) -> None:
        body = {
            "name": partner.name,
            "kind": partner.kind,
            "municipalities": list(partner.municipalities),
        }
        sent = await self._send("monitoring", "/partners", body, partner.key, Role.AREA_MANAGER)
        self._ids[partner.key] = sent["id"]

    async def _story(self, story: activity.Story) -> None:
        body = {
            "theme": story.theme,
            "tone": story.tone,
            "teller": story.teller,
            "text": story.text,
            "consent": story.published,
            "month": _months_ago(story.months_ago).isoformat(),
        }
        worker = Role.NEIGHBOURHOOD_WORKER
        path = f"/areas/{story.area}/stories"
        sent = await self._send("monitoring", path, body, story.key, worker)
        self._ids[story.key] = sent["id"]
        if story.published:
            path = f"/stories/{sent['id']}/publications"
            await self._send(
                "monitoring", path, {}, f"{story.key}-published", worker, version=sent["version"]
            )

    async def _level(self, level: activity.Level) -> None:
        edition, indicator, period = GROUND
        ends = date(_today().year + 2, 12, 31)
        body = {
            "level": level.level,
            "valid": {"from": _months_ago(2).isoformat(), "through": ends.isoformat()},
            "measurements": [{"sourceEdition": edition, "indicator": indicator, "period": period}],
            "stories": [self._ids[level.story]],
            "effects": [{"indicator": indicator, "movement": "down", "by": ends.isoformat()}],
            "invited": [self._ids[key] for key in level.invited],
        }
        manager = Role.AREA_MANAGER
        path = f"/areas/{level.area}/effort-proposals"
        sent = await self._send("monitoring", path, body, level.key, manager)
        one, version = f"/effort-proposals/{sent['id']}", sent["version"]
        for partner in level.endorsed_by:
            sent = await self._send(
                "monitoring",
                f"{one}/endorsements",
                {},
                f"{level.key}-{partner}",
                Role.PARTNER,
                version=version,
                partner=partner,
            )
            version = sent["version"]
        if level.objected_by is not None:
            sent = await self._send(
                "monitoring",
                f"{one}/objections",
                {"reason": "Geen jongerenwerk tot april."},
                f"{level.key}-objection",
                Role.PARTNER,
                version=version,
                partner=level.objected_by,
            )
            answer = {"partner": self._ids[level.objected_by], "answer": "We beginnen in april."}
            sent = await self._send(
                "monitoring",
                f"{one}/objection-answers",
                answer,
                f"{level.key}-answer",
                manager,
                version=sent["version"],
            )
            version = sent["version"]
        if level.euros is not None:
            agreed = {
                "budgets": [{"year": _today().year, "amount": level.euros}],
                "backdating": "De partners waren het al eens; het verslag kwam later.",
            }
            await self._send(
                "monitoring",
                f"{one}/agreements",
                agreed,
                f"{level.key}-agreed",
                manager,
                version=version,
            )

    async def _until_known(self) -> None:
        """Wait until initiatives has heard of the areas; its first command would be refused."""
        for attempt in range(100):
            try:
                await self._propose(activity.INITIATIVES[0])
            except LocalError:
                if attempt == 99:  # noqa: PLR2004 - the last one
                    raise
                await asyncio.sleep(0.2)
            else:
                break
        # levels follow the areas on the same topic, each stream in its own partition
        await asyncio.sleep(1)

    async def _propose(self, one: activity.Initiative) -> dict[str, Any]:
        body = {
            "title": one.title,
            "area": one.area,
            "themes": [one.theme],
            "taker": one.taker,
            "collectiveBenefit": one.benefit,
        }
        return await self._send(
            "initiatives", "/initiatives", body, one.key, Role.NEIGHBOURHOOD_WORKER
        )

    async def _initiative(self, one: activity.Initiative) -> None:
        sent = await self._propose(one)
        path, version = f"/initiatives/{sent['id']}", int(sent["version"])
        for step, body, role in _steps(one):
            sent = await self._send(
                "initiatives",
                f"{path}/{step.partition('#')[0]}",
                body,
                f"{one.key}-{step}",
                role,
                version=version,
            )
            version = sent["version"]


def _steps(one: activity.Initiative) -> list[tuple[str, dict[str, Any], Role]]:
    """What happens to an initiative, in order; steps that come twice are numbered after `#`."""
    worker, manager = Role.NEIGHBOURHOOD_WORKER, Role.AREA_MANAGER
    steps: list[tuple[str, dict[str, Any], Role]] = [
        ("corporation-roles", {"role": one.role}, worker)
    ]
    if one.asked is not None:
        line = {"line": 1, "kind": "money", "purpose": one.title, "amount": one.asked}
        steps.append(("support-requests", {"lines": [line]}, worker))
    if one.granted is not None:
        decided: dict[str, Any] = {"line": 1, "amount": one.granted}
        if one.granted != one.asked:
            decided["reason"] = "Eerst klein beginnen, daarna samen bekijken wat nodig is."
        steps.append(("support-grants", {"lines": [decided]}, manager))
    for number, amount in enumerate(one.spent, start=1):
        spent = {"line": 1, "amount": amount, "reference": f"factuur {one.key}-{number}"}
        steps.append((f"expenses#{number}", spent, worker))
    if one.started:
        steps.append(("starts", {}, worker))
    if one.completed:
        steps.append(("completions", {}, worker))
    return steps


def _today() -> date:
    return datetime.now(UTC).date()


def _months_ago(months: int) -> date:
    return (_today() - timedelta(days=30 * months)).replace(day=1)
