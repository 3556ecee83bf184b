"""`/v1/initiatives/{id}/effect`: what was expected, what was seen, and what was found."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from initiatives.domain.initiative import Initiative
from leefwijk.events.language.initiatives.effects import (
    EffectFinding,
    Observation,
    ObservationKind,
)
from leefwijk.events.language.initiatives.plans import StatedEffect
from leefwijk.service.context import context_of
from leefwijk.service.reads import Reader, Resource, load_visible, require_scope, tag
from leefwijk.service.roles import Scope

router = APIRouter(tags=["initiatives"])

ESTIMATE_NOTE = "An estimate of a model for the area: it cannot prove what one initiative did."
"""Stands beside every figure of a model (DESIGN 8.7)."""


class SeenResource(Resource):
    """Something that was seen; an estimate is background and says so."""

    kind: ObservationKind
    says: str
    before: str | None
    after: str | None
    event: str | None
    note: str | None


class EffectResource(Resource):
    """The effect that was expected, and what looking back found."""

    version: int
    expected: StatedEffect | None
    due: date | None
    """The last day for looking back; none where nobody is asked for it."""
    overdue: bool
    finding: EffectFinding | None
    aim_reached: bool | None
    """None while nobody looked back, or where it is not to be said."""
    seen: list[SeenResource]
    learned: str | None
    evaluated: date | None
    days_late: int | None
    """Days past the last day; it reads so for good."""


@router.get("/initiatives/{initiativeId}/effect")
async def get_effect(
    request: Request,
    response: Response,
    reader: Reader,
    initiative_id: Annotated[str, Path(alias="initiativeId", max_length=100)],
) -> EffectResource:
    """Expected beside seen; own counts and stories lead, estimates stand beside them."""
    require_scope(reader, Scope.INTERNAL)
    loaded = await load_visible(context_of(request), Initiative, initiative_id, reader)
    tag(response, loaded.version)
    back = loaded.state.looking_back
    said = back.finding not in {None, EffectFinding.NOT_TO_BE_SAID}
    return EffectResource(
        version=loaded.version,
        expected=loaded.state.plan.effect,
        due=back.due,
        overdue=back.told and back.evaluated is None,
        finding=back.finding,
        aim_reached=back.finding is EffectFinding.REACHED if said else None,
        seen=[_seen(one) for one in back.observations],
        learned=back.learned,
        evaluated=back.evaluated,
        days_late=back.days_late,
    )


def _seen(one: Observation) -> SeenResource:
    estimate = one.kind is ObservationKind.ESTIMATE
    return SeenResource(
        kind=one.kind,
        says=one.says,
        before=one.before,
        after=one.after,
        event=one.event,
        note=ESTIMATE_NOTE if estimate else None,
    )
