"""The envelope against its published contracts: CloudEvents 1.0 and the NL GOV profile 1.1."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_binary_event,
    to_binary_event,
)
from hypothesis import given
from hypothesis import strategies as some

from leefwijk.events.catalogue import published_language
from leefwijk.events.envelope import (
    BadEnvelopeError,
    partner_headers,
    platform_headers,
    receive,
    source_uri,
)
from leefwijk.events.event import Audience, Event
from leefwijk.events.store.records import StoredEvent

SOURCE = source_uri("04016206", "monitoring")
TYPE = "nl.leefbaarheid.effort-levels.effort-level-agreed.v2"
# hypothesis takes its bounds without a zone
TIMES = tuple(datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2000, 2100))
NAMES = re.compile(r"[a-z0-9]{1,20}")


def stored(**changes: Any) -> StoredEvent:
    """An event as it comes out of the store."""
    values: dict[str, Any] = {
        "stream_id": "effort-levels-1b2c",
        "version": 7,
        "position": 12,
        "id": UUID("6f1c7a0e-8a0b-4f56-9d0c-0a4f0e4ad111"),
        "type": TYPE,
        "data": '{"level":"extra"}',
        "metadata": {
            "actor": 3,
            "role": "area_manager",
            "correlation": "c1",
            "causation": "e1",
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "area": "WK010601@2020",
            "municipalities": ["GM0106", "GM1699"],
            "partnersequences": {"GM0106": 2, "GM1699": 1},
        },
        "recorded_at": datetime(2026, 4, 20, 9, 0, 0, 123456, UTC),
    }
    return StoredEvent(**(values | changes))


def message(headers: list[tuple[str, bytes]], event: StoredEvent) -> KafkaMessage:
    """What the SDK takes for a record."""
    return KafkaMessage(
        headers=dict(headers), key=event.stream_id.encode(), value=event.data.encode()
    )


@pytest.mark.parametrize("partner", [False, True])
def test_the_official_sdk_reads_our_records(partner: bool) -> None:
    """Binary mode as the CloudEvents SDK understands it, on both kinds of topic."""
    event = stored()
    headers = (
        partner_headers(event, SOURCE, "GM0106") if partner else platform_headers(event, SOURCE)
    )
    read = from_binary_event(message(headers, event))
    assert (read.get_id(), read.get_type(), read.get_source()) == (str(event.id), TYPE, SOURCE)
    assert read.get_subject() == "1b2c"
    assert read.get_time() == event.recorded_at
    assert read.get_datacontenttype() == "application/json"
    assert read.get_data() == {"level": "extra"}


def test_we_read_what_the_official_sdk_writes() -> None:
    """A record that the SDK wrote from ours is the same event to us."""
    event = stored()
    headers = platform_headers(event, SOURCE)
    written = to_binary_event(from_binary_event(message(headers, event)))
    again = receive(
        [(name, _bytes(value)) for name, value in written.headers.items()],
        event.stream_id.encode(),
        _bytes(written.value),
    )
    direct = receive(headers, event.stream_id.encode(), event.data.encode())
    assert (again.id, again.type, again.version, again.stream_id, again.time) == (
        direct.id,
        direct.type,
        direct.version,
        direct.stream_id,
        direct.time,
    )
    assert json.loads(again.data) == json.loads(direct.data)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def test_the_rules_of_the_nl_gov_profile_hold() -> None:
    """Source by chamber of commerce, plural reverse-domain type with one version, sequence."""
    headers = dict(platform_headers(stored(), SOURCE))
    attributes = {
        name[3:]: value.decode() for name, value in headers.items() if name.startswith("ce_")
    }
    assert attributes["specversion"] == "1.0"
    assert re.fullmatch(r"urn:nld:kvknr:\d{8}:systeem:leefwijk-[a-z-]+", attributes["source"])
    assert re.fullmatch(r"nl\.leefbaarheid\.[a-z-]+s\.[a-z-]+\.v\d+", attributes["type"])
    assert attributes["sequencetype"] == "Integer"
    assert int(attributes["sequence"]) == 7
    assert attributes["sequence"].isdigit()
    assert attributes["time"].endswith("Z")
    assert all(NAMES.fullmatch(name) for name in attributes), attributes
    assert headers["content-type"] == b"application/json"


def test_sequences_sort_as_text() -> None:
    """`sequence` is lexicographically orderable, as the extension asks."""
    told = [
        dict(platform_headers(stored(version=version), SOURCE))["ce_sequence"]
        for version in (1, 2, 10, 99, 100_000)
    ]
    assert told == sorted(told)


def test_a_partner_learns_nothing_of_the_platform() -> None:
    """No actor, role, trace or chain of causes; its own municipality's count only."""
    names = {name for name, _ in partner_headers(stored(), SOURCE, "GM1699")}
    assert not names & {
        "ce_actor",
        "ce_actorrole",
        "ce_traceparent",
        "ce_correlationid",
        "ce_causationid",
    }
    assert dict(partner_headers(stored(), SOURCE, "GM1699"))["ce_partnersequence"] == b"1"


def test_an_event_says_all_its_municipalities() -> None:
    """Filters match any of them: an experienced area may span two."""
    received = receive(platform_headers(stored(), SOURCE), b"k", b"{}")
    assert received.municipalities == ("GM0106", "GM1699")
    assert received.area == "WK010601@2020"


@pytest.mark.parametrize(
    "missing", ["ce_id", "ce_type", "ce_source", "ce_time", "ce_sequence", "ce_partitionkey"]
)
def test_a_record_without_a_needed_attribute_is_named(missing: str) -> None:
    """What is no event of the platform says which attribute it lacks."""
    headers = [item for item in platform_headers(stored(), SOURCE) if item[0] != missing]
    with pytest.raises(BadEnvelopeError, match=missing[3:]):
        receive(headers, b"k", b"{}")


@given(
    version=some.integers(1, 2**31 - 1),
    id_=some.uuids(),
    time=some.datetimes(*TIMES, timezones=some.just(UTC)),
    subject=some.from_regex(r"[0-9a-zA-Z@.-]{1,60}", fullmatch=True),
)
def test_an_event_survives_its_record(
    version: int, id_: UUID, time: datetime, subject: str
) -> None:
    """Event to record to event: nothing is lost on the way."""
    event = stored(version=version, id=id_, recorded_at=time, stream_id=f"effort-levels-{subject}")
    received = receive(
        platform_headers(event, SOURCE), event.stream_id.encode(), event.data.encode()
    )
    assert (received.id, received.version, received.time) == (id_, version, time)
    assert (received.stream_id, received.subject) == (event.stream_id, subject)
    assert received.data == event.data.encode()


@pytest.mark.parametrize("event", list(published_language()), ids=lambda event: event.type)
def test_every_event_says_what_it_means(event: type[Event]) -> None:
    """One line of meaning each; the aggregate is a plural, as the profile asks of a domain."""
    assert event.__doc__
    assert event.__doc__.strip().split("\n")[0].endswith((".", ";"))
    head, _, _ = event.aggregate.partition("-of-")
    assert head.endswith("s")
    assert event.audience in set(Audience)
