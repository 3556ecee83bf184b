"""What the routes about areas share: which area, for which moment, as seen by whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict

from leefwijk.events.clock import AMSTERDAM
from leefwijk.events.fields import AREA_CODE, AREA_ID
from leefwijk.events.handling import read_token
from leefwijk.service.context import ServiceContext
from leefwijk.service.identity import Principal
from leefwijk.service.moments import known_at
from leefwijk.service.problems import Problem, area_edition_missing, invalid_input
from leefwijk.service.reads import SheetFormat
from leefwijk.service.roles import Role, Scope
from projections import queries
from projections.read_models import ReadModel
from projections.status.common import Asked

AreaPath = Annotated[str, Path(alias="areaId")]


class Moment(BaseModel):
    """For which day, and with whose knowledge."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    asOf: date | None = None  # noqa: N815 - the query key
    """What held on that day, with today's knowledge."""
    knownAt: date | datetime | None = None  # noqa: N815 - the query key
    """As known then: a moment with time zone, or a day including its end."""
    after: Annotated[str | None, Query(max_length=2000)] = None
    """Token of a command: wait until the read model holds it."""


async def asked_of(
    service: ServiceContext, reader: Principal, area: str, moment: Moment, model: ReadModel
) -> Asked:
    """For which moment somebody asks; waits where a command's token was given.

    Raises 503 `read-side-behind` where the read model does not come as far in time.
    """
    if moment.after is not None:
        try:
            streams = read_token(moment.after)
        except ValueError as error:
            raise invalid_input(
                [{"pointer": "after", "code": "token", "detail": str(error)}]
            ) from error
        await queries.wait_for(service.engine, model, streams)
    moment_known = known_at(moment.knownAt)
    today = service.handler.clock().astimezone(AMSTERDAM).date()
    return Asked(
        area,
        moment.asOf or today,
        moment_known,
        reader.may_read(Scope.INTERNAL) and reader.role is not Role.PARTNER,
        reader.partner if reader.role is Role.PARTNER else None,
    )


class SheetMoment(Moment):
    """The same, as JSON or as a sheet."""

    format: SheetFormat = None


def require_area(area: str) -> None:
    """Raise unless this names an area in an edition."""
    if AREA_ID.fullmatch(area):
        return
    if AREA_CODE.fullmatch(area):
        raise area_edition_missing(area)
    raise Problem("not-found", "There is no such area.")
