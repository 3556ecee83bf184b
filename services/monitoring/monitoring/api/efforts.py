"""`/v1/efforts`: euros and hours spent in an area, outside initiatives."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.decider import Context
from leefwijk.events.fields import AREA_PATTERN
from leefwijk.events.handling import Loaded
from leefwijk.events.language.initiatives.plans import ContributionCategory
from leefwijk.service.commands import Commands
from leefwijk.service.context import ServiceContext, context_of
from leefwijk.service.identity import Principal
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
from leefwijk.service.told import told_words
from monitoring.domain.effort import Booked, CorrectEffort, Effort, RecordEffort
from monitoring.domain.places import KnownPlace
from monitoring.knowledge.own import known_place
from monitoring.within import areas_within

WHO = (Role.NEIGHBOURHOOD_WORKER, Role.AREA_MANAGER)


async def _corrected_place(
    service: ServiceContext, command: CorrectEffort, effort: Effort, context: Context
) -> tuple[KnownPlace]:
    """The area of the booking after its correction. Refuses `unknown-area`."""
    area = command.area or (effort.now.area if effort.now else "")
    return await known_place(service, command.model_copy(update={"area": area}), effort, context)


commands = Commands("/efforts", Effort, tag="effort spent")
commands.create("", RecordEffort, role=WHO, knows=known_place)
commands.post("/{effortId}/corrections", CorrectEffort, role=WHO, knows=_corrected_place)

router = APIRouter(tags=["effort spent"])


class EffortResource(Resource):
    """A booking as it stands, with every line that it ever had."""

    id: str
    version: int
    area: str
    year: int
    on: date
    amount: str | None
    hours: str | None
    contribution: str
    category: str
    description: str | None
    reference: str | None
    lines: list[dict[str, Any]]


def _resource(id_: str, loaded: Loaded[Effort], reader: Principal) -> EffortResource:
    """What it was for, in words, is for people of the platform."""
    effort = loaded.state
    now = effort.booked[-1]
    return EffortResource(
        id=id_,
        version=loaded.version,
        area=now.area,
        year=now.on.year,
        on=now.on,
        amount=_said(now.amount),
        hours=_said(now.hours),
        contribution=now.contribution.value,
        category=now.category.value,
        description=told_words(reader, effort.description),
        reference=told_words(reader, effort.reference),
        lines=[_line(reader, booked) for booked in effort.booked],
    )


def _said(number: Any) -> str | None:
    return None if number is None else str(number)


def _line(reader: Principal, booked: Booked) -> dict[str, Any]:
    return {
        "event": str(booked.event),
        "area": booked.area,
        "on": booked.on,
        "amount": _said(booked.amount),
        "hours": _said(booked.hours),
        "reason": told_words(reader, booked.reason),
    }


class EffortQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    """The area and all that lies in it; of an area as people live it also its parts."""
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None
    contribution: ContributionCategory | None = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None
    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of the description, or how they begin."""


SHEET = Sheet(
    EffortResource,
    id="Kenmerk",
    area="Gebied",
    year="Jaar",
    on="Datum",
    amount="Euro",
    hours="Uren",
    contribution="Bijdrage",
    category="Kostensoort",
    description="Omschrijving",
    reference="Verwijzing",
)
"""Columns of the sheet."""


@router.get("/efforts")
async def list_efforts(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[EffortQuery, Query()],
) -> Page[EffortResource]:
    """Bookings, newest first."""
    terms = {
        "year": str(query.year) if query.year else None,
        "contribution": query.contribution,
        "municipality": query.municipality,
    }
    return await page_of(
        request,
        response,
        Effort,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, reader),
        terms,
        within=await areas_within(context_of(request), query.area),
        title=query.title,
        sheet=SHEET,
    )


@router.get("/efforts/{effortId}")
async def get_effort(
    request: Request,
    response: Response,
    reader: InternalReader,
    effort_id: Annotated[str, Path(alias="effortId", max_length=100)],
) -> EffortResource:
    """One booking; its ETag is what If-Match asks for."""
    loaded = await load_visible(context_of(request), Effort, effort_id, reader)
    tag(response, loaded.version)
    return _resource(effort_id, loaded, reader)
