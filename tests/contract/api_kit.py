"""The three services in this process, each on a database of its own, with real tokens.

The apps are built as in production but their lifespans never start: no broker, no background work.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from leefwijk.service.commands import CommandRoute
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.roles import Role
from leefwijk.service.settings import Environment
from leefwijk.service.wiring import Definition, definitions

AREA = "WK010601@2020"
"""An area that monitoring and initiatives know, in the municipality of the partner."""
UNKNOWN_AREA = "WK999901@2020"
MUNICIPALITY = "GM0106"
PARTNER = "partner-of-assen"
BASE = "http://leefwijk.test"


@contextmanager
def logs_kept() -> Iterator[None]:
    """Building an app sends the logs to standard output; tests keep their own."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def make_app(
    definition: Definition, database_url: str, jwks: Path | str, **settings: Any
) -> FastAPI:
    """A service's app; the settings name no broker that exists."""
    given = {
        "environment": Environment.DEVELOPMENT,
        "port": 1,
        "database_url": database_url,
        "kafka_bootstrap": "127.0.0.1:1",
        "chamber_number": "04016206",
        "issuer": ISSUER,
        "jwks": str(jwks),
        "municipalities": (MUNICIPALITY,),
        "key_encryption_key": base64.b64encode(bytes(32)).decode(),
        **settings,
    }
    with logs_kept():
        return definition.app(definition.settings(**given))


@dataclass(frozen=True)
class Command:
    """A command route of a service."""

    service: str
    route: CommandRoute

    def __str__(self) -> str:
        return f"{self.service} {self.route.path}"

    @property
    def names(self) -> list[str]:
        """The parameters of its path."""
        return re.findall(r"{(\w+)}", self.route.path)

    @property
    def filled(self) -> dict[str, str]:
        """Fields of the command that come from the path, with a value that fits."""
        return dict.fromkeys(self.route.filled, AREA)


@dataclass(frozen=True)
class Operation:
    """An operation that is no command, as the API describes it."""

    service: str
    method: str
    path: str
    parameters: tuple[dict[str, Any], ...] = field(hash=False, compare=False)

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.path}"

    def within(self, place: str) -> list[dict[str, Any]]:
        """Its parameters in the path or in the query."""
        return [one for one in self.parameters if one["in"] == place]


@cache
def _described() -> tuple[tuple[str, FastAPI], ...]:
    """Every service's app, on no database at all: enough to ask for its routes."""
    nowhere = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    return tuple(
        (name, make_app(definition, nowhere, "none"))
        for name, definition in sorted(definitions().items())
    )


def descriptions() -> dict[str, dict[str, Any]]:
    """The API description of every service."""
    return {name: app.openapi() for name, app in _described()}


def all_commands() -> list[Command]:
    """Every command route of every service."""
    return [
        Command(name, route) for name, app in _described() for route in app.state.command_routes
    ]


def all_operations() -> list[Operation]:
    """Every other operation of every service: queries and uploads."""
    commands = {(one.service, one.route.path) for one in all_commands()}
    return [
        Operation(name, method, path, tuple(operation.get("parameters", ())))
        for name, description in descriptions().items()
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if not (method == "post" and (name, path) in commands)
    ]


@dataclass
class Service:
    """A running service of a test."""

    name: str
    app: FastAPI
    client: httpx.AsyncClient
    issuer: DevelopmentIssuer
    things: dict[str, str] = field(default_factory=dict)
    """One existing aggregate of each kind: kind to id."""
    _tokens: dict[Role, str] = field(default_factory=dict)

    def bearer(self, role: Role) -> dict[str, str]:
        """The Authorization header of somebody with this role."""
        if role not in self._tokens:
            bound = (MUNICIPALITY,) if role is Role.PARTNER else ()
            who = PARTNER if role is Role.PARTNER else None
            self._tokens[role] = self.issuer.token(role, municipalities=bound, partner=who)
        return {"Authorization": f"Bearer {self._tokens[role]}"}

    async def stored(self) -> dict[str, int]:
        """How many rows there are of everything that a command can record."""
        engine = self.app.state.context.reading
        async with engine.connect() as connection:
            return {
                table: int(
                    (await connection.execute(text(f"select count(*) from {table}"))).scalar_one()
                )
                for table in ("events", "documents", "idempotency")
            }


@contextmanager
def nothing_running(app: FastAPI) -> Iterator[None]:
    """Every request has ended, and none is still counted as in flight."""
    yield
    assert app.state.draining.in_flight == 0
    assert not app.state.context.running


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """The problem of an answer, which must be a sound one (NL API Design Rules, RFC 9457)."""
    assert 400 <= answer.status_code < 500, f"{answer.status_code}: {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/problem+json", answer.headers
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    for member in ("type", "title", "detail", "code"):
        assert isinstance(body[member], str), body
        assert body[member], body
    assert "Traceback" not in answer.text
    assert "sqlalchemy" not in answer.text.lower()
    return body


@asynccontextmanager
async def started(
    definition: Definition, database_url: str, issuer: DevelopmentIssuer
) -> AsyncIterator[Service]:
    """A service to speak to, on this database."""
    app = make_app(definition, database_url, issuer.jwks)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{BASE}/v1")
    yield Service(definition.name, app, client, issuer)
    await client.aclose()
    await app.state.context.store.close()
    await app.state.context.engine.dispose()
