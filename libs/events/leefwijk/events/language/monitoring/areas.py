"""Areas: administrative ones by code and edition, experienced ones as people live them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Municipality, Reason, ShortText


class AreaKind(StrEnum):
    """What an area is a division of."""

    COUNTRY = "country"
    """Reference only: it has no effort level."""
    MUNICIPALITY = "municipality"
    DISTRICT = "district"
    """CBS wijk."""
    NEIGHBOURHOOD = "neighbourhood"
    """CBS buurt."""
    EXPERIENCED = "experienced"
    """As residents live it, composed of administrative areas; it leads."""


class AreaRegistered(
    Event, type="nl.leefbaarheid.areas.area-registered.v1", audience=Audience.PARTNERS
):
    """An administrative area is known in one edition."""

    area: AreaId
    kind: AreaKind
    name: ShortText | None = None
    name_edition: int | None = None
    """The edition the name comes from, where that is another one."""
    parent: AreaId | None = None
    municipalities: tuple[Municipality, ...]


class Share(Wire):
    """A part of an area that lies in another edition's area."""

    area: AreaId
    share: Annotated[Decimal, Field(gt=0, le=1)]


class AreaEditionMapped(
    Event, type="nl.leefbaarheid.areas.area-edition-mapped.v1", audience=Audience.PARTNERS
):
    """An area of one edition went to areas of a later one, by stated shares (MON-03)."""

    area: AreaId
    to: tuple[Share, ...]
    basis: ShortText
    """What the shares are shares of, for example "inhabitants 2022"."""


class Part(Wire):
    """An administrative area within an experienced one, with the weight of its figures."""

    area: AreaId
    inhabitants: Annotated[int, Field(ge=0)]


class ExperiencedAreaDrawn(
    Event, type="nl.leefbaarheid.areas.experienced-area-drawn.v1", audience=Audience.PARTNERS
):
    """A neighbourhood as people live it was composed of administrative areas (MON-04)."""

    area: AreaId
    name: ShortText
    parts: tuple[Part, ...]
    reason: Reason
    municipalities: tuple[Municipality, ...]


class ExperiencedAreaRedrawn(
    Event, type="nl.leefbaarheid.areas.experienced-area-redrawn.v1", audience=Audience.PARTNERS
):
    """Its border moved; the edition of the drawing goes up by one."""

    area: AreaId
    name: ShortText
    parts: tuple[Part, ...]
    reason: Reason
    municipalities: tuple[Municipality, ...]


class AreaBoundarySet(Event, type="nl.leefbaarheid.areas.area-boundary-set.v1"):
    """The area's border in its own edition is known; the geometry stands beside, by its hash."""

    area: AreaId
    geometry_hash: str
    box: tuple[float, float, float, float]
    """West, south, east, north in CRS84 degrees."""
    source: ShortText
