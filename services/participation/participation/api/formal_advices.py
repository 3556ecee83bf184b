"""`/v1/formal-advices`: a line per command, the list and the single advice."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.handling import Loaded
from leefwijk.events.language.participation.formal_advices import SubjectKind
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.places import areas_within
from leefwijk.service.reads import InternalReader, Page, Resource, load_visible, page_of, tag
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet
from participation.api.lists import TitlePaging
from participation.domain.formal_advice import FormalAdvice, Status
from participation.domain.formal_advice_steps import (
    AnswerFormalAdvice,
    AskFormalAdvice,
    RecordFormalAdvice,
)
from participation.knowledge.trajectories import known_asked

MANAGERS = (Role.AREA_MANAGER, Role.PORTFOLIO_MANAGER)

commands = Commands("/formal-advices", FormalAdvice, tag="formal-advices")
commands.create("", AskFormalAdvice, role=MANAGERS, knows=known_asked)
commands.post("/{adviceId}/advices", RecordFormalAdvice, role=(*MANAGERS, Role.PARTNER))
commands.post("/{adviceId}/answers", AnswerFormalAdvice, role=MANAGERS)

router = APIRouter(tags=["formal-advices"])


class AdviceResource(Resource):
    """An advice as it stands: what was asked, said and answered, and from when it may go ahead."""

    id: str
    version: int
    title: str
    about: str
    """The kind of thing and its id, such as `effort_level/WK010603@2020`."""
    area: str
    municipalities: list[str]
    organisation: str
    trajectory: str | None
    status: str | None
    informed_on: date | None
    advise_by: date | None
    advice: str | None
    received_on: date | None
    answer_by: date | None
    answered_on: date | None
    followed: bool | None
    days_late: int
    overdue: bool
    settled_from: date | None
    """The first day on which it stands in the way no longer; none: not known yet."""
    stands: str


def _resource(id_: str, loaded: Loaded[FormalAdvice]) -> AdviceResource:
    state = loaded.state
    return AdviceResource(
        id=id_,
        version=loaded.version,
        title=state.title,
        about=f"{state.about.kind.value}/{state.about.id}" if state.about else "",
        area=state.area,
        municipalities=list(state.municipalities),
        organisation=state.organisation,
        trajectory=state.trajectory,
        status=state.status.value if state.status else None,
        informed_on=state.informed_on,
        advise_by=state.advise_by,
        advice=state.advice.value if state.advice else None,
        received_on=state.received_on,
        answer_by=state.answer_by,
        answered_on=state.answered_on,
        followed=state.followed,
        days_late=state.days_late,
        overdue=state.overdue,
        settled_from=state.settled_from,
        stands=state.stands,
    )


class AdviceQuery(TitlePaging):
    """What to list; every condition given must hold."""

    status: Status | None = None
    subject: SubjectKind | None = None
    trajectory: Annotated[str | None, Query(max_length=100)] = None


SHEET = Sheet(
    AdviceResource,
    id="Kenmerk",
    title="Titel",
    about="Over",
    area="Gebied",
    municipalities="Gemeenten",
    organisation="Huurdersorganisatie",
    status="Status",
    informed_on="Gevraagd",
    advise_by="Advies voor",
    advice="Advies",
    received_on="Ontvangen",
    answer_by="Antwoord voor",
    answered_on="Beantwoord",
    followed="Gevolgd",
    overdue="Te laat",
)
"""Columns of the sheet."""


@router.get("/formal-advices")
async def list_advices(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[AdviceQuery, Query()],
) -> Page[AdviceResource]:
    """Formal advices by area with what lies in it, status, subject and title, newest first."""
    return await page_of(
        request,
        response,
        FormalAdvice,
        query,
        reader,
        _resource,
        {
            "status": query.status,
            "subject": query.subject,
            "trajectory": query.trajectory,
            "municipality": query.municipality,
        },
        title=query.title,
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
    )


@router.get("/formal-advices/{adviceId}")
async def get_advice(
    request: Request,
    response: Response,
    reader: InternalReader,
    advice_id: Annotated[str, Path(alias="adviceId", max_length=100)],
) -> AdviceResource:
    """One advice; its ETag is what If-Match asks for."""
    loaded = await load_visible(context_of(request), FormalAdvice, advice_id, reader)
    tag(response, loaded.version)
    return _resource(advice_id, loaded)
