"""The social base: what is strong in an area already, without saying to whom it belongs."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier, Reason, ShortText, Theme


class AssetKind(StrEnum):
    """What the strength is (vision, talents)."""

    TALENT = "talent"
    NETWORK = "network"
    MEETING_PLACE = "meeting_place"
    FACILITY = "facility"
    COLLABORATION = "collaboration"
    ACTIVITY = "activity"


class HolderKind(StrEnum):
    """Who brings it in."""

    ORGANISATION = "organisation"
    REFERENCE = "reference"
    """Somebody, or a group, that the platform knows by an opaque reference only."""


class OpenTo(StrEnum):
    """Who may use it."""

    EVERYONE = "everyone"
    OWN_TENANTS = "own_tenants"
    COMPLEX = "complex"
    """The tenants of one complex."""
    MEMBERS = "members"


class AssetRegistered(Event, type="nl.leefbaarheid.assets.asset-registered.v1"):
    """A strength of an area is known: somebody can do something, or something is there."""

    asset_kind: AssetKind
    label: ShortText
    area: AreaId
    """Where it is, or for which area it is meant."""
    municipalities: tuple[str, ...]
    holder: HolderKind
    held_by: Identifier
    """The organisation, or the opaque reference."""
    open_to: OpenTo
    complex: Identifier | None = None
    """Of what is open to one complex: which."""
    themes: tuple[Theme, ...] = ()
    initiative: Identifier | None = None
    """The initiative that left it behind."""
    on: date


class AssetWithdrawn(Event, type="nl.leefbaarheid.assets.asset-withdrawn.v1"):
    """It is no longer there."""

    area: AreaId
    reason: Reason
    on: date
