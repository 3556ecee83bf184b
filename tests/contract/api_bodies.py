"""Bodies made from a command's own JSON schema: valid ones, and every way to spoil them.

Small on purpose: it knows the part of JSON schema that pydantic writes. What a schema cannot say
(money needs an amount, time needs hours) is found by trying optional fields until the command
itself accepts.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from hypothesis import find
from hypothesis import strategies as st
from pydantic import ValidationError

from leefwijk.events.decider import Command
from leefwijk.service.commands import CommandRoute

DAY = "2026-06-01"
_FORMATS = {
    "date": DAY,
    "date-time": f"{DAY}T12:00:00Z",
    "uuid": "3f0c6f6e-5d7c-4c60-8d0b-2f3a8f6f6b11",
}
_TRIES = 3000

Path = tuple[str | int, ...]
Schema = dict[str, Any]


class NoBodyError(Exception):
    """No body could be made that the command accepts."""


@dataclass(frozen=True)
class Leaf:
    """A place in a body that holds a plain value, with the schema of that place."""

    path: Path
    schema: Schema

    @property
    def kinds(self) -> set[str]:
        """The JSON types that may stand here."""
        return {option.get("type", "any") for option in self.schema["anyOf"]}


class Bodies:
    """Bodies for one command route."""

    def __init__(self, route: CommandRoute, filled: dict[str, str]) -> None:
        self.command: type[Command[Any]] = route.command
        self.filled = filled
        """What the route takes from its path, with a value that fits."""
        self.schema: Schema = route.command.model_json_schema(by_alias=True)
        for name in filled:
            self.schema["properties"].pop(name)
        self.schema["required"] = [
            name for name in self.schema.get("required", []) if name not in filled
        ]

    def valid(self) -> dict[str, Any]:
        """The smallest body that the command accepts. Raises NoBodyError."""
        for body in _first(self._objects(self.schema), _TRIES):
            if self.accepts(body):
                return body
        raise NoBodyError(f"no body was found that {self.command.__name__} accepts")

    def full(self) -> dict[str, Any]:
        """A valid body with every optional field, at any depth, that the command accepts."""
        body = self.valid()
        for path in list(objects_in(body)):
            body = self._widened(body, path)
        for path in list(objects_in(body)):  # what came in just now may have fields of its own
            body = self._widened(body, path)
        return body

    def _widened(self, body: dict[str, Any], path: Path) -> dict[str, Any]:
        shape = self._shape_at(self.schema, path)
        for name, schema in shape.get("properties", {}).items():
            if name in value_at(body, path):
                continue
            for value in _first(self._values(schema), 8):
                wider = changed(body, (*path, name), value)
                if self.accepts(wider):
                    body = wider
                    break
        return body

    def _shape_at(self, schema: Schema, path: Path) -> Schema:
        options = self._options(schema)
        for step in path:
            wanted = "array" if isinstance(step, int) else "object"
            shape = next(option for option in options if option.get("type") == wanted)
            inner = shape["items"] if isinstance(step, int) else shape["properties"][step]
            options = self._options(inner)
        return next(option for option in options if option.get("type") == "object")

    def _options(self, schema: Schema) -> list[Schema]:
        """The alternatives of a schema, however deep they are nested."""
        schema = self._resolved(schema)
        if "anyOf" not in schema:
            return [schema]
        return [found for option in schema["anyOf"] for found in self._options(option)]

    def accepts(self, body: Any) -> bool:
        """Whether the command itself takes this body."""
        try:
            self.command.model_validate_json(
                json.dumps({**body, **self.filled}), by_alias=True, strict=True
            )
        except ValidationError:
            return False
        return True

    def leaves(self, body: Any) -> list[Leaf]:
        """Every place of a body with a plain value."""
        return list(self._leaves(self.schema, body, ()))

    def _values(  # noqa: C901, PLR0912 - one arm per kind of schema
        self, schema: Schema
    ) -> Iterator[Any]:
        schema = self._resolved(schema)
        if "anyOf" in schema:
            for option in schema["anyOf"]:
                if option.get("type") != "null":
                    yield from self._values({**option, "examples": schema.get("examples")})
            return
        if schema.get("examples"):
            yield from schema["examples"]
            return
        if "enum" in schema:
            yield from schema["enum"]
            return
        if "const" in schema:
            yield schema["const"]
            return
        match schema.get("type"):
            case "object":
                yield from self._objects(schema)
            case "array":
                for item in self._values(schema.get("items", {})):
                    yield [item] * max(1, schema.get("minItems", 0))
            case "integer":
                yield schema.get("minimum", 1)
            case "number":
                yield max(1, schema.get("minimum", 1))
            case "boolean":
                yield False
            case _:
                yield _text(schema)

    def _objects(self, schema: Schema) -> Iterator[dict[str, Any]]:
        """The object with its required fields, then with ever more of the optional ones."""
        properties = schema.get("properties", {})
        required = [name for name in properties if name in schema.get("required", ())]
        optional = [name for name in properties if name not in required]
        for count in range(len(optional) + 1):
            for chosen in combinations(optional, count):
                names = [*required, *chosen]
                options = [list(_first(self._values(properties[name]), 8)) for name in names]
                for values in _first(product(*options), 40):
                    yield dict(zip(names, copy.deepcopy(values), strict=True))

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            target: Schema = self.schema["$defs"][schema["$ref"].rsplit("/", 1)[1]]
            return target
        return schema

    def _leaves(self, schema: Schema, value: Any, path: Path) -> Iterator[Leaf]:
        flat = self._options(schema)
        if isinstance(value, dict):
            shape = next(option for option in flat if option.get("type") == "object")
            for name, inner in value.items():
                yield from self._leaves(shape["properties"][name], inner, (*path, name))
        elif isinstance(value, list):
            shape = next(option for option in flat if option.get("type") == "array")
            for index, inner in enumerate(value):
                yield from self._leaves(shape.get("items", {}), inner, (*path, index))
        else:
            yield Leaf(path, {"anyOf": flat})


def _first(values: Any, count: int) -> Iterator[Any]:
    for index, value in enumerate(values):
        if index == count:
            return
        yield value


def _text(schema: Schema) -> str:
    if "format" in schema:
        return _FORMATS.get(schema["format"], "x")
    if "pattern" in schema:
        found: str = find(st.from_regex(schema["pattern"], fullmatch=True), lambda _: True)
        return found
    return "Samen koffie drinken in de hal"[: schema.get("maxLength", 30)]


def value_at(body: Any, path: Path) -> Any:
    """What stands at this place."""
    for step in path:
        body = body[step]
    return body


def changed(body: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The body with another value at this place."""
    made = copy.deepcopy(body)
    value_at(made, path[:-1])[path[-1]] = value
    return made


def objects_in(body: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a body that holds an object, the body itself included."""
    if isinstance(body, dict):
        yield path
        for name, inner in body.items():
            yield from objects_in(inner, (*path, name))
    elif isinstance(body, list):
        for index, inner in enumerate(body):
            yield from objects_in(inner, (*path, index))


def without(body: dict[str, Any], path: Path) -> dict[str, Any]:
    """The body with the last step of the path left out."""
    made = copy.deepcopy(body)
    del value_at(made, path[:-1])[path[-1]]
    return made
