"""What a service says after its database was restored from a backup; each names its own event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event


class StoreRestored(Event):
    """The service goes on from a backup: what it recorded after that backup never happened.

    All its topics were emptied and filled again before this event. Whoever keeps what it read of
    them reads them again from their start, and drops what does not come again.
    """

    era: Annotated[int, Field(ge=2)]
    """Number of the history that begins here; the one before ended with the backup."""
    restored_at: datetime
    """The moment at which the service declared this."""
    kept_through: datetime | None = None
    """When the last kept event was recorded; none: the backup held no event."""
