"""`make scenarios`: number, sentence, test and result of every scenario, from the tests themselves.

A scenario's number stands in the docstring of the test that proves it: `MON-10: …`. With
`--catalogue FOLDER` the numbers that no test carries are named as well.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_NUMBERS = re.compile(r"\b((?:INI|PAR|SIG|MIX|MON|EVA)-\d{2})\b")
_LEADING = re.compile(r"^((?:INI|PAR|SIG|MIX|MON|EVA)-\d{2})\b")


@dataclass(frozen=True)
class Proof:
    """A test that carries a scenario's number."""

    number: str
    sentence: str
    file: str
    test: str


def proofs() -> Iterator[Proof]:
    """Every proof in the tests of the project."""
    for path in sorted(ROOT.glob("**/tests/**/test_*.py")):
        if ".venv" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                said = ast.get_docstring(node) or ""
                first = said.split("\n\n")[0].replace("\n", " ")
                if _LEADING.match(first):
                    head = re.split(r"[:(]", first, maxsplit=1)[0]
                    for number in dict.fromkeys(_NUMBERS.findall(head)):
                        yield Proof(number, first, str(path.relative_to(ROOT)), node.name)


def results(files: list[str]) -> dict[tuple[str, str], str]:
    """Run the files and say what became of each test."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *files],
            cwd=ROOT,
            check=False,
            stdout=sys.stderr,
        )
        found: dict[tuple[str, str], str] = {}
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by pytest just now
            name = case.get("name", "").split("[")[0]
            file = case.get("classname", "").replace(".", "/")
            bad = case.find("failure") is not None or case.find("error") is not None
            outcome = "red" if bad else "not run" if case.find("skipped") is not None else "green"
            for known in files:
                stem = known.removesuffix(".py")
                if file == stem or file.startswith(f"{stem}/"):
                    before = found.get((known, name))
                    found[known, name] = outcome if before != "red" else before
    return found


def main() -> int:
    """Print the table; red tests and, with a catalogue, unproven numbers make it fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=Path)
    parser.add_argument("--list", action="store_true", help="do not run the tests")
    options = parser.parse_args()
    known = sorted(proofs(), key=lambda proof: (proof.number, proof.file))
    outcome = {} if options.list else results(sorted({proof.file for proof in known}))
    red = False
    for proof in known:
        result = outcome.get((proof.file, proof.test), "listed")
        red = red or result == "red"
        print(f"{proof.number}  {result:8}  {proof.sentence}  [{proof.file}::{proof.test}]")
    if options.catalogue:
        every = {
            found
            for file in options.catalogue.glob("*.md")
            for found in re.findall(
                r"^### ([A-Z]{3}-\d{2})\b", file.read_text("utf-8"), re.MULTILINE
            )
        }
        missing = sorted(every - {proof.number for proof in known})
        print(f"\nwithout a test ({len(missing)} of {len(every)}): {', '.join(missing)}")
    return int(red)


if __name__ == "__main__":
    sys.exit(main())
