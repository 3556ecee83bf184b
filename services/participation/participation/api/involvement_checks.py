"""`/v1/involvement-checks`: a line per command, the list, the agenda and the single check."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.fields import AREA_PATTERN, Theme
from leefwijk.events.handling import Loaded, Outcome
from leefwijk.events.language.participation.involvement_checks import GroupConclusion
from leefwijk.events.language.participation.ladder import NotNowReason
from leefwijk.events.language.participation.words import Group
from leefwijk.service.commands import Commands
from leefwijk.service.context import ServiceContext, context_of, part_of
from leefwijk.service.identity import Principal
from leefwijk.service.reads import (
    Page,
    Paging,
    Reader,
    Resource,
    load_visible,
    page_of,
    require_scope,
    tag,
)
from leefwijk.service.roles import Role, Scope
from leefwijk.service.words import Words
from participation.domain.afterwards import CorrectAsking, TellExplanation, WithdrawCheck
from participation.domain.asking import (
    AdoptPartnerAsking,
    HandInPartnerAsking,
    OpenCheck,
    RecordAsking,
)
from participation.domain.concluding import ConcludeCheck
from participation.domain.involvement_check import Asking, InvolvementCheck, Status
from participation.domain.settings import SMALLEST
from participation.domain.wish import leading_wish, percent
from participation.knowledge.areas import known_handed_in, known_places
from participation.knowledge.decisions import leaning_on
from participation.knowledge.own import for_concluding, for_opening, superseded_by

WORKER, MANAGER = Role.NEIGHBOURHOOD_WORKER, Role.AREA_MANAGER
NOT_SHOWN = "not_shown"


async def _keep_opening(service: ServiceContext, command: OpenCheck, outcome: Outcome) -> None:
    if command.reason is not None:
        await service.parts[Words].keep(f"{outcome.id}.late", command.reason)


async def _keep_explanations(
    service: ServiceContext, command: ConcludeCheck, outcome: Outcome
) -> None:
    for promise in command.groups:
        if promise.explanation_text is not None:
            name = explanation_id(outcome.id, outcome.version, promise.group)
            await service.parts[Words].keep(name, promise.explanation_text)


async def _keep_reason(
    service: ServiceContext, command: CorrectAsking | WithdrawCheck, outcome: Outcome
) -> None:
    if command.explanation is not None:
        await service.parts[Words].keep(f"{outcome.id}.{outcome.version}", command.explanation)


def explanation_id(check: str, version: int, group: Group) -> str:
    """Where the words of an explanation are kept."""
    return f"{check}.{version}.{group.value}"


commands = Commands("/involvement-checks", InvolvementCheck, tag="involvement-checks")
commands.create("", OpenCheck, role=(WORKER, MANAGER), knows=for_opening, keep=_keep_opening)
commands.post("/{checkId}/askings", RecordAsking, role=WORKER, knows=known_places)
commands.post("/{checkId}/asking-corrections", CorrectAsking, role=WORKER, keep=_keep_reason)
commands.post("/{checkId}/adoptions", AdoptPartnerAsking, role=WORKER)
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


class AskingResource(Resource):
    """One time that a group was asked; counts stay inside the corporation."""

    asking: str
    group: str
    form: str
    on: date
    asked_in: list[str]
    invited: int | None
    answers: dict[str, int]
    reasons: dict[str, int]
    partner: str | None
    counted: bool


class GroupResource(Resource):
    """What is known of a group: inside in counts, outside as far as nobody can be found by it."""

    group: str
    answers: int | None
    response: str | None
    """Percent of who was invited, or `unknown` where an invitation was open."""
    leading_wish: str | None
    reasons: dict[str, int | str]
    conclusion: GroupConclusion | None
    told_on: date | None


class CheckResource(Resource):
    """A check as it stands."""

    id: str
    version: int
    area: str
    complex: str | None
    themes: list[str]
    status: str | None
    superseded_by: str | None = None
    late: bool
    decided_on: date | None
    relates_to: str
    relates_to_id: str | None
    asked_in: list[str]
    groups: list[GroupResource]
    askings: list[AskingResource] | None = None
    concluded_on: date | None
    last_asked: date | None
    valid_until: date | None
    doubted_on: date | None
    withdrawn_on: date | None
    remark: str | None
    leaning: list[str] | None = None
    """Initiatives whose support rests on its conclusion."""


def _inside(reader: Principal) -> bool:
    """Whether the reader is of the corporation itself."""
    return reader.role is not Role.PARTNER and reader.may_read(Scope.INTERNAL)


def _asking(asking: Asking) -> AskingResource:
    return AskingResource(
        asking=asking.asking,
        group=asking.group.value,
        form=asking.form.value,
        on=asking.on,
        asked_in=list(asking.asked_in),
        invited=asking.invited,
        answers=asking.answers.model_dump(),
        reasons={count.reason.value: count.people for count in asking.reasons},
        partner=asking.partner,
        counted=asking.counted,
    )


def _response(askings: tuple[Asking, ...]) -> str:
    """Answers against invitations; unknown where any invitation was open (PAR-02)."""
    invited = [asking.invited for asking in askings]
    if not invited or None in invited or not sum(one or 0 for one in invited):
        return "unknown"
    answers = sum(asking.answers.total for asking in askings)
    return percent(answers, sum(one or 0 for one in invited))


def _reasons(askings: tuple[Asking, ...], *, inside: bool) -> dict[str, int | str]:
    """Why not now; outside the corporation no number of fewer than five people, nor of none."""
    found: dict[str, int] = {}
    for asking in askings:
        for count in asking.reasons:
            found[count.reason.value] = found.get(count.reason.value, 0) + count.people
    if inside or not found:
        return dict(found)
    return {
        reason.value: found[reason.value] if found.get(reason.value, 0) >= SMALLEST else NOT_SHOWN
        for reason in NotNowReason
    }


def _group(check: InvolvementCheck, group: Group, *, inside: bool) -> GroupResource:
    askings = check.of_group(group)
    concluded = check.conclusion.of(group) if check.conclusion else None
    wish: str | None = None
    if inside and askings:
        wish = leading_wish(check.answers(group)).value
    elif concluded is not None:
        wish = concluded.leading_wish.value if concluded.leading_wish else NOT_SHOWN
    return GroupResource(
        group=group.value,
        answers=check.answers(group).total if inside and askings else None,
        response=_response(askings) if inside and askings else None,
        leading_wish=wish,
        reasons=_reasons(askings, inside=inside) if inside or concluded else {},
        conclusion=concluded,
        told_on=check.told.get(group.value),
    )


def resource_of(id_: str, loaded: Loaded[InvolvementCheck], *, inside: bool) -> CheckResource:
    """The check as the reader may see it."""
    check, concluded = loaded.state, loaded.state.conclusion
    return CheckResource(
        id=id_,
        version=loaded.version,
        area=check.area,
        complex=check.complex,
        themes=list(check.themes),
        status=check.status.value if check.status else None,
        late=check.late,
        decided_on=check.decided_on,
        relates_to=check.relates_to,
        relates_to_id=check.relates_to_id,
        asked_in=list(check.asked_in),
        groups=[_group(check, group, inside=inside) for group in check.groups],
        askings=[_asking(asking) for asking in check.askings] if inside else None,
        concluded_on=concluded.on if concluded else None,
        last_asked=concluded.last_asked if concluded else None,
        valid_until=concluded.valid_until if concluded else None,
        doubted_on=check.doubted,
        withdrawn_on=check.withdrawn,
        remark="asked twice, no answer" if concluded and concluded.nobody_answered else None,
    )


class CheckQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    theme: Theme | None = None
    status: Status | None = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None


@router.get("/involvement-checks")
async def list_checks(
    request: Request, response: Response, reader: Reader, query: Annotated[CheckQuery, Query()]
) -> Page[CheckResource]:
    """Checks by area, theme and status, newest first; late ones say so."""
    return await page_of(
        request,
        response,
        InvolvementCheck,
        query,
        reader,
        lambda id_, loaded: resource_of(id_, loaded, inside=_inside(reader)),
        {
            "area": query.area,
            "theme": query.theme,
            "status": query.status,
            "municipality": query.municipality,
        },
    )


CheckPath = Annotated[str, Path(alias="checkId", max_length=100)]


@router.get("/involvement-checks/{checkId}")
async def get_check(
    request: Request, response: Response, reader: Reader, check_id: CheckPath
) -> CheckResource:
    """One check; a superseded one stays readable and names what took its place."""
    service = context_of(request)
    loaded = await load_visible(service, InvolvementCheck, check_id, reader)
    tag(response, loaded.version)
    inside = _inside(reader)
    more: dict[str, Any] = {"superseded_by": await superseded_by(service, check_id)}
    if inside and loaded.state.conclusion is not None:
        more["leaning"] = await leaning_on(service, loaded.state.conclusion.event)
    return resource_of(check_id, loaded, inside=inside).model_copy(update=more)


class ExplanationResource(Resource):
    """Why a group is promised less than it wished, in words."""

    group: str
    text: str


class ExplanationsResource(Resource):
    """The words of a conclusion."""

    items: list[ExplanationResource]


@router.get("/involvement-checks/{checkId}/explanations")
async def get_explanations(
    request: Request, reader: Reader, check_id: CheckPath
) -> ExplanationsResource:
    """The words that were given for promises below the wish."""
    require_scope(reader, Scope.WORDS)
    loaded = await load_visible(context_of(request), InvolvementCheck, check_id, reader)
    words, concluded = part_of(request, Words), loaded.state.conclusion
    items = []
    for one in concluded.groups if concluded else ():
        assert concluded is not None  # noqa: S101 - it has groups
        found = await words.read(explanation_id(check_id, concluded.version, one.group))
        if found is not None:
            items.append(ExplanationResource(group=one.group.value, text=found))
    return ExplanationsResource(items=items)
