"""The composition root of monitoring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leefwijk.events.schemas import Migrations
from leefwijk.service.app import Task
from leefwijk.service.context import ServiceContext
from leefwijk.service.wiring import Definition, Knowledge
from leefwijk.service.words import words_of
from monitoring.api import (
    area_roles,
    areas,
    base_conditions,
    effort_levels,
    efforts,
    imports,
    level_gates,
    partners,
    performance_agreements,
    stories,
)
from monitoring.domain.area import Area
from monitoring.domain.area_roles import AreaRoles, EndRolesOfPartner
from monitoring.domain.assessing import JudgeBase, JudgeBaseByTime
from monitoring.domain.base_condition import BaseCondition
from monitoring.domain.effort import Effort
from monitoring.domain.effort_level import EffortLevel
from monitoring.domain.experienced_area import ExperiencedArea
from monitoring.domain.import_run import ImportRun
from monitoring.domain.indicator import Indicator
from monitoring.domain.measurement_series import MeasurementSeries
from monitoring.domain.partner import Partner
from monitoring.domain.performance_agreement import PerformanceAgreement
from monitoring.domain.questioning import JudgeLevelGround
from monitoring.domain.story import Story
from monitoring.import_store import ImportStore
from monitoring.importer import Importer
from monitoring.knowledge.base import known_base
from monitoring.knowledge.gates import known_grounds
from monitoring.knowledge.own import partner_that_left
from monitoring.knowledge.reactions import COMMANDS, REACTIONS, MonitoringKnowledge
from monitoring.settings import MonitoringSettings


def _parts(context: ServiceContext, settings: MonitoringSettings) -> Sequence[object]:
    words = words_of(
        context.engine, settings.key_encryption_key, table="story_words", id_column="story_id"
    )
    store = ImportStore(context.engine)
    return words, store, Importer(context, store)


def _tasks(context: ServiceContext, _settings: MonitoringSettings) -> dict[str, Task]:
    importer: Importer = context.parts[Importer]
    return {"importer": importer.run}


definition = Definition(
    name="monitoring",
    title="Monitoring: areas, counting and telling, effort levels",
    settings=MonitoringSettings,
    states=(
        Area,
        ExperiencedArea,
        Indicator,
        ImportRun,
        MeasurementSeries,
        Story,
        EffortLevel,
        Partner,
        BaseCondition,
        AreaRoles,
        PerformanceAgreement,
        Effort,
    ),
    commands=(
        areas.areas,
        areas.experienced,
        stories.commands,
        effort_levels.commands,
        partners.commands,
        imports.commands,
        base_conditions.commands,
        area_roles.commands,
        performance_agreements.commands,
        efforts.commands,
    ),
    routers=(
        areas.router,
        stories.router,
        effort_levels.router,
        level_gates.router,
        partners.router,
        imports.router,
        imports.files,
        base_conditions.router,
        area_roles.router,
        performance_agreements.router,
        efforts.router,
    ),
    migrations=(Migrations("monitoring", Path(__file__).parent / "migrations"),),
    knowledge=Knowledge(
        applier=MonitoringKnowledge,
        services=("monitoring", "housing_mix", "participation"),
        reactions=REACTIONS,
        commands=COMMANDS,
    ),
    knows={
        JudgeBaseByTime: known_base,
        JudgeBase: known_base,
        JudgeLevelGround: known_grounds,
        EndRolesOfPartner: partner_that_left,
    },
    parts=_parts,
    tasks=_tasks,
)
