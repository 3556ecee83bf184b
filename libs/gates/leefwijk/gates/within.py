"""What an area lies in: by its code, and by the parts of a drawing that people live in (MON-06)."""

from __future__ import annotations

from collections.abc import Collection

EXPERIENCED_AREA_LEADS = "experienced-area-leads"
"""The code where the level of an area as people live it leads over the administrative one."""


def is_lived_in(area: str) -> bool:
    """Whether it is an area as people live it."""
    return area.startswith("XA")


def lies_in(area: str) -> tuple[str, ...]:
    """What an administrative area lies in by its code, nearest first (CBS: BU in WK in GM)."""
    code, _, edition = area.partition("@")
    above = {"BU": (f"WK{code[2:8]}", f"GM{code[2:6]}"), "WK": (f"GM{code[2:6]}",)}
    return tuple(f"{one}@{edition}" for one in above.get(code[:2], ()))


def wholly_within(area: str, made_of: Collection[str], parts: Collection[str]) -> bool:
    """Whether an area lies in the parts of a drawing, by itself or with all that it is made of.

    `made_of`: the areas below it, the smallest among them at least. An area that a drawing only
    touches does not lie within it.
    """
    drawn = set(parts)
    between = {above for one in made_of for above in lies_in(one)}
    smallest = [one for one in made_of if one not in between]
    return _inside(area, drawn) or (bool(smallest) and all(_inside(one, drawn) for one in smallest))


def _inside(area: str, drawn: set[str]) -> bool:
    return not drawn.isdisjoint((area, *lies_in(area)))
