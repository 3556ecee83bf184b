"""Greening in its own units: planned, realised, corrected and lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event
from leefwijk.events.fields import AreaId, Identifier, Reason

_PARTNERS = Audience.PARTNERS
Quantity = Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=2)]
Litres = Annotated[Decimal, Field(gt=0, le=10_000_000, decimal_places=2)]


class GreenMeasure(StrEnum):
    """What is done for green, water and shade."""

    UNPAVED = "unpaved"
    TREE = "tree"
    RAIN_BARREL = "rain_barrel"
    INFILTRATION_CRATE = "infiltration_crate"
    FACADE_GARDEN = "facade_garden"
    GREEN_ROOF = "green_roof"
    NATURE_INCLUSIVE = "nature_inclusive"
    """A feature of a building for birds, bats or insects."""
    PLANTS = "plants"
    AWARENESS = "awareness"


class GreenUnit(StrEnum):
    """What a measure is counted in; square metres are not trees."""

    M2 = "m2"
    PIECE = "piece"
    M3 = "m3"
    ACTIVITY = "activity"


class GreenPurpose(StrEnum):
    """What a measure helps against, or for."""

    HEAT = "heat"
    WATER = "water"
    DROUGHT = "drought"
    BIODIVERSITY = "biodiversity"


class GreeningPlanned(
    Event, type="nl.leefbaarheid.initiatives.greening-planned.v1", audience=_PARTNERS
):
    """What is going to be made, or meant anew: the item as it is planned from now on."""

    area: AreaId
    item: Identifier
    measure: GreenMeasure
    quantity: Quantity
    counted_in: GreenUnit
    litres: Litres | None = None
    """Water that one piece holds."""
    purposes: Annotated[tuple[GreenPurpose, ...], Field(min_length=1)]
    on: date


class GreeningRealised(
    Event, type="nl.leefbaarheid.initiatives.greening-realised.v1", audience=_PARTNERS
):
    """What was made; without a planned item, it was made although nobody planned it."""

    area: AreaId
    realised: Identifier
    item: Identifier | None = None
    measure: GreenMeasure
    quantity: Quantity
    counted_in: GreenUnit
    litres: Litres | None = None
    purposes: Annotated[tuple[GreenPurpose, ...], Field(min_length=1)]
    on: date


class GreeningCorrected(
    Event, type="nl.leefbaarheid.initiatives.greening-corrected.v1", audience=_PARTNERS
):
    """What was made was otherwise than recorded; what stands here replaces it."""

    area: AreaId
    realised: Identifier
    quantity: Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)]
    litres: Litres | None = None
    reason: Reason
    on: date


class GreeningLost(Event, type="nl.leefbaarheid.initiatives.greening-lost.v1", audience=_PARTNERS):
    """Something that was made is there no longer."""

    area: AreaId
    realised: Identifier
    quantity: Quantity
    reason: Reason
    on: date
