"""The `leefwijk` command: what operators and analysts do outside the web."""

from __future__ import annotations

import logging
from importlib.metadata import entry_points

import structlog
import typer

from leefwijk.service.cli import (
    documents,
    knowledge,
    migrating,
    parked,
    restored,
    serving,
    tokens,
    topics,
)

app = typer.Typer(
    name="leefwijk",
    help="Leefwijk: livability of neighbourhoods, together with residents and partners.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("serve")(serving.serve_command)
app.command("migrate")(migrating.migrate_command)
app.command("token")(tokens.token_command)
app.command("restored")(restored.restored_command)
app.add_typer(topics.app, name="topics")
app.add_typer(parked.app, name="parked")
app.add_typer(documents.app, name="documents")
app.add_typer(knowledge.app, name="knowledge")


def main() -> None:
    """Run, with the commands that installed services add."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for point in entry_points(group="leefwijk.commands"):
        point.load()(app)
    app()
