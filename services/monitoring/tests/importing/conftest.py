"""Files to import: the real ones where LEEFWIJK_DATA names their folder, look-alikes anywhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from monitoring.importing import (
    HierarchyMapping,
    KnownAreas,
    MeasurementsMapping,
    Outcome,
    builtin_mappings,
    builtin_units,
    import_measurements,
)

Read = Callable[[str], bytes]
Import = Callable[..., Outcome]


@pytest.fixture(scope="session")
def real() -> Read:
    """Reads a real file; the test is skipped where there are none."""
    folder = os.environ.get("LEEFWIJK_DATA")
    if not folder:
        pytest.skip("LEEFWIJK_DATA does not name the folder with the real files")

    def read(name: str) -> bytes:
        return (Path(folder) / name).read_bytes()

    return read


@pytest.fixture(scope="session")
def lookalike() -> Read:
    """Reads a small file that is shaped like a real one."""

    def read(name: str) -> bytes:
        return (Path(__file__).parent / "files" / name).read_bytes()

    return read


@pytest.fixture(scope="session")
def measure() -> Import:
    """Imports measurements with a built-in mapping, given by name, or with one of the test."""

    def run(
        content: bytes,
        mapping: str | MeasurementsMapping,
        edition: int,
        known: KnownAreas | None = None,
    ) -> Outcome:
        declared = builtin_mappings()[mapping] if isinstance(mapping, str) else mapping
        assert isinstance(declared, MeasurementsMapping)
        return import_measurements(
            content, declared, edition, known or KnownAreas({}), builtin_units()
        )

    return run


@pytest.fixture(scope="session")
def hierarchies() -> dict[str, HierarchyMapping]:
    """The built-in mappings of hierarchy files."""
    return {
        name: mapping
        for name, mapping in builtin_mappings().items()
        if isinstance(mapping, HierarchyMapping)
    }
