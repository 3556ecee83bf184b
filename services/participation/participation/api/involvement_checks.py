"""`/v1/involvement-checks`: a line per command, the list and the single check."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.fields import Theme
from leefwijk.events.handling import Outcome
from leefwijk.events.language.participation.ladder import OwnRole
from leefwijk.events.language.participation.words import Group
from leefwijk.service.commands import Commands
from leefwijk.service.context import ServiceContext, context_of, part_of
from leefwijk.service.identity import Principal
from leefwijk.service.places import areas_within
from leefwijk.service.reads import (
    Page,
    Reader,
    Resource,
    load_visible,
    page_of,
    require_scope,
    tag,
)
from leefwijk.service.roles import Role, Scope
from leefwijk.service.sheets import Sheet
from leefwijk.service.words import Words
from participation.api.check_resources import CheckResource, LeaningResource, resource_of
from participation.api.lists import PlacePaging
from participation.domain.afterwards import CorrectAsking, TellExplanation, WithdrawCheck
from participation.domain.asking import (
    AdoptPartnerAsking,
    HandInPartnerAsking,
    OpenCheck,
    RecordAsking,
)
from participation.domain.concluding import ConcludeCheck
from participation.domain.involvement_check import InvolvementCheck, Status
from participation.domain.panel_asking import CountPanel
from participation.knowledge.ages import age_shares
from participation.knowledge.areas import known_handed_in, known_places
from participation.knowledge.own import (
    for_adopting,
    for_concluding,
    for_opening,
    leaning_on,
    superseded_by,
)
from participation.knowledge.voices import known_tally

WORKER, MANAGER = Role.NEIGHBOURHOOD_WORKER, Role.AREA_MANAGER


async def _keep_opening(service: ServiceContext, command: OpenCheck, outcome: Outcome) -> None:
    if command.reason is not None:
        await service.parts[Words].keep(late_reason_id(outcome.id), command.reason)


async def _keep_adopting(
    service: ServiceContext, command: AdoptPartnerAsking, outcome: Outcome
) -> None:
    if command.reason is not None:
        await service.parts[Words].keep(late_reason_id(str(outcome.events[0])), command.reason)


async def _keep_explanations(
    service: ServiceContext, command: ConcludeCheck, outcome: Outcome
) -> None:
    for promise in command.groups:
        if promise.explanation_text is not None:
            name = explanation_id(str(outcome.events[0]), promise.group)
            await service.parts[Words].keep(name, promise.explanation_text)


async def _keep_reason(
    service: ServiceContext, command: CorrectAsking | WithdrawCheck, outcome: Outcome
) -> None:
    if command.explanation is not None:
        await service.parts[Words].keep(str(outcome.events[0]), command.explanation)


def late_reason_id(said: str) -> str:
    """Where the words are kept that say why residents were asked only after a decision.

    They belong to the check that was opened so, or to the one fact by which it was adopted.
    """
    return f"{said}.late"


def explanation_id(concluded: str, group: Group) -> str:
    """Where the words of an explanation are kept: with the one fact that they belong to (PAR-30).

    Words are kept before their fact is recorded. Were they kept by version, of two who conclude at
    once the one who comes second could put his words in the place of the first one's.
    """
    return f"{concluded}.{group.value}"


commands = Commands("/involvement-checks", InvolvementCheck, tag="involvement-checks")
commands.create("", OpenCheck, role=(WORKER, MANAGER), knows=for_opening, keep=_keep_opening)
commands.post("/{checkId}/askings", RecordAsking, role=WORKER, knows=known_places)
commands.post("/{checkId}/asking-corrections", CorrectAsking, role=WORKER, keep=_keep_reason)
commands.post("/{checkId}/panel-tallies", CountPanel, role=WORKER, knows=known_tally)
commands.post(
    "/{checkId}/adoptions",
    AdoptPartnerAsking,
    role=WORKER,
    knows=for_adopting,
    keep=_keep_adopting,
)
commands.post(
    "/{checkId}/conclusions",
    ConcludeCheck,
    role=(WORKER, MANAGER),
    knows=for_concluding,
    keep=_keep_explanations,
)
commands.post("/{checkId}/told-explanations", TellExplanation, role=WORKER)
commands.post("/{checkId}/withdrawals", WithdrawCheck, role=WORKER, keep=_keep_reason)

handed_in = Commands("/partner-askings", InvolvementCheck, tag="involvement-checks")
handed_in.create("", HandInPartnerAsking, role=Role.PARTNER, knows=known_handed_in)

router = APIRouter(tags=["involvement-checks"])


class CheckQuery(PlacePaging):
    """What to list; every condition given must hold."""

    theme: Theme | None = None
    status: Status | None = None
    role: OwnRole | None = None
    """What the corporation does in it, as concluded."""


SHEET = Sheet(
    CheckResource,
    id="Kenmerk",
    area="Gebied",
    complex="Complex",
    themes="Thema's",
    status="Status",
    late="Te laat gevraagd",
    asked_in="Gevraagd in",
    role="Rol",
    concluded_on="Vastgesteld",
    last_asked="Laatst gevraagd",
    valid_until="Geldig tot en met",
    remark="Opmerking",
)
"""Columns of the sheet."""


@router.get("/involvement-checks")
async def list_checks(
    request: Request, response: Response, reader: Reader, query: Annotated[CheckQuery, Query()]
) -> Page[CheckResource]:
    """Checks by area, theme, role and status, newest first; late and superseded ones say so."""

    async def around(items: list[CheckResource]) -> list[CheckResource]:
        more = await _around(context_of(request), reader, *(item.id for item in items))
        return [item.model_copy(update=more[item.id]) for item in items]

    return await page_of(
        request,
        response,
        InvolvementCheck,
        query,
        reader,
        lambda id_, loaded: resource_of(id_, loaded, inside=reader.inside),
        {
            "theme": query.theme,
            "status": query.status,
            "role": query.role,
            "municipality": query.municipality,
        },
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
        around=around,
    )


async def _around(
    service: ServiceContext, reader: Principal, *checks: str
) -> dict[str, dict[str, Any]]:
    """What took the place of each check, and inside the corporation what leans on it."""
    superseded = await superseded_by(service, *checks)
    found: dict[str, dict[str, Any]] = {
        check: {"superseded_by": superseded.get(check)} for check in checks
    }
    if reader.inside:
        leaning = await leaning_on(service, *checks)
        for check in checks:
            found[check]["leaning"] = LeaningResource(**asdict(leaning[check]))
    return found


CheckPath = Annotated[str, Path(alias="checkId", max_length=100)]


@router.get("/involvement-checks/{checkId}")
async def get_check(
    request: Request, response: Response, reader: Reader, check_id: CheckPath
) -> CheckResource:
    """One check; a superseded one stays readable and names what took its place."""
    service = context_of(request)
    loaded = await load_visible(service, InvolvementCheck, check_id, reader)
    tag(response, loaded.version)
    shares = await age_shares(service, loaded.state.area)
    found = resource_of(check_id, loaded, inside=reader.inside, shares=shares)
    return found.model_copy(update=(await _around(service, reader, check_id))[check_id])


class ExplanationResource(Resource):
    """Why a group is promised less than it wished, in words."""

    group: str
    text: str


class ExplanationsResource(Resource):
    """The words of a conclusion."""

    items: list[ExplanationResource]
    late_because: str | None
    """Why residents were asked only after a decision."""


@router.get("/involvement-checks/{checkId}/explanations")
async def get_explanations(
    request: Request, reader: Reader, check_id: CheckPath
) -> ExplanationsResource:
    """The words that were given for promises below the wish, and for asking late."""
    require_scope(reader, Scope.WORDS)
    loaded = await load_visible(context_of(request), InvolvementCheck, check_id, reader)
    words, concluded = part_of(request, Words), loaded.state.conclusion
    items = []
    for one in concluded.groups if concluded else ():
        assert concluded is not None  # noqa: S101 - it has groups
        found = await words.read(explanation_id(concluded.event, one.group))
        if found is not None:
            items.append(ExplanationResource(group=one.group.value, text=found))
    said = late_reason_id(loaded.state.late_said or check_id)
    late = await words.read(said) if loaded.state.late else None
    return ExplanationsResource(items=items, late_because=late)
