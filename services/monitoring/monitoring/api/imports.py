"""`/v1/imports`: upload a file, follow its import, take it back."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request, Response, UploadFile
from pydantic import Field

from leefwijk.events.decider import Context
from leefwijk.events.handling import Loaded, Outcome
from leefwijk.events.store.locks import in_turn
from leefwijk.service.commands import Commands
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
from monitoring import importing
from monitoring.domain.import_run import ImportRun, ImportStatus, StartImport, WithdrawImport
from monitoring.import_store import ImportStore
from monitoring.importer import Importer, read_file, source_edition
from monitoring.importing.mapping import canonical
from monitoring.knowledge.own import codes_by_edition, running_import

commands = Commands("/imports", ImportRun, tag="imports")
commands.post("/{importId}/withdrawals", WithdrawImport, role=Role.ANALYST)

router = APIRouter(tags=["imports"])
files = uploads(Role.ANALYST, tag="imports")

LARGEST_FILE = 48 * 1024 * 1024


class ImportResource(Resource):
    """An import as a job: its numbers never go down while it runs."""

    id: str
    version: int
    status: str | None
    source: str
    source_edition: str
    area_edition: int
    delivery: int
    file_name: str
    started_at: datetime | None
    ended_at: datetime | None
    read: int = 0
    good: int = 0
    bad: int = 0
    of: int = 0
    """Records to make."""
    done: int = 0
    recorded: int = 0
    revised: int = 0
    unchanged: int = 0
    warnings: list[str] = Field(default_factory=list)
    reason: str | None = None
    already_done: bool = False


async def _resource(
    store: ImportStore, id_: str, loaded: Loaded[ImportRun], *, already_done: bool = False
) -> ImportResource:
    run = loaded.state
    progress = await store.progress(id_)
    numbers = (
        {
            "read": progress.read,
            "good": progress.good,
            "bad": progress.bad,
            "of": progress.total,
            "done": progress.done,
            "recorded": progress.recorded,
            "revised": progress.revised,
            "unchanged": progress.unchanged,
        }
        if progress
        else {}
    )
    return ImportResource(
        id=id_,
        version=loaded.version,
        status=run.status.value if run.status else None,
        source=run.source,
        source_edition=run.source_edition,
        area_edition=run.area_edition,
        delivery=run.delivery,
        file_name=run.file_name,
        started_at=run.started_at,
        ended_at=run.ended_at,
        warnings=list(progress.warnings) if progress else [],
        reason=run.reason,
        already_done=already_done,
        **numbers,
    )


def mapping_of(source: str, given: bytes | None, areas: str | None) -> importing.Mapping:
    """The mapping by its built-in name, or the one that was sent along."""
    if given is not None:
        mapping = importing.load_mapping(given)
    else:
        known = importing.builtin_mappings()
        if source not in known:
            raise Problem(
                "unknown-source",
                f"There is no source {source}; send a mapping, or use {', '.join(sorted(known))}.",
            )
        mapping = known[source]
    if areas is not None and isinstance(mapping, importing.MeasurementsMapping):
        policy: Literal["known-only", "register-missing"] = (
            "known-only" if areas == "known-only" else "register-missing"
        )
        mapping = mapping.with_policy(policy)
    return mapping


def refused(error: importing.ImportRefused) -> Problem:
    """Every fault of a mapping, or of a file under it."""
    return Problem(
        error.code,
        str(error),
        refusals=[{"code": error.code, "detail": fault.sentence} for fault in error.faults],
    )


@files.post("/imports", status_code=202)
async def start_import(
    request: Request,
    response: Response,
    reader: InternalReader,
    file: UploadFile,
    source: Annotated[str, Form(max_length=100)],
    area_edition: Annotated[int, Form(alias="areaEdition", ge=1900, le=2999)],
    delivery: Annotated[int, Form(ge=1, le=99)] = 1,
    areas: Annotated[Literal["known-only", "register-missing"] | None, Form()] = None,
    mapping: UploadFile | None = None,
) -> ImportResource:
    """Start importing a file; follow the job at its Location.

    The same content under the same source, edition and delivery is the same import: it answers with
    the first one, marked already done.
    """
    service = context_of(request)
    content = await content_of(file, LARGEST_FILE)
    try:
        chosen = mapping_of(source, await mapping.read() if mapping else None, areas)
        codes = await codes_by_edition(service)
        # judged before anything is recorded: a file that is not what its mapping says is no import
        await asyncio.to_thread(read_file, content, chosen, area_edition, codes)
    except importing.ImportRefused as error:
        raise refused(error) from error
    command = StartImport(
        source=chosen.name,
        source_edition=source_edition(chosen),
        area_edition=area_edition,
        delivery=delivery,
        areas=chosen.areas.policy
        if isinstance(chosen, importing.MeasurementsMapping)
        else "register-missing",
        content_hash=importing.content_hash(content, chosen, area_edition),
        file_name=file_title(file.filename),
    )
    return await _start(request, response, service, reader, command, content, canonical(chosen))


async def _start(
    request: Request,
    response: Response,
    service: ServiceContext,
    reader: Principal,
    command: StartImport,
    content: bytes,
    mapping: bytes,
) -> ImportResource:
    store = part_of(request, ImportStore)

    async def knows(command: StartImport, state: ImportRun, context: Context) -> tuple[object, ...]:
        return await running_import(service, command, state, context)

    async def keep(_command: object, outcome: Outcome) -> None:
        await store.keep(outcome.id, content, mapping.decode())

    async with in_turn(service.engine, f"start/{command.source_edition}"):
        outcome = await service.handler.execute(
            command, caller=await sender(service, reader), create=True, knows=knows, keep=keep
        )
    part_of(request, Importer).poke()
    loaded = await service.handler.load(ImportRun, outcome.id)
    already = not outcome.events
    response.status_code = 200 if already else 202
    response.headers["Location"] = f"/v1/imports/{outcome.id}"
    tag(response, loaded.version)
    return await _resource(store, outcome.id, loaded, already_done=already)


@router.get("/imports/{importId}")
async def get_import(
    request: Request,
    response: Response,
    reader: InternalReader,
    import_id: Annotated[str, Path(alias="importId", max_length=100)],
) -> ImportResource:
    """One import with its progress."""
    loaded = await load_visible(context_of(request), ImportRun, import_id, reader)
    tag(response, loaded.version)
    return await _resource(part_of(request, ImportStore), import_id, loaded)


@router.get("/imports/{importId}/report")
async def get_report(
    request: Request,
    reader: InternalReader,
    import_id: Annotated[str, Path(alias="importId", max_length=100)],
) -> Response:
    """Bad rows and remarks as CSV, by line, with cell and reason."""
    await load_visible(context_of(request), ImportRun, import_id, reader)
    progress = await part_of(request, ImportStore).progress(import_id)
    return Response((progress.report if progress else None) or "", media_type="text/csv")


class ImportQuery(Paging):
    """What to list."""

    source: Annotated[str | None, Query(max_length=100)] = None
    status: ImportStatus | None = None
    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of the name of the file, or how they begin."""


class ImportLine(Resource):
    """An import in a list."""

    id: str
    status: str | None
    source: str
    source_edition: str
    area_edition: int
    file_name: str
    started_at: datetime | None


SHEET = Sheet(
    ImportLine,
    id="Kenmerk",
    status="Status",
    source="Bron",
    source_edition="Uitgave",
    area_edition="Indeling",
    file_name="Bestand",
    started_at="Begonnen",
)
"""Columns of the sheet."""


@router.get("/imports")
async def list_imports(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[ImportQuery, Query()],
) -> Page[ImportLine]:
    """Imports, newest first."""
    return await page_of(
        request,
        response,
        ImportRun,
        query,
        reader,
        lambda id_, loaded: ImportLine(
            id=id_,
            status=loaded.state.status.value if loaded.state.status else None,
            source=loaded.state.source,
            source_edition=loaded.state.source_edition,
            area_edition=loaded.state.area_edition,
            file_name=loaded.state.file_name,
            started_at=loaded.state.started_at,
        ),
        {"source": query.source, "status": query.status},
        title=query.title,
        sheet=SHEET,
    )
