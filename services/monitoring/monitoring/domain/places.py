"""What a decision knows of the area it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownPlace:
    """A registered area, administrative or experienced."""

    area: str
    name: str | None
    municipalities: tuple[str, ...]
    reference_only: bool = False
    """A country: figures stand beside it, no level does."""
    parts: tuple[str, ...] = ()
    """The administrative areas that an experienced one is made of."""
