import pytest
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from leefwijk.events import topics
from leefwijk.events.broker import Broker
from leefwijk.events.event import Audience
from leefwijk.events.testing.notes import Notes, Whispered
from leefwijk.events.testing.servers import until
from leefwijk.events.topics import Topic, apply, compare, declared_topics


@pytest.fixture
def wanted(service_name: str) -> list[Topic]:
    """The topics of a service that nobody else is."""
    return [
        Topic(f"leefwijk.{service_name}.events", 6, Audience.PLATFORM, service_name),
        Topic(
            f"leefwijk.{service_name}.partner-events.gm0106",
            1,
            Audience.PARTNERS,
            service_name,
            "GM0106",
        ),
    ]


async def settings(broker: Broker, name: str) -> dict[str, str]:
    """The settings of a topic as the broker has them."""
    async with broker.admin() as admin:
        return (await topics._configs(admin, [name]))[name]


def test_topics_follow_from_the_catalogue() -> None:
    """G-TOPIC-1: one for the platform, and one per municipality where there are partner facts."""
    found = declared_topics(Notes(), ["GM1731", "GM0106", "GM0106"])
    assert [topic.name for topic in found] == [
        "leefwijk.notes.events",
        "leefwijk.notes.partner-events.gm0106",
        "leefwijk.notes.partner-events.gm1731",
    ]
    inside = declared_topics(Notes([Whispered]), ["GM0106"])
    assert [topic.name for topic in inside] == ["leefwijk.notes.events"]


async def test_missing_topics_are_made_and_a_second_run_finds_nothing_to_do(
    broker: Broker, wanted: list[Topic]
) -> None:
    """G-TOPIC-1: made as declared, with unlimited retention; twice is once."""
    async with broker.admin() as admin:
        difference = await compare(admin, wanted)
        assert [topic.name for topic in difference.missing] == [topic.name for topic in wanted]
        await apply(admin, difference, 1)
        await apply(admin, difference, 1)
        again = await compare(admin, wanted)
    assert again.empty
    assert len(await broker.partitions([wanted[0].name])) == 6
    assert (await settings(broker, wanted[0].name))["retention.ms"] == "-1"


async def test_settings_are_put_right_and_others_left_alone(
    broker: Broker, wanted: list[Topic]
) -> None:
    """G-TOPIC-2: only what is declared is set; what an operator set beside it stays."""
    name = wanted[1].name
    async with broker.admin() as admin:
        await apply(admin, await compare(admin, wanted), 1)
        await admin.alter_configs(
            [
                ConfigResource(
                    ConfigResourceType.TOPIC,
                    name,
                    configs={"retention.ms": "1000", "max.message.bytes": "2000000"},
                )
            ]
        )

        async def shown() -> bool:
            return (await settings(broker, name)).get("retention.ms") == "1000"

        await until(shown)
        difference = await compare(admin, wanted)
        assert difference.config[name]["retention.ms"] == "-1"
        await apply(admin, difference, 1)
        assert (await compare(admin, wanted)).empty
    found = await settings(broker, name)
    assert found["retention.ms"] == "-1"
    assert found["max.message.bytes"] == "2000000"


async def test_a_topic_never_gets_other_partitions(broker: Broker, wanted: list[Topic]) -> None:
    """G-TOPIC-2: another number of partitions is refused and told, not put right."""
    async with broker.admin() as admin:
        await admin.create_topics([NewTopic(wanted[0].name, 3, 1)])

        async def shown() -> bool:
            return wanted[0].name in await admin.list_topics()

        await until(shown)
        difference = await compare(admin, wanted)
        assert len(difference.refused) == 1
        assert "has 3 partitions, declared are 6" in difference.refused[0]
        await apply(admin, difference, 1)
    assert len(await broker.partitions([wanted[0].name])) == 3


async def test_what_is_not_declared_is_told_and_left(broker: Broker, wanted: list[Topic]) -> None:
    """G-TOPIC-2: nothing is ever deleted."""
    async with broker.admin() as admin:
        await apply(admin, await compare(admin, wanted), 1)
        difference = await compare(admin, wanted[:1])
        assert wanted[1].name in difference.extra
        assert difference.empty
        await apply(admin, difference, 1)
        assert wanted[1].name in await admin.list_topics()


async def test_a_refused_topic_is_an_error(broker: Broker, service_name: str) -> None:
    """G-TOPIC-1: the client tells a refusal in its answer only; it must not pass unseen."""
    impossible = [Topic(f"leefwijk.{service_name}/x.events", 1, Audience.PLATFORM, service_name)]
    async with broker.admin() as admin:
        with pytest.raises(RuntimeError, match="could not be created"):
            await apply(admin, topics.Difference(tuple(impossible)), 1)
