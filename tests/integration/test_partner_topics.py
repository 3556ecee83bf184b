"""What leaves the platform: partner topics read with a plain client, and what is in none of them."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from platform_kit import Running, told, wait_until
from platform_scenes import Scenes

from leefwijk.events.catalogue import published_language
from leefwijk.events.event import Audience

REQUIRED = {"ce_id", "ce_source", "ce_specversion", "ce_type"}
INTERNAL = {"ce_actor", "ce_actorrole", "ce_traceparent", "ce_correlationid", "ce_causationid"}
RARE = "zwanenbloemperk"


async def everything_in(platform: Running, *topics: str) -> list[Any]:
    """All records of these topics from their start, read as anybody's client would."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=platform.broker.bootstrap, enable_auto_commit=False
    )
    await consumer.start()
    try:
        places = [
            TopicPartition(topic, part)
            for topic in topics
            for part in (await _partitions(consumer, topic))
        ]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: list[Any] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=100)).values():
                found += batch
        return found
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    await consumer.topics()
    return sorted(consumer.partitions_for_topic(topic) or ())


async def _relayed(platform: Running, topic: str, *ids: str) -> list[Any]:
    """All records of a topic, once it holds these events."""

    async def there() -> list[Any]:
        found = await everything_in(platform, topic)
        held = {dict(record.headers)["ce_id"].decode() for record in found}
        return found if set(ids) <= held else []

    return await wait_until(there, f"{topic} holds {ids}", pause=0.3)


async def test_a_partner_reads_valid_events_of_its_municipality_only(
    platform: Running, scenes: Scenes
) -> None:
    """A partner's topic holds CloudEvents of partner facts, without who did it, without holes."""
    here, elsewhere = scenes.place("GM0106"), scenes.place("GM0118")
    level = await scenes.level(here.district)
    await scenes.level(elsewhere.district)
    made = await scenes.granted(here.neighbourhood(), "300.00")
    started = await scenes.step(made, "starts", {})
    other = await scenes.granted(elsewhere.neighbourhood(), "300.00")
    other_started = await scenes.step(other, "starts", {})
    # what was written last in each service and municipality stands last in its topic
    monitoring = await _relayed(
        platform, "leefwijk.monitoring.partner-events.gm0106", *level["events"]
    )
    initiatives = await _relayed(
        platform, "leefwijk.initiatives.partner-events.gm0106", *started["events"]
    )
    await _relayed(
        platform, "leefwijk.initiatives.partner-events.gm0118", *other_started["events"]
    )

    catalogue = published_language()
    for record in (*monitoring, *initiatives):
        headers = {name: content.decode() for name, content in record.headers}
        assert not INTERNAL & set(headers)
        assert not {name for name in headers if "actor" in name or "trace" in name}
        assert set(headers) >= REQUIRED
        assert headers["ce_specversion"] == "1.0"
        assert headers["content-type"] == "application/json"
        assert UUID(headers["ce_id"])
        assert headers["ce_source"].startswith("urn:nld:kvknr:04016206:systeem:leefwijk-")
        assert datetime.fromisoformat(headers["ce_time"]).tzinfo is not None
        assert headers["ce_partitionkey"].encode() == record.key
        assert "GM0106" in headers["ce_municipalities"].split(",")
        event = catalogue.find(headers["ce_type"])
        assert event.audience is Audience.PARTNERS
        event.model_validate_json(record.value)
        assert headers["ce_partnersequence"].isdigit()
    assert _municipalities(monitoring) == _municipalities(initiatives) == {"GM0106"}
    for records in (monitoring, initiatives):
        assert len(records) == len({dict(record.headers)["ce_id"] for record in records})
        for sequences in _sequences(records).values():
            assert sequences == list(range(1, len(sequences) + 1))


async def test_grants_and_spendings_stay_inside(platform: Running, scenes: Scenes) -> None:
    """What is the platform's own is in its topic, and in no partner's."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "120.00")
    spent = await scenes.step(made, "expenses", {"line": 1, "amount": "20.00"})
    started = await scenes.step(spent, "starts", {})

    inside = await _relayed(platform, "leefwijk.initiatives.events", *started["events"])
    outside = await _relayed(
        platform, "leefwijk.initiatives.partner-events.gm0106", *started["events"]
    )

    stream = f"initiatives-{made['id']}".encode()
    told_inside = {dict(record.headers)["ce_type"] for record in inside if record.key == stream}
    told_outside = {dict(record.headers)["ce_type"] for record in outside if record.key == stream}
    catalogue = published_language()
    assert told_outside == {
        type_
        for type_ in told_inside
        if catalogue.find(type_.decode()).audience is Audience.PARTNERS
    }
    assert any(b"spending-recorded" in type_ for type_ in told_inside)
    assert not any(b"spending-recorded" in type_ for type_ in told_outside)


async def test_the_words_of_a_story_are_nowhere_but_in_their_store(
    platform: Running, scenes: Scenes
) -> None:
    """MON-22: a word of a story is in no event, no topic, no log and no table in the clear."""
    place = scenes.place()
    words = f"Wij planten samen een {RARE} bij de flat"
    story = await scenes.story(place.district, words)
    for path, body in (("consents", {}), ("publications", {})):
        given = await platform.post(
            "monitoring",
            f"/stories/{story['id']}/{path}",
            "neighbourhood_worker",
            body,
            match=story["version"],
        )
        story = told(given, 201)
    # a fault with the words in it must not be told to a log either
    refused = await platform.post(
        "monitoring", f"/areas/{place.district}/stories", "neighbourhood_worker", {"text": words}
    )
    assert refused.status_code == 400
    topics = [
        topic
        for topic in await _topics(platform)
        if topic.startswith("leefwijk.") and "initiatives" not in topic
    ]
    await _relayed(platform, "leefwijk.monitoring.events", *story["events"])
    await scenes.status(place.district, after=story["token"])

    shown = await platform.get("monitoring", f"/v1/stories/{story['id']}", "resident")
    assert RARE in shown.text
    for record in await everything_in(platform, *topics):
        said = json.dumps([name + content.decode() for name, content in record.headers])
        assert RARE not in said
        assert RARE.encode() not in (record.value or b"").lower()
    for service in ("monitoring", "projections", "initiatives"):
        assert await _tables_with(platform, service, RARE) == []
    for log in platform.hands.logs.iterdir():
        assert RARE not in log.read_text("utf-8", errors="replace").lower(), log.name


def _municipalities(records: list[Any]) -> set[str]:
    """Where what the records tell of happens."""
    found: set[str] = set()
    for record in records:
        found |= set(dict(record.headers)["ce_municipalities"].decode().split(","))
    return found


def _sequences(records: list[Any]) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = defaultdict(list)
    for record in records:
        found[record.key].append(int(dict(record.headers)["ce_partnersequence"]))
    return found


async def _topics(platform: Running) -> list[str]:
    async with platform.broker.admin() as admin:
        return sorted(await admin.list_topics())


async def _tables_with(platform: Running, service: str, word: str) -> list[str]:
    """The tables of a service in which any row holds the word."""
    tables = await platform.rows(
        service,
        "select format('%I.%I', schemaname, tablename) as name from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema')",
    )
    assert tables
    return [
        table.name
        for table in tables
        if await platform.rows(
            service,
            f"select 1 from {table.name} as t where lower(t::text) like :wanted limit 1",
            wanted=f"%{word}%",
        )
    ]
