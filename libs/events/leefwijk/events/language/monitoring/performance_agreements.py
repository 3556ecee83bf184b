"""Performance agreements per municipality and year, between the local triangle (Woningwet 43-44a).

Who signs is told by kind and id of the organisation, never by a person.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event
from leefwijk.events.fields import Euro, Identifier, Municipality, Reason

_PARTNERS = Audience.PARTNERS
Year = Annotated[int, Field(ge=2000, le=2100)]
Listed = Annotated[tuple[Identifier, ...], Field(max_length=50)]
"""Themes and contributions under the law that are listed: `meeting`, `greening`, `social_work`."""


class Party(StrEnum):
    """In which part somebody signs; the first three are the local triangle."""

    CORPORATION = "corporation"
    MUNICIPALITY = "municipality"
    TENANTS = "tenants"
    PARTICIPANT = "participant"
    """Care, welfare and others: beside the triangle, never in the place of one of it."""


class PerformanceAgreementDrafted(
    Event,
    type="nl.leefbaarheid.performance-agreements.performance-agreement-drafted.v1",
    audience=_PARTNERS,
):
    """There is a text to sign for a municipality and year."""

    municipality: Municipality
    year: Year
    listed: tuple[str, ...] = ()
    listing_required: bool = False
    """Whether the parties agreed that livability work must be listed."""
    maximum_per_home: Euro | None = None
    """Euros a year per own home, where the parties agreed a maximum; the law has none."""
    no_policy_supplied: bool = False
    """The municipality supplied no housing policy: no duty to agree (Woningwet 44(3))."""
    due: date
    """The last day for sending it on (Woningwet 44a: 15 December before the year)."""


class PerformanceAgreementSigned(
    Event,
    type="nl.leefbaarheid.performance-agreements.performance-agreement-signed.v1",
    audience=_PARTNERS,
):
    """A party signed the text as it stands."""

    party: Party
    partner: Identifier | None = None
    """The organisation; none: the corporation itself."""
    edition: Annotated[int, Field(ge=1)]
    """Which text: 1 is the draft, and every amendment is a new one."""
    on: date


class PerformanceAgreementConcluded(
    Event,
    type="nl.leefbaarheid.performance-agreements.performance-agreement-concluded.v1",
    audience=_PARTNERS,
):
    """The triangle signed; this is what binds in the year."""

    municipality: Municipality
    year: Year
    edition: Annotated[int, Field(ge=1)]
    listed: tuple[str, ...] = ()
    listing_required: bool = False
    maximum_per_home: Euro | None = None
    days_late: Annotated[int, Field(ge=0)] = 0
    without_tenants: Reason | None = None
    """Why no tenants signed, where there is no organisation of them."""
    on: date


class PerformanceAgreementAmended(
    Event,
    type="nl.leefbaarheid.performance-agreements.performance-agreement-amended.v1",
    audience=_PARTNERS,
):
    """There is a newer text to sign; until it is concluded the earlier one counts."""

    municipality: Municipality
    year: Year
    edition: Annotated[int, Field(ge=2)]
    listed: tuple[str, ...] = ()
    listing_required: bool = False
    maximum_per_home: Euro | None = None
    reason: Reason
    on: date


class PerformanceAgreementBecameOverdue(
    Event,
    type="nl.leefbaarheid.performance-agreements.performance-agreement-became-overdue.v1",
    audience=_PARTNERS,
):
    """The last day passed without a conclusion. `on` is the first day after it."""

    municipality: Municipality
    year: Year
    missing: tuple[Party, ...]
    """Parties of the triangle that have not signed."""
    on: date
