"""`leefwijk migrate`: bring a service's database to the newest schema."""

from __future__ import annotations

from typing import Annotated

import typer

from leefwijk.events.migrate import migrate
from leefwijk.service.cli.common import definition_of, run, settings_of


def migrate_command(
    services: Annotated[list[str], typer.Argument(help="Names of services")],
) -> None:
    """Apply what the database lacks; safe to run twice and by two at once."""
    for service in services:
        definition = definition_of(service)
        run(migrate(settings_of(definition).database_url, *definition.all_migrations))
        typer.echo(f"{service}: the database is up to date")
