"""The composition root of the query API."""

from __future__ import annotations

from pathlib import Path

from leefwijk.events.schemas import Migrations
from leefwijk.service.wiring import Definition
from projections.api import effort_status, greening_progress, social_base
from projections.read_models import PROJECTIONS
from projections.settings import ProjectionsSettings

MIGRATIONS = Migrations("projections", Path(__file__).parent / "migrations")

definition = Definition(
    name="projections",
    title="Projections: what people look at",
    settings=ProjectionsSettings,
    routers=(effort_status.router, greening_progress.router, social_base.router),
    migrations=(MIGRATIONS,),
    projections=PROJECTIONS,
)
