"""The screen for personal data in short professional texts, before they enter a fact.

Facts stay for ever and reach partners (DESIGN §3). The screen finds citizen service numbers by
their eleven-test, telephone numbers, e-mail addresses, bank accounts and a postcode with a house
number. It names field and kind, never the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class Screened:
    """Marks a text that is screened for personal data before it is recorded."""


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}\s?(?:[A-Z]{4}|\d{4})(?:\s?\d{2,4}){2,6}\b", re.IGNORECASE)
_PHONE = re.compile(
    r"""(?<!\d)(?:
        (?:\(?(?:\+|00)31\)?[\s-]?|0[\s-]?)(?:\(0\))?(?:[\s-]?\d){9}
        # the area code by itself, in brackets or not: (0592) 123456, 06 - 12345678, +31 (592) ...
        | (?:\(?(?:(?:\+|00)31\)?[\s-]?(?:\(0\))?|(?=0))\(?(?:
            0?[1-9]\)?\s?[-/]?\s?(?:\d[\s-]?){7}\d
            | 0?[1-9]\d\)?\s?[-/]?\s?(?:\d[\s-]?){6}\d
            | 0?[1-9]\d\d\)?\s?[-/]?\s?(?:\d[\s-]?){5}\d
        ))
    )(?!\d)""",
    re.VERBOSE,
)
_WORDS = "am|at|by|cm|en|GB|ha|if|in|is|km|kg|kW|MB|mm|MW|na|of|om|on|op|or|pm|te|to|we|ze"
"""What stands between two numbers and is no part of a postcode, spelled in just this way."""
_ADDRESS = re.compile(
    rf"""\b[1-9]\d{{3}}(?!\s?(?-i:{_WORDS})\b)\s?[A-Z]{{2}}\s*[,/\u2013\u2014-]?\s*(?:nr\.?\s*)?
    \d{{1,5}}\s?[A-Z]{{0,3}}\b""",
    re.IGNORECASE | re.VERBOSE,
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
_CALENDAR = re.compile(
    rf"""(?<!\d)(?:
        {_YEAR}[-./]{_MONTH}[-./]{_DAY}
        | {_DAY}[-./]{_MONTH}[-./]{_YEAR}
        | {_YEAR}(?:\s?[-/\u2013]\s?|\s){_YEAR}
    )(?!\d)""",
    re.VERBOSE,
)
"""Days, and years beside each other: their digits are those of no person."""
_NINE_DIGITS = re.compile(r"(?<!\d)\d(?:[ .-]?\d){7,8}(?!\d)")
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def is_citizen_number(digits: str) -> bool:
    """The eleven-test: 9a+8b+7c+6d+5e+4f+3g+2h-i divisible by 11."""
    padded = digits.zfill(9)
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, padded, strict=True))
    return int(digits) > 0 and total % 11 == 0


def personal_data_in(text: str) -> str | None:
    """The kind of personal data the text seems to hold, in words for people, or none."""
    text = _CALENDAR.sub("\N{MIDDLE DOT}", text)
    for kind, pattern in (
        ("an e-mail address", _EMAIL),
        ("a bank account", _IBAN),
        ("a telephone number", _PHONE),
        ("a postcode with a house number", _ADDRESS),
    ):
        if pattern.search(text):
            return kind
    for found in _NINE_DIGITS.finditer(text):
        if is_citizen_number(re.sub(r"\D", "", found[0])):
            return "a citizen service number"
    return None


def said_field(path: str) -> str:
    """A field as people call it: `/lines/0/whyNot` is `why not`."""
    named = [part for part in path.split("/") if part and not part.isdigit()]
    return re.sub(r"[A-Z]", lambda found: f" {found[0].lower()}", named[-1])


def screened_texts(model: BaseModel, path: str = "") -> Iterator[tuple[str, str]]:
    """Every screened text of a model at any depth, with the JSON path of its field."""
    for name, wire_name, screened in _searched(type(model)):
        yield from _texts(getattr(model, name), f"{path}/{wire_name}", screened)


@cache
def _searched(model: type[BaseModel]) -> tuple[tuple[str, str, bool], ...]:
    """The fields that may hold a screened text: name, name on the wire, and whether itself.

    Found once per model: every command and every event of an import is searched.
    """
    return tuple(
        (name, field.alias or name, screened)
        for name, field in model.model_fields.items()
        for screened in (_is_screened(field.annotation, field.metadata),)
        if screened or _may_hold(field.annotation, frozenset())
    )


def _may_hold(annotation: Any, seen: frozenset[type[BaseModel]]) -> bool:
    """Whether a model with a screened text may stand behind this annotation."""
    for part in _parts(annotation):
        if part is Any or part is object or part is BaseModel:
            return True
        if not (isinstance(part, type) and issubclass(part, BaseModel)) or part in seen:
            continue
        for field in part.model_fields.values():
            if _is_screened(field.annotation, field.metadata) or _may_hold(
                field.annotation, seen | {part}
            ):
                return True
    return False


def _parts(annotation: Any) -> Iterator[Any]:
    """An annotation and everything it is put together from."""
    stack = [annotation]
    while stack:
        part = stack.pop()
        yield part
        stack += getattr(part, "__args__", ())


def _texts(value: Any, path: str, screened: bool) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and screened:
        yield path, value
    elif isinstance(value, BaseModel):
        yield from screened_texts(value, path)
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(value):
            yield from _texts(item, f"{path}/{place}", screened)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{path}/{key}", screened)


def _is_screened(annotation: Any, metadata: list[Any]) -> bool:
    marks = list(metadata)
    for part in _parts(annotation):
        marks += getattr(part, "__metadata__", ())
    return any(isinstance(mark, Screened) for mark in marks)
