"""Topics that hold what nobody can read, and topics that were emptied, deleted and made again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from fault_kit import PARTS, STAGES, Fault, Scene, register
from fault_operator import held, leefwijk, put, written
from platform_kit import Running, wait_until
from platform_scenes import MUNICIPALITIES, places

from leefwijk.events.topics import partner_topic, platform_topic

PROPOSED = "nl.leefbaarheid.initiatives.initiative-proposed"
AGREED = "nl.leefbaarheid.effort-levels.effort-level-agreed"
BESIDE = tuple(place for place in places() if place.municipality != MUNICIPALITIES[0][0])
"""Where nobody works: a gate does not pass while a message waits that bears on it."""
STRANGE = "nl.leefbaarheid.initiatives.street-party-held.v1"
"""A type that no release knows."""
SOURCES = (("initiatives", "initiatives", PROPOSED), ("monitoring", "effort-levels", AGREED))
"""Service, aggregate and an event of it; what monitoring says is also read by initiatives."""
MODEL = "projections.area-effort-status"
_PARKED = """
select stream_id, reason from parked where consumer = :model
    and generation = (select current from consumer_generations where consumer = :model)
"""
_KNOWN = "select reason from parked where stream_id = :stream"
_SEEN = """
select version from consumer_streams where consumer = :model and stream_id = :stream
    and generation = (select current from consumer_generations where consumer = :model)
"""


class _Planted(Fault):
    """Somebody writes to a topic what the read model cannot use."""

    reason: str | None
    """Why it is parked; none if it is not."""

    def first(self, scene: Scene, known: str, area: str) -> tuple[str, dict[str, Any]]:
        """The type and the content of what is put there; `known` is a type, without a version."""
        raise NotImplementedError

    async def strike(self, scene: Scene) -> None:
        """Plant it amid the load, and behind it an event that leads to nothing."""
        service, aggregate, known = scene.rng.choice(SOURCES)
        stream = f"{aggregate}-{uuid4()}"
        area = scene.rng.choice(BESIDE).neighbourhood(0)
        scene.notes |= {"service": service, "stream": stream, "area": area}
        type_, data = self.first(scene, known, area)
        one, record = written(type_, stream, 1, area, data)
        other, behind = written(STRANGE, stream, 2, area, {"area": area})
        await put(scene.platform, platform_topic(service), record, behind)
        scene.expected.planted |= {one, other}
        if self.reason is not None:
            scene.expected.parked.add(stream)

    async def examine(self, scene: Scene) -> list[str]:
        """It waits for a person and is read as held, until that person passes it over."""
        stream = scene.notes["stream"]
        wrong = await self.before(scene, stream)
        if self.reason is None:
            return wrong
        if await self.held(scene) is False:
            wrong.append(f"{stream} is parked and not read as held")
        await pass_over(scene, stream)
        scene.expected.parked.discard(stream)
        if scene.notes["service"] == "monitoring":
            wrong += await self._known_to_initiatives(scene, stream)
        if stream in {name for name, _ in await parked(scene)}:
            wrong.append(f"{stream} was passed over and is still parked")
        if await self.held(scene):
            wrong.append(f"{stream} was passed over and is still read as held")
        return wrong

    async def held(self, scene: Scene) -> bool | None:
        """Whether its area reads it as held."""
        return scene.notes["stream"] in await held(scene, scene.notes["area"])

    async def _known_to_initiatives(self, scene: Scene, stream: str) -> list[str]:
        """What initiatives keeps of monitoring's facts meets the same, and is mended the same."""
        rows = await scene.platform.rows("initiatives", _KNOWN, stream=stream)
        if self.reason not in {row.reason for row in rows}:
            return [f"initiatives parked {stream} as {rows} and not as {self.reason}"]
        await pass_over(scene, stream, "initiatives")
        if await scene.platform.rows("initiatives", _KNOWN, stream=stream):
            return [f"initiatives passed over {stream} and still has it parked"]
        return []

    async def before(self, scene: Scene, stream: str) -> list[str]:
        """What is wrong before a person does anything."""
        reasons = {reason for name, reason in await parked(scene) if name == stream}
        if self.reason in reasons or (self.reason is None and not reasons):
            return []
        return [f"{stream} is parked as {reasons or None} and not as {self.reason}"]


async def parked(scene: Scene) -> list[tuple[str, str]]:
    """Streams of which an event waits, with the reason."""
    rows = await scene.platform.rows("projections", _PARKED, model=MODEL)
    return [(row.stream_id, row.reason) for row in rows]


async def pass_over(scene: Scene, stream: str, service: str = "projections") -> None:
    """What an operator does about an event that nobody can read."""
    why = "planted by the test of faults"
    await leefwijk(scene.platform, service, "parked", "skip", service, stream, "--reason", why)


class Poison(_Planted):
    """An event of a known type whose content breaks its schema."""

    name = "poison-event"
    reason = "fault"

    def first(self, scene: Scene, known: str, area: str) -> tuple[str, dict[str, Any]]:
        """An event that lacks what it must have, or has it wrong."""
        data: dict[str, Any] = scene.rng.choice([{}, {"area": 7}, {"title": None, "area": area}])
        return f"{known}.v1", data


class Garbage(_Planted):
    """Records that are no events at all."""

    name = "garbage-record"
    reason = "fault"

    async def strike(self, scene: Scene) -> None:
        """Put a record without attributes on the topic; it is parked under its place."""
        service, _, _ = scene.rng.choice(SOURCES)
        producer = scene.platform.broker.producer()
        await producer.start()
        try:
            value = scene.rng.choice([b"", b"{", b"[1, 2]", b"null", None])
            # the client itself refuses a record without a key and without a value
            keys = [b"x", b"initiatives-1"]
            key = scene.rng.choice(keys if value is None else [None, *keys])
            sent = await producer.send_and_wait(platform_topic(service), value, key=key)
        finally:
            await producer.stop()
        stream = f"{sent.topic}/{sent.partition}/{sent.offset}"
        scene.notes |= {"service": service, "stream": stream}
        scene.expected.planted.add("")  # it has no id
        scene.expected.parked.add(stream)

    async def held(self, scene: Scene) -> bool | None:
        """Its place belongs to no area."""
        del scene
        return None


class UnknownVersion(_Planted):
    """A service of a newer release writes a newer version of an event."""

    name = "unknown-event-version"
    reason = "unknown-version"

    def first(self, scene: Scene, known: str, area: str) -> tuple[str, dict[str, Any]]:
        """A version that will come some day."""
        return f"{known}.v99", {"area": area}


class UnknownType(_Planted):
    """A service of a newer release writes an event that this release has never heard of."""

    name = "unknown-event-type"
    reason = None

    def first(self, scene: Scene, known: str, area: str) -> tuple[str, dict[str, Any]]:
        """A type that nobody knows."""
        return STRANGE, {"area": area}

    async def before(self, scene: Scene, stream: str) -> list[str]:
        """Its stream has moved on, so that what follows leaves no gap."""
        wrong = await super().before(scene, stream)
        rows = await scene.platform.rows("projections", _SEEN, model=MODEL, stream=stream)
        if [row.version for row in rows] != [2]:
            wrong.append(f"{stream} with events of an unknown type is at {rows}")
        return wrong


TOPICS: tuple[Callable[[], str], ...] = (
    lambda: platform_topic("initiatives"),
    lambda: platform_topic("monitoring"),
    lambda: partner_topic("initiatives", "GM0106"),
)


class _Topic(Fault):
    """A topic loses what it held and is filled again."""

    stage = "worn-topics"
    disturbs = frozenset({PARTS[-1]})
    lasting = (0.3, 1.5)

    def _choose(self, scene: Scene) -> str:
        topic = scene.rng.choice(TOPICS)()
        scene.notes["topic"] = topic
        scene.expected.refilled.add(topic)
        return topic


class Emptied(_Topic):
    """Somebody deletes every record of a topic; an operator has it filled again."""

    name = "topic-emptied"

    async def strike(self, scene: Scene) -> None:
        """Delete the records of every partition up to its end."""
        ends = await scene.platform.broker.ends([self._choose(scene)])
        async with scene.platform.broker.admin() as admin:
            await admin.delete_records(
                {TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items()}
            )

    async def heal(self, scene: Scene) -> None:
        """Ask for it to be filled from the start of the log."""
        topic = scene.notes["topic"]
        await leefwijk(scene.platform, topic.split(".")[1], "topics", "refill", topic)


class Deleted(_Topic):
    """Somebody deletes a topic; an operator has the declared topics made again."""

    name = "topic-deleted"

    async def strike(self, scene: Scene) -> None:
        """Delete it, and wait until it is gone."""
        topic = self._choose(scene)

        async def gone() -> bool:
            async with scene.platform.broker.admin() as admin:
                return topic not in await admin.list_topics()

        async with scene.platform.broker.admin() as admin:
            await admin.delete_topics([topic])
        await wait_until(gone, f"{topic} is gone")
        await asyncio.sleep(scene.rng.uniform(0, 1))

    async def heal(self, scene: Scene) -> None:
        """Make the declared topics; the relay fills what is empty by itself."""
        await leefwijk(scene.platform, "initiatives", "topics", "apply")


STAGES["worn-topics"] = Running
register(Poison(), Garbage(), UnknownVersion(), UnknownType(), Emptied(), Deleted())
