"""Documents stay true: links lead somewhere, cited tests exist, quoted code is the code.

- Relative links in Markdown lead to a file, and an anchor to a heading.
- A citation `path/to/test.py::test_name` names a test that exists.
- A fenced block that begins with `<!-- from: path#name -->` above it is that function or class,
  word for word.
- A `make` or `leefwijk` command in a `console` block names a target or command that exists.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_TEST = re.compile(r"`(?P<file>[\w./-]+\.py)::(?P<test>[\w:]+)`")
_QUOTE = re.compile(
    r"<!-- from: (?P<file>[\w./-]+)#(?P<name>\w+) -->\n```python\n(?P<code>.*?)```", re.DOTALL
)
_CONSOLE = re.compile(r"```console\n(?P<lines>.*?)```", re.DOTALL)


def documents() -> list[Path]:
    """Every Markdown file of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"],  # noqa: S607 - git is a given in a clone
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


def dead_links(path: Path, text: str) -> Iterator[str]:
    """Links that lead nowhere."""
    for found in _LINK.finditer(text):
        target = found["target"]
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = path if not file else (path.parent / file).resolve()
        if not there.exists():
            yield f"link to {target}: there is no such file"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text("utf-8")):
            yield f"link to {target}: there is no such heading"


def definitions(path: Path) -> dict[str, str]:
    """Source of every function and class of a module, by name."""
    text = path.read_text("utf-8")
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
            found[node.name] = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return found


def untrue(text: str) -> Iterator[str]:
    """Citations and quotations that do not hold."""
    for found in _TEST.finditer(text):
        file = ROOT / found["file"]
        names = found["test"].split("::")
        if not file.is_file():
            yield f"{found[0]}: there is no such file"
        elif missing := [name for name in names if name not in definitions(file)]:
            yield f"{found[0]}: there is no {missing[0]}"
    for found in _QUOTE.finditer(text):
        file = ROOT / found["file"]
        code = definitions(file).get(found["name"]) if file.is_file() else None
        if code is None:
            yield f"quotes {found['file']}#{found['name']}, which does not exist"
        elif code.strip() != found["code"].strip():
            yield f"quotes {found['file']}#{found['name']} otherwise than it is"


def unknown_commands(text: str) -> Iterator[str]:
    """Commands in console blocks that nobody could run."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for block in _CONSOLE.finditer(text):
        for line in block["lines"].splitlines():
            words = line.removeprefix("$ ").split()
            if words[:1] == ["make"] and len(words) > 1 and words[1] not in targets:
                yield f"`{line}`: the Makefile has no target {words[1]}"
            if words[:1] and words[0].endswith("leefwijk") and len(words) > 1:
                done = subprocess.run(  # noqa: S603 - our own command
                    [sys.executable, "-m", "leefwijk.service", *_path(words[1:]), "--help"],
                    check=False,
                    capture_output=True,
                )
                if done.returncode:
                    yield f"`{line}`: there is no such command"


def _path(words: list[str]) -> list[str]:
    """The words that name a command, without its arguments."""
    groups = {"topics", "parked", "documents"}
    return words[:2] if words[0] in groups else words[:1]


def main() -> int:
    """Check every document."""
    faults = 0
    for path in documents():
        text = path.read_text("utf-8")
        for fault in (*dead_links(path, text), *untrue(text), *unknown_commands(text)):
            print(f"{path.relative_to(ROOT)}: {fault}")
            faults += 1
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
