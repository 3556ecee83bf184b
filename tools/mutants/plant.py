"""A planted bug: how it is described, and how it is put into a copy of the working tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One bug. `old` stands exactly once in the file, and `new` is as sound to look at."""

    name: str
    invariant: int
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    """Node ids for pytest; at least one of these tests must fail."""


class NoLongerAppliesError(Exception):
    """The text that a mutant replaces is not there, or is there more than once."""

    def __init__(self, mutant: Mutant, count: int) -> None:
        super().__init__(
            f"{mutant.name} no longer applies: its text stands {count} times in {mutant.file}"
        )


def plant(mutant: Mutant, root: Path) -> None:
    """Put the bug into the tree at `root`. Raises NoLongerAppliesError."""
    path = root / mutant.file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    count = text.count(mutant.old)
    if count != 1:
        raise NoLongerAppliesError(mutant, count)
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
