"""The green of all initiatives of an area, from what is kept of them here."""

from __future__ import annotations

from collections.abc import Sequence

from initiatives.domain.greening_state import Greening
from initiatives.domain.initiative import Initiative
from leefwijk.events.store import listing
from leefwijk.service.context import ServiceContext
from leefwijk.service.identity import Principal
from leefwijk.service.reads import LARGEST_PAGE


async def greening_in(
    service: ServiceContext, areas: Sequence[str], reader: Principal
) -> list[Greening]:
    """What was planned and made in these areas, as far as the reader may see it."""
    found: list[Greening] = []
    cursor: str | None = None
    while True:
        query = listing.Query(
            Initiative.kind,
            ("greening:told",),
            any_of=(tuple(f"area:{area}" for area in areas),),
            sort=listing.OLDEST_FIRST,
            limit=LARGEST_PAGE,
            after=cursor,
        )
        page = await listing.find(service.reading, query)
        for document in page.documents:
            state = (await service.handler.of_document(Initiative, document)).state
            if reader.sees(state.municipalities):
                found.append(state.greening)
        cursor = page.next
        if cursor is None:
            return found
