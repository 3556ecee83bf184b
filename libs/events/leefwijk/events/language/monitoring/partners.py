"""Partners: organisations with a kind and municipalities, never a person."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event
from leefwijk.events.fields import Municipality, Reason, ShortText


class PartnerKind(StrEnum):
    """What kind of organisation a partner is."""

    MUNICIPALITY = "municipality"
    TENANTS_ORGANISATION = "tenants_organisation"
    WELFARE = "welfare"
    CARE = "care"
    CORPORATION = "corporation"
    POLICE = "police"
    SCHOOL = "school"
    OTHER = "other"


class PartnerRegistered(
    Event, type="nl.leefbaarheid.partners.partner-registered.v1", audience=Audience.PARTNERS
):
    """An organisation works with us in these municipalities."""

    name: ShortText
    kind: PartnerKind
    municipalities: Annotated[tuple[Municipality, ...], Field(min_length=1)]


class PartnerLeftMunicipality(
    Event, type="nl.leefbaarheid.partners.partner-left-municipality.v1", audience=Audience.PARTNERS
):
    """The organisation no longer works with us there."""

    municipality: Municipality
    on: date
    reason: Reason
