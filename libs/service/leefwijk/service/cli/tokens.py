"""`leefwijk token`: a token of the development issuer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leefwijk.service.cli.common import fail
from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role

DEFAULT_FOLDER = Path(".leefwijk/identity")


def token_command(
    role: Annotated[Role, typer.Option(help="What the holder is")],
    municipality: Annotated[
        list[str] | None, typer.Option(help="CBS code; a partner needs at least one")
    ] = None,
    partner: Annotated[str | None, typer.Option(help="Id of the partner organisation")] = None,
    subject: Annotated[str | None, typer.Option(help="Tells two holders of a role apart")] = None,
    folder: Annotated[Path, typer.Option(help="Where the development key lies")] = DEFAULT_FOLDER,
) -> None:
    """Print a token that is good for twelve hours on this machine's platform."""
    if role is Role.PARTNER and not (municipality and partner):
        fail("a partner's token needs --partner and --municipality")
    typer.echo(
        DevelopmentIssuer(folder).token(
            role, municipalities=tuple(municipality or ()), partner=partner, subject=subject
        )
    )
