"""`/v1/rent-limits`: the limits of rent classes by year."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from housing_mix.domain.rent_limits import RentLimits, SetRentLimits
from leefwijk.service.commands import Commands
from leefwijk.service.reads import InternalReader, Page, Paging, Resource, page_of
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet

commands = Commands("/rent-limits", RentLimits, tag="rent limits")
commands.create("", SetRentLimits, role=Role.ANALYST)

router = APIRouter(tags=["rent limits"])


class RentLimitsResource(Resource):
    """The limits of a year."""

    year: int
    version: int
    cheap: Decimal
    capping: Decimal
    social: Decimal


SHEET = Sheet(
    RentLimitsResource,
    year="Jaar",
    cheap="Kwaliteitskortingsgrens",
    capping="Aftoppingsgrens",
    social="Liberalisatiegrens",
)
"""Columns of the sheet."""


@router.get("/rent-limits")
async def list_rent_limits(
    request: Request, response: Response, reader: InternalReader, query: Annotated[Paging, Query()]
) -> Page[RentLimitsResource]:
    """The limits by year."""
    return await page_of(
        request,
        response,
        RentLimits,
        query,
        reader,
        lambda _id, loaded: RentLimitsResource(
            year=loaded.state.year,
            version=loaded.version,
            cheap=loaded.state.cheap,
            capping=loaded.state.capping,
            social=loaded.state.social,
        ),
        {},
        sheet=SHEET,
    )
