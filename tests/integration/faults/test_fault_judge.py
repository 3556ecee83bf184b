"""The judge of the fault suite sees what it is there to see: each kind of damage turns it red."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from fault_judge import Evidence, Expected, Sent, Stored, findings, folded

from leefwijk.events.topics import partner_topic, platform_topic

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOPIC = platform_topic("initiatives")
PARTNERS = partner_topic("initiatives", "GM0106")
AREA = "BU01060000@2020"
STREAM = "initiatives-one"
REGISTERED = "nl.leefbaarheid.areas.area-registered.v1"


def _id(name: str) -> str:
    return str(uuid5(UUID(int=7), name))


def _event(stream: str, version: int, type_: str, data: Mapping[str, object]) -> Stored:
    return Stored(
        "monitoring" if stream.startswith("areas") else "initiatives",
        stream,
        version,
        _id(f"{stream} {version}"),
        type_,
        json.dumps(data),
        {"area": AREA, "municipalities": ["GM0106"], "partnersequences": {"GM0106": version}},
        NOON + timedelta(minutes=version),
    )


def _proposed(stream: str) -> Stored:
    data = {
        "title": "Koffiehoek",
        "area": AREA,
        "municipalities": ["GM0106"],
        "themes": ["meeting"],
        "taker": "residents",
        "collectiveBenefit": "Iedereen is welkom",
    }
    return _event(stream, 1, "nl.leefbaarheid.initiatives.initiative-proposed.v1", data)


def _role(stream: str, version: int) -> Stored:
    type_ = "nl.leefbaarheid.initiatives.corporation-role-agreed.v1"
    return _event(stream, version, type_, {"role": "support"})


def _sound() -> tuple[Evidence, Expected]:
    """Two streams of initiatives, on both topics and in the read model."""
    stored = [
        event
        for stream in (STREAM, "initiatives-two")
        for event in (_proposed(stream), _role(stream, 2), _role(stream, 3))
    ]
    topics = {
        topic: [Sent(0, one.stream, one.id, one.version, one.data) for one in stored]
        for topic in (TOPIC, PARTNERS)
    }
    shown = [row for half in (stored[:3], stored[3:]) for row in folded(half)]
    expected = Expected(acknowledged=Counter(event.id for event in stored))
    return Evidence(stored, topics, shown, {}, set()), expected


def test_what_agrees_is_found_sound() -> None:
    """Where store, topics and read model agree, the judge finds nothing."""
    assert findings(*_sound()) == []


def test_a_record_that_stands_twice_is_no_violation() -> None:
    """At least once is promised: the order is that of first occurrences."""
    evidence, expected = _sound()
    evidence.topics[TOPIC] += evidence.topics[TOPIC][1:3]

    assert findings(evidence, expected) == []


def test_a_refilled_topic_may_begin_with_a_later_event() -> None:
    """A topic that was emptied amid work holds a late event first, and then all of them."""
    evidence, expected = _sound()
    evidence.topics[TOPIC].insert(0, evidence.topics[TOPIC][2])
    assert "out of order" in "\n".join(findings(evidence, expected))
    expected.refilled.add(TOPIC)

    assert findings(evidence, expected) == []


def _store_loses(evidence: Evidence, _expected: Expected) -> None:
    evidence.stored.pop()


def _store_doubles(evidence: Evidence, _expected: Expected) -> None:
    evidence.stored.append(replace(evidence.stored[-1], version=4))


def _store_has_a_hole(evidence: Evidence, _expected: Expected) -> None:
    evidence.stored[-1] = replace(evidence.stored[-1], version=5)


def _store_has_more(_evidence: Evidence, expected: Expected) -> None:
    del expected.acknowledged[_id(f"{STREAM} 3")]


def _answered_twice(_evidence: Evidence, expected: Expected) -> None:
    expected.acknowledged[_id(f"{STREAM} 3")] += 1


def _refused_is_stored(_evidence: Evidence, expected: Expected) -> None:
    expected.forbidden.add("Koffiehoek")


def _time_runs_back(evidence: Evidence, _expected: Expected) -> None:
    evidence.stored[2] = replace(evidence.stored[2], recorded_at=NOON)


def _topic_lacks(evidence: Evidence, _expected: Expected) -> None:
    evidence.topics[TOPIC].pop(1)


def _partner_topic_lacks(evidence: Evidence, _expected: Expected) -> None:
    evidence.topics[PARTNERS].pop()


def _topic_is_inverted(evidence: Evidence, _expected: Expected) -> None:
    sent = evidence.topics[TOPIC]
    sent[1], sent[2] = sent[2], sent[1]


def _refill_is_inverted(evidence: Evidence, expected: Expected) -> None:
    _topic_is_inverted(evidence, expected)
    expected.refilled.add(TOPIC)


def _topic_has_a_stranger(evidence: Evidence, _expected: Expected) -> None:
    evidence.topics[TOPIC].append(Sent(0, STREAM, _id("stranger"), 4, "{}"))


def _topic_says_else(evidence: Evidence, _expected: Expected) -> None:
    evidence.topics[TOPIC][1] = replace(evidence.topics[TOPIC][1], data='{"role":"none"}')


def _topic_tears(evidence: Evidence, _expected: Expected) -> None:
    evidence.topics[TOPIC][1] = replace(evidence.topics[TOPIC][1], partition=3)


def _row_is_missing(evidence: Evidence, _expected: Expected) -> None:
    evidence.shown.pop()


def _row_is_twice(evidence: Evidence, _expected: Expected) -> None:
    evidence.shown.append(evidence.shown[-1])


def _row_is_behind(evidence: Evidence, _expected: Expected) -> None:
    evidence.shown[:3] = folded(evidence.stored[:2])


def _row_says_else(evidence: Evidence, _expected: Expected) -> None:
    evidence.shown[-1] = replace(evidence.shown[-1], body='{"title": "Iets anders"}')


def _row_has_another_past(evidence: Evidence, _expected: Expected) -> None:
    evidence.shown[0] = replace(evidence.shown[0], recorded_from=NOON)


def _row_counts_an_event_twice(evidence: Evidence, _expected: Expected) -> None:
    row = evidence.shown[-1]
    evidence.shown[-1] = replace(row, versions=(*row.versions, row.versions[-1]))


def _row_names_too_few(evidence: Evidence, _expected: Expected) -> None:
    evidence.shown[-1] = replace(evidence.shown[-1], events=evidence.shown[-1].events[1:])


def _parked_for_nothing(evidence: Evidence, _expected: Expected) -> None:
    evidence.parked[STREAM] = 4


def _not_parked(_evidence: Evidence, expected: Expected) -> None:
    expected.parked.add(STREAM)


def _parked_and_shown(evidence: Evidence, expected: Expected) -> None:
    evidence.parked[STREAM] = 2
    expected.parked.add(STREAM)


def _unheard(evidence: Evidence, expected: Expected) -> None:
    data = {"area": AREA, "kind": "neighbourhood", "municipalities": ["GM0106"], "code": "BU010600"}
    area = _event(f"areas-{AREA}", 1, REGISTERED, {**data, "edition": 2020, "nameEdition": None})
    area = replace(area, metadata={})
    evidence.stored.append(area)
    evidence.topics[platform_topic("monitoring")] = [Sent(0, area.stream, area.id, 1, area.data)]
    expected.before.add(area.id)
    evidence.shown += folded([area])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_store_loses, "acknowledged and not stored"),
        (_store_doubles, "stored twice"),
        (_store_has_a_hole, "has the versions"),
        (_store_has_more, "stored and never acknowledged"),
        (_answered_twice, "acknowledged for two commands"),
        (_refused_is_stored, "stored though refused"),
        (_time_runs_back, "time runs backwards"),
        (_topic_lacks, f"{TOPIC}: stored and never sent"),
        (_partner_topic_lacks, f"{PARTNERS}: stored and never sent"),
        (_topic_is_inverted, "out of order"),
        (_refill_is_inverted, "out of order"),
        (_topic_has_a_stranger, "sent and not stored"),
        (_topic_says_else, "says something else than the store"),
        (_topic_tears, "more than one partition"),
        (_row_is_missing, "not the fold"),
        (_row_is_twice, "not the fold"),
        (_row_is_behind, "not the fold"),
        (_row_says_else, "not the fold"),
        (_row_has_another_past, "not the fold"),
        (_row_counts_an_event_twice, "not the fold"),
        (_row_names_too_few, "not the fold"),
        (_parked_for_nothing, "parked without a reason"),
        (_not_parked, "not parked"),
        (_parked_and_shown, "not the fold"),
        (_unheard, "has not heard of areas"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_damage_is_seen(damage: Callable[[Evidence, Expected], None], said: str) -> None:
    """Whatever is lost, doubled, inverted, torn, changed or behind is named."""
    evidence, expected = _sound()
    damage(evidence, expected)

    assert said in "\n".join(findings(evidence, expected))


def test_a_row_names_the_newest_twenty_and_counts_them_all() -> None:
    """EVA-23: of thirty events a row keeps twenty ids, and which versions all of them are."""
    stored = [_proposed(STREAM), *(_role(STREAM, version) for version in range(2, 31))]
    last = list(folded(stored))[-1]

    assert last.events == tuple(one.id for one in stored[10:])
    assert last.versions == tuple(range(1, 31))


def test_what_a_restored_backup_lacks_is_no_violation() -> None:
    """Events acknowledged since the backup may be gone, and may stand on topics all the same."""
    evidence, expected = _sound()
    gone = evidence.stored.pop()
    evidence.shown[3:] = folded(evidence.stored[3:])
    expected.lost.add(gone.id)
    expected.planted.add(gone.id)

    assert findings(evidence, expected) == []
