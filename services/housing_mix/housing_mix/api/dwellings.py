"""`/v1/dwellings`: units as stock, for the corporation's own people only."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from housing_mix.domain.condition import CorrectCondition, RecordCondition
from housing_mix.domain.counting import is_social_rent
from housing_mix.domain.defects import RecordDefect, ResolveDefect
from housing_mix.domain.stock import ConfirmLeftStock, CorrectDwelling
from housing_mix.domain.unit import Unit, UnitStatus
from housing_mix.import_store import DwellingImportStore
from housing_mix.knowledge.areas import known_for_correction
from leefwijk.events.fields import AREA_PATTERN
from leefwijk.events.handling import Loaded
from leefwijk.events.language.housing_mix.dwellings import Defect
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of, part_of
from leefwijk.service.identity import Principal
from leefwijk.service.places import areas_within
from leefwijk.service.reads import (
    Page,
    Paging,
    Resource,
    SheetFormat,
    load_visible,
    page_of,
    reads,
    sheet_of,
    tag,
    wants_sheet,
)
from leefwijk.service.roles import Role, Scope
from leefwijk.service.sheets import Sheet

PORTFOLIO = Role.PORTFOLIO_MANAGER
StockReader = Annotated[Principal, reads(Scope.STOCK)]

commands = Commands("/dwellings", Unit, tag="dwellings")
commands.post(
    "/{dwellingId}/corrections", CorrectDwelling, role=PORTFOLIO, knows=known_for_correction
)
commands.post("/{dwellingId}/departures", ConfirmLeftStock, role=PORTFOLIO)
commands.post("/{dwellingId}/conditions", RecordCondition, role=PORTFOLIO)
commands.post("/{dwellingId}/condition-corrections", CorrectCondition, role=PORTFOLIO)
commands.post("/{dwellingId}/defects", RecordDefect, role=PORTFOLIO)
commands.post("/{dwellingId}/defect-resolutions", ResolveDefect, role=PORTFOLIO)

router = APIRouter(tags=["dwellings"])


class MeasurementResource(Resource):
    """A measured condition with the event that says so."""

    score: int
    measured: date
    id: str
    evidence: str


class DefectResource(Resource):
    """A defect: open since, resolved or managed."""

    defect: str
    state: str
    since: date
    resolved: date | None
    recurred: int


class DwellingResource(Resource):
    """A unit as of a day, as known at a moment."""

    id: str
    version: int
    status: str | None
    how: str | None
    left: date | None
    since: date | None
    own_home: bool
    social_rent: bool
    area: str | None
    complex: str | None
    street: str | None
    unit: str | None
    unit_detail: str | None
    tenancy: str | None
    tenancy_detail: str | None
    social_label: str | None
    allocation: str | None
    rent: Decimal | None
    rooms: int | None
    accessibility: str | None
    condition: MeasurementResource | None
    conditions: list[MeasurementResource]
    defects: list[DefectResource]


def _measurements(unit: Unit) -> list[MeasurementResource]:
    return [
        MeasurementResource(
            score=one.score, measured=one.on, id=str(one.event), evidence=str(one.evidence)
        )
        for one in unit.measured
    ]


def _defects(unit: Unit) -> list[DefectResource]:
    return [
        DefectResource(
            defect=kind.value,
            state="open" if one.is_open else "managed" if one.managed else "resolved",
            since=one.since,
            resolved=one.resolved,
            recurred=one.recurred,
        )
        for kind, one in unit.defects.items()
    ]


def _resource(
    id_: str, loaded: Loaded[Unit], day: date | None = None, known: datetime | None = None
) -> DwellingResource:
    unit = loaded.state
    told = unit.newest if day is None and known is None else unit.on(day or date.max, known)
    dwelling = told.dwelling if told else None
    measured = _measurements(unit)
    return DwellingResource(
        id=id_,
        version=loaded.version,
        status=unit.status.value if unit.status else None,
        how=unit.how.value if unit.how else None,
        left=unit.left,
        since=told.on if told else None,
        own_home=bool(told and told.is_home and unit.status is UnitStatus.IN_STOCK),
        social_rent=bool(dwelling and is_social_rent(dwelling)),
        condition=measured[-1] if measured else None,
        conditions=measured,
        defects=_defects(unit),
        **(_shown(dwelling.model_dump()) if dwelling else dict.fromkeys(_SHOWN)),
    )


_SHOWN = (
    "area",
    "complex",
    "street",
    "unit",
    "unit_detail",
    "tenancy",
    "tenancy_detail",
    "social_label",
    "allocation",
    "rent",
    "rooms",
    "accessibility",
)


def _shown(dwelling: dict[str, object]) -> dict[str, object]:
    return {name: dwelling[name] for name in _SHOWN}


class DwellingQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    """The area and all that lies in it; of an area as people live it also its parts."""
    complex: Annotated[str | None, Query(max_length=80)] = None
    status: UnitStatus | None = None
    score: Annotated[int | None, Query(ge=1, le=6)] = None
    defect: Defect | None = None


SHEET = Sheet(
    DwellingResource,
    id="Kenmerk",
    status="Status",
    area="Gebied",
    complex="Complex",
    street="Straat",
    unit="Eenheid",
    unit_detail="Detail eenheid",
    tenancy="Verhuur",
    social_label="Doelgroep",
    allocation="Toewijzing",
    rent="Huur",
    rooms="Kamers",
    accessibility="Toegankelijkheid",
    own_home="Eigen woning",
    social_rent="Sociale huur",
    since="Sinds",
    left="Uit voorraad",
)
"""Columns of the sheet."""


@router.get("/dwellings")
async def list_dwellings(
    request: Request,
    response: Response,
    reader: StockReader,
    query: Annotated[DwellingQuery, Query()],
) -> Page[DwellingResource]:
    """Units by neighbourhood, complex, status, score and open defect, newest first."""
    return await page_of(
        request,
        response,
        Unit,
        query,
        reader,
        _resource,
        {
            "complex": query.complex,
            "status": query.status,
            "score": str(query.score) if query.score is not None else None,
            "defect": query.defect,
        },
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
    )


class AsOf(BaseModel):
    """For which day, and known at which moment."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    asOf: date | None = None  # noqa: N815 - the query key
    knownAt: AwareDatetime | None = None  # noqa: N815 - the query key


@router.get("/dwellings/{dwellingId}")
async def get_dwelling(
    request: Request,
    response: Response,
    reader: StockReader,
    dwelling_id: Annotated[str, Path(alias="dwellingId", max_length=100)],
    query: Annotated[AsOf, Query()],
) -> DwellingResource:
    """One unit; its ETag is what If-Match asks for."""
    loaded = await load_visible(context_of(request), Unit, dwelling_id, reader)
    tag(response, loaded.version)
    return _resource(dwelling_id, loaded, query.asOf, query.knownAt)


class MissingResource(Resource):
    """A unit in stock that the latest full delivery did not hold."""

    id: str
    code: str = "missing-from-delivery"
    since: date


class MissingQuery(BaseModel):
    """Where to go on, and how far."""

    model_config = ConfigDict(extra="forbid")

    beyond: Annotated[str | None, Query(max_length=100)] = None
    limit: Annotated[int, Query(ge=1, le=200)] = 50
    format: SheetFormat = None


MISSING_SHEET = Sheet(MissingResource, id="Kenmerk", code="Code", since="Sinds")
"""Columns of the sheet of the work list."""


@router.get("/missing-dwellings")
async def list_missing(
    request: Request, reader: StockReader, query: Annotated[MissingQuery, Query()]
) -> list[MissingResource]:
    """The work list: they stay in every count until a person says why they left (MIX-04)."""
    del reader
    whole = wants_sheet(request, query.format)
    found = await part_of(request, DwellingImportStore).missing(
        query.beyond or "", None if whole else query.limit
    )
    items = [MissingResource(id=unit, since=since) for unit, since in found]
    return sheet_of(request, query.format, "missing-dwellings", MISSING_SHEET, items) or items
