"""The corporation's role in an initiative, and what its takers say of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason, ShortText


class CorporationRole(StrEnum):
    """What the corporation does in an initiative (vision, talents)."""

    NONE = "none"
    CONNECT = "connect"
    SUPPORT = "support"
    CO_INITIATE = "co_initiate"
    LEAD = "lead"


class CorporationRoleAgreed(Event, type="nl.leefbaarheid.initiatives.corporation-role-agreed.v1"):
    """The corporation's role in the initiative is agreed."""

    role: CorporationRole
    restores: bool | None = None
    """Whether it is the role of before, because residents took their agreement to another back."""


class RoleAnswer(StrEnum):
    """What the takers say of a role of the corporation."""

    AGREES = "agrees"
    REFUSES = "refuses"
    TAKES_BACK = "takes_back"
    """They had agreed, and do so no longer."""


class CorporationRoleAnswered(
    Event, type="nl.leefbaarheid.initiatives.corporation-role-answered.v1"
):
    """The takers agree to a role of the corporation, refuse it, or take their agreement back."""

    role: CorporationRole
    answer: RoleAnswer
    group: Identifier | None = None
    """Opaque reference of the group that answers."""
    how: ShortText
    """How they said so, such as a residents' meeting."""
    takes_on: Reason | None = None
    """What the group takes on, where the initiative is handed over to it."""
    by_token: bool = False
    """Whether the group answered itself; otherwise it was recorded for them."""
    on: date
