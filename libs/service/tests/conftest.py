"""A small service of notes in this process, on a real database, with real tokens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query, Request, Response
from sqlalchemy import text

from leefwijk.events.handling import Handler, Loaded
from leefwijk.events.schemas import CONSUME, STORE
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.testing.notes import Count, Note, Notes, Write
from leefwijk.events.testing.servers import Databases
from leefwijk.service.app import Check, Parts, create_app
from leefwijk.service.commands import Commands
from leefwijk.service.context import Actors, ServiceContext, context_of
from leefwijk.service.identity import Keys, Verifier
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.reads import Page, Paging, Reader, Resource, load_visible, page_of, tag
from leefwijk.service.roles import Role
from leefwijk.service.settings import Environment, ServiceSettings
from leefwijk.service.sheets import Sheet

BASE = "http://notes.test"
WORKER = Role.NEIGHBOURHOOD_WORKER


class Gate:
    """Holds commands on their way to a decision, as long as it is closed."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self.passed = 0

    async def pass_through(self) -> None:
        """Wait for the gate to open."""
        self.reached.set()
        await self.open.wait()
        self.passed += 1


async def _gathered(service: ServiceContext, *_rest: Any) -> tuple[Any, ...]:
    gate: Gate = service.parts[Gate]
    await gate.pass_through()
    return ()


def _commands() -> Commands:
    made = Commands("/notes", Note, tag="notes")
    made.create("", Write, role=WORKER, knows=_gathered)
    made.post("/{noteId}/counts", Count, role=(WORKER, Role.PARTNER), knows=_gathered)
    return made


class NoteResource(Resource):
    """A note as it stands."""

    id: str
    title: str | None
    total: int


def _resource(id_: str, loaded: Loaded[Note]) -> NoteResource:
    return NoteResource(id=id_, title=loaded.state.title, total=loaded.state.total)


SHEET = Sheet(NoteResource, id="Kenmerk", title="Titel", total="Aantal")


class NoteQuery(Paging):
    """What to list."""

    parity: Literal["even", "odd"] | None = None
    title: Annotated[str | None, Query(max_length=100)] = None


def _router() -> APIRouter:
    router = APIRouter(tags=["notes"])

    @router.get("/notes")
    async def list_notes(
        request: Request, response: Response, reader: Reader, query: Annotated[NoteQuery, Query()]
    ) -> Page[NoteResource]:
        """Every note."""
        terms = {"parity": query.parity}
        return await page_of(
            request, response, Note, query, reader, _resource, terms, title=query.title, sheet=SHEET
        )

    @router.get("/notes/{noteId}")
    async def get_note(request: Request, response: Response, reader: Reader) -> NoteResource:
        """One note."""
        id_ = request.path_params["noteId"]
        loaded = await load_visible(context_of(request), Note, id_, reader)
        tag(response, loaded.version)
        return _resource(id_, loaded)

    @router.get("/breaks")
    async def breaks() -> None:
        """Break in a way that nobody foresaw."""
        raise RuntimeError("NL91ABNA0417164300 of Mrs. De Vries")

    return router


@dataclass
class Service:
    """The service of notes, and how a test speaks to it."""

    name: str
    app: FastAPI
    client: httpx.AsyncClient
    gate: Gate
    issuer: DevelopmentIssuer
    _tokens: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def headers(
        self,
        role: Role = WORKER,
        *,
        subject: str | None = None,
        version: int | None = None,
        key: str | None = None,
        **more: str,
    ) -> dict[str, str]:
        """The headers of a request."""
        who = (role, subject)
        if who not in self._tokens:
            bound = ("GM0106",) if role is Role.PARTNER else ()
            partner = "partner" if role is Role.PARTNER else None
            self._tokens[who] = self.issuer.token(
                role, subject=subject, municipalities=bound, partner=partner
            )
        found = {"Authorization": f"Bearer {self._tokens[who]}", **more}
        if version is not None:
            found["If-Match"] = f'"{version}"'
        if key is not None:
            found["Idempotency-Key"] = key
        return found

    async def write(self, title: str = "Een notitie", **headers: Any) -> httpx.Response:
        """Write a note."""
        return await self.client.post(
            "/notes", json={"text": title}, headers=self.headers(**headers)
        )

    async def count(self, id_: str, amount: int, **headers: Any) -> httpx.Response:
        """Count up or down on a note."""
        return await self.client.post(
            f"/notes/{id_}/counts", json={"amount": amount}, headers=self.headers(**headers)
        )

    async def noted(self, **headers: Any) -> str:
        """The id of a note that was just written."""
        answer = await self.write(**headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def rows(self, statement: str, **given: Any) -> list[Any]:
        """Ask the service's database."""
        async with self.app.state.context.reading.connect() as connection:
            return list((await connection.execute(text(statement), given)).all())


@contextmanager
def _logs_kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.fixture
def logs_kept() -> Iterator[None]:
    """Whatever a test does to logging is undone."""
    with _logs_kept():
        yield


@pytest.fixture
def issuer(tmp_path: Path) -> DevelopmentIssuer:
    """An issuer with a key of its own."""
    return DevelopmentIssuer(tmp_path / "issuer")


_EMPTY = text("truncate events, documents, idempotency, actors restart identity")


@pytest.fixture(scope="session")
async def notes_url(databases: Databases) -> str:
    """A database for all tests of the kit: one at a time, each finds it empty."""
    return await databases.fresh(STORE, CONSUME)


@pytest.fixture
async def database_url(notes_url: str) -> str:
    """An empty database; emptying one is ten times as fast as making one."""
    engine = create_engine(notes_url)
    async with engine.begin() as connection:
        await connection.execute(_EMPTY)
    await engine.dispose()
    return notes_url


Make = Callable[..., Service]


@pytest.fixture
async def make_service(
    database_url: str, issuer: DevelopmentIssuer, service_name: str
) -> AsyncIterator[Make]:
    """Makes services of notes on one database: `make_service(cors_origins=(...))`."""
    async with AsyncExitStack() as stack:

        def make(*, checks: dict[str, Check] | None = None, **settings: Any) -> Service:
            given = ServiceSettings(
                environment=Environment.DEVELOPMENT,
                port=1,
                database_url=database_url,
                kafka_bootstrap="127.0.0.1:1",
                chamber_number="04016206",
                issuer=ISSUER,
                jwks=str(issuer.jwks),
                **settings,
            )
            engine = create_engine(database_url)
            store = EventStore(engine, service_name)
            handler = Handler(store, Notes())
            verifier = Verifier(ISSUER, "leefwijk", Keys(given.jwks))
            context = ServiceContext(service_name, engine, store, handler, verifier, Actors(engine))
            gate = Gate()
            context.add(gate)
            app = create_app(
                Parts(
                    service_name,
                    "Notes",
                    given,
                    context,
                    (_commands(),),
                    (_router(),),
                    checks=checks or {},
                )
            )
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{BASE}/v1")
            stack.push_async_callback(engine.dispose)
            stack.push_async_callback(store.close)
            stack.push_async_callback(client.aclose)
            return Service(service_name, app, client, gate, issuer)

        yield make


@pytest.fixture
def service(make_service: Make) -> Service:
    """The service of notes as it is without further settings."""
    return make_service()
