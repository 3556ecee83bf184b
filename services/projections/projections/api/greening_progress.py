"""`/v1/areas/{areaId}/greening-progress`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from leefwijk.service.context import context_of
from leefwijk.service.problems import Problem
from leefwijk.service.reads import Reader, sheet_of
from leefwijk.service.sheets import Sheet
from projections import queries
from projections.api.moments import AreaPath, SheetMoment, asked_of, require_area
from projections.greening_progress import GreeningProgress, Measure
from projections.read_models import GREENING_PROGRESS

router = APIRouter(tags=["greening progress"])

SHEET = Sheet(
    Measure,
    measure="Maatregel",
    unit="Eenheid",
    purposes="Doelen",
    planned="Gepland",
    realised="Gerealiseerd",
    share="Percentage",
    not_planned="Niet gepland",
    lost="Verloren",
    standing="Aanwezig",
)
"""Columns of the sheet."""


@router.get("/areas/{areaId}/greening-progress")
async def get_greening_progress(
    request: Request, reader: Reader, area_id: AreaPath, moment: Annotated[SheetMoment, Query()]
) -> GreeningProgress:
    """Greening planned and realised in an area, per measure in its own unit and per purpose."""
    require_area(area_id)
    service = context_of(request)
    asked = await asked_of(service, reader, area_id, moment, GREENING_PROGRESS)
    async with service.reading.connect() as found:
        progress = await queries.greening_progress_of(found, asked)
    if progress is None or not reader.sees(tuple(progress.municipalities)):
        raise Problem("not-found", "Nothing is known of this area.")
    name = f"greening-{area_id}"
    return sheet_of(request, moment.format, name, SHEET, progress.measures) or progress
