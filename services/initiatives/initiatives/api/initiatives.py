"""`/v1/initiatives`: a line per command, the list and the single initiative."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from initiatives.domain.assessing import AssessGates, OverrideGate, WithdrawGateOverride
from initiatives.domain.changing import ChangeInitiative
from initiatives.domain.initiative import Grant, Initiative, Status
from initiatives.domain.life import (
    AgreeCorporationRole,
    CompleteInitiative,
    ProposeInitiative,
    StartInitiative,
)
from initiatives.domain.spending import RecordSpending
from initiatives.domain.support import DeclineSupport, GrantSupport, RequestSupport
from initiatives.domain.topping_up import TopUpSupport
from initiatives.knowledge.areas import areas_within, known_area
from initiatives.knowledge.gathering import gates_for_support
from leefwijk.events.fields import AREA_PATTERN, Theme
from leefwijk.events.handling import Loaded
from leefwijk.events.language.initiatives.initiatives import GrantedLine, RequestLine
from leefwijk.events.language.initiatives.life import Taker
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
from leefwijk.service.reads import Page, Paging, Reader, Resource, load_visible, page_of, tag
from leefwijk.service.roles import Role, Scope
from leefwijk.service.sheets import LISTED

WORKER = Role.NEIGHBOURHOOD_WORKER
MANAGER = Role.AREA_MANAGER
DIRECTOR = Role.AREA_DIRECTOR

commands = Commands("/initiatives", Initiative, tag="initiatives")
commands.create("", ProposeInitiative, role=WORKER, knows=known_area)
commands.post("/{initiativeId}/changes", ChangeInitiative, role=WORKER, knows=gates_for_support)
commands.post(
    "/{initiativeId}/gate-assessments",
    AssessGates,
    role=(WORKER, MANAGER),
    knows=gates_for_support,
)
commands.post(
    "/{initiativeId}/gate-overrides", OverrideGate, role=DIRECTOR, knows=gates_for_support
)
commands.post("/{initiativeId}/gate-override-withdrawals", WithdrawGateOverride, role=DIRECTOR)
commands.post("/{initiativeId}/corporation-roles", AgreeCorporationRole, role=WORKER)
commands.post("/{initiativeId}/support-requests", RequestSupport, role=WORKER)
commands.post("/{initiativeId}/support-grants", GrantSupport, role=MANAGER, knows=gates_for_support)
commands.post(
    "/{initiativeId}/support-top-ups", TopUpSupport, role=MANAGER, knows=gates_for_support
)
commands.post("/{initiativeId}/support-refusals", DeclineSupport, role=MANAGER)
commands.post("/{initiativeId}/expenses", RecordSpending, role=WORKER)
commands.post("/{initiativeId}/starts", StartInitiative, role=WORKER)
commands.post("/{initiativeId}/completions", CompleteInitiative, role=WORKER)

router = APIRouter(tags=["initiatives"])


class GrantResource(Resource):
    """A grant, with what is left of each line in its own unit."""

    request: int
    budget_area: str
    year: int
    on: date
    lines: list[GrantedLine]
    left: dict[int, Decimal]


class InitiativeResource(Resource):
    """An initiative as it stands."""

    id: str
    version: int
    title: str
    area: str | None
    municipalities: list[str]
    themes: list[str]
    taker: str
    status: str | None
    role: str | None
    collective_benefit: str
    expected_effect: str | None
    started: date | None
    completed: date | None
    request: list[RequestLine] | None = None
    undecided: bool | None = None
    grants: list[GrantResource] | None = None
    gates_lost: int = 0


def _grant(grant: Grant) -> GrantResource:
    return GrantResource(
        request=grant.request,
        budget_area=grant.budget_area,
        year=grant.year,
        on=grant.on,
        lines=list(grant.lines),
        left={line.line: grant.left(line.line) for line in grant.lines},
    )


def _resource(id_: str, loaded: Loaded[Initiative], *, internal: bool) -> InitiativeResource:
    """What the caller may see; requests and euros are internal."""
    state = loaded.state
    shown: dict[str, Any] = {}
    if internal:
        shown = {
            "request": list(state.request.lines) if state.request else [],
            "undecided": state.undecided is not None,
            "grants": [_grant(grant) for grant in state.grants],
            "gates_lost": sum(lost.again is None for lost in state.gates.lost),
        }
    return InitiativeResource(
        id=id_,
        version=loaded.version,
        title=state.title,
        area=state.area,
        municipalities=list(state.municipalities),
        themes=list(state.themes),
        taker=state.taker,
        status=state.status.value if state.status else None,
        role=state.role.value if state.role else None,
        collective_benefit=state.collective_benefit,
        expected_effect=state.expected_effect,
        started=state.started,
        completed=state.completed,
        **shown,
    )


def _internal(reader: Principal) -> bool:
    return reader.may_read(Scope.INTERNAL)


class InitiativeQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    """The area and all that lies in it; of an area as people live it also its parts."""
    theme: Theme | None = None
    status: Status | None = None
    role: CorporationRole | None = None
    taker: Taker | None = None
    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of the title, in any of their forms."""
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None


HEADS = {
    "id": "Kenmerk",
    "title": "Titel",
    "area": "Gebied",
    "municipalities": "Gemeenten",
    "themes": "Thema's",
    "taker": "Initiatiefnemer",
    "status": "Status",
    "role": "Rol corporatie",
    "started": "Gestart",
    "completed": "Afgerond",
}
"""Columns of the sheet."""


@router.get("/initiatives", responses=LISTED)
async def list_initiatives(
    request: Request, response: Response, reader: Reader, query: Annotated[InitiativeQuery, Query()]
) -> Page[InitiativeResource]:
    """Initiatives by area, theme, status, role, taker and words of the title, newest first."""
    return await page_of(
        request,
        response,
        Initiative,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, internal=_internal(reader)),
        {
            "theme": query.theme,
            "status": query.status,
            "role": query.role,
            "taker": query.taker,
            "municipality": query.municipality,
        },
        within=await areas_within(context_of(request), query.area),
        title=query.title,
        heads=HEADS,
    )


@router.get("/initiatives/{initiativeId}")
async def get_initiative(
    request: Request,
    response: Response,
    reader: Reader,
    initiative_id: Annotated[str, Path(alias="initiativeId", max_length=100)],
) -> InitiativeResource:
    """One initiative; its ETag is what If-Match asks for."""
    loaded = await load_visible(context_of(request), Initiative, initiative_id, reader)
    tag(response, loaded.version)
    return _resource(initiative_id, loaded, internal=_internal(reader))
