"""`leefwijk parked`: events that wait for a person."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

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


_FIRST = text("""
select p.consumer, min(p.version) as version from parked p
join consumer_generations g on g.consumer = p.consumer and g.current = p.generation
where p.stream_id = :stream group by p.consumer
""")


def _engine(definition: Definition) -> AsyncEngine:
    return create_engine(settings_of(definition).database_url, pool=2)


async def _waiting(definition: Definition, engine: AsyncEngine, stream: str) -> list[ConsumerCore]:
    """The consumers of the service that wait at the first event of this stream that waits.

    Several read models may wait at the same event. One that waits further on waits for another
    event, and has its turn by itself or by the next command.
    """
    async with engine.connect() as connection:
        found = (await connection.execute(_FIRST, {"stream": stream})).all()
    first = min((row.version for row in found), default=0)
    names = {row.consumer for row in found if row.version == first}
    language = published_language()
    return [
        ConsumerCore(engine, applier, language)
        for applier in definition.consumers()
        if applier.name in names
    ]


async def _rows(definition: Definition) -> list[tuple[str, ...]]:
    engine = _engine(definition)
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


async def _retry(definition: Definition, stream: str) -> Applied:
    engine = _engine(definition)
    total = Applied()
    try:
        for core in await _waiting(definition, engine, stream):
            total.add(await core.retry(stream))
    finally:
        await engine.dispose()
    return total


@app.command("retry")
def retry_command(service: Service, stream: Annotated[str, typer.Argument()]) -> None:
    """Try a parked stream again, for example after a new release."""
    definition = definition_of(service)
    try:
        applied = run(_retry(definition, stream))
    except Exception as error:  # noqa: BLE001 - the reason is what the operator needs
        fail(f"{stream} stays parked: {type(error).__name__}: {error}")
    typer.echo(f"applied {applied.applied}, still parked {applied.parked}")


async def _skip(definition: Definition, stream: str, by: str, reason: str) -> Applied:
    engine = _engine(definition)
    total = Applied()
    try:
        waiting = await _waiting(definition, engine, stream)
        if not waiting:
            raise LookupError(f"nothing of {stream} is parked")
        for core in waiting:
            total.add(await core.skip(stream, by=by, reason=reason))
    finally:
        await engine.dispose()
    return total


@app.command("skip")
def skip_command(
    service: Service,
    stream: Annotated[str, typer.Argument()],
    reason: Annotated[str, typer.Option(help="Why it may be passed over; kept for ever")],
) -> None:
    """Pass over what blocks a stream. Who and why are recorded."""
    definition = definition_of(service)
    try:
        applied = run(_skip(definition, stream, getpass.getuser(), reason))
    except LookupError as error:
        fail(str(error))
    typer.echo(f"skipped; applied {applied.applied}, still parked {applied.parked}")
