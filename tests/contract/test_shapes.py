"""A kept document is good only for the folding code that wrote it."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import os
import textwrap
from pathlib import Path

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


def _state(state: type[State]) -> dict[str, object]:
    evolutions = evolutions_of(state)
    functions = [evolutions[event] for event in sorted(evolutions, key=lambda event: event.type)]
    return {"shape": state.shape, "code": _digest(state, *functions)}


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
        if state["code"] != kept["code"]:
            assert state["shape"] != kept["shape"], (
                f"{name}: its folding code changed and its shape did not; raise `shape`, then "
                "write the golden file with LEEFWIJK_GOLDEN=write"
            )
            raise AssertionError(f"{name}: the shape went up; write the golden file")
