"""The composition root of housing mix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from housing_mix.api import dwelling_imports, dwellings, plans, rent_limits
from housing_mix.domain.dwelling_import import DwellingImport
from housing_mix.domain.home_claims import HomeClaims
from housing_mix.domain.plan import Plan
from housing_mix.domain.rent_limits import RentLimits
from housing_mix.domain.unit import Unit
from housing_mix.import_store import DwellingImportStore
from housing_mix.importer import DwellingImporter
from housing_mix.knowledge.areas import AreaKnowledge
from housing_mix.settings import HousingMixSettings
from leefwijk.events.schemas import Migrations
from leefwijk.service.app import Task
from leefwijk.service.context import ServiceContext
from leefwijk.service.wiring import Definition, Knowledge


def _parts(context: ServiceContext, _settings: HousingMixSettings) -> Sequence[object]:
    store = DwellingImportStore(context.engine)
    return store, DwellingImporter(context, store)


def _tasks(context: ServiceContext, _settings: HousingMixSettings) -> dict[str, Task]:
    importer: DwellingImporter = context.parts[DwellingImporter]
    return {"importer": importer.run}


definition = Definition(
    name="housing_mix",
    title="Housing mix: homes as stock, their condition and the plans with them",
    settings=HousingMixSettings,
    states=(Unit, DwellingImport, Plan, HomeClaims, RentLimits),
    commands=(dwellings.commands, plans.commands, rent_limits.commands),
    routers=(
        dwellings.router,
        dwelling_imports.router,
        dwelling_imports.files,
        plans.router,
        rent_limits.router,
    ),
    migrations=(Migrations("housing_mix", Path(__file__).parent / "migrations"),),
    knowledge=Knowledge(applier=AreaKnowledge, services=("monitoring",)),
    parts=_parts,
    tasks=_tasks,
)
