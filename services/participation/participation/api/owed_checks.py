"""`/v1/owed-checks`: where residents are still to be asked after a gate was overridden."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.fields import Theme
from leefwijk.events.handling import Loaded
from leefwijk.service.context import context_of
from leefwijk.service.places import areas_within
from leefwijk.service.problems import Problem
from leefwijk.service.reads import (
    InternalReader,
    Page,
    Resource,
    load_visible,
    page_of,
    sheet_of,
    tag,
)
from leefwijk.service.sheets import Sheet
from participation.api.lists import AreaPaging
from participation.domain.owed_check import OwedCheck
from participation.knowledge.own import settling

router = APIRouter(tags=["owed-checks"])


class OwedResource(Resource):
    """A debt to residents, with the reason that was given for going ahead."""

    id: str
    version: int
    area: str
    themes: list[str]
    status: str | None
    owed_for: str
    subject: str | None
    decided_on: date | None
    due_on: date | None
    overdue: bool
    """The last day passed, by the calendar; so for good, also where people were asked later."""
    late: bool
    """People were asked after the decision, as it always is here, or not in time either."""
    role: str
    reason: str
    because_of: str
    asked_by: str | None = None
    """The check that was concluded on it since."""
    asked_on: date | None = None


def _resource(id_: str, loaded: Loaded[OwedCheck], today: date) -> OwedResource:
    owed = loaded.state
    passed = owed.passed(today)
    return OwedResource(
        id=id_,
        version=loaded.version,
        area=owed.area,
        themes=list(owed.themes),
        status=owed.status,
        owed_for=owed.owed_for,
        subject=owed.subject,
        decided_on=owed.decided_on,
        due_on=owed.due_on,
        overdue=passed,
        late=passed or owed.settled_by is not None,
        role=owed.role,
        reason=owed.reason,
        because_of=str(owed.because_of),
        asked_by=owed.settled_by,
        asked_on=owed.settled_on,
    )


class OwedQuery(AreaPaging):
    """What to list; every condition given must hold."""

    theme: Theme | None = None
    status: Annotated[str | None, Query(pattern=r"^(owed|overdue|settled)$")] = None


SHEET = Sheet(
    OwedResource,
    id="Kenmerk",
    area="Gebied",
    themes="Thema's",
    status="Status",
    owed_for="Verschuldigd voor",
    decided_on="Besloten",
    due_on="Uiterlijk",
    overdue="Te laat",
    late="Laat",
    role="Rol",
    reason="Reden",
)
"""Columns of the sheet."""


@router.get("/owed-checks")
async def list_owed(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[OwedQuery, Query()],
) -> Page[OwedResource]:
    """Debts to residents, newest first; what a director decided and why stays inside."""
    if not reader.inside:
        return sheet_of(request, query.format, "owed-checks", SHEET, []) or Page(items=[])
    today = context_of(request).handler.today()
    return await page_of(
        request,
        response,
        OwedCheck,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, today),
        {"theme": query.theme, "status": query.status},
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
    )


@router.get("/owed-checks/{owedId}")
async def get_owed(
    request: Request,
    response: Response,
    reader: InternalReader,
    owed_id: Annotated[str, Path(alias="owedId", max_length=100)],
) -> OwedResource:
    """One debt, and the check that residents were asked by since then."""
    if not reader.inside:
        raise Problem("not-found", "There is no such resource.")
    service = context_of(request)
    loaded = await load_visible(service, OwedCheck, owed_id, reader)
    tag(response, loaded.version)
    found = _resource(owed_id, loaded, service.handler.today())
    if found.asked_by is not None:
        return found
    since = await settling(service, loaded.state)
    late = found.late or since.check is not None
    return found.model_copy(update={"asked_by": since.check, "asked_on": since.on, "late": late})
