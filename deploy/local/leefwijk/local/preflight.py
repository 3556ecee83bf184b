"""What must be in order before anything is started, each answer one sentence."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from leefwijk.local.errors import LocalError
from leefwijk.local.jars import ensure_jars
from leefwijk.local.ports import require_free

PYTHON = (3, 11)
DISK = 2_000_000_000  # bytes: jars, two servers' data, write-ahead log


def preflight(folder: Path, ports: Mapping[int, str], *, kafka: bool = True) -> None:
    """Check Python, the folder, the disk, the ports and, for an embedded Kafka, its jars.

    `ports` says what each port is needed for. Raises one LocalError with a line per problem.
    """
    found = problems(folder, ports)
    if not found and kafka:
        try:
            ensure_jars()
        except LocalError as error:
            found = [str(error)]
    if found:
        raise LocalError("\n".join(found))


def problems(
    folder: Path,
    ports: Mapping[int, str],
    *,
    python: tuple[int, int] = sys.version_info[:2],
    needed: int = DISK,
) -> list[str]:
    """Return what stands in the way on this machine, as sentences; `needed` is in bytes."""
    found = []
    if python < PYTHON:
        found.append(
            f"Python {python[0]}.{python[1]} is too old: "
            f"use Python {PYTHON[0]}.{PYTHON[1]} or later."
        )
    # the folder itself may not be there yet
    standing = next(
        path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()
    )
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        found.append(
            f"The folder {folder} cannot be written: "
            "give yourself the right to write there or choose another folder."
        )
    free = shutil.disk_usage(standing).free
    if free < needed:
        found.append(
            f"Only {free / 1e9:.1f} GB is free on the disk of {folder} and {needed / 1e9:.1f} GB "
            "is needed: make room or choose a folder on another disk."
        )
    for port, purpose in ports.items():
        try:
            require_free(port, purpose)
        except LocalError as error:
            found.append(str(error))
    return found
