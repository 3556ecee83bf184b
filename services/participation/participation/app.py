"""The composition root of participation."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

from leefwijk.events.schemas import Migrations
from leefwijk.service.context import ServiceContext
from leefwijk.service.settings import ServiceSettings
from leefwijk.service.wiring import Definition, Knowledge
from leefwijk.service.words import words_of
from participation.api import (
    agenda,
    formal_advices,
    involvement_checks,
    living_agreements,
    owed_checks,
    trajectories,
    wish_panels,
    wishes,
)
from participation.domain.formal_advice import FormalAdvice
from participation.domain.involvement_check import InvolvementCheck
from participation.domain.living_agreement import LivingAgreement
from participation.domain.owed_check import JudgeOwedByTime, OweCheck, OwedCheck, SettleOwedCheck
from participation.domain.panel_wish import PanelWish
from participation.domain.trajectory import Trajectory
from participation.domain.wish_panel import WishPanel
from participation.domain.wish_panel_steps import JudgePanelByTime
from participation.domain.wish_tokens import TokenMaker
from participation.knowledge.applier import ParticipationKnowledge
from participation.knowledge.decisions import COMMANDS, REACTIONS
from participation.knowledge.own import for_judging_debt, for_owing
from participation.knowledge.voices import counted


def _parts(context: ServiceContext, settings: ServiceSettings) -> Sequence[object]:
    key = settings.key_encryption_key
    words = words_of(context.engine, key, table="sealed_texts", id_column="text_id")
    assert key is not None  # noqa: S101 - words_of refuses to start without one
    # a key of its own, so that neither use tells anything about the other
    secret = hmac.digest(key.get_secret_value().encode(), b"tokens of panels", hashlib.sha256)
    return words, TokenMaker(secret)


definition = Definition(
    name="participation",
    title="Participation: how residents want to be involved, and what is done with it",
    settings=ServiceSettings,
    states=(
        InvolvementCheck,
        OwedCheck,
        WishPanel,
        PanelWish,
        Trajectory,
        FormalAdvice,
        LivingAgreement,
    ),
    commands=(
        involvement_checks.commands,
        involvement_checks.handed_in,
        wish_panels.commands,
        trajectories.commands,
        formal_advices.commands,
        living_agreements.commands,
    ),
    routers=(
        involvement_checks.router,
        agenda.router,
        owed_checks.router,
        wish_panels.router,
        wishes.router,
        trajectories.router,
        formal_advices.router,
        living_agreements.router,
    ),
    migrations=(Migrations("participation", Path(__file__).parent / "migrations"),),
    knowledge=Knowledge(
        applier=ParticipationKnowledge,
        # its own facts too: a check that is concluded settles what was owed
        services=("monitoring", "initiatives", "participation"),
        reactions=REACTIONS,
        commands=dict(COMMANDS),
    ),
    knows={
        OweCheck: for_owing,
        SettleOwedCheck: for_judging_debt,
        JudgeOwedByTime: for_judging_debt,
        JudgePanelByTime: counted,
    },
    parts=_parts,
)
