"""The five invariants, judged on what stands in the stores, the topics and the read model.

Pure: `findings` compares what `fault_evidence` read with raw SQL and a raw Kafka client. Of the
product it uses the catalogue, to read an event's JSON, and the folds, which are the specification.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.records import Change
from leefwijk.events.envelope import Received
from leefwijk.events.topics import partner_topic, platform_topic
from projections.read_models import EFFORT_STATUS_FOLDS
from projections.rows import Folds, Row

KEPT = 20
"""Ids beside a row: what people are promised, whatever the product keeps."""
SHOWN = 3
"""Examples named in a finding; it states how many there are."""
PLATFORM_ROLE = "service"
"""Who acts where a deadline or a reaction makes an event: no caller was told of it."""
FOLDS = Folds()
for _module in EFFORT_STATUS_FOLDS:
    FOLDS.include(_module.folds)


@dataclass(frozen=True)
class Stored:
    """An event as it stands in the table of a service."""

    service: str
    stream: str
    version: int
    id: str
    type: str
    data: str
    metadata: Mapping[str, Any]
    recorded_at: datetime


@dataclass(frozen=True)
class Sent:
    """A record as it stands on a topic."""

    partition: int
    key: str
    id: str
    version: int
    data: str


@dataclass(frozen=True)
class Shown:
    """A version of a row of the read model; zero-length ones left out."""

    stream: str
    kind: str
    key: str
    area: str | None
    municipalities: tuple[str, ...]
    link: str | None
    valid_from: str | None
    valid_through: str | None
    recorded_from: datetime
    recorded_to: datetime | None
    body: str
    events: tuple[str, ...]
    versions: tuple[int, ...]
    """Of its stream, all that it says it rests on."""


@dataclass
class Evidence:
    """All that can be read from outside at one moment."""

    stored: list[Stored]
    topics: dict[str, list[Sent]]
    """Every topic of the platform, in the order of each partition."""
    shown: list[Shown]
    parked: dict[str, int]
    """The first waiting version of each stream that the read model has parked."""
    known_areas: set[str]
    """What the initiatives service has heard of monitoring."""


@dataclass
class Expected:
    """What cannot be read from outside: what callers were told, and what a fault allows."""

    acknowledged: Counter[str] = field(default_factory=Counter)
    """Event ids in answers, each counted once per command."""
    before: set[str] = field(default_factory=set)
    """Events that were there before the callers began."""
    forbidden: set[str] = field(default_factory=set)
    """Words of refused commands."""
    lost: set[str] = field(default_factory=set)
    """Acknowledged events that a restored backup may lack."""
    planted: set[str] = field(default_factory=set)
    """Event ids that a fault put on a topic itself, or that a restored store has forgotten."""
    parked: set[str] = field(default_factory=set)
    """Streams that must be parked, and no others may."""
    refilled: set[str] = field(default_factory=set)
    """Topics that lost records and were filled again: there every stream stands once in order from
    its first event on, after what had been sent before the refilling."""


def findings(evidence: Evidence, expected: Expected) -> list[str]:
    """Every violation, one sentence each; none if all invariants hold."""
    return [
        *_store(evidence.stored, expected),
        *_topics(evidence, expected),
        *_read_model(evidence, expected),
        *_knowledge(evidence),
    ]


def _some(what: Iterable[Any]) -> str:
    found = sorted(map(str, what))
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{len(found)}: {', '.join(found[:SHOWN])}{more}"


def _store(stored: list[Stored], expected: Expected) -> Iterator[str]:
    """1: what was acknowledged is there once, nothing else is, and streams are whole."""
    ids = Counter(event.id for event in stored)
    if twice := [id_ for id_, count in ids.items() if count > 1]:
        yield f"store: events stored twice, {_some(twice)}"
    if absent := expected.acknowledged.keys() - ids.keys() - expected.lost:
        yield f"store: acknowledged and not stored, {_some(absent)}"
    if told := [id_ for id_, count in expected.acknowledged.items() if count > 1]:
        yield f"store: acknowledged for two commands, {_some(told)}"
    ours = {event.id for event in stored if event.metadata.get("role") != PLATFORM_ROLE}
    if strange := ours - expected.acknowledged.keys() - expected.before:
        yield f"store: stored and never acknowledged, {_some(strange)}"
    if refused := [
        event.id for event in stored if any(word in event.data for word in expected.forbidden)
    ]:
        yield f"store: stored though refused, {_some(refused)}"
    for stream, events in by_stream(stored).items():
        if [event.version for event in events] != list(range(1, len(events) + 1)):
            yield f"store: {stream} has the versions {[event.version for event in events]}"
        times = [event.recorded_at for event in events]
        if times != sorted(times):
            yield f"store: time runs backwards in {stream}"


def by_stream(stored: Iterable[Stored]) -> dict[str, list[Stored]]:
    """Events of each stream in the order of their versions."""
    found: dict[str, list[Stored]] = defaultdict(list)
    for event in stored:
        found[event.stream].append(event)
    return {name: sorted(events, key=lambda one: one.version) for name, events in found.items()}


def _topics(evidence: Evidence, expected: Expected) -> Iterator[str]:
    """2: every event is on its topics, first occurrences in order, and nothing else is."""
    wanted: dict[str, list[Stored]] = {topic: [] for topic in evidence.topics}
    for event in evidence.stored:
        wanted.setdefault(platform_topic(event.service), []).append(event)
        for code in event.metadata.get("partnersequences", ()):
            if (topic := partner_topic(event.service, code)) in evidence.topics:
                wanted[topic].append(event)
    for topic, events in wanted.items():
        yield from _topic(topic, events, evidence.topics.get(topic, []), expected)


def _topic(topic: str, events: list[Stored], sent: list[Sent], expected: Expected) -> Iterator[str]:
    firsts: dict[str, list[str]] = defaultdict(list)
    places: dict[str, set[int]] = defaultdict(set)
    seen: set[str] = set()
    contents = {event.id: json.loads(event.data) for event in events}
    for record in sent:
        if record.id in expected.planted:
            continue
        places[record.key].add(record.partition)
        if record.id not in seen or topic in expected.refilled:
            seen.add(record.id)
            firsts[record.key].append(record.id)
            if record.id in contents and json.loads(record.data) != contents[record.id]:
                yield f"{topic}: {record.id} says something else than the store"
    if absent := contents.keys() - seen:
        yield f"{topic}: stored and never sent, {_some(absent)}"
    if strange := seen - contents.keys():
        yield f"{topic}: sent and not stored, {_some(strange)}"
    if torn := [key for key, partitions in places.items() if len(partitions) > 1]:
        yield f"{topic}: streams on more than one partition, {_some(torn)}"
    inverted = [
        stream
        for stream, own in by_stream(events).items()
        if not _in_order([event.id for event in own if event.id in seen], firsts[stream])
    ]
    if inverted:
        yield f"{topic}: out of order, {_some(inverted)}"


def _in_order(own: list[str], sent: list[str]) -> bool:
    """Whether a stream's events stand in this order somewhere in what was sent for it."""
    after = iter(sent)
    return all(id_ in after for id_ in own)


def _read_model(evidence: Evidence, expected: Expected) -> Iterator[str]:
    """3: the rows are the fold of the stored events; parked streams are those that must be."""
    if strange := evidence.parked.keys() - expected.parked:
        yield f"read model: parked without a reason, {_some(strange)}"
    if absent := expected.parked - evidence.parked.keys():
        yield f"read model: not parked, {_some(absent)}"
    should: dict[str, list[Shown]] = {}
    for stream, events in by_stream(evidence.stored).items():
        until = evidence.parked.get(stream, len(events) + 1)
        should[stream] = list(folded([one for one in events if one.version < until]))
    shown: dict[str, list[Shown]] = defaultdict(list)
    for row in evidence.shown:
        shown[row.stream].append(row)
    wrong = [
        stream
        for stream in should.keys() | shown.keys()
        if sorted(map(repr, should.get(stream, ()))) != sorted(map(repr, shown.get(stream, ())))
    ]
    if wrong:
        yield f"read model: not the fold of its events, {_some(wrong)}"


def folded(events: list[Stored]) -> Iterator[Shown]:
    """Every version of every row that the events of one stream make, by the pure folds."""
    language = published_language()
    rows: dict[tuple[str, str], Row] = {}
    beneath: dict[tuple[str, str], list[Stored]] = {}
    since: dict[tuple[str, str], datetime] = {}
    for stored in events:
        event = language.decode(stored.type, stored.data)
        fold = FOLDS.by_event.get(type(event))
        if fold is None:
            continue
        for result in list(fold(rows.copy(), Change(_received(stored), event))):
            place = (result.kind, result.key)
            before, known = rows.pop(place, None), beneath.pop(place, [])
            if before is not None and since[place] != stored.recorded_at:
                yield _shown(before, known, since[place], stored.recorded_at)
            if isinstance(result, Row):
                rows[place] = replace(result)
                beneath[place] = [*(one for one in known if one is not stored), stored]
                since[place] = stored.recorded_at
    for place, row in rows.items():
        yield _shown(row, beneath[place], since[place], None)


def _received(stored: Stored) -> Received:
    kind = stored.type.split(".", 3)[2]
    return Received(
        id=UUID(stored.id),
        source="",
        type=stored.type,
        subject=stored.stream[len(kind) + 1 :],
        time=stored.recorded_at,
        stream_id=stored.stream,
        version=stored.version,
        data=stored.data.encode(),
        area=stored.metadata.get("area"),
        municipalities=tuple(stored.metadata.get("municipalities", ())),
        headers={},
    )


def _shown(row: Row, beneath: list[Stored], since: datetime, until: datetime | None) -> Shown:
    return Shown(
        beneath[0].stream,
        row.kind,
        row.key,
        row.area,
        tuple(row.municipalities),
        row.link,
        row.valid_from.isoformat() if row.valid_from else None,
        row.valid_through.isoformat() if row.valid_through else None,
        since,
        until,
        canonical(row.body),
        tuple(one.id for one in beneath[-KEPT:]),
        tuple(one.version for one in beneath),
    )


def canonical(body: Any) -> str:
    """JSON that is equal when its content is."""
    return json.dumps(body, sort_keys=True)


def _knowledge(evidence: Evidence) -> Iterator[str]:
    """What a service keeps of another one's facts is what that other one recorded."""
    areas = {
        json.loads(event.data)["area"]
        for event in evidence.stored
        if event.type == "nl.leefbaarheid.areas.area-registered.v1"
    }
    if missing := areas - evidence.known_areas:
        yield f"knowledge: initiatives has not heard of areas, {_some(missing)}"
