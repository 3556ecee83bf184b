"""`/v1/wish-panels`: a line per command, tokens, the list and the single panel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from leefwijk.events.fields import Theme
from leefwijk.events.handling import Loaded
from leefwijk.events.language.participation.wish_tallies import (
    ShownGroup,
    ShownTally,
    shown_tally,
)
from leefwijk.events.language.participation.words import Group, LeadingWish
from leefwijk.events.small_counts import NOT_SHOWN, shown_roughly
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.places import areas_within
from leefwijk.service.reads import (
    Page,
    Reader,
    Resource,
    SheetFormat,
    load_visible,
    page_of,
    sheet_of,
    tag,
)
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet
from participation.api.lists import Figure, PlacePaging
from participation.domain.wish import percent
from participation.domain.wish_panel import PanelStatus, WishPanel
from participation.domain.wish_panel_steps import ClosePanel, OpenPanel, VoidTokens
from participation.knowledge.areas import known_area
from participation.knowledge.voices import count_answers

WORKER = Role.NEIGHBOURHOOD_WORKER

commands = Commands("/wish-panels", WishPanel, tag="wish-panels")
commands.create("", OpenPanel, role=WORKER, knows=known_area)
commands.post("/{panelId}/voidings", VoidTokens, role=WORKER)
commands.post("/{panelId}/closings", ClosePanel, role=WORKER)

router = APIRouter(tags=["wish-panels"])


class GroupResult(Resource):
    """What a group wished, as far as it may be shown."""

    group: Group
    answers: Figure
    tokens: Figure
    response: str
    """Percent of the tokens that answered; not shown where one of the two is not.

    Unknown where tokens were made void: some may have answered before.
    """
    wishes: dict[str, Figure]


class PanelResource(Resource):
    """A panel; while it is open only how many answered, rounded down to tens."""

    id: str
    version: int
    area: str
    complex: str | None
    themes: list[str]
    groups: list[Group]
    check: str | None
    status: str | None
    closes_at: datetime | None
    answers_or_more: int | None = None
    """While it is open: this many answered, or up to nine more."""
    answers: Figure | None = None
    """Once it is closed."""
    results: tuple[GroupResult, ...] = ()


def _figure(count: int | None) -> Figure:
    return NOT_SHOWN if count is None else count


def _results(panel: WishPanel, shown: ShownTally) -> tuple[GroupResult, ...]:
    return tuple(
        GroupResult(
            group=one.group,
            answers=_figure(one.answers),
            tokens=NOT_SHOWN if panel.voided(one.group) else _figure(one.tokens),
            response=_response(one, voided=panel.voided(one.group)),
            wishes={wish.value: _figure(count) for wish, count in one.wishes.items()},
        )
        for one in shown.groups
    )


def _response(shown: ShownGroup, *, voided: bool) -> str:
    if shown.answers is None:
        return NOT_SHOWN
    if voided:
        return LeadingWish.UNKNOWN.value
    return percent(shown.answers, shown.tokens) if shown.tokens else NOT_SHOWN


def _resource(id_: str, loaded: Loaded[WishPanel]) -> PanelResource:
    panel = loaded.state
    found = PanelResource(
        id=id_,
        version=loaded.version,
        area=panel.area,
        complex=panel.complex,
        themes=list(panel.themes),
        groups=[one.group for one in panel.groups],
        check=panel.check,
        status=panel.status,
        closes_at=panel.closes_at,
    )
    if panel.status is not PanelStatus.CLOSED:
        return found
    shown = shown_tally(panel.tally)
    return found.model_copy(
        update={"answers": _figure(shown.answers), "results": _results(panel, shown)}
    )


class PanelQuery(PlacePaging):
    """What to list; every condition given must hold."""

    theme: Theme | None = None
    status: Annotated[str | None, Query(pattern=r"^(open|closed)$")] = None


SHEET = Sheet(
    PanelResource,
    id="Kenmerk",
    area="Gebied",
    complex="Complex",
    themes="Thema's",
    groups="Groepen",
    status="Status",
    closes_at="Sluit",
    answers="Antwoorden",
)
"""Columns of the sheet."""


@router.get("/wish-panels")
async def list_panels(
    request: Request, response: Response, reader: Reader, query: Annotated[PanelQuery, Query()]
) -> Page[PanelResource]:
    """Panels, newest first."""
    return await page_of(
        request,
        response,
        WishPanel,
        query,
        reader,
        _resource,
        {"status": query.status, "theme": query.theme, "municipality": query.municipality},
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
    )


@router.get("/wish-panels/{panelId}")
async def get_panel(
    request: Request,
    response: Response,
    reader: Reader,
    panel_id: Annotated[str, Path(alias="panelId", max_length=100)],
) -> PanelResource:
    """One panel: how many answered while it is open, its tally once it is closed."""
    service = context_of(request)
    loaded = await load_visible(service, WishPanel, panel_id, reader)
    tag(response, loaded.version)
    found = _resource(panel_id, loaded)
    if loaded.state.status is PanelStatus.CLOSED:
        return found
    answers = shown_roughly(await count_answers(service, panel_id))
    return found.model_copy(update={"answers_or_more": answers})


class GroupRow(Resource):
    """What a group wished, as a row of a sheet."""

    id: str
    """Of the panel."""
    group: Group
    answers: Figure
    tokens: Figure
    response: str
    not_now: Figure
    informed: Figure
    consulted: Figure
    advise: Figure
    help: Figure
    co_decide: Figure
    self_manage: Figure


RESULT_SHEET = Sheet(
    GroupRow,
    id="Kenmerk",
    group="Groep",
    answers="Antwoorden",
    tokens="Uitgenodigd",
    response="Respons (%)",
    not_now="Nu niet",
    informed="Geïnformeerd",
    consulted="Geraadpleegd",
    advise="Adviseren",
    help="Meehelpen",
    co_decide="Meebeslissen",
    self_manage="Zelf beheren",
)
"""Columns of the sheet."""


class PanelResults(Resource):
    """What the groups of one panel wished."""

    groups: list[GroupRow]


class ResultsQuery(BaseModel):
    """How results are read."""

    model_config = ConfigDict(extra="forbid")

    format: SheetFormat = None


@router.get("/wish-panels/{panelId}/results")
async def get_results(
    request: Request,
    reader: Reader,
    panel_id: Annotated[str, Path(alias="panelId", max_length=100)],
    query: Annotated[ResultsQuery, Query()],
) -> PanelResults:
    """What each group wished, a row each; nothing until the panel has closed."""
    loaded = await load_visible(context_of(request), WishPanel, panel_id, reader)
    rows = [
        GroupRow(id=panel_id, **one.model_dump(exclude={"wishes"}), **one.wishes)
        for one in _resource(panel_id, loaded).results
    ]
    whole = PanelResults(groups=rows)
    return sheet_of(request, query.format, "wish-panel-results", RESULT_SHEET, rows) or whole
