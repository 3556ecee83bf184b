"""What a decision knows of areas."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownAreas:
    """Areas that monitoring registered, as far as it was asked for them."""

    areas: frozenset[str] = frozenset()
