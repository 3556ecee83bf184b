"""`leefwijk import`: send a file to monitoring and follow its import."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from leefwijk.service.cli.common import fail, run, settings_of
from leefwijk.service.cli.tokens import DEFAULT_FOLDER
from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role

POLL_SECONDS = 0.3


async def _send(
    url: str, token: str, path: Path, fields: dict[str, str], mapping: Path | None
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        files = {"file": (path.name, path.read_bytes())}  # noqa: ASYNC240 - nothing else runs here
        if mapping is not None:
            files["mapping"] = (mapping.name, mapping.read_bytes())  # noqa: ASYNC240 - as above
        answer = await client.post("/v1/imports", data=fields, files=files)
        if answer.is_error:
            problem = answer.json()
            faults = problem.get("refusals") or problem.get("faults") or []
            lines = [problem["detail"], *(fault["detail"] for fault in faults)]
            raise RuntimeError("\n  ".join(dict.fromkeys(lines)))
        job: dict[str, Any] = answer.json()
        if job["alreadyDone"]:
            return job
        where = answer.headers["location"]
        while job["status"] == "running":
            typer.echo(f"\r{job['done']} of {job['of'] or '?'} records", nl=False)
            await asyncio.sleep(POLL_SECONDS)
            job = (await client.get(where)).json()
        typer.echo("")
        return job


def import_command(
    source: Annotated[str, typer.Argument(help="Name of a built-in source, or of your mapping")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    edition: Annotated[int, typer.Option(help="Year of the area division the file uses")],
    delivery: Annotated[int, typer.Option(help="Which delivery of this source edition")] = 1,
    areas: Annotated[str | None, typer.Option(help="known-only or register-missing")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A mapping file for any CSV")] = None,
    token: Annotated[str | None, typer.Option(envvar="TOKEN", help="An analyst's token")] = None,
) -> None:
    """Import a file and show what became of each row."""
    from monitoring.app import definition

    settings = settings_of(definition)
    url = settings.public_url or f"http://{settings.host}:{settings.port}"
    fields = {"source": source, "areaEdition": str(edition), "delivery": str(delivery)}
    if areas is not None:
        fields["areas"] = areas
    bearer = token or DevelopmentIssuer(DEFAULT_FOLDER, settings.environment).token(Role.ANALYST)
    job = run(_send(url, bearer, file, fields, mapping))
    if job["alreadyDone"]:
        typer.echo(f"already done: import {job['id']} of {job['startedAt']}; nothing changed")
        return
    if job["status"] != "completed":
        fail(f"the import is {job['status']}: {job['reason']}")
    typer.echo(
        f"import {job['id']}: {job['read']} rows, {job['good']} good, {job['bad']} bad; "
        f"{job['recorded']} recorded, {job['revised']} revised, {job['unchanged']} unchanged"
    )
    for warning in job["warnings"]:
        typer.echo(f"note: {warning}")
    if job["bad"]:
        typer.echo(f"the bad rows by line: GET {url}/v1/imports/{job['id']}/report")


def register(app: typer.Typer) -> None:
    """Add the commands of this service."""
    app.command("import")(import_command)
