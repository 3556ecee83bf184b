"""`/v1/living-agreements`: a line per command, the list and the single agreement."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.handling import Loaded
from leefwijk.events.language.participation.living_agreements import AgreementAddressed, Topic
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.places import areas_within
from leefwijk.service.reads import Page, Reader, Resource, load_visible, page_of, tag
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet
from participation.api.lists import TitlePaging
from participation.domain.living_agreement import LivingAgreement, Status
from participation.domain.living_agreement_life import (
    EndAgreement,
    MakeAgreement,
    ProposeAgreement,
    RecordResponses,
    ReviewAgreement,
)
from participation.domain.living_agreement_steps import AddressAgreement, EndAddressing
from participation.knowledge.areas import known_area, known_step_place
from participation.knowledge.trajectories import known_origin

WORKER, MANAGER = Role.NEIGHBOURHOOD_WORKER, Role.AREA_MANAGER
BOTH = (WORKER, MANAGER)
_ONE = "/{agreementId}"

commands = Commands("/living-agreements", LivingAgreement, tag="living-agreements")
commands.create("", ProposeAgreement, role=WORKER, knows=known_area)
commands.post(f"{_ONE}/responses", RecordResponses, role=WORKER)
commands.post(f"{_ONE}/makings", MakeAgreement, role=WORKER, knows=known_origin)
commands.post(f"{_ONE}/reviews", ReviewAgreement, role=WORKER)
commands.post(f"{_ONE}/endings", EndAgreement, role=WORKER)
commands.post(f"{_ONE}/address-steps", AddressAgreement, role=BOTH, knows=known_step_place)
commands.post(f"{_ONE}/address-endings", EndAddressing, role=BOTH)

router = APIRouter(tags=["living-agreements"])


class AgreementResource(Resource):
    """An agreement as it stands; counts of homes and steps stay inside the corporation."""

    id: str
    version: int
    title: str
    area: str
    municipalities: list[str]
    topics: list[str]
    status: str | None
    made: date | None
    review_by: date | None
    review_overdue: bool
    reviewed: date | None
    ended: date | None
    homes: int | None = None
    answered: int | None = None
    agreeing: int | None = None
    objecting: int | None = None
    """Always beside those who agree (PAR-28)."""
    steps: list[AgreementAddressed] | None = None


def _resource(
    id_: str, loaded: Loaded[LivingAgreement], today: date, *, inside: bool
) -> AgreementResource:
    state = loaded.state
    said = state.responses if inside else None
    running = [step for line in state.lines.values() for step in line]
    return AgreementResource(
        id=id_,
        version=loaded.version,
        title=state.title,
        area=state.area,
        municipalities=list(state.municipalities),
        topics=[topic.value for topic in state.topics],
        status=state.status.value if state.status else None,
        made=state.made,
        review_by=state.review_by,
        review_overdue=state.overdue(today),
        reviewed=state.reviewed,
        ended=state.ended,
        homes=state.homes if inside else None,
        answered=said.answered if said else None,
        agreeing=said.agreeing if said else None,
        objecting=said.objecting if said else None,
        steps=[*state.earlier, *running] if inside else None,
    )


class AgreementQuery(TitlePaging):
    """What to list; every condition given must hold."""

    topic: Topic | None = None
    status: Status | None = None


SHEET = Sheet(
    AgreementResource,
    id="Kenmerk",
    title="Titel",
    area="Gebied",
    municipalities="Gemeenten",
    topics="Onderwerpen",
    status="Status",
    made="Gemaakt",
    review_by="Nakijken voor",
    review_overdue="Nakijken te laat",
    ended="Geëindigd",
)
"""Columns of the sheet."""


@router.get("/living-agreements")
async def list_agreements(
    request: Request, response: Response, reader: Reader, query: Annotated[AgreementQuery, Query()]
) -> Page[AgreementResource]:
    """Living agreements by area with what lies in it, topic, status and title, newest first."""
    service = context_of(request)
    today = service.handler.today()
    return await page_of(
        request,
        response,
        LivingAgreement,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, today, inside=reader.inside),
        {"topic": query.topic, "status": query.status, "municipality": query.municipality},
        title=query.title,
        within=await areas_within(service, query.area),
        sheet=SHEET,
    )


@router.get("/living-agreements/{agreementId}")
async def get_agreement(
    request: Request,
    response: Response,
    reader: Reader,
    agreement_id: Annotated[str, Path(alias="agreementId", max_length=100)],
) -> AgreementResource:
    """One agreement; its ETag is what If-Match asks for."""
    service = context_of(request)
    loaded = await load_visible(service, LivingAgreement, agreement_id, reader)
    tag(response, loaded.version)
    return _resource(agreement_id, loaded, service.handler.today(), inside=reader.inside)
