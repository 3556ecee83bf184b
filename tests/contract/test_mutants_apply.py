"""The list of planted bugs stays true: `make mutants` finds every text and every test it names."""

from __future__ import annotations

import ast
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SUITES = ROOT / "libs/events/leefwijk/events/testing"


@pytest.fixture(scope="module")
def listed() -> Iterator[ModuleType]:
    """The list, as the tool reads it."""
    sys.path.insert(0, str(ROOT))
    try:
        from tools.mutants import mutants

        yield mutants
    finally:
        sys.path.remove(str(ROOT))


def _functions(path: Path) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def test_every_mutant_still_applies(listed: ModuleType, tmp_path: Path) -> None:
    """The text that a mutant replaces stands in its file exactly once, and what comes is Python."""
    from tools.mutants.plant import plant

    for mutant in listed.MUTANTS:
        copy = tmp_path / mutant.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / mutant.file, copy)
        plant(mutant, tmp_path)
        assert mutant.old != mutant.new
        ast.parse(copy.read_text("utf-8"), mutant.name)


def test_every_mutant_names_tests_that_exist(listed: ModuleType) -> None:
    """A selection that has become empty would be no proof."""
    suites = set().union(*map(_functions, SUITES.glob("*_suite.py")))
    for mutant in listed.MUTANTS:
        assert mutant.tests, mutant.name
        for test in mutant.tests:
            file, _, rest = test.partition("::")
            assert rest.rpartition("::")[2] in _functions(ROOT / file) | suites, test


def test_every_invariant_has_mutants(listed: ModuleType) -> None:
    """Each promise is tried by at least two bugs, each under a name of its own."""
    mutants: tuple[Any, ...] = listed.MUTANTS
    per_invariant = Counter(mutant.invariant for mutant in mutants)
    assert set(per_invariant) == set(listed.INVARIANTS)
    assert min(per_invariant.values()) >= 2
    assert len({mutant.name for mutant in mutants}) == len(mutants)
