"""`/v1/initiatives/{id}/effect`: what was expected, what was seen, and what was found."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from initiatives.domain.first_days import evaluation_late
from initiatives.domain.going_on import told_effect
from initiatives.domain.initiative import Initiative
from leefwijk.events.language.initiatives.effects import (
    EffectFinding,
    Observation,
    ObservationKind,
)
from leefwijk.events.language.initiatives.life import ExpectedEffect
from leefwijk.events.language.initiatives.plans import StatedEffect
from leefwijk.service.context import context_of
from leefwijk.service.identity import Principal
from leefwijk.service.reads import Reader, Resource, load_visible, require_scope, tag
from leefwijk.service.roles import Scope
from leefwijk.service.told import told_words

router = APIRouter(tags=["initiatives"])

ESTIMATE_NOTE = "An estimate of a model for the area: it cannot prove what one initiative did."
"""Stands beside every figure of a model (DESIGN 8.7)."""


class SeenResource(Resource):
    """Something that was seen; an estimate is background and says so."""

    kind: ObservationKind
    says: str | None
    """What, from what and to what: words and counts for people of the platform."""
    before: str | None
    after: str | None
    event: str | None
    note: str | None


class LookedBackResource(Resource):
    """How an earlier run was looked back at; what was late stays late."""

    evaluated: date
    finding: EffectFinding
    days_late: int | None


class EffectResource(Resource):
    """The effect that was expected, and what looking back found.

    Partners hear of it as their facts tell it: without figures, which may be small counts, and
    without the words of whoever looked back.
    """

    version: int
    expected: StatedEffect | ExpectedEffect | None
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
    earlier: list[LookedBackResource]
    """What was found after earlier runs, oldest first."""


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
    stated = loaded.state.plan.effect
    return EffectResource(
        version=loaded.version,
        expected=stated if stated is None or reader.inside else told_effect(stated),
        due=loaded.state.evaluation_due,
        overdue=evaluation_late(loaded.state),
        finding=back.finding,
        aim_reached=back.finding is EffectFinding.REACHED if said else None,
        seen=[_seen(reader, one) for one in back.observations],
        learned=told_words(reader, back.learned),
        evaluated=back.evaluated,
        days_late=back.days_late,
        earlier=[
            LookedBackResource(
                evaluated=one.evaluated, finding=one.finding, days_late=one.days_late
            )
            for one in back.earlier
        ],
    )


def _seen(reader: Principal, one: Observation) -> SeenResource:
    estimate = one.kind is ObservationKind.ESTIMATE
    return SeenResource(
        kind=one.kind,
        says=told_words(reader, one.says),
        before=told_words(reader, one.before),
        after=told_words(reader, one.after),
        event=one.event,
        note=ESTIMATE_NOTE if estimate else None,
    )
