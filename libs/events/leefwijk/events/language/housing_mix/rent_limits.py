"""Rent limits of a calendar year, by which a rent falls into a class."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event
from leefwijk.events.fields import Euro


class RentLimitsSet(Event, type="nl.leefbaarheid.rent-limits.rent-limits-set.v1"):
    """The limits of a year; a rent equal to a limit lies within it (Woningwet 46-47)."""

    year: Annotated[int, Field(ge=2015, le=2100)]
    cheap: Euro
    """Up to here `GOE`."""
    capping: Euro
    """The high capping limit: up to here `BET`."""
    social: Euro
    """Up to here `DUU`, above it `BOV`."""
