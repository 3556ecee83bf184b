"""What the lists of participation share: conditions, and what lies in an area."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from leefwijk.events.fields import AREA_PATTERN
from leefwijk.service.context import ServiceContext
from leefwijk.service.reads import Paging
from participation.knowledge.areas import areas_within


class AreaPaging(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None
    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of the title, in any of their forms."""


async def in_area(service: ServiceContext, area: str | None) -> tuple[str, ...] | None:
    """The area asked for and all that lies in it; none where none was asked for."""
    return None if area is None else await areas_within(service, area)
