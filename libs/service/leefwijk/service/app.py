"""The app factory: one way in which every service is put together, started and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from leefwijk.events.decider import RefusedError
from leefwijk.events.handling import (
    BusyError,
    NotFoundError,
    UnavailableError,
    VersionConflictError,
)
from leefwijk.events.store.postgres import DRIVER_ERRORS, is_gone
from leefwijk.events.store.records import TooLargeError
from leefwijk.service import audit
from leefwijk.service.commands import Commands
from leefwijk.service.context import ServiceContext
from leefwijk.service.middleware import Draining, Edge
from leefwijk.service.openapi import describe
from leefwijk.service.problems import Problem, as_problem, invalid_input
from leefwijk.service.settings import ServiceSettings

_log = structlog.get_logger(__name__)

API_VERSION = "1.0.0"
DRAIN_SECONDS = 20.0

Task = Callable[[], Awaitable[None]]
Check = Callable[[], Awaitable[str | None]]
"""A part of readiness: says what is wrong, or nothing."""


@dataclass
class Parts:
    """What a service brings to the factory."""

    name: str
    title: str
    settings: ServiceSettings
    context: ServiceContext
    commands: Sequence[Commands] = ()
    routers: Sequence[APIRouter] = ()
    tasks: dict[str, Task] = field(default_factory=dict)
    """Background work by name: relay, ticker, consumers. A task that fails starts again."""
    checks: dict[str, Check] = field(default_factory=dict)
    close: Sequence[Task] = ()
    """Called last, in order."""


def create_app(parts: Parts) -> FastAPI:
    """The service as an ASGI app; its lifespan starts and drains the background work."""
    draining = Draining()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        running = [
            asyncio.create_task(_keep_running(name, task), name=f"{parts.name} {name}")
            for name, task in parts.tasks.items()
        ]
        try:
            yield
        finally:
            draining.started = True
            if not await draining.quiet(DRAIN_SECONDS):
                _log.warning("requests were still in flight at the end")
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await parts.context.store.close()
            for close in parts.close:
                await close()
            await parts.context.engine.dispose()

    app = FastAPI(
        title=parts.title,
        version=API_VERSION,
        description=f"{parts.title}. Part of Leefwijk, livability of neighbourhoods.",
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = parts.context
    app.state.draining = draining
    routes = [route for group in parts.commands for route in group.routes]
    app.state.command_routes = routes
    for group in parts.commands:
        app.include_router(group.router, prefix="/v1")
    for router in (*parts.routers, audit.router):
        app.include_router(router, prefix="/v1")
    app.include_router(_operations(parts, draining))
    _add_openapi(app)
    _add_handlers(app)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(parts.settings.cors_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match"],
        expose_headers=["API-Version", "ETag", "Link", "Location", "Retry-After"],
    )
    app.add_middleware(
        Edge,
        service=parts.name,
        version=API_VERSION,
        max_body=parts.settings.max_body_bytes,
        draining=draining,
    )
    return app


async def _keep_running(name: str, task: Task) -> None:
    while True:
        try:
            await task()
        except Exception:  # noqa: BLE001 - logged whole, and the work goes on
            _log.exception("background work starts again", task=name)
        await asyncio.sleep(1)


def _operations(parts: Parts, draining: Draining) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def live() -> PlainTextResponse:
        return PlainTextResponse("the loop turns\n")

    @router.get("/readyz")
    async def ready() -> JSONResponse:
        wrong: dict[str, str] = {}
        if draining.started:
            wrong["draining"] = "no new requests, please"
        for name, check in parts.checks.items():
            said = await check()
            if said is not None:
                wrong[name] = said
        headers = {"Retry-After": "2"} if wrong else {}
        return JSONResponse({"ready": not wrong, "wrong": wrong}, 503 if wrong else 200, headers)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def _add_openapi(app: FastAPI) -> None:
    made: dict[str, Any] = {}

    async def openapi(_request: Request) -> JSONResponse:
        if not made:
            made.update(describe(app, app.state.command_routes))
        # public by the API Design Rules, so that any origin may read it
        return JSONResponse(made, headers={"Access-Control-Allow-Origin": "*"})

    app.add_route("/v1/openapi.json", openapi, methods=["GET"], include_in_schema=False)
    app.openapi = lambda: describe(app, app.state.command_routes)  # type: ignore[method-assign]  # FastAPI's documented way


def _add_handlers(app: FastAPI) -> None:
    async def known(_request: Request, error: Exception) -> Response:
        problem = as_problem(error)
        if problem is None:
            raise error
        return problem.response()

    for kind in (
        Problem,
        RefusedError,
        NotFoundError,
        VersionConflictError,
        BusyError,
        UnavailableError,
        TooLargeError,
    ):
        app.add_exception_handler(kind, known)

    async def gone(_request: Request, error: Exception) -> Response:
        if not is_gone(error):
            raise error
        _log.warning("the database is away", reason=type(error).__name__)
        problem = as_problem(UnavailableError())
        assert problem is not None  # noqa: S101 - it is one of the kit's
        return problem.response()

    for away in (SQLAlchemyError, OSError, TimeoutError, *DRIVER_ERRORS):
        app.add_exception_handler(away, gone)

    async def schema(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
        return invalid_input(
            [
                {
                    "pointer": "/".join(str(part) for part in fault["loc"]),
                    "code": fault["type"],
                    "detail": fault["msg"],
                }
                for fault in error.errors()
            ]
        ).response()

    app.add_exception_handler(RequestValidationError, schema)

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "http")
        said = "There is nothing at this address." if error.status_code == 404 else error.detail  # noqa: PLR2004
        return Problem(
            code, said, status=error.status_code, headers=dict(error.headers or {})
        ).response()

    app.add_exception_handler(HTTPException, http)
