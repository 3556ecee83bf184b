"""A database is put back from a backup while everything else is ahead of it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from platform_kit import WORKER, Running, told, wait_until
from platform_scenes import Scenes, today
from platform_topics import everything_in, header
from platform_truth import require_one_truth
from sqlalchemy import text

from leefwijk.events.catalogue import published_language
from leefwijk.events.event import Audience
from leefwijk.events.topics import partner_topic, platform_topic

# services stop and start several times, and operators' commands run in between
pytestmark = pytest.mark.timeout(400)

RESTORED = "nl.leefbaarheid.restores-of-{}.store-restored.v1"
PARTNER_FACTS = {
    event.type for event in published_language() if event.audience is Audience.PARTNERS
}
_STORED = """
select stream_id, version, cast(id as text) as id, type, era, metadata from events
order by era, xid, position
"""
_KNOWN = """
select level_id, cast(budgets as text) as budgets, valid_through from known_levels
order by level_id
"""


class Backup:
    """A copy of a service's database, and how it is put in its place."""

    def __init__(self, platform: Running, service: str) -> None:
        self._platform = platform
        self._service = service
        self._name = platform.setting(service, "DATABASE_URL").rsplit("/", 1)[1]
        self._beside = "initiatives" if service == "monitoring" else "monitoring"

    async def take(self) -> None:
        """Copy the database; its processes must have ended."""
        await self._administer(f"create database {self._name}_copy template {self._name}")

    async def put_back(self) -> None:
        """Let the copy take the place of the database."""
        await self._administer(
            f"drop database {self._name} with (force)",
            f"alter database {self._name}_copy rename to {self._name}",
        )

    async def _administer(self, *statements: str) -> None:
        async with self._platform.engine(self._beside).connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))


@asynccontextmanager
async def stopped(platform: Running, *names: str) -> AsyncIterator[None]:
    """These processes have ended while the block runs."""
    for name in names:
        await platform.hands.stop(name)
    try:
        yield
    finally:
        await platform.hands.again(*names)


async def leefwijk(platform: Running, process: str, *arguments: str) -> str:
    """Run the operator's command with the settings of a process; gives what it said."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "leefwijk.service",
        *arguments,
        cwd=platform.folder,
        env={**os.environ, **platform.hands.environment(process)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await asyncio.wait_for(child.communicate(), 120))[0].decode()
    assert child.returncode == 0, said
    return said


async def bring_all_in_step(platform: Running, service: str) -> str:
    """What an operator runs after the database of a service was put back."""
    said = await leefwijk(platform, service, "restored", service)
    await leefwijk(platform, "initiatives", "knowledge", "rebuild", "initiatives")
    await leefwijk(platform, "projections", "rebuild", "area-effort-status")
    return said


async def require_topics_in_step(platform: Running, service: str) -> list[Any]:
    """Each topic of a service holds the events that belong on it and no others; gives them all."""
    stored = await platform.rows(service, _STORED)
    await _require_on(platform, platform_topic(service), stored)
    for code in platform.setting(service, "MUNICIPALITIES").split(","):
        facts = [
            event
            for event in stored
            if event.type in PARTNER_FACTS and code in event.metadata.get("partnersequences", {})
        ]
        await _require_on(platform, partner_topic(service, code), facts)
    return stored


async def _require_on(platform: Running, topic: str, stored: list[Any]) -> None:
    expected: dict[str, list[str]] = defaultdict(list)
    for event in stored:
        expected[event.stream_id].append(event.id)
    found: dict[str, list[str]] = defaultdict(list)
    for record in await everything_in(platform, topic):
        if header(record, "id") not in found[record.key.decode()]:
            found[record.key.decode()].append(header(record, "id"))
    assert found == expected


async def agree(platform: Running, proposal: dict[str, Any], euros: str) -> dict[str, Any]:
    """Agree a proposed level."""
    answer = await platform.post(
        "monitoring",
        f"/effort-proposals/{proposal['id']}/agreements",
        "area_manager",
        {"budgets": [{"year": today().year, "amount": euros}]},
        match=proposal["version"],
    )
    return told(answer, 201)


async def test_a_restored_service_goes_on_and_everybody_with_it(
    platform: Running, scenes: Scenes
) -> None:
    """G-RESTORE-PLATFORM: topics, knowledge and read model say what the restored store says."""
    place, other = scenes.place(), scenes.place()
    kept = await scenes.level(place.district, "5000.00")
    story = await scenes.story(other.district)
    proposal = await scenes.proposal(other.district, story["id"])
    made = await scenes.granted(place.neighbourhood(), "100.00")
    await scenes.status(place.district, after=made["token"])
    backup = Backup(platform, "monitoring")
    async with stopped(platform, "monitoring"):
        await backup.take()
    known = await platform.rows("initiatives", _KNOWN)

    lost = await agree(platform, proposal, "7000.00")
    await scenes.known_level(proposal["id"])
    forgotten = await scenes.story(place.district)
    before = await scenes.status(other.district, after=lost["token"])
    assert before["level"]["level"] == "extra"
    await scenes.status(place.district, after=forgotten["token"])
    todos = await platform.rows("initiatives", "select * from todos order by id")

    async with stopped(platform, "monitoring"):
        await backup.put_back()
        said = await bring_all_in_step(platform, "monitoring")

        assert "leefwijk knowledge rebuild initiatives" in said
        assert "leefwijk rebuild area-effort-status" in said
        stored = await require_topics_in_step(platform, "monitoring")
        assert (stored[-1].type, stored[-1].era) == (RESTORED.format("monitoring"), 2)
        assert await platform.rows("initiatives", _KNOWN) == known
        assert kept["id"] in {row.level_id for row in known}
        assert await platform.rows("initiatives", "select * from todos order by id") == todos
        ids = {event["id"] for event in lost_events(platform.folder, "monitoring")}
        assert {*lost["events"], *forgotten["events"]} <= ids
        await require_one_truth(platform)

    after = await scenes.status(other.district)
    assert after["level"] is None or after["level"]["level"] != "extra"
    again = await agree(platform, proposal, "9000.00")
    assert again["version"] == lost["version"]

    async def known_again() -> bool:
        query = "select cast(budgets as text) as b from known_levels where level_id = :id"
        found = await platform.rows("initiatives", query, id=proposal["id"])
        return [Decimal(json.loads(row.b)[str(today().year)]) for row in found] == [Decimal(9000)]

    await wait_until(known_again, "initiatives knows the level that was agreed after the restore")
    now = await scenes.status(other.district, after=again["token"])
    assert now["level"]["level"] == "extra"
    await require_one_truth(platform)
    await require_nothing_to_do(platform, "monitoring")


def lost_events(folder: Path, service: str) -> list[dict[str, str]]:
    """The events that a restore wrote down for people."""
    lines = (folder / f"lost-{service}.jsonl").read_text("utf-8").splitlines()
    return [
        {name.removeprefix("ce_"): value for name, value in json.loads(line).items()}
        for line in lines
    ]


async def require_nothing_to_do(platform: Running, service: str) -> None:
    """A run without a restore before it changes no topic and no event."""
    names = [platform_topic(service), partner_topic(service, "GM0106")]
    async with stopped(platform, service):
        ends, stored = await platform.broker.ends(names), await platform.rows(service, _STORED)
        said = await leefwijk(platform, service, "restored", service)
        assert "in step" in said
        assert await platform.broker.ends(names) == ends
        assert await platform.rows(service, _STORED) == stored


async def test_a_service_that_knows_others_is_restored(platform: Running, scenes: Scenes) -> None:
    """G-RESTORE-PLATFORM: it takes up again what others said after its backup."""
    place, later = scenes.place(), scenes.place()
    await scenes.level(place.district, "5000.00")
    made = await scenes.granted(place.neighbourhood(), "100.00")
    backup = Backup(platform, "initiatives")
    async with stopped(platform, "initiatives"):
        await backup.take()

    spent = await scenes.step(made, "expenses", {"line": 1, "amount": "60.00"})
    status = await scenes.status(place.district, after=spent["token"])
    assert Decimal(status["money"]["spent"]) == Decimal("60.00")
    level = await scenes.level(later.district, "6000.00")

    async with stopped(platform, "initiatives"):
        await backup.put_back()
        await bring_all_in_step(platform, "initiatives")
        await require_topics_in_step(platform, "initiatives")
    await scenes.known_level(level["id"])

    status = await scenes.status(place.district)
    assert Decimal(status["money"]["spent"]) == Decimal(0)
    again = await scenes.step(made, "expenses", {"line": 1, "amount": "45.00"})
    status = await scenes.status(place.district, after=again["token"])
    assert Decimal(status["money"]["spent"]) == Decimal("45.00")
    await require_one_truth(platform)


async def test_a_restored_read_model_reads_on_by_itself(platform: Running, scenes: Scenes) -> None:
    """G-RESTORE-READ: older offsets and older rows come together: nothing has to be run."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "90.00")
    await scenes.status(place.district, after=made["token"])
    backup = Backup(platform, "projections")
    async with stopped(platform, WORKER, "projections"):
        await backup.take()

    spent = await scenes.step(made, "expenses", {"line": 1, "amount": "30.00"})
    await scenes.status(place.district, after=spent["token"], seconds=60)
    async with stopped(platform, WORKER, "projections"):
        await backup.put_back()

    status = await scenes.status(place.district, after=spent["token"], seconds=60)
    assert Decimal(status["money"]["spent"]) == Decimal("30.00")
    await require_one_truth(platform)
