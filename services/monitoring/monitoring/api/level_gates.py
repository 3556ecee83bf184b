"""`/v1/effort-proposals/{id}/gates`: how the gates of a level read now, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from leefwijk.events.decider import Context
from leefwijk.events.event import Validity
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import Gate
from leefwijk.gates.within import EXPERIENCED_AREA_LEADS
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
from leefwijk.service.reads import InternalReader, Resource, load_visible, tag
from leefwijk.service.told import ToldLine, told_lines, told_words
from monitoring.domain.area_roles import AreaRoles
from monitoring.domain.effort_level import EffortLevel, GateSetAside
from monitoring.domain.large_scale import lacking
from monitoring.domain.other_levels import AreaLevels
from monitoring.knowledge.gates import known_for_agreeing

router = APIRouter(tags=["effort levels"])


class OverrideResource(Resource):
    """A gate that was set aside, for one ground; it does not pass by that."""

    gate: Gate
    code: str
    reason: str | None
    """Why a director did so; for people of the platform."""
    role: str
    on: date
    evidence: list[str]


class LackResource(Resource):
    """Something that `large_scale` lacks beyond its gates."""

    what: str
    says: str


class LeadingResource(Resource):
    """A level of an experienced area that leads over this one, so that it cannot be agreed."""

    code: str
    area: str
    name: str
    level: EffortLevelName
    says: str


class LevelGatesResource(Resource):
    """Every gate as it reads at this moment, and as it read when the level was agreed."""

    id: str
    at: datetime
    lines: list[ToldLine]
    """In sentences for people of the platform, in codes for partners."""
    clear: bool
    """Whether no line and no leading level stands in the way of agreeing."""
    leading: list[LeadingResource]
    """Levels of experienced areas that the area lies wholly within: they lead (MON-06)."""
    lacking: list[LackResource]
    """What `large_scale` of the proposed period lacks besides: all of it can be repaired."""
    at_agreement: list[ToldLine]
    """As they read when it was agreed, with what was set aside; none: not agreed."""
    overrides: list[OverrideResource]


def override(reader: Principal, aside: GateSetAside) -> OverrideResource:
    """What a director set aside, as it is answered."""
    return OverrideResource(
        gate=aside.gate,
        code=aside.code,
        reason=told_words(reader, aside.reason),
        role=aside.role,
        on=aside.on,
        evidence=list(aside.evidence),
    )


@router.get("/effort-proposals/{proposalId}/gates")
async def get_gates(
    request: Request,
    response: Response,
    reader: InternalReader,
    proposal_id: Annotated[str, Path(alias="proposalId", max_length=100)],
) -> LevelGatesResource:
    """Why it may be agreed or not, line by line: also before anybody tries (MON-35)."""
    service = context_of(request)
    loaded = await load_visible(service, EffortLevel, proposal_id, reader)
    tag(response, loaded.version)
    level = loaded.state
    context = Context(service.handler.clock(), stream=proposal_id)
    levels, gates, roles = await known_for_agreeing(service, None, level, context)
    leading = _leading(level, levels, context.today)
    return LevelGatesResource(
        id=proposal_id,
        at=context.now,
        lines=told_lines(reader, gates.lines),
        clear=not gates.blocking and not leading,
        leading=leading,
        lacking=_lacking(level, roles, context.today),
        at_agreement=told_lines(reader, level.gates),
        overrides=[override(reader, aside) for aside in level.set_aside],
    )


def _leading(level: EffortLevel, levels: AreaLevels, today: date) -> list[LeadingResource]:
    if level.valid_from is None:
        return []
    return [
        LeadingResource(
            code=EXPERIENCED_AREA_LEADS,
            area=one.area,
            name=one.name,
            level=one.level,
            says=one.says(today),
        )
        for one in levels.leads(level.valid_from, level.last_day)
    ]


def _lacking(level: EffortLevel, roles: AreaRoles, today: date) -> list[LackResource]:
    if level.level is not EffortLevelName.LARGE_SCALE or level.valid_from is None:
        return []
    period = Validity(from_=level.valid_from, through=level.valid_through)
    plan = level.together.plan if level.together else level.plan
    lacks = lacking(period, plan, roles, today)
    return [LackResource(what=one.what, says=one.says) for one in lacks]
