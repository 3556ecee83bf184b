"""What a fault is: what happens, and what the platform promises about it.

A module per family of faults (`fault_processes`, ...) registers its faults here. `fault_cycle`
tries one: strike amid load, heal, judge.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fault_judge import Expected
from fault_load import Load
from platform_kit import SERVICES, WORKER, Running
from platform_scenes import Scenes

PARTS = (*SERVICES, WORKER)
"""Everything that answers /readyz."""
FAMILIES = (
    "fault_processes",
    "fault_workers",
    "fault_doubles",
    "fault_network",
    "fault_topics",
    "fault_broker",
    "fault_horizon",
    "fault_deploy",
    "fault_disk",
    "fault_restore",
)
"""Modules that register faults; one that is not there is left out."""


@dataclass
class Scene:
    """One running platform with a generator at work, and the chance of one seed."""

    platform: Running
    scenes: Scenes
    rng: random.Random
    load: Load
    expected: Expected
    """What the judge must know that nobody can read from outside; see `Expected`."""
    notes: dict[str, Any] = field(default_factory=dict)
    """Whatever a fault keeps between its steps."""


class Fault:
    """One kind of fault. Subclasses say what happens; attributes say what is promised."""

    name: str
    recovers_within: float = 30.0
    """Seconds from the end of `heal` until everything agrees again, as docs/guarantees.md says."""
    unready: frozenset[str] = frozenset()
    """Parts whose readiness must have been false at some time while it lasted."""
    disturbs: frozenset[str] = frozenset()
    """Parts that may have been unready, besides those that must. No other may."""
    lasting: tuple[float, float] = (0.5, 2.0)
    """Seconds between strike and heal: drawn from this range."""
    stage: str = "plain"
    """The kind of platform it needs; faults of one stage share platforms. See STAGES."""

    def skip(self) -> str | None:
        """Why this machine cannot do it; none if it can. Asked before any platform starts."""
        return None

    async def prepare(self, scene: Scene) -> None:
        """Get ready, before the load begins."""

    async def strike(self, scene: Scene) -> None:
        """Make it happen, amid load."""
        raise NotImplementedError

    async def heal(self, scene: Scene) -> None:
        """Undo what does not undo itself: what a supervisor or an operator would do."""

    async def examine(self, scene: Scene) -> list[str]:
        """What this fault violated beyond the five invariants, after everything agrees."""
        del scene
        return []

    async def restore(self, scene: Scene) -> None:
        """Make the platform what it was, for the next cycle; also after a violation."""


STAGES: dict[str, Callable[[Path], Running]] = {"plain": Running}
"""How each kind of platform is made, from the folder it lives in."""
FAULTS: dict[str, Fault] = {}


def register(*faults: Fault) -> None:
    """Add faults to those that are known."""
    for fault in faults:
        if fault.name in FAULTS:
            raise ValueError(f"two faults are named {fault.name}")
        FAULTS[fault.name] = fault


def load_faults() -> dict[str, Fault]:
    """All faults of all families that are there, by name."""
    here = Path(__file__).parent
    for family in FAMILIES:
        if (here / f"{family}.py").exists():
            importlib.import_module(family)
    return FAULTS
