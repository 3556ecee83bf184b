"""`/v1/initiatives/{id}/funding`: who pays what, how far that covers, how it was settled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from initiatives.domain.co_funding import cover_of, granted_together
from initiatives.domain.initiative import Initiative
from leefwijk.service.context import context_of
from leefwijk.service.reads import Reader, Resource, load_visible, require_scope, tag
from leefwijk.service.roles import Scope

router = APIRouter(tags=["initiatives"])


class PartResource(Resource):
    """What one funder promised, and what it pays once costs are settled."""

    partner: str | None
    """None: the corporation."""
    promised: Decimal
    paid: Decimal | None = None
    """What a partner said that it paid of it."""
    hours: int = 0
    """Hours of its people; shown beside the euros, never counted in them."""
    share: Decimal | None = None
    """Its part of the real costs, where they were settled."""


class FundingResource(Resource):
    """Who pays what, for every party that takes part in paying."""

    version: int
    costs: Decimal | None
    """What all of it is planned to cost."""
    promised: Decimal
    covered: Decimal | None
    """Percentage of the planned costs that somebody promised."""
    gap: Decimal | None
    fully_covered: bool | None
    parts: list[PartResource]
    """The corporation first, then partners in the order of promising."""
    settled: date | None
    real_costs: Decimal | None


@router.get("/initiatives/{initiativeId}/funding")
async def get_funding(
    request: Request,
    response: Response,
    reader: Reader,
    initiative_id: Annotated[str, Path(alias="initiativeId", max_length=100)],
) -> FundingResource:
    """Who pays what; for the corporation and for the partners of the municipality."""
    require_scope(reader, Scope.INTERNAL)
    loaded = await load_visible(context_of(request), Initiative, initiative_id, reader)
    tag(response, loaded.version)
    initiative = loaded.state
    funding, cover = initiative.funding, cover_of(initiative)
    shares = {share.partner: share for share in funding.shares}
    own = shares[None].pledge if None in shares else granted_together(initiative)
    return FundingResource(
        version=loaded.version,
        costs=initiative.costs,
        promised=own + funding.total,
        covered=cover.percentage if cover else None,
        gap=cover.gap if cover else None,
        fully_covered=not cover.gap if cover else None,
        parts=[
            PartResource(
                partner=None, promised=own, share=shares[None].share if None in shares else None
            ),
            *(
                PartResource(
                    partner=pledge.partner,
                    promised=pledge.amount,
                    paid=pledge.paid,
                    hours=pledge.hours,
                    share=shares[pledge.partner].share if pledge.partner in shares else None,
                )
                for pledge in funding.pledges
            ),
        ],
        settled=funding.settled,
        real_costs=funding.costs,
    )
