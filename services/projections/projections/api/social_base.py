"""`/v1/areas/{areaId}/social-base`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from leefwijk.service.context import context_of
from leefwijk.service.problems import Problem
from leefwijk.service.reads import Reader, sheet_of
from leefwijk.service.sheets import Sheet
from projections import queries
from projections.api.moments import AreaPath, SheetMoment, asked_of, require_area
from projections.read_models import SOCIAL_BASE
from projections.social_base import SocialBaseOfArea, Strength

router = APIRouter(tags=["social base"])

SHEET = Sheet(
    Strength,
    id="Kenmerk",
    kind="Soort",
    label="Omschrijving",
    area="Gebied",
    organisation="Organisatie",
    open_to="Open voor",
    themes="Thema's",
    since="Sinds",
)
"""Columns of the sheet."""


@router.get("/areas/{areaId}/social-base")
async def get_social_base(
    request: Request, reader: Reader, area_id: AreaPath, moment: Annotated[SheetMoment, Query()]
) -> SocialBaseOfArea:
    """Assets, networks and places of an area, without saying to whom they belong."""
    require_area(area_id)
    service = context_of(request)
    asked = await asked_of(service, reader, area_id, moment, SOCIAL_BASE)
    async with service.reading.connect() as found:
        base = await queries.social_base_of(found, asked)
    if base is None or not reader.sees(tuple(base.municipalities)):
        raise Problem("not-found", "Nothing is known of this area.")
    name = f"social-base-{area_id}"
    return sheet_of(request, moment.format, name, SHEET, base.strengths()) or base
