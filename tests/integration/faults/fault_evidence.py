"""What a judge may see: raw rows and raw records, read from outside the code under test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from fault_judge import Evidence, Expected, Sent, Shown, Stored, canonical, findings
from platform_kit import DECIDING, Running
from sqlalchemy.exc import SQLAlchemyError

from leefwijk.events.catalogue import published_language
from leefwijk.events.topics import declared_topics
from projections.read_models import AREA_EFFORT_STATUS

MODEL = "projections.area-effort-status"
PAUSE_SECONDS = 0.25

_STORED = """
select stream_id, version, cast(id as text) as id, type, cast(data as text) as data,
       cast(metadata as text) as metadata, recorded_at from events
"""
_SHOWN = """
select stream_id, kind, key, area, municipalities, link, cast(valid_from as text) as valid_from,
       cast(valid_through as text) as valid_through, recorded_from, recorded_to,
       cast(body as text) as body, cast(events as text[]) as events, rests_on
from rows where projection = :model and recorded_to is distinct from recorded_from
    and generation = (select current from consumer_generations where consumer = :model)
"""
_PARKED = """
select stream_id, min(version) as version from parked where consumer = :model
    and generation = (select current from consumer_generations where consumer = :model)
group by stream_id
"""
_HEADS = """
select stream_id, max(version) as version from events
where split_part(type, '.', 3) = any(:followed) group by stream_id
"""
FOLLOWED = frozenset(event.aggregate for event in AREA_EFFORT_STATUS.projection().handles)
_SEEN = """
select stream_id, version from consumer_streams where consumer = :model
    and generation = (select current from consumer_generations where consumer = :model)
"""


async def read_evidence(platform: Running) -> Evidence:
    """Everything that can be seen now."""
    stored = [event for service in DECIDING for event in await _stored(platform, service)]
    shown = [
        Shown(
            row.stream_id,
            row.kind,
            row.key,
            row.area,
            tuple(row.municipalities),
            row.link,
            row.valid_from,
            row.valid_through,
            row.recorded_from,
            row.recorded_to,
            canonical(json.loads(row.body)),
            tuple(row.events),
            _versions(row.rests_on or ()),
        )
        for row in await platform.rows("projections", _SHOWN, model=MODEL)
    ]
    parked = await platform.rows("projections", _PARKED, model=MODEL)
    known = await platform.rows("initiatives", "select area from known_areas")
    return Evidence(
        stored,
        await read_topics(platform),
        shown,
        {row.stream_id: row.version for row in parked},
        {row.area for row in known},
    )


def _versions(pairs: Sequence[int]) -> tuple[int, ...]:
    """Every version that stands in pairs of a first and a last one."""
    ends = iter(pairs)
    return tuple(
        one for first, last in zip(ends, ends, strict=True) for one in range(first, last + 1)
    )


async def _stored(platform: Running, service: str) -> list[Stored]:
    return [
        Stored(
            service,
            row.stream_id,
            row.version,
            row.id,
            row.type,
            row.data,
            json.loads(row.metadata),
            row.recorded_at,
        )
        for row in await platform.rows(service, _STORED)
    ]


async def read_topics(platform: Running) -> dict[str, list[Sent]]:
    """Every declared topic from its start, with a plain client."""
    municipalities = platform.setting("monitoring", "MUNICIPALITIES").split(",")
    topics = [topic.name for topic in declared_topics(published_language(), municipalities)]
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=platform.broker.bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    found: dict[str, list[Sent]] = {topic: [] for topic in topics}
    await consumer.start()
    try:
        places = sorted(consumer.assignment())
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                found[place.topic] += [_sent(place.partition, record) for record in records]
    finally:
        await consumer.stop()
    return found


def _sent(partition: int, record: Any) -> Sent:
    headers = {name: value.decode() for name, value in record.headers}
    return Sent(
        partition,
        (record.key or b"").decode(),
        headers.get("ce_id", ""),
        int(headers.get("ce_sequence", 0)),
        (record.value or b"").decode(),
    )


async def seems_settled(platform: Running) -> bool:
    """A cheap look whether the read model has come to the end: a hint, no verdict."""
    seen = {
        row.stream_id: row.version for row in await platform.rows("projections", _SEEN, model=MODEL)
    }
    waiting = {row.stream_id for row in await platform.rows("projections", _PARKED, model=MODEL)}
    for service in DECIDING:
        for row in await platform.rows(service, _HEADS, followed=sorted(FOLLOWED)):
            if seen.get(row.stream_id) != row.version and row.stream_id not in waiting:
                return False
    return True


async def judge(platform: Running, expected: Expected, until: float) -> tuple[list[str], float]:
    """The violations that are left at `until`, and when everything agreed for the first time.

    `until` is in seconds of the running loop's clock; without violations the answer comes as soon
    as all invariants hold.
    """
    loop = asyncio.get_running_loop()
    while True:
        late = loop.time() >= until
        settled = loop.time()
        try:
            found = ["nothing settled"]
            if late or await seems_settled(platform):
                evidence = await read_evidence(platform)
                # beside the loop, which has proxies and watches to attend to
                found = await asyncio.to_thread(findings, evidence, expected)
        except (SQLAlchemyError, KafkaError, OSError) as error:
            found = [f"the evidence cannot be read: {type(error).__name__}: {error}"[:300]]
        if not found or late:
            return found, settled
        await asyncio.sleep(PAUSE_SECONDS)
