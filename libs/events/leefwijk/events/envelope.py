"""The envelope: CloudEvents 1.0 by the NL GOV profile 1.1, in Kafka's binary mode, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from leefwijk.events.store.records import StoredEvent

Headers = list[tuple[str, bytes]]

_JSON = ("content-type", b"application/json")
_SPEC = ("ce_specversion", b"1.0")
_COUNTED = ("ce_sequencetype", b"Integer")


class BadEnvelopeError(ValueError):
    """A record is no event of the platform: an attribute is missing or malformed."""


_LARGEST_VERSION = 2**31 - 1
_LONGEST_ATTRIBUTE = 16 * 1024
_LONGEST_KEY = 1024


@dataclass(slots=True)  # not frozen: that would double the time it takes to make one
class Received:
    """An event as read from a topic."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    stream_id: str
    version: int
    data: bytes
    area: str | None
    municipalities: tuple[str, ...]
    headers: Mapping[str, bytes | None]
    """As they came: what is read of every record has a field of its own above."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Every attribute by its name."""
        return {
            name[3:]: content.decode(errors="replace")
            for name, content in self.headers.items()
            if content is not None and name[:3] == "ce_"
        }

    @property
    def partner_sequence(self) -> int | None:
        """Place among the partner facts of the stream, on a partner topic."""
        value = self.headers.get("ce_partnersequence")
        return int(value) if value else None


@lru_cache(maxsize=4096)
def _constant(type_: str, source: str) -> tuple[tuple[str, bytes], ...]:
    return (
        _SPEC,
        _JSON,
        ("ce_source", source.encode()),
        ("ce_type", type_.encode()),
        ("ce_dataschema", schema_uri(type_).encode()),
        _COUNTED,
    )


def schema_uri(type_: str) -> str:
    """The name under which the schema of a type is published."""
    return f"urn:nl.leefbaarheid:schema:{type_}"


def source_uri(chamber_number: str, service: str) -> str:
    """The producer: the organisation by its chamber of commerce number, then the system."""
    return f"urn:nld:kvknr:{chamber_number}:systeem:leefwijk-{service.replace('_', '-')}"


def subject_of(stream_id: str, type_: str) -> str:
    """The aggregate's id: the stream without the aggregate's name."""
    return stream_id[len(type_.split(".", 3)[2]) + 1 :]


def _moment(moment: datetime) -> bytes:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z").encode()


def platform_headers(event: StoredEvent, source: str) -> Headers:
    """Headers of the platform's own topic: everything but the personal."""
    metadata = event.metadata
    headers = _common(event, source)
    for name, value in (
        ("ce_traceparent", metadata.get("traceparent")),
        ("ce_correlationid", metadata.get("correlation")),
        ("ce_causationid", metadata.get("causation")),
        ("ce_actor", metadata.get("actor")),
        ("ce_actorrole", metadata.get("role")),
    ):
        if value:
            headers.append((name, str(value).encode()))
    return headers


def partner_headers(event: StoredEvent, source: str, municipality: str) -> Headers:
    """Headers of a partner's topic: no actor, no trace and no chain of causes."""
    headers = _common(event, source)
    sequence = event.metadata.get("partnersequences", {}).get(municipality)
    if sequence is not None:
        headers.append(("ce_partnersequence", str(sequence).encode()))
    return headers


def _common(event: StoredEvent, source: str) -> Headers:
    headers = [
        *_constant(event.type, source),
        ("ce_id", str(event.id).encode()),
        ("ce_subject", subject_of(event.stream_id, event.type).encode()),
        ("ce_time", _moment(event.recorded_at)),
        ("ce_sequence", b"%010d" % event.version),
        ("ce_partitionkey", event.stream_id.encode()),
    ]
    area = event.metadata.get("area")
    if area:
        headers.append(("ce_area", area.encode()))
    municipalities = event.metadata.get("municipalities")
    if municipalities:
        headers.append(("ce_municipalities", ",".join(municipalities).encode()))
    return headers


def receive(
    headers: Iterable[tuple[str, bytes | None]], key: bytes | None, value: bytes | None
) -> Received:
    """Read a record. Raises BadEnvelopeError naming what is missing.

    Every record that any consumer reads comes through here: it looks at what it needs only.
    """
    found = dict(headers)
    try:
        _require(value is not None and key is not None, "the record has no key or no data")
        known = _recurring("ce_specversion", found["ce_specversion"])
        _require(known[:2] == "1.", "it is no event of CloudEvents 1")
        area, municipalities = found.get("ce_area"), found.get("ce_municipalities")
        return Received(
            id=UUID(_text("ce_id", found["ce_id"])),
            source=_recurring("ce_source", found["ce_source"]),
            type=_recurring("ce_type", found["ce_type"]),
            subject=_text("ce_subject", found["ce_subject"]),
            time=_time(_text("ce_time", found["ce_time"])),
            stream_id=_key(_text("ce_partitionkey", found["ce_partitionkey"])),
            version=_version(_text("ce_sequence", found["ce_sequence"])),
            data=value or b"",
            area=_recurring("ce_area", area) if area else None,
            municipalities=_listed(municipalities) if municipalities else (),
            headers=found,
        )
    except KeyError as missing:
        raise BadEnvelopeError(f"attribute '{missing.args[0][3:]}' is missing") from missing
    except BadEnvelopeError:
        raise
    except ValueError as error:
        raise BadEnvelopeError(f"an attribute is malformed: {type(error).__name__}") from error


def _text(name: str, content: bytes | None) -> str:
    """An attribute that must be there and must not break what consumers do with it.

    They keep it in a row of their database.
    """
    if content is None:
        raise KeyError(name)
    if len(content) > _LONGEST_ATTRIBUTE or b"\0" in content:
        raise BadEnvelopeError(f"attribute '{name[3:]}' is too long or holds a zero")
    return content.decode()


_recurring = lru_cache(maxsize=1024)(_text)
"""The same for attributes of few values, which are read once each."""


@lru_cache(maxsize=1024)
def _listed(municipalities: bytes) -> tuple[str, ...]:
    return tuple(filter(None, _text("ce_municipalities", municipalities).split(",")))


def _require(holds: bool, fault: str) -> None:
    if not holds:
        raise BadEnvelopeError(fault)


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    _require(moment.tzinfo is not None, "attribute 'time' names no offset from UTC")
    return moment


def _key(text: str) -> str:
    _require(0 < len(text) <= _LONGEST_KEY, "attribute 'partitionkey' is empty or too long")
    return text


def _version(text: str) -> int:
    version = int(text)
    _require(1 <= version <= _LARGEST_VERSION, "attribute 'sequence' is out of range")
    return version
