"""No event of the published language changes so that somebody could no longer read it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from schema_rules import differences

from leefwijk.events.catalogue import published_language
from leefwijk.events.event import Event
from leefwijk.events.testing.notes import Notes, Renamed

HERE = Path(__file__).parent
LANGUAGE = published_language()
GOLDEN = sorted((HERE / "golden").glob("*.json"))
CURRENT = sorted(path for path in (HERE / "schemas").glob("*.json") if path.stem in LANGUAGE)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_event_ever_stored_is_read_as_the_newest(path: Path) -> None:
    """G-LANGUAGE-5: also those of versions that nobody writes any more, through upcasters."""
    read = LANGUAGE.decode(path.stem, path.read_text("utf-8"))
    assert type(read) is LANGUAGE.find(path.stem)
    assert type(read).from_json(read.to_json()) == read


@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.stem)
def test_no_event_breaks_its_published_schema(path: Path) -> None:
    """G-LANGUAGE-5: at any depth an optional field may come, and nothing else may change."""
    event: type[Event] = LANGUAGE.find(path.stem)
    today = event.model_json_schema(mode="serialization", by_alias=True)
    assert differences(json.loads(path.read_text("utf-8")), today) == []


def test_an_old_version_in_the_corpus_would_be_read_through_its_upcaster() -> None:
    """G-LANGUAGE-5: the corpus test itself, on an event that has had two versions."""
    read = Notes().decode("nl.leefbaarheid.notes.renamed.v1", '{"first": "A", "last": "B"}')
    assert read == Renamed(name="A B")


PUBLISHED: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "area": {"type": "string", "pattern": "^WK"},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}, "minItems": 1},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
    },
    "required": ["area", "parts"],
    "$defs": {
        "Part": {
            "type": "object",
            "properties": {"kind": {"$ref": "#/$defs/Kind"}, "size": {"type": "integer"}},
            "required": ["kind"],
        },
        "Kind": {"type": "string", "enum": ["a", "b"]},
    },
}

Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "change",
    [
        dict.copy,
        lambda schema: schema["properties"].update(more={"type": "string"}),
        lambda schema: schema["$defs"]["Part"]["properties"].update(more={"type": "string"}),
        lambda schema: schema.update(title="Another title", description="Said more clearly."),
        lambda schema: schema["properties"]["area"].update(examples=["WK010601"]),
        lambda schema: schema["$defs"]["Kind"]["enum"].reverse(),
    ],
    ids=["nothing", "optional-field", "optional-field-deep", "words", "examples", "order"],
)
def test_what_may_change(change: Change) -> None:
    """G-LANGUAGE-5: an optional field, and the words for people."""
    today = copy.deepcopy(PUBLISHED)
    change(today)
    assert differences(PUBLISHED, today) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda schema: schema["properties"].pop("note"), "/note: is gone"),
        (lambda schema: schema["required"].append("note"), "/note: is required"),
        (lambda schema: schema["required"].remove("area"), "/area: is no longer required"),
        (lambda schema: schema["properties"]["area"].update(pattern="^BU"), "/area: pattern"),
        (lambda schema: schema["properties"]["area"].update(type="integer"), "/area: type"),
        (lambda schema: schema["properties"]["area"].update(maxLength=9), "/area: maxLength"),
        (lambda schema: schema["properties"]["parts"].update(minItems=2), "/parts: minItems"),
        (lambda schema: schema["$defs"]["Kind"]["enum"].append("c"), "/parts/*/kind: the values"),
        (lambda schema: schema["$defs"]["Kind"]["enum"].remove("b"), "/parts/*/kind: the values"),
        (lambda schema: schema["$defs"]["Part"]["required"].append("size"), "/parts/*/size: is"),
        (
            lambda schema: schema["$defs"]["Part"]["properties"]["size"].update(type="number"),
            "/parts/*/size: type",
        ),
        (lambda schema: schema["properties"]["note"]["anyOf"].pop(), "/note: 1 kinds"),
        (lambda schema: schema["properties"]["parts"].pop("items"), "/parts: a list"),
        (lambda schema: schema.pop("additionalProperties"), "/: additionalProperties"),
    ],
)
def test_what_may_not_change(change: Change, place: str) -> None:
    """G-LANGUAGE-5: anything else is a new version of the event."""
    today = copy.deepcopy(PUBLISHED)
    change(today)
    found = differences(PUBLISHED, today)
    assert len(found) == 1
    assert found[0].startswith(place)
