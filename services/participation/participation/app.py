"""The composition root of participation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leefwijk.events.migrate import Migrations
from leefwijk.service.context import ServiceContext
from leefwijk.service.settings import ServiceSettings
from leefwijk.service.wiring import Definition, Knowledge
from leefwijk.service.words import words_of
from participation.api import (
    formal_advices,
    involvement_checks,
    living_agreements,
    owed_checks,
    trajectories,
)
from participation.domain.formal_advice import FormalAdvice
from participation.domain.involvement_check import InvolvementCheck
from participation.domain.living_agreement import LivingAgreement
from participation.domain.owed_check import JudgeOwedByTime, OweCheck, OwedCheck
from participation.domain.trajectory import Trajectory
from participation.knowledge.applier import ParticipationKnowledge
from participation.knowledge.decisions import COMMANDS, REACTIONS
from participation.knowledge.own import for_judging_debt, for_owing


def _parts(context: ServiceContext, settings: ServiceSettings) -> Sequence[object]:
    key = settings.key_encryption_key
    return (words_of(context.engine, key, table="sealed_texts", id_column="text_id"),)


definition = Definition(
    name="participation",
    title="Participation: how residents want to be involved, and what is done with it",
    settings=ServiceSettings,
    states=(InvolvementCheck, OwedCheck, Trajectory, FormalAdvice, LivingAgreement),
    commands=(
        involvement_checks.commands,
        involvement_checks.handed_in,
        trajectories.commands,
        formal_advices.commands,
        living_agreements.commands,
    ),
    routers=(
        involvement_checks.router,
        owed_checks.router,
        trajectories.router,
        formal_advices.router,
        living_agreements.router,
    ),
    migrations=(Migrations("participation", Path(__file__).parent / "migrations"),),
    knowledge=Knowledge(
        applier=ParticipationKnowledge,
        services=("monitoring", "initiatives"),
        reactions=REACTIONS,
        commands=dict(COMMANDS),
    ),
    knows={OweCheck: for_owing, JudgeOwedByTime: for_judging_debt},
    parts=_parts,
)
