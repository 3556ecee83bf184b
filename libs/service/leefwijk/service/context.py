"""What a request finds of its service: store, handler, identity."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.handling import Handler
from leefwijk.events.store.postgres import EventStore
from leefwijk.service.identity import Principal, Verifier

_FIND = text("select number from actors where issuer = :issuer and subject = :subject")
_ADD = text("""
insert into actors (issuer, subject) values (:issuer, :subject) on conflict do nothing
""")


class Actors:
    """Opaque numbers for who acts; the table that maps them can be erased."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._known: dict[tuple[str, str], int] = {}

    async def number(self, principal: Principal) -> int:
        """The number of this caller, given out at first sight."""
        who = (principal.issuer, principal.subject)
        if who not in self._known:
            asked = {"issuer": principal.issuer, "subject": principal.subject}
            async with self._engine.connect() as connection:
                found = (await connection.execute(_FIND, asked)).scalar_one_or_none()
                if found is None:
                    await connection.execute(_ADD, asked)
                    found = (await connection.execute(_FIND, asked)).scalar_one()
            self._known[who] = int(found)
        return self._known[who]


@dataclass
class ServiceContext:
    """The parts of a running service that its routes use."""

    name: str
    engine: AsyncEngine
    store: EventStore
    handler: Handler
    verifier: Verifier
    actors: Actors
    running: dict[tuple[str, str, str], asyncio.Future[None]] = field(default_factory=dict)
    """Requests with an Idempotency-Key that are being answered now."""
    parts: dict[type, Any] = field(default_factory=dict)
    """What a service adds for its own routes, found by class."""

    @property
    def reading(self) -> AsyncEngine:
        """The engine for single statements: nothing it runs leaves a transaction open."""
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def add(self, *parts: Any) -> None:
        """Add parts of the service's own."""
        self.parts.update({type(part): part for part in parts})


P = TypeVar("P")


def context_of(request: Request) -> ServiceContext:
    """The context of the service that answers this request."""
    return cast("ServiceContext", request.app.state.context)


def part_of(request: Request, kind: type[P]) -> P:
    """A part that the service added."""
    return cast("P", context_of(request).parts[kind])
