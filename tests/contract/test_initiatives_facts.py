"""What facts of initiatives may say: never who holds, asks, or came, and to partners no few people.

The tests go over every event class of the service, in today's schemas and in all published ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel

from initiatives.app import definition
from leefwijk.events.catalogue import published_language
from leefwijk.events.decider import Command
from leefwijk.events.event import Audience, Event
from leefwijk.events.language.initiatives.support import SupportGranted
from leefwijk.events.screen import Screened

SCHEMAS = Path(__file__).parent / "schemas"
INITIATIVES = [event for event in published_language() if event.service == "initiatives"]
COMMANDS = [route.command for commands in definition.commands for route in commands.routes]
TO_PARTNERS = [event for event in INITIATIVES if event.audience is Audience.PARTNERS]
OF_ANY_SERVICE = [one for one in published_language() if one.audience is Audience.PARTNERS]

FOR_PARTNERS = {
    "initiative-registered-as-self-reliant",
    "initiative-referred",
    "initiative-referral-accepted",
    "initiative-referral-returned",
    "initiative-referral-unanswered",
    "initiative-started",
    "initiative-completed",
    "initiative-continued",
    "initiative-stopped",
    "initiative-handed-over",
    "support-granted",
    "support-topped-up",
    "support-ended",
    "co-funding-promised",
    "co-funding-withdrawn",
    "costs-settled",
    "greening-planned",
    "greening-realised",
    "greening-corrected",
    "greening-lost",
    "store-restored",
}
"""The facts that reach partners (scenarios, table of facts); everything else stays inside."""

WHO = {
    "group",
    "held",
    "holder",
    "resident",
    "person",
    "people",
    "participant",
    "visitor",
    "name",
    "names",
    "token",
    "takes",
    "taker",
    "requester",
    "asked",
    "actor",
    "dwelling",
}
"""Words of a field that could tell who holds, takes, asks or came."""
COUNTED = {"households", "tenants", "parts", "people", "count", "start", "aim"}
"""Words of a field that could hold how many people or households."""
NUMBERS = {
    "request": "number of a request",
    "line": "number of a line",
    "year": "calendar year",
    "hours": "hours of work, or of space a week",
    "days_late": "days past a term",
    "times": "how often a referral came back",
    "amount": "euros",
    "paid": "euros",
    "left": "euros",
    "costs": "euros",
    "pledge": "euros",
    "share": "euros",
    "charged": "euros",
    "spent": "euros",
    "ordered": "euros",
    "quantity": "trees, m2, m3, pieces or activities",
    "litres": "litres",
    "era": "count of restores",
}
"""Every number that a partner fact may hold, and what it counts: nowhere people or households."""
CODES = {"municipalities", "evidence", "code", "ground", "role", "source", "overridable_by"}
"""Texts that are codes, ids and fixed words; nobody writes them."""
MADE_BY_THE_PLATFORM = {
    "GateLine.reason",
    "GateLine.way_on",
    "GateNoLongerPassed.reason",
    "GatePassedAgain.reason",
    "SupportReviewRequired.reason",
}
"""Sentences that gates make of figures and of texts that were screened when they came in."""
MEETING = {"person", "participant", "name", "names", "dwelling", "household", "tenant", "resident"}
ENVELOPED = {"valid", "from", "through", "corrects"}
"""What every fact may have."""
IMPOSING = {"mandatory", "obligatory", "obligation", "required", "sanction", "penalty", "absent"}


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, str, Any]]:
    """Every field at any depth: its name, its place (`GateLine.reason`) and its annotation."""
    for name, field in model.model_fields.items():
        marked = Annotated[field.annotation, *field.metadata] if field.metadata else None
        yield name, f"{model.__name__}.{name}", marked or field.annotation
        for part in _parts(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _fields(part)


def _parts(annotation: Any) -> Iterator[Any]:
    """An annotation and everything it is put together from."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _words(name: str) -> set[str]:
    """The words of a field, in snake case or camel case, and each without its plural."""
    found = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower().split("_")
    return {*found, *(word.removesuffix("s") for word in found)}


def _names_of_schema(schema: Any) -> Iterator[str]:
    """The names of all properties of a JSON schema, at any depth."""
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        yield from properties if isinstance(properties, dict) else ()
        for value in schema.values():
            yield from _names_of_schema(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _names_of_schema(value)


def _published(name: str) -> list[Path]:
    """The schemas of a fact in every version that was published."""
    return sorted(SCHEMAS.glob(f"*.{name}.v*.json"))


def _name(event: type[Event]) -> str:
    return event.family.rsplit(".", 1)[-1]


def test_partners_hear_what_was_settled_and_no_more() -> None:
    """Of initiatives exactly the facts of the table reach partners; requests and roles do not."""
    assert {_name(event) for event in TO_PARTNERS} == FOR_PARTNERS


@pytest.mark.parametrize("event", TO_PARTNERS, ids=lambda event: event.type)
def test_no_partner_fact_tells_who_asked_or_holds(event: type[Event]) -> None:
    """Partner facts name organisations that take part by a role, and no group, holder or asker."""
    for name, place, annotation in _fields(event):
        forbidden = WHO if bool in _parts(annotation) else WHO | COUNTED
        assert not _words(name) & forbidden, f"{event.type}: {place}"
    today = event.model_json_schema(mode="serialization", by_alias=True)
    for name in _names_of_schema(today):
        assert not _words(name) & WHO, f"{event.type}: {name}"


@pytest.mark.parametrize("event", OF_ANY_SERVICE, ids=lambda event: event.type)
def test_no_partner_fact_of_any_service_holds_the_sentences_of_gates(event: type[Event]) -> None:
    """G-PARTNER-3, INI-11, MON-34: in them findings, plans and directors are quoted.

    What is left out of a grant or an agreement stands in a fact for people of the platform.
    """
    assert [place for _, place, _ in _fields(event) if place.startswith("GateLine.")] == []


@pytest.mark.parametrize("event", TO_PARTNERS, ids=lambda event: event.type)
def test_no_number_in_a_partner_fact_counts_people_or_households(event: type[Event]) -> None:
    """Each number is euros, hours, green or the number of a thing: none can be a count below k."""
    for name, place, annotation in _fields(event):
        if any(part in {int, float, Decimal} for part in _parts(annotation)):
            assert name in NUMBERS, f"{event.type}: {place}"


def _unscreened(model: type[BaseModel]) -> list[str]:
    """Places of texts that neither have a pattern nor are looked through for personal data."""
    found = []
    for name, place, annotation in _fields(model):
        parts = list(_parts(annotation))
        if str not in parts or name in CODES or place in MADE_BY_THE_PLATFORM:
            continue
        marks = [mark for part in parts for mark in getattr(part, "__metadata__", ())]
        shaped = any(getattr(mark, "pattern", None) for mark in marks)
        if not shaped and not any(isinstance(mark, Screened) for mark in marks):
            found.append(place)
    return found


@pytest.mark.parametrize("event", INITIATIVES, ids=lambda event: event.type)
def test_every_text_of_a_fact_is_screened(event: type[Event]) -> None:
    """INI-01: every text that people write into a fact is one that the screen looks through."""
    assert _unscreened(event) == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_text_of_a_command_is_screened(command: type[Command[Any]]) -> None:
    """INI-01: title, benefit, reasons, answers: the screen sees every text that comes in."""
    assert _unscreened(command) == []


def test_no_schema_of_a_meeting_fact_holds_a_person_or_imposes() -> None:
    """INI-31: in no version is there a field for a person, a dwelling, a duty or a sanction."""
    paths = _published("meeting-activity-held")
    assert paths
    for path in paths:
        names = set(_names_of_schema(json.loads(path.read_text("utf-8"))))
        assert names - ENVELOPED == {"activity", "place", "people", "hours", "on"}, path.name
        for name in names:
            assert not _words(name) & (MEETING | IMPOSING), f"{path.name}: {name}"


def test_no_condition_of_a_grant_imposes_meeting() -> None:
    """INI-31: in every version a condition is one of four kinds with a day, and has no words."""
    today = SupportGranted.model_json_schema(mode="serialization", by_alias=True)
    published = [json.loads(path.read_text("utf-8")) for path in _published("support-granted")]
    with_conditions = [one for one in (*published, today) if "conditions" in one["properties"]]
    assert today in with_conditions
    for schema in with_conditions:
        assert set(schema["$defs"]["Condition"]["properties"]) == {"kind", "by"}
        assert set(schema["$defs"]["ConditionKind"]["enum"]) == {
            "co_funding_complete",
            "permit_present",
            "open_to_everyone",
            "settle_by",
        }


def test_the_look_at_texts_bites() -> None:
    """A text without a screen is found at any depth, whatever it is wrapped in."""

    class Inner(BaseModel):
        says: str

    class Outer(BaseModel):
        inner: tuple[Inner, ...]
        label: str | None = None

    assert _unscreened(Outer) == ["Inner.says", "Outer.label"]
