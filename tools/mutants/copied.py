"""A plugin for pytest: the packages under test are those of the copy, or nothing is tested."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from hypothesis import Phase, settings

PACKAGES = (
    "leefwijk.events",
    "leefwijk.service",
    "leefwijk.gates",
    "leefwijk.local",
    "monitoring",
    "initiatives",
    "participation",
    "projections",
)


def pytest_configure() -> None:
    """Raise where a package comes from anywhere but the copy.

    A failure is enough here: nobody waits for the smallest example.
    """
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)
    settings.load_profile("mutants")
    copy = Path(os.environ["MUTANTS_COPY"]).resolve()
    for name in PACKAGES:
        file = importlib.import_module(name).__file__
        if file is None or not Path(file).resolve().is_relative_to(copy):
            raise RuntimeError(f"{name} was imported from {file}, not from the copy in {copy}")
