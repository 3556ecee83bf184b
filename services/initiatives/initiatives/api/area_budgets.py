"""`/v1/area-budgets`: the euros of an area and year, and its assessment for small support."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from initiatives.domain.area_budget import AreaBudget
from initiatives.domain.small_support import AssessSmallSupport
from initiatives.knowledge.areas import known_area
from initiatives.knowledge.budgets import budget_known
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.reads import Reader, Resource, load_visible, require_scope, tag
from leefwijk.service.roles import Role, Scope

commands = Commands("/area-budgets", AreaBudget, tag="area-budgets")
commands.create(
    "/{areaId}/small-support-assessments",
    AssessSmallSupport,
    role=Role.AREA_MANAGER,
    knows=known_area,
    fill={"area": "areaId"},
)

router = APIRouter(tags=["area-budgets"])


class AreaBudgetResource(Resource):
    """What of the budget of an area and year is promised."""

    id: str
    version: int
    area: str | None
    year: int
    committed: Decimal
    by_grant: dict[str, Decimal]
    """Euros promised, by initiative and request."""
    elsewhere: Decimal | None
    """Other effort that monitoring has on it; none where no level names euros for the year.

    This and what follows from it is for people of the corporation: no fact tells partners of it.
    """
    left: Decimal | None
    """What may still be promised, below nothing where it is exceeded; none: not known."""
    exceeded_by_override: bool | None
    """Whether less than nothing is left and a director answered for that."""
    assessed_for_small_support: bool
    at: datetime


@router.get("/area-budgets/{budgetId}")
async def get_area_budget(
    request: Request,
    response: Response,
    reader: Reader,
    budget_id: Annotated[str, Path(alias="budgetId", max_length=100)],
) -> AreaBudgetResource:
    """One budget, by area and year: `WK010601@2020.2026`."""
    require_scope(reader, Scope.INTERNAL)
    service = context_of(request)
    loaded = await load_visible(service, AreaBudget, budget_id, reader)
    tag(response, loaded.version)
    budget = loaded.state
    known = await budget_known(service, budget, service.handler.clock())
    left = known.left(budget.total) if reader.inside else None
    exceeded = left is not None and left < 0 and bool(budget.by_override)
    return AreaBudgetResource(
        id=budget_id,
        version=loaded.version,
        area=budget.area,
        year=budget.year,
        committed=budget.total,
        by_grant=dict(budget.committed),
        elsewhere=known.elsewhere if reader.inside else None,
        left=left,
        exceeded_by_override=exceeded if reader.inside else None,
        assessed_for_small_support=budget.small_support is not None,
        at=service.handler.clock(),
    )
