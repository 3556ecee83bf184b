"""The published language against what was published and stored before.

Facts stay for ever: every stored event must load in every newer model, and what a newer writer says
must be readable by who still has the last published schema. The golden files are data: one example
and one schema per type, written once, with LEEFWIJK_GOLDEN=write for types that are new.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from golden_values import fill
from pydantic import BaseModel

from leefwijk.events.catalogue import published_language
from leefwijk.events.event import Audience, Event, personal_fields
from leefwijk.events.topics import declared_topics

HERE = Path(__file__).parent
EXAMPLES = HERE / "golden"
SCHEMAS = HERE / "schemas"
WRITE = os.environ.get("LEEFWIJK_GOLDEN") == "write"
LANGUAGE = published_language()
ALL = list(LANGUAGE)


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The closed schema that a writer keeps to."""
    return event.model_json_schema(mode="serialization", by_alias=True)


def stored(folder: Path, event: type[Event]) -> dict[str, Any]:
    """The golden file of a type."""
    path = folder / f"{event.type}.json"
    assert path.is_file(), f"{event.type} is new: write its golden files with LEEFWIJK_GOLDEN=write"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def opened(schema: Any) -> Any:
    """The same schema as a lenient reader takes it: what it does not know it passes over."""
    if isinstance(schema, dict):
        kept = {key: opened(value) for key, value in schema.items()}
        kept.pop("additionalProperties", None)
        return kept
    return [opened(item) for item in schema] if isinstance(schema, list) else schema


@pytest.fixture(scope="module", autouse=True)
def _golden_files() -> None:
    """Write the files of new types when asked to; those that exist are never touched."""
    if not WRITE:
        return
    for event in ALL:
        schema = SCHEMAS / f"{event.type}.json"
        if not schema.exists():
            schema.write_text(json.dumps(schema_of(event), indent=1) + "\n", "utf-8")
        example = EXAMPLES / f"{event.type}.json"
        if not example.exists():
            data = json.loads(example_of(event).to_json())
            example.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def example_of(event: type[Event]) -> Event:
    """An example of an event, filled by its types."""
    return event.model_validate(fill(event))


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.type)
def test_a_stored_event_loads_and_says_the_same(event: type[Event]) -> None:
    """Every event of the golden corpus loads in today's model and is written the same again."""
    data = stored(EXAMPLES, event)
    loaded = LANGUAGE.decode(event.type, json.dumps(data))
    assert json.loads(loaded.to_json()) == data


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.type)
def test_what_is_written_today_is_readable_by_the_published_schema(event: type[Event]) -> None:
    """A reader with the last published schema, passing over what it does not know, still reads."""
    published = opened(stored(SCHEMAS, event))
    today = json.loads(example_of(event).to_json())
    jsonschema.validate(today, published)
    jsonschema.validate(stored(EXAMPLES, event), schema_of(event))


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.type)
def test_a_published_field_stays_what_it_was(event: type[Event]) -> None:
    """No field disappears, none becomes required, none changes its type: that would be a new vN."""
    published, today = stored(SCHEMAS, event), schema_of(event)
    gone = set(published["properties"]) - set(today["properties"])
    assert not gone, f"gone: {gone}"
    newly = set(today.get("required", ())) - set(published.get("required", ()))
    assert not newly, f"newly required: {newly}"
    for name, before in published["properties"].items():
        now = today["properties"][name]
        for word in ("type", "$ref", "const", "format"):
            assert before.get(word) == now.get(word), f"{name}: {word} changed"


def test_no_golden_file_stands_without_its_event() -> None:
    """A type that was published is read for ever, by its class or by an upcaster."""
    for folder in (EXAMPLES, SCHEMAS):
        for path in folder.glob("*.json"):
            LANGUAGE.find(path.stem)


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.type)
def test_no_event_holds_personal_data(event: type[Event]) -> None:
    """No field at any depth is marked as personal, and none is named as a person's."""
    assert personal_fields(event) == []
    names = _names(event)
    forbidden = {"email", "phone", "telephone", "bsn", "address", "house_number", "birthday"}
    assert not names & forbidden


def _names(model: type[BaseModel]) -> set[str]:
    found = set(model.model_fields)
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= _names(field.annotation)
    return found


def test_topics_follow_from_the_catalogue() -> None:
    """A platform topic per service; a partner topic per municipality where partners get facts."""
    names = {topic.name for topic in declared_topics(LANGUAGE, ["GM0106", "GM1699", "GM0106"])}
    assert names == {
        f"leefwijk.{service}.{kind}"
        for service in ("housing-mix", "initiatives", "monitoring", "participation")
        for kind in ("events", "partner-events.gm0106", "partner-events.gm1699")
    }
    assert {event.audience for event in ALL} == {Audience.PLATFORM, Audience.PARTNERS}
