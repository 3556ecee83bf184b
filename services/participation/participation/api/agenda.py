"""`/v1/involvement-agenda`: what workers have to do yet, by day."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from leefwijk.events.language.participation.words import Group
from leefwijk.events.store import listing
from leefwijk.service.context import ServiceContext, context_of
from leefwijk.service.reads import InternalReader, Resource, SheetFormat, sheet_of
from leefwijk.service.sheets import Sheet
from participation.api.check_resources import LeaningResource
from participation.domain.agenda import Task, Todo, agenda
from participation.domain.involvement_check import InvolvementCheck
from participation.knowledge.asked import asked_anew
from participation.knowledge.own import leaning_on

router = APIRouter(tags=["involvement-checks"])


class AgendaItem(Resource):
    """Something to be done about a check."""

    by: date
    what: Todo
    check: str
    area: str
    complex: str | None
    themes: list[str]
    group: Group | None
    leaning: LeaningResource
    """What leans on the check, and so on this being done."""


class Agenda(Resource):
    """What is to be done, soonest first."""

    items: list[AgendaItem]


class AgendaQuery(BaseModel):
    """Whose agenda."""

    model_config = ConfigDict(extra="forbid")

    municipality: Annotated[str, Query(pattern=r"^GM[0-9]{4}$")]
    format: SheetFormat = None


SHEET = Sheet(
    AgendaItem,
    by="Uiterlijk",
    what="Wat",
    check="Toets",
    area="Gebied",
    complex="Complex",
    themes="Thema's",
    group="Groep",
)
"""Columns of the sheet."""


@router.get("/involvement-agenda")
async def get_agenda(
    request: Request, reader: InternalReader, query: Annotated[AgendaQuery, Query()]
) -> Agenda:
    """Groups to ask again, explanations to tell, conclusions in doubt, and checks that end soon."""
    items = await _items(context_of(request), query.municipality) if reader.inside else []
    return sheet_of(request, query.format, "involvement-agenda", SHEET, items) or Agenda(
        items=items
    )


async def _items(service: ServiceContext, municipality: str) -> list[AgendaItem]:
    found = await _tasks(service, municipality)
    ids = [id_ for id_, _, _ in found]
    leaning = await leaning_on(service, *ids)
    items = [
        AgendaItem(
            by=task.by,
            what=task.what,
            check=id_,
            area=check.area,
            complex=check.complex,
            themes=list(check.themes),
            group=task.group,
            leaning=LeaningResource(**asdict(leaning[id_])),
        )
        for id_, check, task in found
    ]
    return sorted(items, key=lambda item: (item.by, item.check))


async def _tasks(
    service: ServiceContext, municipality: str
) -> list[tuple[str, InvolvementCheck, Task]]:
    """The tasks of every check of a municipality that stands, also where only in a part of it."""
    today, found = service.handler.today(), []
    query = listing.Query(
        InvolvementCheck.kind,
        (f"municipality:{municipality}",),
        any_of=(("status:concluded", "status:in_doubt"),),
        limit=200,
    )
    while True:
        page = await listing.find(service.engine, query)
        for document in page.documents:
            check = (await service.handler.of_document(InvolvementCheck, document)).state
            tasks = agenda(check, today)
            if tasks and not await asked_anew(service, document.id, check):
                found += [(document.id, check, task) for task in tasks]
        if page.next is None:
            return found
        query = replace(query, after=page.next)
