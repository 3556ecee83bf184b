"""`/v1/partners`: the registry of partner organisations."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.handling import Loaded
from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.reads import Page, Paging, Reader, Resource, load_visible, page_of, tag
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet
from monitoring.domain.partner import EndPartnerMunicipality, Partner, RegisterPartner

commands = Commands("/partners", Partner, tag="partners")
commands.create("", RegisterPartner, role=Role.AREA_MANAGER)
commands.post("/{partnerId}/departures", EndPartnerMunicipality, role=Role.AREA_MANAGER)

router = APIRouter(tags=["partners"])


class PartnerResource(Resource):
    """An organisation that works with the corporation."""

    id: str
    version: int
    name: str | None
    kind: str | None
    municipalities: list[str]


def _resource(id_: str, loaded: Loaded[Partner], today: date) -> PartnerResource:
    state = loaded.state
    return PartnerResource(
        id=id_,
        version=loaded.version,
        name=state.name,
        kind=state.partner_kind.value if state.partner_kind else None,
        municipalities=list(state.works_in(today)),
    )


class PartnerQuery(Paging):
    """What to list."""

    kind: PartnerKind | None = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None
    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of the name, or how they begin."""


SHEET = Sheet(
    PartnerResource,
    id="Kenmerk",
    name="Naam",
    kind="Soort",
    municipalities="Gemeenten",
)
"""Columns of the sheet."""


@router.get("/partners")
async def list_partners(
    request: Request, response: Response, reader: Reader, query: Annotated[PartnerQuery, Query()]
) -> Page[PartnerResource]:
    """Partners, newest first."""
    terms: dict[str, str | None] = {"kind": query.kind, "works-in": query.municipality}
    today = context_of(request).handler.today()
    return await page_of(
        request,
        response,
        Partner,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, today),
        terms,
        title=query.title,
        sheet=SHEET,
    )


@router.get("/partners/{partnerId}")
async def get_partner(
    request: Request,
    response: Response,
    reader: Reader,
    partner_id: Annotated[str, Path(alias="partnerId", max_length=100)],
) -> PartnerResource:
    """One partner."""
    service = context_of(request)
    loaded = await load_visible(service, Partner, partner_id, reader)
    tag(response, loaded.version)
    return _resource(partner_id, loaded, service.handler.today())
