"""`/v1/performance-agreements`: per municipality and year, signed by the local triangle."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.handling import Loaded
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
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
from monitoring.domain.performance_agreement import (
    AmendPerformanceAgreement,
    ConcludePerformanceAgreement,
    DraftPerformanceAgreement,
    PerformanceAgreement,
    SignPerformanceAgreement,
)
from monitoring.knowledge.agreements import tenants_organised
from monitoring.knowledge.own import reacting_partner

ANALYST = Role.ANALYST

commands = Commands("/performance-agreements", PerformanceAgreement, tag="agreements")
commands.create("", DraftPerformanceAgreement, role=ANALYST)
commands.post(
    "/{agreementId}/signatures",
    SignPerformanceAgreement,
    role=(Role.PARTNER, ANALYST),
    knows=reacting_partner,
)
commands.post(
    "/{agreementId}/conclusions",
    ConcludePerformanceAgreement,
    role=ANALYST,
    knows=tenants_organised,
)
commands.post("/{agreementId}/amendments", AmendPerformanceAgreement, role=ANALYST)

router = APIRouter(tags=["agreements"])


class AgreementResource(Resource):
    """The agreements of a municipality for a year."""

    id: str
    version: int
    municipality: str
    year: int
    edition: int
    listed: list[str]
    listing_required: bool
    maximum_per_home: str | None
    signed: dict[str, str]
    """Partner to party; the corporation under the empty name."""
    missing: list[str]
    binds: bool
    binding_listed: list[str]
    due_on: date | None
    overdue: bool
    no_policy_supplied: bool


def _resource(id_: str, loaded: Loaded[PerformanceAgreement]) -> AgreementResource:
    state = loaded.state
    maximum = state.text.maximum_per_home
    return AgreementResource(
        id=id_,
        version=loaded.version,
        municipality=state.municipality,
        year=state.year,
        edition=state.edition,
        listed=list(state.text.listed),
        listing_required=state.text.listing_required,
        maximum_per_home=str(maximum) if maximum is not None else None,
        signed={partner: party.value for partner, party in state.signed.items()},
        missing=[party.value for party in state.missing],
        binds=state.binding is not None,
        binding_listed=list(state.binding.listed) if state.binding else [],
        due_on=state.due_on,
        overdue=state.overdue,
        no_policy_supplied=state.no_policy,
    )


class AgreementQuery(Paging):
    """What to list; every condition given must hold."""

    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None
    status: Annotated[str | None, Query(pattern=r"^(drafted|concluded)$")] = None


SHEET = Sheet(
    AgreementResource,
    id="Kenmerk",
    municipality="Gemeente",
    year="Jaar",
    edition="Versie",
    listed="Bijdragen",
    listing_required="Opnemen verplicht",
    maximum_per_home="Hoogstens per woning",
    missing="Nog te tekenen door",
    binds="Bindt",
    due_on="Uiterlijk op",
    overdue="Te laat",
)
"""Columns of the sheet."""


@router.get("/performance-agreements")
async def list_agreements(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[AgreementQuery, Query()],
) -> Page[AgreementResource]:
    """Performance agreements, newest first."""
    terms = {
        "municipality": query.municipality,
        "year": str(query.year) if query.year else None,
        "status": query.status,
    }
    return await page_of(
        request, response, PerformanceAgreement, query, reader, _resource, terms, sheet=SHEET
    )


@router.get("/performance-agreements/{agreementId}")
async def get_agreement(
    request: Request,
    response: Response,
    reader: InternalReader,
    agreement_id: Annotated[str, Path(alias="agreementId", max_length=100)],
) -> AgreementResource:
    """One municipality and year."""
    loaded = await load_visible(context_of(request), PerformanceAgreement, agreement_id, reader)
    tag(response, loaded.version)
    return _resource(agreement_id, loaded)
