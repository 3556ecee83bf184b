"""`leefwijk topics`: show the difference, create what is missing, fill a topic again."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import text

from leefwijk.events import topics as declared
from leefwijk.events.catalogue import published_language
from leefwijk.events.store.postgres import create_engine
from leefwijk.service.cli.common import definition_of, fail, run, settings_of
from leefwijk.service.settings import ServiceSettings
from leefwijk.service.wiring import definitions

app = typer.Typer(help="The topics on the broker.", no_args_is_help=True)


def _any_settings() -> ServiceSettings:
    return settings_of(next(iter(definitions().values())))


async def _compare_and_apply(settings: ServiceSettings, *, change: bool) -> declared.Difference:
    wanted = declared.declared_topics(published_language(), settings.municipalities)
    async with settings.broker.admin() as admin:
        difference = await declared.compare(admin, wanted)
        show(difference)
        if change and not difference.refused and not difference.empty:
            await declared.apply(admin, difference, settings.kafka_replication)
            typer.echo("done")
        return difference


def show(difference: declared.Difference) -> None:
    """Say what differs, in lines."""
    for topic in difference.missing:
        typer.echo(f"+ {topic.name} ({topic.partitions} partitions, kept for ever)")
    for name, changes in difference.config.items():
        typer.echo(f"~ {name}: {', '.join(f'{key}={value}' for key, value in changes.items())}")
    for said in difference.refused:
        typer.echo(f"! {said}")
    for name in difference.extra:
        typer.echo(f"? {name} is not declared; it is left alone")
    if difference.empty:
        typer.echo("the topics are as declared")


@app.command("diff")
def diff_command() -> None:
    """Show what differs between the broker and the declaration."""
    difference = run(_compare_and_apply(_any_settings(), change=False))
    raise typer.Exit(0 if difference.empty else 1)


@app.command("apply")
def apply_command() -> None:
    """Show the difference, then create what is missing. Never deletes, never repartitions."""
    difference = run(_compare_and_apply(_any_settings(), change=True))
    if difference.refused:
        fail("nothing was changed: see the lines with !")


async def _refill(settings: ServiceSettings, topic: str) -> None:
    engine = create_engine(settings.database_url, pool=2)
    async with engine.begin() as connection:
        await connection.execute(
            text("insert into relay_refills (topic) values (:topic) on conflict do nothing"),
            {"topic": topic},
        )
    await engine.dispose()


@app.command("refill")
def refill_command(topic: Annotated[str, typer.Argument(help="Name of the topic")]) -> None:
    """Send everything from the start of the log to this topic again."""
    parts = topic.split(".")
    if len(parts) < 3 or parts[0] != "leefwijk":  # noqa: PLR2004 - leefwijk.<service>.<rest>
        fail(f"{topic} is no topic of the platform; `leefwijk topics diff` lists them")
    service = parts[1].replace("-", "_")
    run(_refill(settings_of(definition_of(service)), topic))
    typer.echo(f"{topic} will be filled from the start by the relay of {service}")
