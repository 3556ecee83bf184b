"""Where an area lies: what is in it, above it, and what it shares with its neighbours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from leefwijk.gates.within import is_lived_in, lies_in, wholly_within
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
    over: Sequence[str] = ()
    """What it lies in whole, nearest first: of two as near the area as people live it leads."""
    shared: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Areas as people live them that lie in it for a part only, with their parts elsewhere."""

    @property
    def asked_here(self) -> frozenset[str]:
        """Where people are asked who live here: in it, or in all of what it lies in (PAR-11)."""
        return frozenset({*self.inside, *self.above, *self.over})


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
    higher = await above_of(snapshot, own)
    above = [*higher, *await above_parts_of(snapshot, own)]
    above = [one for one in dict.fromkeys(above) if one not in inside]
    made_of = frozenset(inside)
    codes = sorted({code for row in own for code in row.municipalities})
    drawings = {
        drawn.key: parts_of([drawn])
        for drawn in (await snapshot.experienced(codes) if codes else [])
        if drawn.key != area
    }
    shared: dict[str, list[str]] = {}
    for drawn, parts in drawings.items():
        if not parts:
            continue
        if inside.issuperset(parts):
            inside.add(drawn)
        elif not {*inside, *above}.isdisjoint(parts):
            shared[drawn] = [part for part in parts if part not in inside]
    over = _over([area, *higher], drawings, made_of)
    return Place(area, own[0] if own else None, sorted(inside), above, over, shared)


def _over(
    chain: Sequence[str], drawings: Mapping[str, Sequence[str]], made_of: Collection[str]
) -> list[str]:
    """What an area lies in as a whole: `chain` is the area itself with the areas above it.

    An area as people live it leads over the division that it is composed of, and over an area of
    which all that it is `made_of` lies in it (MON-06).
    """
    own = chain[0]
    lived_in = is_lived_in(own)
    found: list[str] = []
    for place in chain:
        found += [
            drawn
            for drawn, parts in drawings.items()
            if place in parts
            or (place == own and not lived_in and wholly_within(own, made_of, parts))
        ]
        found.append(place)
    return [one for one in dict.fromkeys(found) if one != own]


async def over_each(snapshot: Snapshot, areas: Sequence[Said]) -> dict[str, list[str]]:
    """What each of many areas lies in as a whole, as `place_of` says it of one."""
    parents = {row.key: row.link for row in areas}
    while missing := {link for link in parents.values() if link and link not in parents}:
        known = {row.key: row.link for row in await snapshot.rows(sorted(missing), ["area"])}
        parents |= {link: known.get(link) for link in missing}
    codes = sorted({code for row in areas for code in row.municipalities})
    drawings = {
        drawn.key: parts_of([drawn])
        for drawn in (await snapshot.experienced(codes) if codes else [])
    }
    drawn_on = {above for parts in drawings.values() for part in parts for above in lies_in(part)}
    found = {}
    for row in areas:
        chain: list[str] = [row.key]
        while (link := parents[chain[-1]]) is not None and link not in chain:
            chain.append(link)
        # what it is made of matters only where a drawing has parts below it
        made_of = await snapshot.family(row.key) if row.key in drawn_on else ()
        found[row.key] = _over(chain, {k: v for k, v in drawings.items() if k != row.key}, made_of)
    return found
