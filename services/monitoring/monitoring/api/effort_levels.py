"""Effort proposals and what becomes of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.fields import AREA_PATTERN, EffortLevelName
from leefwijk.events.handling import Loaded
from leefwijk.events.language.monitoring.effort_levels import Ground, Mode
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
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
from leefwijk.service.told import ToldLine, told_lines, told_words
from monitoring.api.level_gates import OverrideResource, override
from monitoring.domain.agreeing import (
    AgreeEffortLevel,
    EndEffortLevel,
    ReplaceEffortLevel,
    WithdrawProposal,
)
from monitoring.domain.council import elections
from monitoring.domain.effort_level import MODES, Answered, EffortLevel, Status
from monitoring.domain.level_gates import OverrideLevelGate
from monitoring.domain.proposing import (
    AnswerObjection,
    EndorseEffortLevel,
    ObjectToEffortLevel,
    ProposeEffortLevel,
)
from monitoring.domain.questioning import AnswerLevelQuestion
from monitoring.knowledge.gates import known_for_agreeing, known_for_override
from monitoring.knowledge.own import known_for_proposal, reacting_partner
from monitoring.within import areas_within

MANAGER = Role.AREA_MANAGER
PARTNER = Role.PARTNER

commands = Commands("", EffortLevel, tag="effort levels")
commands.create(
    "/areas/{areaId}/effort-proposals",
    ProposeEffortLevel,
    role=MANAGER,
    knows=known_for_proposal,
    fill={"area": "areaId"},
)
_ONE = "/effort-proposals/{proposalId}"
commands.post(f"{_ONE}/endorsements", EndorseEffortLevel, role=PARTNER, knows=reacting_partner)
commands.post(f"{_ONE}/objections", ObjectToEffortLevel, role=PARTNER, knows=reacting_partner)
commands.post(f"{_ONE}/objection-answers", AnswerObjection, role=MANAGER)
commands.post(f"{_ONE}/agreements", AgreeEffortLevel, role=MANAGER, knows=known_for_agreeing)
commands.post(f"{_ONE}/replacements", ReplaceEffortLevel, role=MANAGER, knows=known_for_agreeing)
commands.post(
    f"{_ONE}/gate-overrides",
    OverrideLevelGate,
    role=Role.AREA_DIRECTOR,
    knows=known_for_override,
)
commands.post(f"{_ONE}/question-answers", AnswerLevelQuestion, role=(MANAGER, Role.AREA_DIRECTOR))
commands.post(f"{_ONE}/withdrawals", WithdrawProposal, role=MANAGER)
commands.post(f"{_ONE}/endings", EndEffortLevel, role=MANAGER)

router = APIRouter(tags=["effort levels"])


class AnswerResource(Resource):
    """How a question about the level ended."""

    ground: str
    because: str | None
    """In words, for people of the platform; so is the reason."""
    since: date
    answer: str
    reason: str | None
    on: date
    evidence: list[str]


class EffortLevelResource(Resource):
    """A proposed or agreed level."""

    id: str
    version: int
    status: str | None
    in_force: bool
    area: str
    level: str
    mode: Mode
    """What the level means in practice; it follows from it."""
    valid_from: date | None
    valid_through: date | None
    last_day: date | None
    invited: list[str]
    reactions: dict[str, Any]
    reaction_through: date | None
    lapses_on: date | None
    gates: list[ToldLine]
    """As they read when it was agreed, with what was set aside; partners are told codes."""
    overrides: list[OverrideResource]
    """Gates that a director set aside for this proposal, for good; inside with the reason."""
    plan: str | None
    """Of `large_scale`: the neighbourhood vision with its programme."""
    director: str | None
    """Of `large_scale`: the municipality that directed when it was agreed."""
    partners: list[str]
    """Of `large_scale`: the other partners with a role when it was agreed."""
    elections: list[date]
    """Ordinary elections of municipal councils within the period; they change nothing."""
    questions: dict[str, Any]
    """Grounds that fell away, until somebody answers or they are there again."""
    answers: list[AnswerResource]
    """Questions that ended: by an answer with its reason, or with the ground there again."""


def _resource(
    id_: str, loaded: Loaded[EffortLevel], today: date, reader: Principal
) -> EffortLevelResource:
    state = loaded.state
    return EffortLevelResource(
        id=id_,
        version=loaded.version,
        status=state.status.value if state.status else None,
        in_force=state.in_force(today),
        area=state.area,
        level=state.level.value,
        mode=MODES[state.level],
        valid_from=state.valid_from,
        valid_through=state.valid_through,
        last_day=state.last_day,
        invited=list(state.invited),
        reactions={
            partner: {
                "endorses": said.endorses,
                "reason": said.reason,
                "answer": said.answer,
            }
            for partner, said in state.reactions.items()
        },
        reaction_through=state.reaction_through,
        lapses_on=state.lapses_on,
        gates=told_lines(reader, state.gates),
        overrides=[override(reader, aside) for aside in state.set_aside],
        plan=state.together.plan if state.together else state.plan,
        director=state.together.director if state.together else None,
        partners=list(state.together.partners) if state.together else [],
        elections=list(elections(state.valid_from, state.last_day)) if state.valid_from else [],
        questions={
            ground.value: {
                "because": told_words(reader, asked.because),
                "since": asked.since,
                "evidence": [str(id_) for id_ in asked.evidence],
            }
            for ground, asked in state.questions.items()
        },
        answers=[_answer(reader, answered) for answered in state.answers],
    )


def _answer(reader: Principal, answered: Answered) -> AnswerResource:
    return AnswerResource(
        ground=answered.ground.value,
        because=told_words(reader, answered.because),
        since=answered.since,
        answer=answered.answer.value,
        reason=told_words(reader, answered.reason),
        on=answered.on,
        evidence=[str(id_) for id_ in answered.evidence],
    )


class ProposalQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    """The area and all that lies in it; of an area as people live it also its parts."""
    level: EffortLevelName | None = None
    status: Status | None = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None
    questioned: Ground | None = None


SHEET = Sheet(
    EffortLevelResource,
    id="Kenmerk",
    area="Gebied",
    level="Inzetniveau",
    status="Status",
    in_force="Van kracht",
    valid_from="Vanaf",
    valid_through="Tot en met",
    last_day="Laatste dag",
    reaction_through="Reageren tot en met",
    director="Regisseur",
)
"""Columns of the sheet."""


@router.get("/effort-proposals")
async def list_proposals(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[ProposalQuery, Query()],
) -> Page[EffortLevelResource]:
    """Proposals and agreed levels, newest first."""
    today = context_of(request).handler.today
    return await page_of(
        request,
        response,
        EffortLevel,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, today(), reader),
        {
            "level": query.level,
            "status": query.status,
            "municipality": query.municipality,
            "questioned": query.questioned,
        },
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
    )


@router.get("/effort-proposals/{proposalId}")
async def get_proposal(
    request: Request,
    response: Response,
    reader: InternalReader,
    proposal_id: Annotated[str, Path(alias="proposalId", max_length=100)],
) -> EffortLevelResource:
    """One proposal or level; its ETag is what If-Match asks for."""
    service = context_of(request)
    loaded = await load_visible(service, EffortLevel, proposal_id, reader)
    tag(response, loaded.version)
    return _resource(proposal_id, loaded, service.handler.today(), reader)
