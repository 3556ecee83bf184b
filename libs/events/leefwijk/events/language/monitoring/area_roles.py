"""Roles of partners in an area: who directs, who is responsible, who supports, who is informed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event, Validity
from leefwijk.events.fields import AreaId, Identifier, Municipality, Reason
from leefwijk.events.language.monitoring.partners import PartnerKind

_PARTNERS = Audience.PARTNERS


class AreaRole(StrEnum):
    """What a partner does in an area (vision: be clear about roles)."""

    DIRECTOR = "director"
    """Directs; always a municipality, one per area."""
    RESPONSIBLE = "responsible"
    """Primarily responsible for a subject, such as public space."""
    SUPPORTS = "supports"
    INFORMED = "informed"


class AreaRoleAssigned(
    Event, type="nl.leefbaarheid.area-roles.area-role-assigned.v1", audience=_PARTNERS
):
    """A partner has a role in an area from a day on."""

    area: AreaId
    municipalities: Annotated[tuple[Municipality, ...], Field(min_length=1)]
    partner: Identifier
    partner_kind: PartnerKind
    role: AreaRole
    subject: Identifier | None = None
    """The field of work, where the role has one: `public-space`."""
    valid: Validity
    """From the first day; the last one where it is known beforehand."""


class AreaRoleEnded(
    Event, type="nl.leefbaarheid.area-roles.area-role-ended.v1", audience=_PARTNERS
):
    """A partner no longer has the role. `on` is the first day without it."""

    area: AreaId
    partner: Identifier
    role: AreaRole
    subject: Identifier | None = None
    on: date
    reason: Reason
