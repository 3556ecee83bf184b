"""Monitoring's store after a restore."""

from __future__ import annotations

from leefwijk.events.event import Audience
from leefwijk.events.language.restores import StoreRestored


class MonitoringStoreRestored(
    StoreRestored,
    type="nl.leefbaarheid.restores-of-monitoring.store-restored.v1",
    audience=Audience.PARTNERS,
):
    """Monitoring goes on from a backup: what it recorded after that backup never happened."""
