"""Files that callers send: judged by role before a byte of the form is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.routing import APIRoute

from leefwijk.events.decider import Actor
from leefwijk.events.handling import Caller
from leefwijk.service.commands import require_role
from leefwijk.service.context import ServiceContext
from leefwijk.service.identity import Principal
from leefwijk.service.problems import Problem
from leefwijk.service.reads import caller
from leefwijk.service.roles import Role
from leefwijk.service.trace import current_trace


def uploads(*roles: Role, tag: str) -> APIRouter:
    """A router whose routes take files, from these roles only.

    The framework reads a whole form before it asks who sent it; these routes ask first.
    """

    class RoleFirst(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def judged(request: Request) -> Response:
                require_role(await caller(request), roles)
                return await handle(request)

            return judged

    return APIRouter(tags=[tag], route_class=RoleFirst)


async def content_of(file: UploadFile, largest: int) -> bytes:
    """The bytes of a file. Raises `too-large` above so many of them."""
    content = await file.read(largest + 1)
    if len(content) > largest:
        raise Problem("too-large", f"A file has at most {largest} bytes.")
    return content


def file_title(name: str | None) -> str:
    """The name of a file, without folders and what no title may hold."""
    plain = "".join(sign for sign in (name or "").rsplit("/", 1)[-1] if sign.isprintable())
    return plain.strip()[:200] or "file"


async def sender(service: ServiceContext, principal: Principal) -> Caller:
    """Who sends the file, as the command that records it names it."""
    trace = current_trace.get()
    return Caller(
        Actor(await service.actors.number(principal), principal.role.value),
        correlation=trace.correlation if trace else None,
        traceparent=trace.traceparent if trace else None,
    )
