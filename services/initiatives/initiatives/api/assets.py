"""`/v1/assets`: the social base, what is strong in an area already."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from initiatives.domain.asset import Asset, RegisterAsset, WithdrawAsset
from initiatives.knowledge.areas import known_area
from leefwijk.events.fields import AREA_PATTERN, Theme
from leefwijk.events.handling import Loaded
from leefwijk.events.language.initiatives.assets import AssetKind, HolderKind, OpenTo
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
from leefwijk.service.places import areas_within
from leefwijk.service.reads import Page, Paging, Reader, Resource, load_visible, page_of, tag
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet

commands = Commands("/assets", Asset, tag="assets")
commands.create("", RegisterAsset, role=Role.NEIGHBOURHOOD_WORKER, knows=known_area)
commands.post("/{assetId}/withdrawals", WithdrawAsset, role=Role.NEIGHBOURHOOD_WORKER)

router = APIRouter(tags=["assets"])


class AssetResource(Resource):
    """A strength of an area; an opaque reference is for the corporation's own people only."""

    id: str
    version: int
    kind: AssetKind | None
    label: str
    area: str | None
    municipalities: list[str]
    holder: HolderKind | None
    held_by: str | None = None
    open_to: OpenTo | None
    complex: str | None
    themes: list[str]
    initiative: str | None
    registered: date | None
    withdrawn: date | None


def _resource(id_: str, loaded: Loaded[Asset], reader: Principal) -> AssetResource:
    asset = loaded.state
    own = reader.inside
    told = own or asset.holder is HolderKind.ORGANISATION
    return AssetResource(
        id=id_,
        version=loaded.version,
        kind=asset.asset_kind,
        label=asset.label,
        area=asset.area,
        municipalities=list(asset.municipalities),
        holder=asset.holder,
        held_by=asset.held_by if told else None,
        open_to=asset.open_to,
        complex=asset.complex,
        themes=list(asset.themes),
        initiative=asset.initiative,
        registered=asset.registered,
        withdrawn=asset.withdrawn,
    )


class AssetQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    kind: AssetKind | None = None
    theme: Theme | None = None
    open_to: OpenTo | None = None
    status: Annotated[str | None, Query(pattern=r"^(there|gone)$")] = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None
    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of what it is called, in any of their forms, or how they begin."""


SHEET = Sheet(
    AssetResource,
    id="Kenmerk",
    kind="Soort",
    label="Naam",
    area="Gebied",
    municipalities="Gemeenten",
    open_to="Open voor",
    themes="Thema's",
    registered="Geregistreerd",
    withdrawn="Vervallen",
)
"""Columns of the sheet."""


@router.get("/assets")
async def list_assets(
    request: Request, response: Response, reader: Reader, query: Annotated[AssetQuery, Query()]
) -> Page[AssetResource]:
    """Strengths by area, kind, theme and whom they are open to, newest first."""
    return await page_of(
        request,
        response,
        Asset,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, reader),
        {
            "kind": query.kind,
            "theme": query.theme,
            "open-to": query.open_to,
            "status": query.status,
            "municipality": query.municipality,
        },
        within=await areas_within(context_of(request), query.area),
        title=query.title,
        sheet=SHEET,
    )


@router.get("/assets/{assetId}")
async def get_asset(
    request: Request,
    response: Response,
    reader: Reader,
    asset_id: Annotated[str, Path(alias="assetId", max_length=100)],
) -> AssetResource:
    """One strength; its ETag is what If-Match asks for."""
    loaded = await load_visible(context_of(request), Asset, asset_id, reader)
    tag(response, loaded.version)
    return _resource(asset_id, loaded, reader)
