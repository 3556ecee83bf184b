"""`/v1/area-roles`: who directs an area, who is responsible, who supports, who is informed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.problems import Problem
from leefwijk.service.reads import Reader, Resource, tag
from leefwijk.service.roles import Role
from monitoring.api.areas import AreaPath, require_area
from monitoring.domain.area_roles import AreaRoles, AssignAreaRole, EndAreaRole
from monitoring.knowledge.own import known_for_role, place_of

MANAGER = Role.AREA_MANAGER

commands = Commands("/area-roles", AreaRoles, tag="partners")
commands.post(
    "/{areaId}/assignments", AssignAreaRole, role=MANAGER, knows=known_for_role, starts=True
)
commands.post("/{areaId}/endings", EndAreaRole, role=MANAGER)

router = APIRouter(tags=["partners"])


class RoleResource(Resource):
    """A role that a partner has in the area."""

    partner: str
    partner_kind: str
    role: str
    subject: str | None
    valid_from: date
    last_day: date | None
    ended_because: str | None
    event: str


class AreaRolesResource(Resource):
    """The roles in an area as of a day."""

    area: str
    version: int
    as_of: date
    director: str | None
    roles: list[RoleResource]


class AsOf(BaseModel):
    """For which day."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    asOf: date | None = None  # noqa: N815 - the query key


@router.get("/area-roles/{areaId}")
async def get_roles(
    request: Request,
    response: Response,
    reader: Reader,
    area_id: AreaPath,
    query: Annotated[AsOf, Query()],
) -> AreaRolesResource:
    """Who has which role in the area, as of a day; none where nobody was assigned."""
    require_area(area_id)
    service = context_of(request)
    place = await place_of(service, area_id)
    if place is None or not reader.sees(place.municipalities):
        raise Problem("not-found", "This area is not registered.")
    loaded = await service.handler.load(AreaRoles, area_id)
    tag(response, loaded.version)
    day = query.asOf or service.handler.today()
    director = loaded.state.director(day)
    return AreaRolesResource(
        area=area_id,
        version=loaded.version,
        as_of=day,
        director=director.partner if director else None,
        roles=[
            RoleResource(
                partner=one.partner,
                partner_kind=one.partner_kind.value,
                role=one.role.value,
                subject=one.subject,
                valid_from=one.first,
                last_day=one.last,
                ended_because=one.ended_because,
                event=str(one.event),
            )
            for one in loaded.state.on(day)
        ],
    )
