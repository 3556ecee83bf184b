"""Where an area lies: what is in it, above it, and what it shares with its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from projections.snapshot import Said, Snapshot


@dataclass(frozen=True)
class Place:
    """An area among the others."""

    area: str
    own: Said | None
    """What is said of the area itself; none: its own facts have not arrived."""
    inside: Sequence[str]
    """The area and all that lies in it: areas below, parts, and drawings wholly within it."""
    above: Sequence[str] = ()
    """The areas above, nearest first."""
    shared: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Areas as people live them that lie in it for a part only, with their parts elsewhere."""


async def family_of(snapshot: Snapshot, area: str, own: Sequence[Said]) -> list[str]:
    """The area and all that lies in it, the parts of an experienced area included."""
    family = set(await snapshot.family(area))
    for part in parts_of(own):
        family |= set(await snapshot.family(part))
    return sorted(family)


async def above_of(snapshot: Snapshot, own: Sequence[Said]) -> list[str]:
    """The areas above, nearest first."""
    found: list[str] = []
    link = own[0].link if own else None
    while link is not None and link not in found:
        found.append(link)
        parents = await snapshot.rows([link], ["area"])
        link = parents[0].link if parents else None
    return found


async def above_parts_of(snapshot: Snapshot, own: Sequence[Said]) -> list[str]:
    """The areas above the parts of an experienced area."""
    parts = parts_of(own)
    found: list[str] = []
    for part in await snapshot.rows(parts, ["area"]) if parts else ():
        found += await above_of(snapshot, [part])
    return found


def parts_of(own: Sequence[Said]) -> list[str]:
    """The administrative areas that a drawing consists of."""
    return [part["area"] for row in own for part in row.body.get("parts", ())]


async def place_of(snapshot: Snapshot, area: str) -> Place:
    """The area with everything around it.

    A drawing counts where all of its parts lie, and once; where only some of them do it is shared.
    """
    own = await snapshot.rows([area], ["area"])
    inside = set(await family_of(snapshot, area, own))
    above = [*await above_of(snapshot, own), *await above_parts_of(snapshot, own)]
    above = [one for one in dict.fromkeys(above) if one not in inside]
    codes = sorted({code for row in own for code in row.municipalities})
    shared: dict[str, list[str]] = {}
    for drawn in await snapshot.experienced(codes) if codes else []:
        parts = parts_of([drawn])
        if drawn.key == area or not parts:
            continue
        if inside.issuperset(parts):
            inside.add(drawn.key)
        elif not {*inside, *above}.isdisjoint(parts):
            shared[drawn.key] = [part for part in parts if part not in inside]
    return Place(area, own[0] if own else None, sorted(inside), above, shared)
