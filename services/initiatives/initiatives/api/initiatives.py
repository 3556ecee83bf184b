"""`/v1/initiatives`: the list and the single initiative."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from initiatives.domain.co_funding import cover_of
from initiatives.domain.first_days import ANY, days_in_time, late_reviews, overdue_of
from initiatives.domain.grants import Grant
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.referral_state import ReferralStatus
from leefwijk.events.clock import day_of
from leefwijk.events.fields import AREA_PATTERN, Theme
from leefwijk.events.handling import Loaded
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.life import Taker
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.events.language.initiatives.support import (
    Condition,
    ExistingPlace,
    GrantedLine,
    RequestLine,
)
from leefwijk.events.store import listing
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
from leefwijk.service.places import areas_within
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
from leefwijk.service.roles import Scope
from leefwijk.service.sheets import Sheet

router = APIRouter(tags=["initiatives"])


class GrantStatus(StrEnum):
    """The life of a grant, beside that of its initiative."""

    GRANTED = "granted"
    UNDER_REVIEW = "under_review"
    ENDED = "ended"
    SETTLED = "settled"


class GrantResource(Resource):
    """A grant, with what is left of each line in its own unit."""

    request: int
    status: GrantStatus
    budget_area: str
    year: int
    on: date
    lines: list[GrantedLine]
    left: dict[int, Decimal] | None
    """For people of the corporation: no fact tells partners what was spent."""
    days_late: int | None
    """Days past the decision term on which it was decided; it reads so for good."""
    conditions: list[Condition]
    round: int
    """The round in which it was granted; in a later one only its orders are paid."""


class DecisionResource(Resource):
    """When a request was decided, and how late."""

    request: int
    on: date
    days_late: int | None


class InitiativeResource(Resource):
    """An initiative as it stands."""

    id: str
    version: int
    title: str
    area: str | None
    municipalities: list[str]
    themes: list[str]
    taker: str
    status: str | None
    role: str | None
    collective_benefit: str
    expected_effect: str | None
    started: date | None
    completed: date | None
    request: list[RequestLine] | None = None
    undecided: bool | None = None
    existing: list[ExistingPlace] | None = None
    """Meeting places that are there already, each with why it does not do."""
    declined: list[GrantedLine] | None = None
    """Where nothing was granted of the last request: the reason per line."""
    grants: list[GrantResource] | None = None
    gates_lost: int = 0
    gates_set_aside: list[Gate] | None = None
    """Gates that a director ever set aside here, also where that is over."""
    round: int
    over: date | None
    """The day of the hand-over or the stop."""
    decision_due: date | None = None
    """The last day for a decision; not shown while the takers are asked something."""
    decision_late_since: date | None = None
    decision_days_late: int | None = None
    """Of the last request that was decided: how late; it reads so for good."""
    decisions: tuple[DecisionResource, ...] = ()
    """All of them, of earlier rounds too: what was late stays late."""
    next_step: str | None = None
    """Where the last request was declined: what its takers can do now."""
    back_since: date | None = None
    """The day on which a party returned it to the corporation."""
    evaluation_due: date | None = None
    overdue: tuple[str, ...] = ()
    covered: Decimal | None = None
    """Percentage of the planned costs that somebody promised."""
    gap: Decimal | None = None
    fully_covered: bool | None = None
    """Whether somebody pays each part; what has started runs on also where not."""
    pledges: dict[str, Decimal] | None = None


def _grant_status(state: Initiative, grant: Grant) -> GrantStatus:
    if grant.books.settled is not None:
        return GrantStatus.SETTLED
    if grant.books.ended is not None:
        return GrantStatus.ENDED
    reviewed = any(review.request == grant.request for review in state.reviews_now)
    return GrantStatus.UNDER_REVIEW if reviewed else GrantStatus.GRANTED


def _grant(state: Initiative, grant: Grant, reader: Principal) -> GrantResource:
    return GrantResource(
        request=grant.request,
        status=_grant_status(state, grant),
        budget_area=grant.budget_area,
        year=grant.year,
        on=grant.on,
        lines=list(grant.lines),
        left=_left(grant) if reader.inside else None,
        days_late=grant.days_late,
        conditions=list(grant.books.conditions),
        round=grant.round,
    )


def _left(grant: Grant) -> dict[int, Decimal]:
    return {line.line: grant.left(line.line) for line in grant.lines}


def _together(state: Initiative) -> dict[str, Any]:
    """Who pays what, and how far that covers the planned costs."""
    cover = cover_of(state) if state.funding.pledges or state.needs_complete_funding else None
    return {
        "covered": cover.percentage if cover else None,
        "gap": cover.gap if cover else None,
        "fully_covered": not cover.gap if cover else None,
        "pledges": {pledge.partner: pledge.amount for pledge in state.funding.pledges},
    }


def _late(state: Initiative) -> tuple[str, ...]:
    return tuple(name for name in overdue_of(state) if name != ANY)


def _terms(state: Initiative) -> dict[str, Any]:
    """What runs and what is late, for whoever waits for it."""
    term, referral = state.term, state.referrals.referral
    back = referral if referral and referral.status is ReferralStatus.RETURNED else None
    return {
        "decision_due": term.due if term and not term.told else None,
        "decision_late_since": term.due if term and term.told else None,
        "decision_days_late": state.decisions[-1].days_late if state.decisions else None,
        "decisions": tuple(
            DecisionResource(request=one.request, on=one.on, days_late=one.days_late)
            for one in state.decisions
        ),
        "next_step": state.request.next_step if state.request else None,
        "back_since": back.answered if back else None,
        "evaluation_due": state.evaluation_due,
        "overdue": _late(state),
    }


def _asked(state: Initiative) -> dict[str, Any]:
    """What its takers ask for, why, and what they were refused: no fact tells partners of it."""
    request = state.request
    return {
        "request": list(request.lines) if request else [],
        "undecided": state.undecided is not None,
        "existing": list(request.existing) if request else [],
        "declined": list(request.declined) if request else [],
    }


def _resource(
    id_: str, loaded: Loaded[Initiative], today: date, reader: Principal
) -> InitiativeResource:
    """What the caller may see; euros are internal, and requests stay inside the corporation."""
    state = loaded.state
    shown: dict[str, Any] = _asked(state) if reader.inside else {}
    if reader.may_read(Scope.INTERNAL):
        shown |= {
            "grants": [_grant(state, grant, reader) for grant in state.grants],
            **_together(state),
            "gates_lost": len(state.gates_lost),
            "gates_set_aside": [given.gate for given in state.gates.overrides],
            "overdue": (*_late(state), *late_reviews(state, today)),
        }
    return InitiativeResource(
        id=id_,
        version=loaded.version,
        title=state.title,
        area=state.area,
        municipalities=list(state.municipalities),
        themes=list(state.themes),
        taker=state.taker,
        status=state.status.value if state.status else None,
        role=state.role.value if state.role else None,
        collective_benefit=state.collective_benefit,
        expected_effect=state.expected_effect,
        started=state.started,
        completed=state.completed,
        round=state.round,
        over=state.over,
        **(_terms(state) | shown),
    )


class Overdue(StrEnum):
    """What can be late, for the manager's list."""

    ANY = "any"
    SUPPORT_DECISION = "support-decision"
    SUPPORT_REVIEW = "support-review"
    """For the corporation and its partners only."""
    REFERRAL = "referral"
    EFFECT_EVALUATION = "effect-evaluation"
    EXPERIMENT = "experiment"


class UnderReview(StrEnum):
    """Whether a grant must come back to the table."""

    OPEN = "open"


class InitiativeQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    """The area and all that lies in it; of an area as people live it also its parts."""
    theme: Theme | None = None
    status: Status | None = None
    role: CorporationRole | None = None
    taker: Taker | None = None
    title: Annotated[str | None, Query(max_length=100)] = None
    """Words of the title, in any of their forms."""
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None
    party: Annotated[str | None, Query(max_length=80)] = None
    """A partner that it was referred to, or that funds it."""
    overdue: Overdue | None = None
    """What is late, reviews included for who may read of them."""
    review: UnderReview | None = None
    """Those with a grant that must come back to the table; what is late of it says so."""


SHEET = Sheet(
    InitiativeResource,
    id="Kenmerk",
    title="Titel",
    area="Gebied",
    municipalities="Gemeenten",
    themes="Thema's",
    taker="Initiatiefnemer",
    status="Status",
    role="Rol corporatie",
    started="Gestart",
    completed="Afgerond",
    decision_due="Beslissen voor",
    evaluation_due="Terugkijken voor",
    overdue="Te laat",
)
"""Columns of the sheet."""


def _late_by(
    overdue: Overdue | None, today: date, reader: Principal
) -> list[tuple[listing.Either, ...]]:
    """What is recorded to be late, and reviews that are open and not in time any more."""
    if overdue is None:
        return []
    late: list[listing.Either] = [f"overdue:{overdue}"]
    if overdue in {Overdue.ANY, Overdue.SUPPORT_REVIEW} and reader.may_read(Scope.INTERNAL):
        in_time = tuple(f"review-until:{day}" for day in days_in_time(today))
        late.append(listing.Unless("review:open", in_time))
    return [tuple(late)]


@router.get("/initiatives")
async def list_initiatives(
    request: Request, response: Response, reader: Reader, query: Annotated[InitiativeQuery, Query()]
) -> Page[InitiativeResource]:
    """Initiatives by area, theme, status, role, taker and words of the title, newest first."""
    if query.review is not None or query.overdue is Overdue.SUPPORT_REVIEW:
        require_scope(reader, Scope.INTERNAL)
    today = day_of(context_of(request).handler.clock())
    return await page_of(
        request,
        response,
        Initiative,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, today, reader),
        {
            "theme": query.theme,
            "status": query.status,
            "role": query.role,
            "taker": query.taker,
            "municipality": query.municipality,
            "party": query.party,
            "review": query.review,
        },
        within=await areas_within(context_of(request), query.area),
        any_of=_late_by(query.overdue, today, reader),
        title=query.title,
        sheet=SHEET,
    )


@router.get("/initiatives/{initiativeId}")
async def get_initiative(
    request: Request,
    response: Response,
    reader: Reader,
    initiative_id: Annotated[str, Path(alias="initiativeId", max_length=100)],
) -> InitiativeResource:
    """One initiative; its ETag is what If-Match asks for."""
    service = context_of(request)
    loaded = await load_visible(service, Initiative, initiative_id, reader)
    tag(response, loaded.version)
    today = day_of(service.handler.clock())
    return _resource(initiative_id, loaded, today, reader)
