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


def lies_in(area: str) -> tuple[str, ...]:
    """What an administrative area lies in by its code, nearest first (CBS: BU in WK in GM)."""
    code, _, edition = area.partition("@")
    above = {"BU": (f"WK{code[2:8]}", f"GM{code[2:6]}"), "WK": (f"GM{code[2:6]}",)}
    return tuple(f"{one}@{edition}" for one in above.get(code[:2], ()))
