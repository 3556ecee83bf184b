"""`/v1/plans`: plans with homes; which homes they are, the corporation's people only see."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from housing_mix.domain.plan import Plan, PlanStatus
from housing_mix.domain.planning import AnnouncePlan, DecidePlan, SetNewDemolitionDate, WithdrawPlan
from housing_mix.knowledge.homes import known_homes
from leefwijk.events.fields import AREA_PATTERN
from leefwijk.events.handling import Loaded
from leefwijk.events.language.housing_mix.plans import PlanKind
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
from leefwijk.service.places import areas_within
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

PORTFOLIO = Role.PORTFOLIO_MANAGER

commands = Commands("/plans", Plan, tag="plans")
commands.create("", AnnouncePlan, role=PORTFOLIO, knows=known_homes)
commands.post("/{planId}/decisions", DecidePlan, role=PORTFOLIO)
commands.post("/{planId}/demolition-dates", SetNewDemolitionDate, role=PORTFOLIO)
commands.post("/{planId}/withdrawals", WithdrawPlan, role=PORTFOLIO)

router = APIRouter(tags=["plans"])


class PlanResource(Resource):
    """A plan as it stands."""

    id: str
    version: int
    kind: str | None
    status: str | None
    area: str | None
    municipalities: list[str]
    complex: str | None
    homes: int
    dwellings: list[str] | None = None
    decided: date | None
    planned: date | None
    ended: date | None


def _resource(id_: str, loaded: Loaded[Plan], reader: Principal) -> PlanResource:
    """Single homes are for the corporation's own people only."""
    plan = loaded.state
    return PlanResource(
        id=id_,
        version=loaded.version,
        kind=plan.kind_.value if plan.kind_ else None,
        status=plan.status.value if plan.status else None,
        area=plan.area,
        municipalities=list(plan.municipalities),
        complex=plan.complex,
        homes=len(plan.dwellings),
        dwellings=None if reader.role is Role.PARTNER else list(plan.dwellings),
        decided=plan.decided,
        planned=plan.planned,
        ended=plan.ended,
    )


class PlanQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    """The area and all that lies in it; of an area as people live it also its parts."""
    status: PlanStatus | None = None
    kind: PlanKind | None = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None


SHEET = Sheet(
    PlanResource,
    id="Kenmerk",
    kind="Soort",
    status="Status",
    area="Gebied",
    municipalities="Gemeenten",
    complex="Complex",
    homes="Woningen",
    decided="Besloten",
    planned="Gepland",
    ended="Geëindigd",
)
"""Columns of the sheet."""


@router.get("/plans")
async def list_plans(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[PlanQuery, Query()],
) -> Page[PlanResource]:
    """Plans, newest first."""
    return await page_of(
        request,
        response,
        Plan,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, reader),
        {
            "status": query.status,
            "kind": query.kind,
            "municipality": query.municipality,
        },
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
    )


@router.get("/plans/{planId}")
async def get_plan(
    request: Request,
    response: Response,
    reader: InternalReader,
    plan_id: Annotated[str, Path(alias="planId", max_length=100)],
) -> PlanResource:
    """One plan."""
    loaded = await load_visible(context_of(request), Plan, plan_id, reader)
    tag(response, loaded.version)
    return _resource(plan_id, loaded, reader)
