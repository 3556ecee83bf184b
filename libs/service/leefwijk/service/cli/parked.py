"""`leefwijk parked`: events that wait for a person."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from sqlalchemy import text

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.core import Applied, ConsumerCore
from leefwijk.events.store.postgres import create_engine
from leefwijk.service.cli.common import definition_of, fail, run, settings_of
from leefwijk.service.wiring import Definition

app = typer.Typer(help="Events that could not be applied.", no_args_is_help=True)

_LIST = text("""
select p.consumer, p.stream_id, p.version, p.reason, p.detail, p.since from parked p
join consumer_generations g on g.consumer = p.consumer and g.current = p.generation
order by p.consumer, p.stream_id, p.version
""")

Service = Annotated[str, typer.Argument(help="Service whose consumer parked it")]


def _core(definition: Definition) -> ConsumerCore:
    applier = definition.consumer()
    if applier is None:
        fail(f"{definition.name} consumes nothing")
    engine = create_engine(settings_of(definition).database_url, pool=2)
    return ConsumerCore(engine, applier, published_language())


async def _rows(definition: Definition) -> list[tuple[str, ...]]:
    engine = create_engine(settings_of(definition).database_url, pool=2)
    async with engine.connect() as connection:
        rows = (await connection.execute(_LIST)).all()
    await engine.dispose()
    return [tuple(str(value) for value in row) for row in rows]


@app.command("list")
def list_command(service: Service) -> None:
    """List what waits, with the reason."""
    rows = run(_rows(definition_of(service)))
    for row in rows:
        typer.echo("  ".join(row))
    if not rows:
        typer.echo("nothing is parked")


async def _retry(core: ConsumerCore, stream: str) -> Applied:
    try:
        return await core.retry(stream)
    finally:
        await core.engine.dispose()


@app.command("retry")
def retry_command(service: Service, stream: Annotated[str, typer.Argument()]) -> None:
    """Try a parked stream again, for example after a new release."""
    core = _core(definition_of(service))
    try:
        applied = run(_retry(core, stream))
    except Exception as error:  # noqa: BLE001 - the reason is what the operator needs
        fail(f"{stream} stays parked: {type(error).__name__}: {error}")
    typer.echo(f"applied {applied.applied}, still parked {applied.parked}")


async def _skip(core: ConsumerCore, stream: str, by: str, reason: str) -> Applied:
    try:
        return await core.skip(stream, by=by, reason=reason)
    finally:
        await core.engine.dispose()


@app.command("skip")
def skip_command(
    service: Service,
    stream: Annotated[str, typer.Argument()],
    reason: Annotated[str, typer.Option(help="Why it may be passed over; kept for ever")],
) -> None:
    """Pass over what blocks a stream. Who and why are recorded."""
    core = _core(definition_of(service))
    try:
        applied = run(_skip(core, stream, getpass.getuser(), reason))
    except LookupError as error:
        fail(str(error))
    typer.echo(f"skipped; applied {applied.applied}, still parked {applied.parked}")
