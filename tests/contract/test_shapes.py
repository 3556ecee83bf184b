"""A kept document is good only for the folding code that wrote it."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import os
import textwrap
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

from leefwijk.events.decider import State, evolutions_of
from leefwijk.service.wiring import definitions

GOLDEN = Path(__file__).parent / "shapes.json"


def _digest(*parts: object) -> str:
    """A digest of code that layout, comments and docstrings do not change."""
    told = []
    for part in parts:
        tree = ast.parse(textwrap.dedent(inspect.getsource(part)))  # type: ignore[arg-type]  # classes and functions
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
                first = body[0].value
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    body[0] = ast.Pass()
        told.append(ast.dump(tree))
    return hashlib.sha256("".join(told).encode()).hexdigest()[:16]


def _parts(whole: type, found: dict[str, type]) -> dict[str, type]:
    """The classes of values in a state, by name: a document leaves out what they begin as."""
    for hint in get_type_hints(whole).values():
        todo = [hint]
        while todo:
            one = todo.pop()
            todo += get_args(one)
            if isinstance(one, type) and is_dataclass(one) and one.__qualname__ not in found:
                found[one.__qualname__] = one
                _parts(one, found)
    return found


def _fields(part: type) -> list[str]:
    """Its fields with their types and what they begin as."""
    return [
        f"{field.name}: {field.type}" + _beginning(field.default, field.default_factory)
        for field in fields(part)
    ]


def _beginning(default: object, factory: object) -> str:
    if factory is not MISSING:
        return f" = {factory.__qualname__}()"  # type: ignore[attr-defined]  # a class or function
    return "" if default is MISSING else f" = {default}"


def _state(state: type[State]) -> dict[str, object]:
    evolutions = evolutions_of(state)
    functions = [evolutions[event] for event in sorted(evolutions, key=lambda event: event.type)]
    parts = _parts(state, {})
    return {
        "shape": state.shape,
        "code": _digest(state, *functions),
        "parts": {name: _fields(parts[name]) for name in sorted(parts)},
    }


def test_a_change_of_folding_code_raises_the_shape() -> None:
    """G-STORE-SHAPE: evolution or state changed, so `shape` must go up, or old documents mislead.

    With LEEFWIJK_GOLDEN=write the file is written anew, which belongs in the same commit.
    """
    now = {
        f"{name}/{state.kind}": _state(state)
        for name, definition in sorted(definitions().items())
        for state in definition.states
    }
    if os.environ.get("LEEFWIJK_GOLDEN") == "write":
        GOLDEN.write_text(json.dumps(now, indent=2) + "\n", "utf-8")
    golden = json.loads(GOLDEN.read_text("utf-8"))
    for name, state in now.items():
        kept = golden.get(name)
        assert kept is not None, f"{name} is new: write the golden file"
        if {**state, "shape": None} != {**kept, "shape": None}:
            assert state["shape"] != kept["shape"], (
                f"{name}: its folding code or what its values begin as changed and its shape did "
                "not; raise `shape`, then write the golden file with LEEFWIJK_GOLDEN=write"
            )
            raise AssertionError(f"{name}: the shape went up; write the golden file")
