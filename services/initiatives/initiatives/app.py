"""The composition root of initiatives."""

from __future__ import annotations

from pathlib import Path

from initiatives.api import (
    area_budgets,
    assets,
    funding,
    gates,
    greening,
    initiative_commands,
    initiatives,
    looking_back,
)
from initiatives.domain.area_budget import AreaBudget
from initiatives.domain.asset import Asset
from initiatives.domain.by_time import JudgeInitiativeByTime
from initiatives.domain.initiative import Initiative
from initiatives.domain.judging_again import JudgeGatesAgain
from initiatives.knowledge.applier import GateKnowledge
from initiatives.knowledge.gathering import gates_for_support
from initiatives.knowledge.reactions import COMMANDS, REACTIONS
from leefwijk.events.schemas import Migrations
from leefwijk.service.settings import ServiceSettings
from leefwijk.service.wiring import Definition, Knowledge

definition = Definition(
    name="initiatives",
    title="Initiatives: what residents do, and the support they get",
    settings=ServiceSettings,
    states=(Initiative, AreaBudget, Asset),
    commands=(initiative_commands.commands, area_budgets.commands, assets.commands),
    routers=(
        initiatives.router,
        gates.router,
        funding.router,
        greening.router,
        looking_back.router,
        area_budgets.router,
        assets.router,
    ),
    migrations=(Migrations("initiatives", Path(__file__).parent / "migrations"),),
    knowledge=Knowledge(
        applier=GateKnowledge,
        services=("monitoring", "housing_mix", "participation"),
        reactions=REACTIONS,
        commands=dict(COMMANDS),
    ),
    knows={
        JudgeInitiativeByTime: gates_for_support,
        JudgeGatesAgain: gates_for_support,
    },
)
