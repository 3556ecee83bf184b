"""Routes for commands: one line each.

    commands = Commands("/initiatives", Initiative, tag="initiatives")
    commands.create("", ProposeInitiative, role=Role.NEIGHBOURHOOD_WORKER, knows=...)
    commands.post("/{id}/support-grants", GrantSupport, role=Role.AREA_MANAGER, knows=...)

The command's model is the request body. `Idempotency-Key` repeats an answer, `If-Match` guards
every change of what exists, and a refusal becomes problem+json by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.responses import Response

from leefwijk.events.decider import Actor, Command, Context, State
from leefwijk.events.handling import Caller, Idempotency, Knows, Outcome, VersionConflictError
from leefwijk.events.store.records import TwinError
from leefwijk.service.context import ServiceContext, context_of
from leefwijk.service.identity import Principal
from leefwijk.service.problems import Problem, invalid_input, schema_faults
from leefwijk.service.roles import Role
from leefwijk.service.trace import current_trace

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z@.-]{0,99}", re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_ETAG = re.compile(r'(?:W/)?"(?P<version>\d{1,9})"', re.ASCII)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

TWIN_SECONDS = 5.0
"""How long a request waits for its running twin."""

LARGEST_COMMAND = 1024 * 1024
"""Bytes that a command may have, also where a service takes files that are larger."""

Roles = Role | tuple[Role, ...]

Gather = Callable[[ServiceContext, Any, Any, Context], Awaitable[tuple[Any, ...]]]
"""Gathers what a decision needs to know: `(service, command, state, context) -> pieces`."""
KeepBeside = Callable[[ServiceContext, Any, Outcome], Awaitable[None]]
"""Keeps what may not stand in an event, before the append: `(service, command, outcome)`."""


@dataclass(frozen=True)
class CommandRoute:
    """A route of a command, for the API's description and for tests over all routes."""

    path: str
    command: type[Command[Any]]
    roles: tuple[Role, ...]
    creates: bool
    filled: tuple[str, ...] = ()
    """Fields of the command that come from the path and so stand in no body, by their JSON name."""


class _Described(APIRoute):
    """A route that stands in the API's description and is answered without FastAPI's machinery.

    A command has one body, which is read here; looking for dependencies and building an answer
    from a model would cost as much as the command itself.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


class Commands:
    """The command routes of one aggregate."""

    def __init__(self, prefix: str, state: type[State], *, tag: str) -> None:
        self.router = APIRouter(tags=[tag], route_class=_Described)
        self.routes: list[CommandRoute] = []
        self._prefix = prefix
        self._state = state

    def create(
        self,
        path: str,
        command: type[Command[Any]],
        *,
        role: Roles,
        knows: Gather | None = None,
        keep: KeepBeside | None = None,
        fill: dict[str, str] | None = None,
    ) -> None:
        """A command that starts an aggregate: 201 with its Location.

        `fill` names fields of the command that come from the path: `{"area": "areaId"}`.
        """
        self._add(path, command, role, knows, keep, fill or {}, creates=True)

    def post(
        self,
        path: str,
        command: type[Command[Any]],
        *,
        role: Roles,
        knows: Gather | None = None,
        keep: KeepBeside | None = None,
        starts: bool = False,
    ) -> None:
        """A command on an aggregate that exists: needs If-Match, answers 201.

        With `starts` it may also begin the aggregate that the path names, which stands at version 0
        until then: whoever read nothing of it sends `If-Match: "0"`.
        """
        self._add(path, command, role, knows, keep, {}, creates=False, starts=starts)

    def _add(
        self,
        path: str,
        command: type[Command[Any]],
        role: Roles,
        knows: Gather | None,
        keep: KeepBeside | None,
        fill: dict[str, str],
        *,
        creates: bool,
        starts: bool = False,
    ) -> None:
        roles = role if isinstance(role, tuple) else (role,)
        full = f"{self._prefix}{path}"
        route = CommandRoute(full, command, roles, creates, tuple(fill))
        self.routes.append(route)
        run = _Run(route, self._prefix, knows, keep, fill, starts)

        async def endpoint(request: Request) -> Response:
            return await run(request)

        self.router.add_api_route(
            full,
            endpoint,
            methods=["POST"],
            status_code=201,
            name=command.__name__,
            summary=(command.__doc__ or command.__name__).strip().split("\n")[0],
            openapi_extra={"x-command": f"{command.__module__}:{command.__qualname__}"},
            response_model=None,
        )


@dataclass
class _Run:
    """Runs one command route."""

    route: CommandRoute
    prefix: str
    knows: Gather | None
    keep: KeepBeside | None
    fill: dict[str, str]
    starts: bool

    async def __call__(self, request: Request) -> Response:
        service = context_of(request)
        principal = await service.verifier.verify(request.headers.get("authorization"))
        require_role(principal, self.route.roles)
        body = await read_body(request)
        # the key is looked up before If-Match: an answered request stays answered
        key = _idempotency(request, principal, body)
        if key is None:
            return await self._execute(request, service, principal, body, None)
        return await answer_once(
            service, key, partial(self._execute, request, service, principal, body, key), _response
        )

    async def _execute(
        self,
        request: Request,
        service: ServiceContext,
        principal: Principal,
        body: bytes,
        key: Idempotency | None,
    ) -> Response:
        command = self._parse(request, body)
        if self.route.creates:
            id_ = str(uuid5(NAMESPACE_URL, f"{key.caller} {key.route} {key.key}")) if key else None
            expected = None
        else:
            id_ = path_id(request)
            expected = if_match(request)
        trace = current_trace.get()
        caller = Caller(
            Actor(
                await service.actors.number(principal),
                principal.role.value,
                principal.municipalities,
                principal.partner,
                principal.group,
            ),
            correlation=trace.correlation if trace else None,
            traceparent=trace.traceparent if trace else None,
        )
        try:
            outcome = await service.handler.execute(
                command,
                id_=id_,
                caller=caller,
                knows=_seen_by(principal, partial(self.knows, service) if self.knows else None),
                keep=partial(self.keep, service) if self.keep else None,
                if_match=expected,
                create=self.route.creates,
                start=self.starts,
                idempotency=key,
                answer=self._answer,
            )
        except VersionConflictError as error:
            if principal.inside:
                raise
            # what others changed meanwhile is said in words for people of the platform
            raise VersionConflictError(error.asked, error.now) from error
        return _response(self._answer(outcome))

    def _parse(self, request: Request, body: bytes) -> Command[Any]:
        given = {field: request.path_params[name] for field, name in self.fill.items()}
        try:
            if not given:
                return self.route.command.model_validate_json(body, strict=True, by_alias=True)
            return self.route.command.model_validate_json(
                merge_json(body, given), strict=True, by_alias=True
            )
        except ValidationError as error:
            raise schema_faults(error) from error

    def _answer(self, outcome: Outcome) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "id": outcome.id,
            "version": outcome.version,
            "token": outcome.token,
            "events": [str(id_) for id_ in outcome.events],
        }
        if self.route.creates:
            base = re.sub(r"^.*\{[^}]*\}/", "/", self.route.path)
            answer["location"] = f"/v1{base}/{outcome.id}"
        return answer


async def answer_once(
    service: ServiceContext,
    key: Idempotency,
    execute: Callable[[], Awaitable[Response]],
    again: Callable[[dict[str, Any]], Response],
) -> Response:
    """Execute a request, or answer it `again` as it was answered before under this key.

    Raises a 422 for another request under the same key, a 409 while its twin runs too long.
    """
    twins = service.running
    mine = (key.caller, key.route, key.key)
    # a twin that runs has an answer soon; whoever is next takes the place before it looks
    while (running := twins.get(mine)) is not None:
        await _wait_for(running)
    done = asyncio.get_running_loop().create_future()
    twins[mine] = done
    try:
        answered = await _answered(service, key)
        return await execute() if answered is None else again(answered)
    except Exception as error:
        # a twin in another process may have been first: then its answer is ours
        answered = await _answered(service, key) if _may_be_twin(error) else None
        if answered is None:
            raise
        return again(answered)
    finally:
        del twins[mine]
        done.set_result(None)


def require_role(principal: Principal, roles: tuple[Role, ...]) -> None:
    """Raise a 403 unless the caller has one of the roles."""
    if principal.role not in roles:
        names = " or ".join(role.value for role in roles)
        raise Problem("role-not-allowed", f"This is for {names}, not for {principal.role.value}.")


async def read_body(request: Request) -> bytes:
    """The JSON body as sent. Raises 415 for another content type, 413, or 400 for a NUL."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem("unsupported-media-type", "Send application/json.", status=415)
    body = await _limited_body(request)
    if _NUL.search(body) or b"\0" in body:
        raise invalid_input([{"pointer": "#", "code": "nul", "detail": "a NUL is no text"}])
    return body


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_COMMAND:
            raise Problem("too-large", f"A command has at most {LARGEST_COMMAND} bytes.")
    return bytes(body)


def merge_json(body: bytes, given: dict[str, str]) -> bytes:
    """The body's object with fields from the path added. Raises a 400 if it is no object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid_input(
            [{"pointer": "#", "code": "json_invalid", "detail": "this is no JSON"}]
        ) from error
    if not isinstance(found, dict):
        raise invalid_input(
            [{"pointer": "#", "code": "model_type", "detail": "an object is expected"}]
        )
    twice = sorted(given.keys() & found.keys())
    if twice:
        raise invalid_input(
            [
                {"pointer": f"#/{name}", "code": "extra_forbidden", "detail": "it is in the path"}
                for name in twice
            ]
        )
    try:
        return json.dumps(found | given).encode()
    except (ValueError, RecursionError) as error:
        raise invalid_input(
            [{"pointer": "#", "code": "json_invalid", "detail": "this is no JSON"}]
        ) from error


def path_id(request: Request) -> str:
    """The id in the path. Raises a 404 for what can be no id."""
    found = next(iter(request.path_params.values()))
    if not _ID.fullmatch(found):
        raise Problem("not-found", "There is no such resource.")
    return str(found)


def if_match(request: Request) -> int:
    """The version that the caller read. Raises 428 or 400."""
    header = request.headers.get("if-match")
    if header is None:
        raise Problem(
            "version-required", "Send If-Match with the ETag of what you read.", status=428
        )
    found = _ETAG.fullmatch(header.strip())
    if found is None:
        raise invalid_input(
            [{"pointer": "If-Match", "code": "etag", "detail": 'an ETag such as "4" is expected'}]
        )
    return int(found["version"])


def key_of(request: Request) -> str | None:
    """The caller's key for this request, if it sent one. Raises a 400 for what can be none."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise invalid_input(
            [{"pointer": "Idempotency-Key", "code": "key", "detail": "1 to 255 visible signs"}]
        )
    return key


def _idempotency(request: Request, principal: Principal, body: bytes) -> Idempotency | None:
    key = key_of(request)
    if key is None:
        return None
    digest = hashlib.sha256(body).hexdigest()
    return Idempotency(principal.key, f"{request.method} {request.url.path}", key, digest)


async def _answered(service: ServiceContext, key: Idempotency) -> dict[str, Any] | None:
    kept = await service.store.answer(key.caller, key.route, key.key)
    if kept is None:
        return None
    body_hash, answer = kept
    if body_hash != key.body_hash:
        raise Problem(
            "idempotency-key-reused", "This key was used for a different request.", status=422
        )
    return answer


def _response(answer: dict[str, Any]) -> Response:
    headers = {"ETag": f'"{answer["version"]}"'}
    if "location" in answer:
        headers["Location"] = answer["location"]
    return Response(to_json(answer), 201, headers, "application/json")


def _may_be_twin(error: Exception) -> bool:
    return not isinstance(error, Problem) or isinstance(error, TwinError)


async def _wait_for(running: asyncio.Future[None]) -> None:
    try:
        await asyncio.wait_for(asyncio.shield(running), TWIN_SECONDS)
    except TimeoutError:
        raise Problem("in-progress", "The same request is still running; ask again.") from None


def _seen_by(principal: Principal, knows: Knows | None) -> Knows | None:
    """Bind a partner to its municipalities before any knowledge is gathered."""
    if principal.role is not Role.PARTNER:
        return knows

    async def bound(command: Any, state: Any, context: Context) -> tuple[Any, ...]:
        if not principal.sees(state.listing().municipalities):
            raise Problem(
                "outside-own-municipality", "This lies outside the partner's municipalities."
            )
        return await knows(command, state, context) if knows is not None else ()

    return bound
