"""`/v1/initiatives/{id}/gates`: how the gates read now, how they read before, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from initiatives.domain.assessing import wanted_lines
from initiatives.domain.gate_state import GivenOverride, LostGate, Review
from initiatives.domain.initiative import Initiative, Status
from initiatives.knowledge.gathering import gates_for_support
from leefwijk.events.decider import Context
from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.events.language.initiatives.support import ExistingPlace
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
from leefwijk.service.reads import Reader, Resource, load_visible, require_scope, tag
from leefwijk.service.roles import Scope
from leefwijk.service.told import ToldLine, told_lines, told_words

router = APIRouter(tags=["initiatives"])


class OverrideResource(Resource):
    """A gate that was set aside, for one request and one ground; it stays in the history."""

    override: str
    request: int
    gate: Gate
    code: str
    reason: str | None
    """Why a director did so; for people of the platform."""
    role: str
    on: date
    until: date
    ended: str | None


class ReviewResource(Resource):
    """A grant that must come back to the table."""

    request: int
    gate: Gate
    code: str
    reason: str | None
    """In plain words, for people of the platform."""
    since: date
    due: date
    overdue: bool


class LostResource(Resource):
    """A gate that was lost after the grant."""

    request: int
    gate: Gate
    code: str
    since: date
    again: date | None
    evidence: list[str]


class GatesResource(Resource):
    """The nine gates as they read at this moment, and as they read when it was decided.

    Partners of the municipality are told codes, people of the platform sentences.
    """

    applicable: bool
    """Not where residents do it themselves: that is neither passed nor unknown."""
    at: datetime
    budget_area: str | None
    year: int | None
    lines: list[ToldLine]
    assessed_on: date | None
    assessed: list[ToldLine]
    """As they read at the latest assessment; advice, no right."""
    existing: list[ExistingPlace]
    """Meeting places that are there already, each with why it does not do (INI-02).

    None for partners: it is the asking that says so, and what is asked for stays inside.
    """
    at_grant: list[ToldLine]
    """As they read when support was granted last."""
    overrides: list[OverrideResource]
    reviews: list[ReviewResource]
    lost: list[LostResource]


@router.get("/initiatives/{initiativeId}/gates")
async def get_gates(
    request: Request,
    response: Response,
    reader: Reader,
    initiative_id: Annotated[str, Path(alias="initiativeId", max_length=100)],
) -> GatesResource:
    """How the gates read now, also before a decision is asked for; for who decides and prepares."""
    require_scope(reader, Scope.INTERNAL)
    service = context_of(request)
    loaded = await load_visible(service, Initiative, initiative_id, reader)
    tag(response, loaded.version)
    initiative = loaded.state
    context = Context(service.handler.clock(), stream=initiative_id)
    if initiative.role is CorporationRole.NONE or initiative.status is Status.SELF_RELIANT:
        return _answer(reader, initiative, context, (), None, None, applicable=False)
    known = await gates_for_support(service, None, initiative, context)
    context = context.knowing(*known)
    lines = wanted_lines(initiative, context)
    paying = known[0].budget_area, known[0].year
    return _answer(reader, initiative, context, lines, *paying, applicable=True)


def _answer(
    reader: Principal,
    initiative: Initiative,
    context: Context,
    lines: tuple[GateLine, ...],
    budget_area: str | None,
    year: int | None,
    *,
    applicable: bool,
) -> GatesResource:
    state, request = initiative.gates, initiative.request if reader.inside else None
    return GatesResource(
        applicable=applicable,
        at=context.now,
        budget_area=budget_area,
        year=year,
        lines=told_lines(reader, lines),
        assessed_on=state.assessed_on,
        assessed=told_lines(reader, state.assessed),
        existing=list(request.existing) if request else [],
        at_grant=told_lines(reader, state.decided),
        overrides=[_override(reader, given) for given in state.overrides],
        reviews=[_review(reader, review, context.today) for review in initiative.reviews_now],
        lost=[_lost(lost) for lost in state.lost],
    )


def _override(reader: Principal, given: GivenOverride) -> OverrideResource:
    return OverrideResource(
        override=given.override,
        request=given.request,
        gate=given.gate,
        code=given.code,
        reason=told_words(reader, given.reason),
        role=given.role,
        on=given.on,
        until=given.until,
        ended=given.ended,
    )


def _review(reader: Principal, review: Review, today: date) -> ReviewResource:
    return ReviewResource(
        request=review.request,
        gate=review.gate,
        code=review.code,
        reason=told_words(reader, review.reason),
        since=review.since,
        due=review.due,
        overdue=review.due < today,
    )


def _lost(lost: LostGate) -> LostResource:
    return LostResource(
        request=lost.request,
        gate=lost.gate,
        code=lost.code,
        since=lost.since,
        again=lost.again,
        evidence=list(lost.evidence),
    )
