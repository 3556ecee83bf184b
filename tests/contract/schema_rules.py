"""Whether events of a newer schema can be read by who has the older one, and the other way round.

The usual verdicts of schema registries do not fit writers that write closed and readers that read
leniently: under them no optional field could ever be added. Here an optional field may be added,
at any depth, and nothing else may change: whatever one side would say more widely, the other side
would have to read more widely. Anything else is a new version with an upcaster.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

WORDS_FOR_PEOPLE = {"title", "description", "examples", "default", "$defs", "deprecated"}
_STRUCTURE = {"properties", "required", "items", "prefixItems", "anyOf", "enum", "$ref"}


def differences(published: Schema, today: Schema) -> list[str]:
    """What in today's schema breaks a reader or an event of the published one, by its place."""
    return list(_compare(published, today, (published, today), "", frozenset()))


def _compare(
    old: Schema, new: Schema, roots: tuple[Schema, Schema], path: str, seen: frozenset[str]
) -> Iterator[str]:
    here = path or "/"
    if "$ref" in old and old["$ref"] in seen:
        return
    seen |= {old["$ref"]} if "$ref" in old else set()
    old, new = _resolved(old, roots[0]), _resolved(new, roots[1])
    for word in sorted((old.keys() | new.keys()) - WORDS_FOR_PEOPLE - _STRUCTURE):
        if old.get(word) != new.get(word):
            yield f"{here}: {word} was {old.get(word)!r} and is {new.get(word)!r}"
    if set(old.get("enum", ())) != set(new.get("enum", ())):
        yield f"{here}: the values are {new.get('enum')}, they were {old.get('enum')}"
    yield from _compare_objects(old, new, roots, path, seen)
    for word in ("anyOf", "prefixItems"):
        yield from _compare_lists(old.get(word, []), new.get(word, []), roots, path, seen)
    if ("items" in old) != ("items" in new):
        yield f"{here}: a list came or went"
    elif "items" in old:
        yield from _compare(old["items"], new["items"], roots, f"{path}/*", seen)


def _compare_objects(
    old: Schema, new: Schema, roots: tuple[Schema, Schema], path: str, seen: frozenset[str]
) -> Iterator[str]:
    before, now = old.get("properties", {}), new.get("properties", {})
    for name in sorted(set(old.get("required", ())) ^ set(new.get("required", ()))):
        verb = "is" if name in new.get("required", ()) else "is no longer"
        yield f"{path}/{name}: {verb} required"
    for name in sorted(before.keys() - now.keys()):
        yield f"{path}/{name}: is gone"
    for name in sorted(before.keys() & now.keys()):
        yield from _compare(before[name], now[name], roots, f"{path}/{name}", seen)


def _compare_lists(
    old: list[Schema],
    new: list[Schema],
    roots: tuple[Schema, Schema],
    path: str,
    seen: frozenset[str],
) -> Iterator[str]:
    if len(old) != len(new):
        yield f"{path or '/'}: {len(new)} kinds of value stand where {len(old)} stood"
        return
    for before, now in zip(old, new, strict=True):
        yield from _compare(before, now, roots, path, seen)


def _resolved(schema: Schema, root: Schema) -> Schema:
    """The schema with its reference replaced by what it refers to."""
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].removeprefix("#/$defs/")
    return {**root["$defs"][name], **{key: schema[key] for key in schema if key != "$ref"}}
