"""`leefwijk rebuild`: a read model anew, beside the one that people read."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from leefwijk.events.consume.rebuild import RebuildRunningError, rebuild
from leefwijk.events.store.postgres import create_engine
from leefwijk.service import garbage
from leefwijk.service.cli.common import fail, run, settings_of
from leefwijk.service.settings import ServiceSettings
from projections.app import definition
from projections.read_models import READ_MODELS, ReadModel

GIVES_WAY = 10
"""How much nicer than others this process is: people wait for the live path, nobody for this."""


async def _progress(done: int, total: int) -> None:
    share = done * 100 // total if total else 100
    typer.echo(f"\r{done} of {total} records ({share} %)", nl=False)


async def _rebuild(model: ReadModel, settings: ServiceSettings) -> int:
    engine = create_engine(settings.database_url, pool=4)
    core = model.core(engine)
    garbage.settle_for_a_job()
    os.nice(GIVES_WAY)
    try:
        return await rebuild(core, model.projection(), settings.broker, model.topics, _progress)
    finally:
        await engine.dispose()


def rebuild_command(
    read_model: Annotated[str, typer.Argument(help=", ".join(READ_MODELS))],
) -> None:
    """Read all topics from their start into a new generation, then switch to it in one moment."""
    model = READ_MODELS.get(read_model)
    if model is None:
        fail(f"there is no read model {read_model}; there are {', '.join(READ_MODELS)}")
    try:
        done = run(_rebuild(model, settings_of(definition)))
    except RebuildRunningError as error:
        fail(str(error))
    typer.echo(f"\n{read_model}: rebuilt from {done} records; readers see the new one")


def register(app: typer.Typer) -> None:
    """Add the commands of this service."""
    app.command("rebuild")(rebuild_command)
