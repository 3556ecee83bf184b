"""Every API against its own description, with generated requests that fit it and that do not."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
import uvicorn
from api_kit import AREA, Service, all_commands, descriptions, make_app, started
from api_seeds import seed
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from leefwijk.events.testing.servers import Databases
from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role
from leefwijk.service.wiring import definitions

SECONDS = 6.0
"""After so long in one service and mode, what is left is tried with one request each."""
EXAMPLES = 12
NOT_HTTP = b"Invalid HTTP request received."
"""What the server itself says to an address of over 64 KiB; such a request reaches no app."""
CONFORMS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CHECKS = {
    GenerationMode.POSITIVE: CONFORMS,
    GenerationMode.NEGATIVE: [*CONFORMS, negative_data_rejection],
}


@dataclass(frozen=True)
class Tried:
    """A service's database and what is in it, by kind."""

    url: str
    things: dict[str, str]

    def id_for(self, parameter: str) -> str | None:
        """The id of something that this parameter of a path can name."""
        stem = parameter.removesuffix("Id").removesuffix("y")
        stem = {"drawing": "experienced", "area": AREA}.get(stem, stem)
        if stem == AREA:
            return AREA
        return next((id_ for kind, id_ in self.things.items() if kind.startswith(stem)), None)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app on a free port, in a thread with a loop of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        app, "127.0.0.1", port, log_config=None, access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)

    async def run() -> None:
        await server.serve()
        await app.state.context.store.close()
        await app.state.context.engine.dispose()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(scope="session")
async def tried(databases: Databases, issuer: DevelopmentIssuer) -> dict[str, Tried]:
    """For each service a database with one aggregate of each kind, that nothing else uses."""
    made = {}
    for name, definition in definitions().items():
        url = await databases.fresh(*definition.all_migrations)
        async with started(definition, url, issuer) as service:
            await seed(service)
        made[name] = Tried(url, service.things)
    return made


def role_for(name: str, path: str, method: str) -> Role:
    """Somebody who may."""
    for command in all_commands():
        if (command.service, command.route.path, method) == (name, path, "post"):
            return command.route.roles[0]
    return Role.SERVICE if method == "get" else Role.ANALYST


@pytest.mark.parametrize("mode", list(CHECKS), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", sorted(definitions()))
def test_the_api_is_what_it_says(
    name: str,
    mode: GenerationMode,
    tried: dict[str, Tried],
    issuer: DevelopmentIssuer,
    services: dict[str, Service],
) -> None:
    """Status, content type, headers and body of every answer are as described, and never a 5xx."""
    schema = schemathesis.openapi.from_dict(descriptions()[name])
    operations = [found.ok() for found in schema.get_all_operations()]
    app = make_app(definitions()[name], tried[name].url, issuer.jwks)
    until = time.monotonic() + SECONDS
    with served(app) as base:
        for operation in operations:
            headers = services[name].bearer(
                role_for(name, operation.path, operation.method.lower())
            )
            ids = tried[name] if mode is GenerationMode.POSITIVE else None
            # late, on a busy machine: every operation is still tried once
            examples = EXAMPLES if time.monotonic() < until else 1
            _try(operation, mode, f"{base}/v1", headers, examples, ids)


def _try(
    operation: Any,
    mode: GenerationMode,
    base: str,
    headers: dict[str, str],
    examples: int,
    ids: Tried | None,
) -> None:
    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def holds(case: Any) -> None:
        for name in case.path_parameters or {}:
            known = ids.id_for(name) if ids else None
            if known is not None:
                case.path_parameters[name] = known
        answer = case.call(base_url=base, headers=headers)
        if answer.content == NOT_HTTP:
            return
        case.validate_response(answer, checks=CHECKS[mode], headers=headers)

    holds()
