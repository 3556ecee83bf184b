"""`leefwijk serve`: one service in this process."""

from __future__ import annotations

from typing import Annotated

import typer

from leefwijk.service.cli.common import definition_of, settings_of
from leefwijk.service.serve import serve


def serve_command(service: Annotated[str, typer.Argument(help="Name of the service")]) -> None:
    """Serve a service until it is told to stop."""
    definition = definition_of(service)
    settings = settings_of(definition)
    serve(definition.app(settings), settings)
