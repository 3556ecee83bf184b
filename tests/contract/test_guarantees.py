"""The page of guarantees and the tests cite each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "guarantees.md"
_ID = re.compile(r"G-[A-Z]+-(?:\d+|[A-Z]+)")
_ROW = re.compile(r"^\| (?P<id>G-[\w-]+) \|.*?\| (?P<tests>`.*`) \|$", re.MULTILINE)
_TEST = re.compile(r"`(?P<file>[\w./-]+\.py)::(?P<name>\w+)`")
_FOLDERS = ("libs", "services", "deploy/local", "tests")


def rows() -> dict[str, list[tuple[str, str]]]:
    """The tests that each row cites: file and name."""
    return {
        row["id"]: [(found["file"], found["name"]) for found in _TEST.finditer(row["tests"])]
        for row in _ROW.finditer(PAGE.read_text("utf-8"))
    }


def docstrings() -> Iterator[tuple[str, str, str]]:
    """File, name and docstring of every test of the project, suites included."""
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not (path.name.startswith("test_") or path.name.endswith("_suite.py")):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    docstring = ast.get_docstring(node) or ""
                    yield str(path.relative_to(ROOT)), node.name, docstring


def test_every_row_cites_tests_that_exist() -> None:
    """A promise without a test is no promise."""
    there = {(file, name) for file, name, _ in docstrings()}
    wrong = {id_: set(cited) - there for id_, cited in rows().items() if set(cited) - there}
    assert wrong == {}
    assert all(rows().values())


def test_every_id_that_a_test_names_has_a_row() -> None:
    """Who reads an id in a test finds the promise."""
    named = {found for _, _, docstring in docstrings() for found in _ID.findall(docstring)}
    assert named - rows().keys() == set()


def test_a_cited_test_that_names_ids_names_the_one_it_is_cited_for() -> None:
    """Page and test speak of the same promise."""
    said = {(file, name): set(_ID.findall(docstring)) for file, name, docstring in docstrings()}
    wrong = [
        (id_, *cited)
        for id_, tests in rows().items()
        for cited in tests
        if said.get(cited) and id_ not in said[cited]
    ]
    assert wrong == []
