"""Modules stay small: the median at most 150 lines, none above 500."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEDIAN = 150
LARGEST = 500


def main() -> int:
    """Say which modules are too long."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"],  # noqa: S607 - git is a given in a clone
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    sizes = {
        name: len((ROOT / name).read_text("utf-8").splitlines())
        for name in listed
        if "/tests/" not in f"/{name}" and (ROOT / name).is_file()
    }
    sizes = {name: size for name, size in sizes.items() if size}
    median = statistics.median(sizes.values())
    long = {name: size for name, size in sizes.items() if size > LARGEST}
    for name, size in sorted(long.items()):
        print(f"{name}: {size} lines, at most {LARGEST}")
    if median > MEDIAN:
        print(f"the median module has {median} lines, at most {MEDIAN}")
    return int(bool(long) or median > MEDIAN)


if __name__ == "__main__":
    sys.exit(main())
