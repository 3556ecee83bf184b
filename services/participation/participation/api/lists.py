"""What the lists and resources of participation share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from leefwijk.events.fields import AREA_PATTERN
from leefwijk.service.reads import Paging

Figure = int | str
"""A number, or `not_shown`."""


class AreaPaging(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    """The area and all that lies in it; of an area as people live it also its parts."""


class PlacePaging(AreaPaging):
    """What to list by area or municipality; every condition given must hold."""

    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None


class TitlePaging(PlacePaging):
    """What to list by place and title; every condition given must hold."""

    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of the title, in any of their forms, or how they begin."""
