"""`leefwijk knowledge rebuild`: what a service knows of others, anew from their topics."""

from __future__ import annotations

from typing import Annotated

import typer

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.knowledge import rebuild_knowledge
from leefwijk.events.consume.reactions import Reactions
from leefwijk.events.consume.rebuild import RebuildRunningError
from leefwijk.events.store.postgres import create_engine
from leefwijk.events.topics import platform_topic
from leefwijk.service.cli.common import definition_of, fail, run, settings_of
from leefwijk.service.settings import ServiceSettings
from leefwijk.service.wiring import Definition, Knowledge

app = typer.Typer(help="What services know of each other.", no_args_is_help=True)


@app.callback()
def _knowledge() -> None:
    """Keep `rebuild` a command of its own."""


async def _progress(done: int, total: int) -> None:
    typer.echo(f"\r{done} of {total} records", nl=False)


async def _rebuild(definition: Definition, knowledge: Knowledge, settings: ServiceSettings) -> int:
    engine = create_engine(settings.database_url, pool=4)
    applier = knowledge.applier(Reactions(definition.name))
    core = ConsumerCore(engine, applier, published_language())
    topics = [platform_topic(service) for service in knowledge.services]
    reactions = Reactions(definition.name, knowledge.reactions)
    try:
        return await rebuild_knowledge(core, reactions, settings.broker, topics, _progress)
    finally:
        await engine.dispose()


@app.command("rebuild")
def rebuild_command(
    service: Annotated[str, typer.Argument(help="Service that knows something of others")],
) -> None:
    """Read the topics of other services from their start, then go over to it in one moment.

    The service may run meanwhile and goes on with the old knowledge until then. Nothing is done a
    second time.
    """
    definition = definition_of(service)
    if definition.knowledge is None:
        fail(f"{service} keeps no knowledge of other services")
    try:
        read = run(_rebuild(definition, definition.knowledge, settings_of(definition)))
    except RebuildRunningError as error:
        fail(str(error))
    typer.echo(f"\n{service}: knowledge rebuilt from {read} records")
