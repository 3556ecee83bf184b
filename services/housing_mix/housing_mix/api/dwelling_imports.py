"""`/v1/dwelling-imports`: upload a delivery, follow its import, read its report."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response, UploadFile
from pydantic import Field

from housing_mix.domain.dwelling_import import (
    DwellingImport,
    DwellingImportStatus,
    RunningDwellingImport,
    StartDwellingImport,
)
from housing_mix.domain.rent_limits import RentLimits
from housing_mix.import_store import DwellingImportStore
from housing_mix.importer import DwellingImporter
from housing_mix.importing.delivery import Against, DeliveryRefusedError, Judged, judge
from housing_mix.importing.vera import vera_codes
from housing_mix.knowledge.areas import areas_of_edition
from leefwijk.events.decider import Context
from leefwijk.events.handling import Loaded, Outcome
from leefwijk.events.store import listing
from leefwijk.events.store.locks import in_turn
from leefwijk.service.context import ServiceContext, context_of, part_of
from leefwijk.service.identity import Principal
from leefwijk.service.problems import Problem
from leefwijk.service.reads import (
    InternalReader,
    Page,
    Paging,
    Resource,
    load_visible,
    page_of,
    tag,
)
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet
from leefwijk.service.uploads import content_of, file_title, sender, uploads

router = APIRouter(tags=["dwelling imports"])
files = uploads(Role.ANALYST, tag="dwelling imports")

LARGEST_FILE = 24 * 1024 * 1024


class DwellingImportResource(Resource):
    """An import as a job: its numbers never go down while it runs."""

    id: str
    version: int
    status: str | None
    source: str
    reference_date: date | None
    area_edition: int
    full: bool
    file_name: str
    started_at: datetime | None
    ended_at: datetime | None
    read: int = 0
    of: int = 0
    """Good rows to record."""
    done: int = 0
    taken: int = 0
    rejected: int = 0
    warnings: int = 0
    registered: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    missing: int = 0
    municipalities: list[str] = Field(default_factory=list)


async def _resource(
    store: DwellingImportStore, id_: str, loaded: Loaded[DwellingImport]
) -> DwellingImportResource:
    work = await store.work(id_)
    numbers: dict[str, Any] = {}
    if work is not None:
        late = len({one.line for one in work.late})
        numbers = {
            "read": work.read,
            "of": len(work.rows),
            "done": work.done,
            "rejected": work.rejected + late,
            "warnings": work.warnings,
            "registered": work.registered,
            "changed": work.changed,
            "unchanged": work.unchanged,
            "taken": work.done - late,
        }
    counts = loaded.state.counts
    if counts is not None:
        numbers |= {
            "older": counts.older,
            "missing": counts.missing,
            "municipalities": list(counts.municipalities),
        }
    return _line(id_, loaded).model_copy(update=numbers)


def _line(id_: str, loaded: Loaded[DwellingImport]) -> DwellingImportResource:
    run = loaded.state
    return DwellingImportResource(
        id=id_,
        version=loaded.version,
        status=run.status.value if run.status else None,
        source=run.source,
        reference_date=run.reference_date,
        area_edition=run.area_edition,
        full=run.full,
        file_name=run.file_name,
        started_at=run.started_at,
        ended_at=run.ended_at,
        of=run.rows,
        done=run.done,
    )


@files.post("/dwelling-imports", status_code=202)
async def start_dwelling_import(
    request: Request,
    response: Response,
    reader: InternalReader,
    file: UploadFile,
    source: Annotated[str, Form(pattern=r"^[0-9a-z][0-9a-z-]{0,79}$")],
    area_edition: Annotated[int, Form(alias="areaEdition", ge=1900, le=2999)],
    reference_date: Annotated[date | None, Form(alias="referenceDate")] = None,
    full: Annotated[bool, Form()] = False,
) -> DwellingImportResource:
    """Start recording a delivery; follow the job at its Location.

    `full` says that it holds all units: those it does not hold go on the work list as missing.
    """
    service = context_of(request)
    if reference_date is None:
        raise Problem(
            "reference-date-missing", "Say on which day the delivery describes the units."
        )
    if reference_date > service.handler.today():
        raise Problem(
            "day-in-future", "A delivery describes units as they are, not as they will be."
        )
    content = await content_of(file, LARGEST_FILE)
    limits = (await service.handler.load(RentLimits, str(reference_date.year))).state
    against = Against(
        reference_date,
        area_edition,
        await areas_of_edition(service, area_edition),
        vera_codes(),
        limits if limits.year else None,
    )
    try:
        judged = await asyncio.to_thread(judge, content, against)
    except DeliveryRefusedError as error:
        raise Problem(error.code, str(error)) from error
    command = StartDwellingImport(
        source=source,
        reference_date=reference_date,
        area_edition=area_edition,
        content_hash=hashlib.sha256(content).hexdigest(),
        file_name=file_title(file.filename),
        rows=len(judged.good),
        full=full,
        rejected=tuple(judged.rejected),
    )
    return await _start(request, response, service, reader, command, judged)


async def _start(
    request: Request,
    response: Response,
    service: ServiceContext,
    reader: Principal,
    command: StartDwellingImport,
    judged: Judged,
) -> DwellingImportResource:
    store = part_of(request, DwellingImportStore)

    async def knows(
        command: StartDwellingImport, _state: DwellingImport, _context: Context
    ) -> tuple[RunningDwellingImport]:
        return (await _running(service, store, command.source),)

    async def keep(_command: object, outcome: Outcome) -> None:
        await store.keep(outcome.id, judged)

    async with in_turn(service.engine, f"start-dwellings/{command.source}"):
        outcome = await service.handler.execute(
            command, caller=await sender(service, reader), create=True, knows=knows, keep=keep
        )
    part_of(request, DwellingImporter).poke()
    loaded = await service.handler.load(DwellingImport, outcome.id)
    response.headers["Location"] = f"/v1/dwelling-imports/{outcome.id}"
    tag(response, loaded.version)
    return await _resource(store, outcome.id, loaded)


async def _running(
    service: ServiceContext, store: DwellingImportStore, source: str
) -> RunningDwellingImport:
    terms = (f"source:{source}", f"status:{DwellingImportStatus.RUNNING.value}")
    found = await listing.find(service.engine, listing.Query(DwellingImport.kind, terms, limit=1))
    if not found.documents:
        return RunningDwellingImport()
    id_ = found.documents[0].id
    work = await store.work(id_)
    return RunningDwellingImport(id_, work.done if work else 0, len(work.rows) if work else 0)


ImportPath = Annotated[str, Path(alias="importId", max_length=100)]


@router.get("/dwelling-imports/{importId}")
async def get_dwelling_import(
    request: Request, response: Response, reader: InternalReader, import_id: ImportPath
) -> DwellingImportResource:
    """One import with its progress."""
    loaded = await load_visible(context_of(request), DwellingImport, import_id, reader)
    tag(response, loaded.version)
    return await _resource(part_of(request, DwellingImportStore), import_id, loaded)


@router.get("/dwelling-imports/{importId}/report")
async def get_dwelling_report(
    request: Request, reader: InternalReader, import_id: ImportPath
) -> Response:
    """Rejected rows and warnings as CSV, by line, column and code; never what a cell held."""
    await load_visible(context_of(request), DwellingImport, import_id, reader)
    work = await part_of(request, DwellingImportStore).work(import_id)
    return Response(work.whole_report if work else "", media_type="text/csv")


class DwellingImportQuery(Paging):
    """What to list."""

    source: Annotated[str | None, Query(max_length=100)] = None
    status: DwellingImportStatus | None = None
    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of the name of the file, or how they begin."""


SHEET = Sheet(
    DwellingImportResource,
    id="Kenmerk",
    status="Status",
    source="Bron",
    reference_date="Peildatum",
    area_edition="Indeling",
    full="Volledig",
    file_name="Bestand",
    started_at="Begonnen",
    ended_at="Geëindigd",
    of="Rijen",
    done="Verwerkt",
)
"""Columns of the sheet."""


@router.get("/dwelling-imports")
async def list_dwelling_imports(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[DwellingImportQuery, Query()],
) -> Page[DwellingImportResource]:
    """Imports, newest first; how far a running one is stands at its own address."""
    return await page_of(
        request,
        response,
        DwellingImport,
        query,
        reader,
        _line,
        {"source": query.source, "status": query.status},
        title=query.title,
        sheet=SHEET,
    )
