"""`/v1/areas/{areaId}/effort-status` and `/v1/effort-statuses`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from leefwijk.events.fields import AREA_PATTERN, EffortLevelName, Municipality
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
from leefwijk.service.problems import Problem
from leefwijk.service.reads import Page, Reader, SheetFormat, sheet_of, wants_sheet
from leefwijk.service.roles import Role, Scope
from leefwijk.service.sheets import Sheet
from projections import queries
from projections.answers import EffortStatus, StatusLine
from projections.api.moments import AreaPath, Moment, asked_of, require_area
from projections.read_models import AREA_EFFORT_STATUS

router = APIRouter(tags=["effort status"])

LISTED_KINDS = ("district", "experienced")


def _sees(reader: Principal, municipalities: list[str]) -> bool:
    return reader.sees(tuple(municipalities))


@router.get("/areas/{areaId}/effort-status")
async def get_effort_status(
    request: Request,
    reader: Reader,
    area_id: AreaPath,
    moment: Annotated[Moment, Query()],
) -> EffortStatus:
    """The effort status of an area, each figure with the events it rests on."""
    require_area(area_id)
    service = context_of(request)
    asked = await asked_of(service, reader, area_id, moment, AREA_EFFORT_STATUS)
    async with service.reading.connect() as found:
        status = await queries.area_status(found, asked, service.handler.clock())
    if status is None or not _sees(reader, status.municipalities):
        raise Problem("not-found", "Nothing is known of this area.")
    return status


class ListQuery(Moment):
    """What to list."""

    municipality: Municipality | None = None
    level: EffortLevelName | None = None
    edition: Annotated[int | None, Query(ge=1, le=2999)] = None
    """Year of the area division, or number of the drawing of an experienced area."""
    kind: Annotated[
        str | None, Query(pattern="^(municipality|district|neighbourhood|experienced)$")
    ] = None
    cursor: Annotated[
        str | None,
        Query(pattern=AREA_PATTERN),
    ] = None
    limit: Annotated[int, Query(ge=1, le=200)] = 50
    format: SheetFormat = None


SHEET = Sheet(
    StatusLine,
    area="Gebied",
    name="Naam",
    kind="Soort",
    municipalities="Gemeenten",
    level="Inzetniveau",
    agreed="Afgesproken",
    leading_level="Leidend niveau",
    by_area="Leidend gebied",
    by_name="Naam leidend gebied",
    valid_through="Tot en met",
)
"""Columns of the sheet."""
ALL = 1_000_000
"""More areas than there are: a sheet holds the whole list."""


@router.get("/effort-statuses")
async def list_effort_statuses(
    request: Request, response: Response, reader: Reader, query: Annotated[ListQuery, Query()]
) -> Page[StatusLine]:
    """Areas with their effort level, in the order of their ids."""
    service = context_of(request)
    asked = await asked_of(service, reader, "", query, AREA_EFFORT_STATUS)
    municipalities = [query.municipality] if query.municipality else []
    if reader.role is Role.PARTNER:
        own = sorted(reader.municipalities)
        municipalities = [code for code in municipalities or own if code in own] or ["none"]
    async with service.reading.connect() as found:
        items, following = await queries.status_list(
            found,
            asked,
            municipalities=municipalities,
            level=query.level,
            kinds=[query.kind] if query.kind else list(LISTED_KINDS),
            edition=query.edition,
            after=query.cursor,
            limit=ALL if wants_sheet(request, query.format) else query.limit,
        )
    if following is not None:
        target = request.url.include_query_params(cursor=following)
        response.headers["Link"] = f'<{target.path}?{target.query}>; rel="next"'
    page = Page[StatusLine](items=items, next=following)
    return sheet_of(request, query.format, "effort-statuses", SHEET, items) or page


@router.get("/areas/{areaId}/evidence")
async def list_evidence(
    request: Request,
    reader: Reader,
    area_id: AreaPath,
    streams: Annotated[str, Query(max_length=20_000)],
) -> dict[str, Any]:
    """All event ids beneath the rows of these streams."""
    require_area(area_id)
    service = context_of(request)
    if not reader.may_read(Scope.INTERNAL):
        raise Problem("role-not-allowed", "The full evidence is for people of the platform.")
    async with service.reading.connect() as found:
        evidence = await queries.all_evidence(found, area_id, streams.split(","))
    if not _sees(reader, evidence.municipalities):
        raise Problem("not-found", "Nothing is known of this area.")
    return {"events": evidence.events}
