"""What a decision knows of the area it is about."""

from __future__ import annotations

from dataclasses import dataclass

from leefwijk.events.fields import area_code


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


def patterns_below(area: str) -> tuple[str, ...]:
    """The codes of what may lie in an administrative area, as patterns of SQL's `like`."""
    kinds = {"GM": ("WK", "BU"), "WK": ("BU",)}.get(area[:2], ())
    return tuple(f"{kind}{area_code(area)[2:]}%" for kind in kinds)
