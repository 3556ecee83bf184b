"""The store of initiatives after a restore."""

from __future__ import annotations

from leefwijk.events.event import Audience
from leefwijk.events.language.restores import StoreRestored


class InitiativesStoreRestored(
    StoreRestored,
    type="nl.leefbaarheid.restores-of-initiatives.store-restored.v1",
    audience=Audience.PARTNERS,
):
    """Initiatives goes on from a backup: what it recorded after that backup never happened."""
