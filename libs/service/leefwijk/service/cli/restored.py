"""`leefwijk restored`: going on after a service's database was put back from a backup."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.records import Record
from leefwijk.events.envelope import source_uri
from leefwijk.events.relay.leader import LostLeadershipError
from leefwijk.events.relay.routing import Routing
from leefwijk.events.restore import RelayAliveError, Restored, Restorer
from leefwijk.events.store.postgres import create_engine
from leefwijk.service.cli.common import definition_of, fail, run, settings_of
from leefwijk.service.settings import ServiceSettings
from leefwijk.service.wiring import Definition, definitions


def _keeper(path: Path) -> Callable[[Record], None]:
    """Writes each lost event as a line: what its record said, headers and data."""

    def keep(record: Record) -> None:
        line = {name: value.decode(errors="replace") for name, value in record.headers}
        line["data"] = (record.value or b"").decode(errors="replace")
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    return keep


async def _restore(definition: Definition, settings: ServiceSettings, lost: Path) -> Restored:
    engine = create_engine(settings.database_url, pool=6, application="leefwijk-restored")
    routing = Routing(
        definition.name,
        source_uri(settings.chamber_number, definition.name),
        published_language(),
        frozenset(settings.municipalities),
    )
    operator = f"leefwijk restored/{getpass.getuser()}"
    keep, tell = _keeper(lost), typer.echo
    try:
        return await Restorer(
            engine, routing, settings.broker, operator, keep=keep, tell=tell
        ).run()
    finally:
        await engine.dispose()


def restored_command(
    service: Annotated[str, typer.Argument(help="Service whose database was put back")],
    lost: Annotated[
        Path | None, typer.Option(help="file for the lost events; lost-<service>.jsonl if not said")
    ] = None,
) -> None:
    """Bring the topics of a service in step with its restored database; run it before it starts.

    Events younger than the backup are lost. Those that stand on a topic are written to a file, then
    every topic is emptied and filled again, and partners are told. Safe to run again.
    """
    definition = definition_of(service)
    if not definition.states:
        typer.echo(f"{service} records no events: it reads on from where its database stands")
        typer.echo("if a service that it reads was restored after that backup was made:")
        _say_what_follows(service)
        return
    path = lost or Path(f"lost-{service}.jsonl")
    try:
        done = run(_restore(definition, settings_of(definition), path))
    except (RelayAliveError, LostLeadershipError) as error:
        fail(str(error))
    if done.lost:
        typer.echo(f"{len(done.lost)} events were lost; they stand in {path} for people to read")
    if done.nothing_to_do:
        typer.echo("the topics were in step with the store")
    typer.echo("then, before the service starts again:")
    _say_what_follows(service)


def _say_what_follows(service: str) -> None:
    """The commands for every database that holds what this service said, and for its own."""
    for other in sorted(definitions().values(), key=lambda one: one.name):
        if other.knowledge is not None and service in {*other.knowledge.services, other.name}:
            typer.echo(f"  leefwijk knowledge rebuild {other.name}")
        for projection in other.projections:
            typer.echo(f"  leefwijk rebuild {projection().name.partition('.')[2]}")
