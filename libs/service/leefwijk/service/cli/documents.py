"""`leefwijk documents rebuild`: fold kept states anew, beside live traffic."""

from __future__ import annotations

from typing import Annotated

import typer

from leefwijk.events.catalogue import published_language
from leefwijk.events.handling import Handler
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.store.refold import refold
from leefwijk.service.cli.common import definition_of, run, settings_of
from leefwijk.service.wiring import Definition

app = typer.Typer(help="Kept states of streams.", no_args_is_help=True)


@app.callback()
def _documents() -> None:
    """Keep `rebuild` a command of its own."""


async def _rebuild(definition: Definition, *, everything: bool) -> None:
    engine = create_engine(settings_of(definition).database_url, pool=4)
    handler = Handler(EventStore(engine, definition.name), published_language())
    try:
        for kind in definition.states:
            written = 0
            async for done in refold(engine, handler, kind, everything=everything):
                written = done.written
                typer.echo(f"\r{kind.kind}: {done.looked_at} looked at", nl=False)
            typer.echo(f"\r{kind.kind}: {written} folded anew")
    finally:
        await engine.dispose()


@app.command("rebuild")
def rebuild_command(
    service: Annotated[str, typer.Argument(help="Name of the service")],
    everything: Annotated[bool, typer.Option("--all", help="also what seems sound")] = False,
) -> None:
    """Fold documents that are stale or of other folding code from their events."""
    run(_rebuild(definition_of(service), everything=everything))
