"""Meeting places that are registered here, for who asks for another one."""

from __future__ import annotations

from typing import Any

from initiatives.domain.asset import THERE, Asset
from initiatives.domain.existing_places import MeetingPlace, MeetingPlaces
from initiatives.domain.initiative import Initiative
from initiatives.knowledge.areas import place_of
from leefwijk.events.decider import Context
from leefwijk.events.language.initiatives.assets import AssetKind, OpenTo
from leefwijk.events.store import listing
from leefwijk.service.context import ServiceContext

MOST_PLACES = 200


async def meeting_places(
    service: ServiceContext, command: Any, initiative: Initiative, _context: Context
) -> tuple[MeetingPlaces, ...]:
    """Those in the area and in what it lies in; nothing is looked up where none is asked for."""
    if not command.new_meeting_place:
        return ()
    async with service.reading.connect() as connection:
        place, _ = await place_of(connection, initiative.area or "", initiative.municipalities)
    query = listing.Query(
        Asset.kind,
        (f"kind:{AssetKind.MEETING_PLACE.value}", f"status:{THERE}"),
        any_of=(tuple(f"area:{area}" for area in place.nearest),),
        sort=listing.OLDEST_FIRST,
        limit=MOST_PLACES,
    )
    found = await listing.find(service.reading, query)
    places = []
    for document in found.documents:
        asset = (await service.handler.of_document(Asset, document)).state
        places.append(
            MeetingPlace(
                document.stream_id.removeprefix(f"{Asset.kind}-"),
                asset.label,
                asset.area or "",
                everyone=asset.open_to is OpenTo.EVERYONE,
                complex=asset.complex,
            )
        )
    return (MeetingPlaces(tuple(places)),)
