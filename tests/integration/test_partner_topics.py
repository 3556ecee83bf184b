"""What leaves the platform: partner topics read with a plain client, and what is in none."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any
from uuid import UUID

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from platform_kit import Running, told
from platform_scenes import Scenes
from platform_topics import everything_in, header, relayed

from leefwijk.events.catalogue import published_language
from leefwijk.events.event import Audience

INTERNAL = {"actor", "actorrole", "traceparent", "correlationid", "causationid"}
RARE = "zwanenbloemperk"


async def test_a_partner_reads_valid_events_of_its_municipality_only(
    platform: Running, scenes: Scenes
) -> None:
    """A partner's topic holds CloudEvents of partner facts, without who did it, without holes."""
    here, elsewhere = scenes.place("GM0106"), scenes.place("GM0118")
    level = await scenes.level(here.district)
    level_elsewhere = await scenes.level(elsewhere.district)
    made = await scenes.granted(here.neighbourhood(), "300.00")
    started = await scenes.step(made, "starts", {})
    other = await scenes.granted(elsewhere.neighbourhood(), "300.00")
    other_started = await scenes.step(other, "starts", {})
    # what was written last in each service and municipality stands last in its topic
    monitoring = await relayed(
        platform, "leefwijk.monitoring.partner-events.gm0106", level["events"][-1]
    )
    initiatives = await relayed(
        platform, "leefwijk.initiatives.partner-events.gm0106", *started["events"]
    )
    await relayed(platform, "leefwijk.initiatives.partner-events.gm0118", *other_started["events"])

    for record in (*monitoring, *initiatives):
        _require_partner_event(record, "GM0106")
    # a fact of several municipalities stands in the topic of each; one of another only does not
    told_here = {header(record, "id") for record in (*monitoring, *initiatives)}
    assert told_here.isdisjoint([*level_elsewhere["events"], *other_started["events"]])
    for records in (monitoring, initiatives):
        assert len(records) == len({header(record, "id") for record in records})
        for sequences in _sequences(records).values():
            assert sequences == list(range(1, len(sequences) + 1))


async def test_grants_and_spendings_stay_inside(platform: Running, scenes: Scenes) -> None:
    """What is the platform's own is in its topic, and in no partner's."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "120.00")
    spent = await scenes.step(made, "expenses", {"line": 1, "amount": "20.00"})
    started = await scenes.step(spent, "starts", {})

    inside = await relayed(platform, "leefwijk.initiatives.events", *started["events"])
    outside = await relayed(
        platform, "leefwijk.initiatives.partner-events.gm0106", *started["events"]
    )

    stream = f"initiatives-{made['id']}".encode()
    told_inside = {header(record, "type") for record in inside if record.key == stream}
    told_outside = {header(record, "type") for record in outside if record.key == stream}
    catalogue = published_language()
    assert told_outside == {
        type_ for type_ in told_inside if catalogue.find(type_).audience is Audience.PARTNERS
    }
    assert any("spending-recorded" in type_ for type_ in told_inside)
    assert not any("spending-recorded" in type_ for type_ in told_outside)


async def test_the_words_of_a_story_are_nowhere_but_in_their_store(
    platform: Running, scenes: Scenes
) -> None:
    """MON-22: a word of a story is in no event, no topic, no log and no table in the clear."""
    place = scenes.place()
    words = f"Wij planten samen een {RARE} bij de flat"
    story = await scenes.story(place.district, words)
    for path in ("consents", "publications"):
        given = await platform.post(
            "monitoring",
            f"/stories/{story['id']}/{path}",
            "neighbourhood_worker",
            {},
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
    await relayed(platform, "leefwijk.monitoring.events", *story["events"])
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


def _require_partner_event(record: Any, municipality: str) -> None:
    """A valid CloudEvent of a partner fact about this municipality, without who and why."""
    headers = dict(record.headers)
    assert headers["content-type"] == b"application/json"
    # the library of the standard judges every attribute that is given, and every one that must be
    event = from_binary_event(KafkaMessage(headers, record.key, record.value))
    assert event.get_specversion() == "1.0"
    assert UUID(event.get_id())
    assert event.get_source().startswith("urn:nld:kvknr:04016206:systeem:leefwijk-")
    assert event.get_extension("partitionkey").encode() == record.key
    assert municipality in event.get_extension("municipalities").split(",")
    assert not INTERNAL & {name.removeprefix("ce_") for name in headers}
    fact = published_language().find(event.get_type())
    assert fact.audience is Audience.PARTNERS
    fact.model_validate_json(record.value)


def _sequences(records: list[Any]) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = defaultdict(list)
    for record in records:
        found[record.key].append(int(header(record, "partnersequence")))
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
            # bytes are shown as hexadecimal digits
            f"select 1 from {table.name} as t where lower(t::text) like any(:wanted) limit 1",
            wanted=[f"%{word}%", f"%{word.encode().hex()}%"],
        )
    ]
