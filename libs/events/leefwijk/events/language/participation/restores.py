"""Participation's store after a restore."""

from __future__ import annotations

from leefwijk.events.event import Audience
from leefwijk.events.language.restores import StoreRestored


class ParticipationStoreRestored(
    StoreRestored,
    type="nl.leefbaarheid.restores-of-participation.store-restored.v1",
    audience=Audience.PARTNERS,
):
    """Participation goes on from a backup: what it recorded after that backup never happened."""
