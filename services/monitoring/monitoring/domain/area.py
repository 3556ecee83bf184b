"""Administrative areas: a code in an edition, and nothing without its edition (MON-02)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leefwijk.events.decider import Command, Context, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, ShortText, area_code, area_edition, municipality_of
from leefwijk.events.language.monitoring.areas import (
    AreaBoundarySet,
    AreaEditionMapped,
    AreaKind,
    AreaRegistered,
    Share,
)

SHARES_TOLERANCE = Decimal("0.001")


@dataclass(frozen=True)
class Area(State, kind="areas", shape=2):
    """An administrative area in one edition."""

    area: str | None = None
    area_kind: AreaKind | None = None
    name: str | None = None
    name_edition: int | None = None
    parent: str | None = None
    municipalities: tuple[str, ...] = ()
    boundary: str | None = None
    """Hash of the geometry."""
    box: tuple[float, float, float, float] | None = None
    mapped_to: tuple[Share, ...] = ()
    """Its successors, in every edition it was mapped to."""
    mapped_by: dict[int, str] = field(default_factory=dict)
    """What the shares are shares of, by edition of the successors."""

    def successors(self, edition: int) -> tuple[Share, ...]:
        """The areas of an edition that this one went to."""
        return tuple(share for share in self.mapped_to if area_edition(share.area) == edition)

    def listing(self) -> Listing:
        """Found by code, edition, kind and parent."""
        if self.area is None or self.area_kind is None:
            return Listing()
        return Listing(
            self.area,
            self.municipalities,
            title=self.name,
            facets={
                "code": area_code(self.area),
                "edition": str(area_edition(self.area)),
                "kind": self.area_kind.value,
                "parent": self.parent or (),
                "mapped-to": [share.area for share in self.mapped_to],
            },
        )


class RegisterArea(Command[Area]):
    """Register an area of an edition; the same again records nothing."""

    area: AreaId
    kind: AreaKind
    name: ShortText | None = None
    name_edition: int | None = None
    parent: AreaId | None = None

    def stream(self, _context: Context) -> str:
        """An area is its code in its edition."""
        return self.area

    def decide(self, area: Area, _context: Context) -> Iterator[Event]:
        """Record it the first time, and again only when a name comes that was missing."""
        if area.area is not None and (self.name is None or area.name is not None):
            return
        yield AreaRegistered(
            area=self.area,
            kind=self.kind,
            name=self.name,
            name_edition=self.name_edition,
            parent=self.parent if area.area is None else area.parent,
            municipalities=municipality_of(self.area),
        )


class SetAreaBoundary(Command[Area]):
    """Set the border of an area of its own edition; the geometry stands beside (MON-08)."""

    geometry_hash: str
    box: tuple[float, float, float, float]
    source: ShortText

    def decide(self, area: Area, _context: Context) -> Iterator[Event]:
        """The same border again records nothing."""
        if area.area is None:
            refuse("area-not-in-edition", "This area is not registered in this edition.")
        if area.boundary == self.geometry_hash:
            return
        yield AreaBoundarySet(
            area=area.area, geometry_hash=self.geometry_hash, box=self.box, source=self.source
        )


class MapAreaEdition(Command[Area]):
    """Say to which areas of a later edition this one went, by which shares (MON-03)."""

    to: Annotated[tuple[Share, ...], Field(min_length=1, max_length=100)]
    basis: ShortText

    def decide(self, area: Area, _context: Context) -> Iterator[Event]:
        """Refuses `mapping-weights-not-one` where the shares do not add up."""
        if area.area is None:
            refuse("area-not-in-edition", "This area is not registered in this edition.")
        total = sum((share.share for share in self.to), Decimal(0))
        if abs(total - 1) > SHARES_TOLERANCE:
            refuse("mapping-weights-not-one", f"The shares add up to {total}, not to 1.")
        editions = {area_edition(share.area) for share in self.to}
        if len(editions) > 1 or min(editions) <= area_edition(area.area):
            refuse("area-not-in-edition", "A mapping goes to areas of one later edition.")
        if len({share.area for share in self.to}) != len(self.to):
            refuse("part-twice", "Each successor is named once.")
        (edition,) = editions
        if area.successors(edition) == self.to and area.mapped_by.get(edition) == self.basis:
            return
        yield AreaEditionMapped(area=area.area, to=self.to, basis=self.basis)


@evolves(AreaRegistered)
def _(area: Area, event: AreaRegistered) -> Area:
    return replace(
        area,
        area=event.area,
        area_kind=event.kind,
        name=event.name,
        name_edition=event.name_edition,
        parent=event.parent,
        municipalities=event.municipalities,
    )


@evolves(AreaBoundarySet)
def _(area: Area, event: AreaBoundarySet) -> Area:
    return replace(area, boundary=event.geometry_hash, box=event.box)


@evolves(AreaEditionMapped)
def _(area: Area, event: AreaEditionMapped) -> Area:
    edition = area_edition(event.to[0].area)
    others = tuple(share for share in area.mapped_to if area_edition(share.area) != edition)
    return replace(
        area,
        mapped_to=(*others, *event.to),
        mapped_by={**area.mapped_by, edition: event.basis},
    )
