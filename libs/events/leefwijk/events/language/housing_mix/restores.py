"""Housing mix's store after a restore."""

from __future__ import annotations

from leefwijk.events.event import Audience
from leefwijk.events.language.restores import StoreRestored


class HousingMixStoreRestored(
    StoreRestored,
    type="nl.leefbaarheid.restores-of-housing-mix.store-restored.v1",
    audience=Audience.PARTNERS,
):
    """Housing mix goes on from a backup: what it recorded after that backup never happened."""
