import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError

from leefwijk.local import EmbeddedKafka, LocalError, ensure_jars

TOPIC = "leefwijk.monitoring.events"
PARTNER, PASSWORD = "partner-gemeente", "gm0106-secret"


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A running broker with a listener for one partner."""
    folder = tmp_path_factory.mktemp("kafka")
    with EmbeddedKafka(folder, heap="256m", scram={PARTNER: PASSWORD}) as broker:
        asyncio.run(_create(broker, TOPIC))
        yield broker


async def _create(broker: EmbeddedKafka, *topics: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(name, 1, 1) for name in topics])
        assert [error for _, error, *_ in answer.topic_errors] == [0] * len(topics)
    finally:
        await admin.close()


async def _produce(broker: EmbeddedKafka, topic: str, *values: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=True)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def _consume(bootstrap: str, topic: str, count: int, **login: str) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, **login
    )
    consumer.assign([TopicPartition(topic, 0)])
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


def _login(password: str) -> dict[str, str]:
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": PARTNER,
        "sasl_plain_password": password,
    }


async def test_a_topic_exists_only_once_it_is_created(kafka: EmbeddedKafka) -> None:
    """Topics are made by tooling, never by a client that mentions one."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, request_timeout_ms=1000)
    await producer.start()
    try:
        assert await producer.partitions_for(TOPIC) == {0}
        with pytest.raises(KafkaError):
            await producer.partitions_for("mentioned")
    finally:
        await producer.stop()


async def test_a_killed_broker_comes_back_with_every_record(kafka: EmbeddedKafka) -> None:
    """After `kill -9` a start on the same folder and port gives back what was acknowledged."""
    values = [f"effort level {number}".encode() for number in range(50)]
    await _create(kafka, "effort")
    await _produce(kafka, "effort", *values)
    before = kafka.pid
    kafka.kill()
    assert kafka.pid is None
    kafka.start()
    assert kafka.pid not in {None, before}
    assert await _consume(kafka.bootstrap, "effort", len(values)) == values


async def test_a_consumer_group_works_on_one_broker(kafka: EmbeddedKafka) -> None:
    """Groups and their offsets, which live in a topic of their own, need no second broker."""
    await _produce(kafka, TOPIC, b"one more")
    async with asyncio.timeout(30):
        consumer = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=kafka.bootstrap, group_id="g", auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            await consumer.getone()
            await consumer.commit()
        finally:
            await consumer.stop()


async def test_a_partner_needs_the_password_and_a_right(kafka: EmbeddedKafka) -> None:
    """On its own listener a partner logs in, and without an ACL may read nothing."""
    with pytest.raises(KafkaConnectionError):
        await _consume(kafka.partner_bootstrap, TOPIC, 1, **_login("wrong"))
    with pytest.raises(TopicAuthorizationFailedError):
        await _consume(kafka.partner_bootstrap, TOPIC, 1, **_login(PASSWORD))


def test_users_are_fixed_when_the_folder_is_first_used(
    kafka: EmbeddedKafka, tmp_path: Path
) -> None:
    """Other users than the data were made for are refused rather than silently unknown."""
    shutil.copy(kafka.folder / "formatted.json", tmp_path)
    with pytest.raises(LocalError, match="were made for other users"):
        EmbeddedKafka(tmp_path, scram={"another": "secret"}).start()


async def test_starting_twice_is_starting_once(kafka: EmbeddedKafka) -> None:
    """A second start of a running broker leaves it alone; a second owner is refused."""
    before = kafka.pid
    kafka.start()
    with pytest.raises(LocalError, match="kafka already runs in"):
        EmbeddedKafka(kafka.folder).start()
    assert kafka.pid == before


def test_nothing_of_the_machine_is_needed(
    kafka: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Java, Maven and Docker are not looked for: the broker starts with an empty path."""
    kafka.stop()
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:NoSuchOption")
    kafka.start()


def test_a_start_that_fails_tells_why(tmp_path: Path) -> None:
    """A setting the broker does not accept is named, instead of an end without a word."""
    ensure_jars()
    with pytest.raises(LocalError, match=r"num\.network\.threads"):
        EmbeddedKafka(tmp_path, extra={"num.network.threads": "none"}).start()
