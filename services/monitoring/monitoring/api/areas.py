"""`/v1/areas`: administrative and experienced areas, their figures and stories."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from leefwijk.events.fields import AREA_CODE, AREA_ID
from leefwijk.events.handling import Loaded
from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.service.commands import Commands
from leefwijk.service.context import ServiceContext, context_of, part_of
from leefwijk.service.problems import Problem, area_edition_missing
from leefwijk.service.reads import (
    Page,
    Paging,
    Reader,
    Resource,
    SheetFormat,
    page_of,
    sheet_of,
    tag,
)
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet
from monitoring.domain.area import Area, MapAreaEdition
from monitoring.domain.experienced_area import (
    DrawExperiencedArea,
    Drawing,
    ExperiencedArea,
    RedrawExperiencedArea,
)
from monitoring.figures import AreaFigures, FigureResource, figures_of_area
from monitoring.import_store import ImportStore
from monitoring.knowledge.own import drawing_of, known_parts, place_of

ANALYST = Role.ANALYST

areas = Commands("/areas", Area, tag="areas")
areas.post("/{areaId}/edition-mappings", MapAreaEdition, role=ANALYST)

experienced = Commands("/experienced-areas", ExperiencedArea, tag="areas")
experienced.create("", DrawExperiencedArea, role=ANALYST, knows=known_parts)
experienced.post("/{drawingId}/drawings", RedrawExperiencedArea, role=ANALYST, knows=known_parts)

router = APIRouter(tags=["areas"])

AreaPath = Annotated[str, Path(alias="areaId", max_length=40)]


class PartResource(Resource):
    """A part of an experienced area."""

    area: str
    inhabitants: int


class AreaResource(Resource):
    """An area in its edition."""

    id: str
    code: str
    edition: int
    kind: str
    name: str | None
    name_edition: int | None = None
    """The edition the name comes from, where that is another one."""
    parent: str | None = None
    municipalities: list[str]
    has_boundary: bool = False
    boundary_note: str | None = None
    version: int
    parts: list[PartResource] | None = None
    drawing: str | None = None
    """Id of the experienced area, under which it is redrawn."""


def _resource(id_: str, loaded: Loaded[Area]) -> AreaResource:
    state = loaded.state
    code, _, edition = id_.partition("@")
    return AreaResource(
        id=id_,
        code=code,
        edition=int(edition),
        kind=(state.area_kind or AreaKind.DISTRICT).value,
        name=state.name,
        name_edition=state.name_edition,
        parent=state.parent,
        municipalities=list(state.municipalities),
        has_boundary=state.boundary is not None,
        boundary_note=None if state.boundary else "no boundary of this edition is known",
        version=loaded.version,
    )


def _drawn(id_: str, drawing: Drawing, version: int) -> AreaResource:
    code, _, edition = drawing.area.partition("@")
    return AreaResource(
        id=drawing.area,
        code=code,
        edition=int(edition),
        kind=AreaKind.EXPERIENCED.value,
        name=drawing.name,
        municipalities=list(drawing.municipalities),
        version=version,
        parts=[
            PartResource(area=part.area, inhabitants=part.inhabitants) for part in drawing.parts
        ],
        drawing=id_,
    )


class AreaQuery(Paging):
    """What to list; every condition given must hold."""

    edition: Annotated[int | None, Query(ge=1, le=2999)] = None
    kind: AreaKind | None = None
    code: Annotated[str | None, Query(pattern=r"^[A-Z]{2}[0-9a-f]{2,12}$")] = None
    parent: Annotated[str | None, Query(max_length=40)] = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None
    title: Annotated[str | None, Query(max_length=100)] = None


SHEET = Sheet(
    AreaResource,
    id="Gebied",
    code="Code",
    edition="Indeling",
    kind="Soort",
    name="Naam",
    parent="Ligt in",
    municipalities="Gemeenten",
    has_boundary="Grens bekend",
)
"""Columns of the sheet."""


@router.get("/areas")
async def list_areas(
    request: Request, response: Response, reader: Reader, query: Annotated[AreaQuery, Query()]
) -> Page[AreaResource]:
    """Administrative areas; experienced ones by `kind=experienced`."""
    if query.kind is AreaKind.EXPERIENCED:
        return await page_of(
            request,
            response,
            ExperiencedArea,
            query,
            reader,
            lambda id_, loaded: _drawn(id_, loaded.state.drawings[-1], loaded.version),
            {"municipality": query.municipality, "code": query.code, "part": query.parent},
            title=query.title,
            sheet=SHEET,
        )
    return await page_of(
        request,
        response,
        Area,
        query,
        reader,
        _resource,
        {
            "edition": str(query.edition) if query.edition else None,
            "kind": query.kind,
            "code": query.code,
            "parent": query.parent,
            "municipality": query.municipality,
        },
        title=query.title,
        sheet=SHEET,
    )


def require_area(area: str) -> None:
    """Refuse a code without its edition (MON-02), and what is no area id at all."""
    if AREA_ID.fullmatch(area):
        return
    if AREA_CODE.fullmatch(area):
        raise area_edition_missing(area)
    raise Problem("not-found", "There is no such area.")


async def _administrative(service: ServiceContext, area: str) -> Loaded[Area]:
    loaded = await service.handler.load(Area, area)
    if not loaded.version:
        raise Problem("not-found", "This area is not registered.")
    return loaded


@router.get("/areas/{areaId}")
async def get_area(
    request: Request, response: Response, reader: Reader, area_id: AreaPath
) -> AreaResource:
    """One area in one edition."""
    require_area(area_id)
    service = context_of(request)
    if area_id.startswith("XA"):
        drawing = await drawing_of(service, area_id)
        if drawing is None or not reader.sees(drawing.municipalities):
            raise Problem("not-found", "This area was never drawn.")
        return _drawn("", drawing, 0)
    loaded = await _administrative(service, area_id)
    if not reader.sees(loaded.state.municipalities):
        raise Problem("not-found", "This area is not registered.")
    tag(response, loaded.version)
    return _resource(area_id, loaded)


@router.get("/areas/{areaId}/boundary")
async def get_boundary(request: Request, reader: Reader, area_id: AreaPath) -> dict[str, Any]:
    """The border as GeoJSON in CRS84."""
    require_area(area_id)
    loaded = await _administrative(context_of(request), area_id)
    if not reader.sees(loaded.state.municipalities):
        raise Problem("not-found", "This area is not registered.")
    if loaded.state.boundary is None:
        raise Problem("not-found", "No boundary of this edition is known.")
    geometry = await part_of(request, ImportStore).geometry(loaded.state.boundary)
    return {
        "type": "Feature",
        "id": area_id,
        "properties": {"name": loaded.state.name},
        "geometry": geometry,
    }


class FigureQuery(BaseModel):
    """How the figures are read."""

    model_config = ConfigDict(extra="forbid")

    format: SheetFormat = None


FIGURE_SHEET = Sheet(
    FigureResource,
    indicator="Indicator",
    period="Periode",
    number="Waarde",
    label="Klasse",
    missing="Ontbreekt omdat",
    shown="Getoond",
    source_edition="Uitgave",
    estimate="Schatting",
    coverage="Dekking",
    note="Opmerking",
)
"""Columns of the sheet of figures."""


@router.get("/areas/{areaId}/measurements")
async def list_measurements(
    request: Request, reader: Reader, area_id: AreaPath, query: Annotated[FigureQuery, Query()]
) -> AreaFigures:
    """All figures of an area: its own, derived from another edition, or composed of its parts."""
    require_area(area_id)
    service = context_of(request)
    place = await place_of(service, area_id)
    sees = place is not None and reader.sees(place.municipalities)
    found = await figures_of_area(service, area_id) if sees else None
    if found is None:
        raise Problem("not-found", "This area is not registered.")
    return sheet_of(request, query.format, f"figures-{area_id}", FIGURE_SHEET, found.items) or found


@router.get("/experienced-areas/{drawingId}")
async def get_experienced_area(
    request: Request,
    response: Response,
    reader: Reader,
    drawing_id: Annotated[str, Path(alias="drawingId", max_length=100)],
) -> AreaResource:
    """An experienced area by its own id, in its latest drawing."""
    loaded = await context_of(request).handler.load(ExperiencedArea, drawing_id)
    current = loaded.state.current
    if current is None or not reader.sees(current.municipalities):
        raise Problem("not-found", "This area was never drawn.")
    tag(response, loaded.version)
    return _drawn(drawing_id, current, loaded.version)
