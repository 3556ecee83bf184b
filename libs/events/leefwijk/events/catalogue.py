"""The catalogue of all events: from it schemas, topics and access lists are derived."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from leefwijk.events import language
from leefwijk.events.event import Event

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_upcasters: dict[str, tuple[str, Upcaster]] = {}
_VERSIONED = re.compile(r"(?P<family>.+)\.v(?P<number>\d+)")


class UnknownEventTypeError(LookupError):
    """No event of this family is in the catalogue."""


class UnknownEventVersionError(LookupError):
    """The family is known, this version of it is not: a newer writer than this reader."""


def upcasts(old: str, new: str) -> Callable[[Upcaster], Upcaster]:
    """Register how the data of type `….vN` become those of `….vN+1`.

    The function takes and gives the data as parsed JSON. It is applied wherever a stored event is
    read; what is stored and sent stays as it was written.
    """
    before, after = _VERSIONED.fullmatch(old), _VERSIONED.fullmatch(new)
    if not before or not after or before["family"] != after["family"]:
        raise TypeError(f"{old} and {new} are not versions of one event")
    if int(after["number"]) != int(before["number"]) + 1:
        raise TypeError(f"{old} must go to the next version, not to {new}")

    def register(function: Upcaster) -> Upcaster:
        _upcasters[old] = (new, function)
        return function

    return register


class Catalogue:
    """A set of event classes, found by their wire type."""

    def __init__(self, events: Iterable[type[Event]]) -> None:
        self._by_type: dict[str, type[Event]] = {}
        self._by_family: dict[str, type[Event]] = {}
        for event in events:
            twin = self._by_family.get(event.family)
            if twin is not None and twin is not event:
                raise TypeError(f"{event.family} is declared by {twin} and {event}")
            self._by_type[event.type] = event
            self._by_family[event.family] = event

    def __iter__(self) -> Iterator[type[Event]]:
        return iter(sorted(self._by_type.values(), key=lambda event: event.type))

    def __contains__(self, type_: str) -> bool:
        return type_ in self._by_type

    def find(self, type_: str) -> type[Event]:
        """The class that reads this wire type, through upcasters where it is an older version.

        Raises UnknownEventTypeError or UnknownEventVersionError.
        """
        found = self._by_type.get(type_)
        if found is not None:
            return found
        named = _VERSIONED.fullmatch(type_)
        current = self._by_family.get(named["family"]) if named else None
        if current is None:
            raise UnknownEventTypeError(type_)
        step = type_
        while step in _upcasters:
            step = _upcasters[step][0]
        if step != current.type:
            raise UnknownEventVersionError(type_)
        return current

    def decode(self, type_: str, data: str | bytes) -> Event:
        """Read stored data as the newest version of its event.

        Raises UnknownEventTypeError, UnknownEventVersionError or pydantic's ValidationError.
        """
        event = self.find(type_)
        if type_ == event.type:
            return event.from_json(data)
        raw = json.loads(data)
        step = type_
        while step != event.type:
            step, upcast = _upcasters[step]
            raw = upcast(raw)
        return event.model_validate(raw, extra="ignore", by_alias=True)

    def of_service(self, service: str) -> list[type[Event]]:
        """The events that a service owns."""
        return [event for event in self if event.service == service]


@cache
def published_language() -> Catalogue:
    """The catalogue of every event in `leefwijk.events.language`."""
    found: list[type[Event]] = []
    for module in pkgutil.walk_packages(language.__path__, f"{language.__name__}."):
        loaded = importlib.import_module(module.name)
        found += [
            value
            for value in vars(loaded).values()
            if isinstance(value, type)
            and issubclass(value, Event)
            and "type" in vars(value)
            and value.__module__ == module.name
        ]
    return Catalogue(found)
