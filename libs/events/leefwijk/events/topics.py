"""Topics: declared here from the catalogue, created by a command, never on the fly.

A topic is the replay log: its retention is unlimited and the number of partitions of a live topic
never changes, because that would tear streams over partitions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from leefwijk.events.catalogue import Catalogue
from leefwijk.events.event import Audience

PLATFORM_PARTITIONS = 6
PARTNER_PARTITIONS = 1
"""A partner reads one municipality's facts in one order."""

_SET_ON_TOPIC = 1
"""How the broker says that a setting was made on the topic itself."""

SHOWN_SECONDS = 10.0
"""So long a broker may take to show what it accepted."""

CONFIG = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}


@dataclass(frozen=True)
class Topic:
    """A topic as it should be."""

    name: str
    partitions: int
    audience: Audience
    service: str
    municipality: str | None = None


@dataclass(frozen=True)
class Difference:
    """What must happen to make the broker's topics as declared."""

    missing: tuple[Topic, ...] = ()
    config: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing needs to be done."""
        return not (self.missing or self.config or self.refused)


def platform_topic(service: str) -> str:
    """The topic of all events of a service, for the platform only."""
    return f"leefwijk.{service.replace('_', '-')}.events"


def partner_topic(service: str, municipality: str) -> str:
    """The topic of a service's facts for the partners of a municipality."""
    return f"leefwijk.{service.replace('_', '-')}.partner-events.{municipality.lower()}"


def declared_topics(catalogue: Catalogue, municipalities: Iterable[str]) -> list[Topic]:
    """Every topic that the catalogue and the partners' municipalities ask for."""
    wanted: list[Topic] = []
    for service in sorted({event.service for event in catalogue}):
        audiences = {event.audience for event in catalogue.of_service(service)}
        wanted.append(
            Topic(platform_topic(service), PLATFORM_PARTITIONS, Audience.PLATFORM, service)
        )
        if Audience.PARTNERS in audiences:
            wanted += [
                Topic(
                    partner_topic(service, code),
                    PARTNER_PARTITIONS,
                    Audience.PARTNERS,
                    service,
                    code,
                )
                for code in sorted(set(municipalities))
            ]
    return wanted


async def compare(admin: AIOKafkaAdminClient, wanted: list[Topic]) -> Difference:
    """What differs between the broker and the declaration; changes nothing."""
    existing = {name for name in await admin.list_topics() if name.startswith("leefwijk.")}
    by_name = {topic.name: topic for topic in wanted}
    present = sorted(existing & by_name.keys())
    refused: list[str] = []
    config: dict[str, dict[str, str]] = {}
    if present:
        for described in await admin.describe_topics(present):
            topic = by_name[described["topic"]]
            partitions = len(described["partitions"])
            if partitions != topic.partitions:
                refused.append(
                    f"{topic.name} has {partitions} partitions, declared are {topic.partitions}: "
                    "a live topic keeps its partitions, or streams would lose their order"
                )
        for name, found in (await _configs(admin, present)).items():
            if any(found.get(key) != value for key, value in CONFIG.items()):
                # what is not named when settings are altered goes back to its default
                config[name] = found | CONFIG
    return Difference(
        tuple(topic for topic in wanted if topic.name not in existing),
        config,
        tuple(refused),
        tuple(sorted(existing - by_name.keys())),
    )


async def _configs(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    """The settings that were made on each topic."""
    answers = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    )
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4] if entry[3] == _SET_ON_TOPIC}
        for answer in answers
        for resource in answer.resources
    }


async def apply(admin: AIOKafkaAdminClient, difference: Difference, replication: int) -> None:
    """Create what is missing and set what differs; never delete, never repartition.

    Returns once the broker shows it. Raises RuntimeError for a refusal, or if it shows nothing.
    """
    if difference.missing:
        answer = await admin.create_topics(
            [
                NewTopic(topic.name, topic.partitions, replication, topic_configs=CONFIG)
                for topic in difference.missing
            ]
        )
        # the client reports a refusal in its answer and raises nothing
        failed = [
            f"{entry[0]}: {entry[2] or f'error {entry[1]}'}"
            for entry in answer.topic_errors
            if entry[1] not in {0, 36}  # 36: another starter created it a moment ago
        ]
        if failed:
            raise RuntimeError("topics could not be created: " + "; ".join(failed))
    if difference.config:
        await admin.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, name, configs=dict(changes))
                for name, changes in difference.config.items()
            ]
        )
    await _shown(admin, difference)


async def _shown(admin: AIOKafkaAdminClient, difference: Difference) -> None:
    """Wait until the broker shows what it accepted: it learns of that a moment later itself."""
    named = {topic.name for topic in difference.missing}
    try:
        async with asyncio.timeout(SHOWN_SECONDS):
            while not (  # noqa: ASYNC110 - the broker tells nobody
                named <= set(await admin.list_topics()) and await _are_set(admin, difference.config)
            ):
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise RuntimeError("the broker accepted the topics and does not show them") from None


async def _are_set(admin: AIOKafkaAdminClient, wanted: Mapping[str, Mapping[str, str]]) -> bool:
    if not wanted:
        return True
    found = await _configs(admin, sorted(wanted))
    return all(changes.items() <= found[name].items() for name, changes in wanted.items())
