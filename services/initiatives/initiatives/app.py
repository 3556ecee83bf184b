"""The composition root of initiatives."""

from __future__ import annotations

from pathlib import Path

from initiatives.api import initiatives
from initiatives.domain.area_budget import AreaBudget
from initiatives.domain.initiative import Initiative
from initiatives.domain.life import NoteGateNoLongerPassed
from initiatives.knowledge import REACTIONS, AreaKnowledge
from leefwijk.events.migrate import Migrations
from leefwijk.service.settings import ServiceSettings
from leefwijk.service.wiring import Definition, Knowledge

definition = Definition(
    name="initiatives",
    title="Initiatives: what residents do, and the support they get",
    settings=ServiceSettings,
    states=(Initiative, AreaBudget),
    commands=(initiatives.commands,),
    routers=(initiatives.router,),
    migrations=(Migrations("initiatives", Path(__file__).parent / "migrations"),),
    knowledge=Knowledge(
        applier=AreaKnowledge,
        services=("monitoring",),
        reactions=REACTIONS,
        commands={reaction.name: NoteGateNoLongerPassed for reaction in REACTIONS},
    ),
)
