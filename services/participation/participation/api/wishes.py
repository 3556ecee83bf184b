"""`/v1/wish-panels/{panelId}/wishes` and `…/tokens`: where tokens pass, and are kept nowhere.

Both routes stand beside the kit's command routes on purpose: an answer with tokens may not be kept
for repeats, and a resident has no account, reads no version and leaves no trace.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from sqlalchemy import text
from starlette.responses import JSONResponse, Response

from leefwijk.events.decider import Actor, Context
from leefwijk.events.event import Wire
from leefwijk.events.handling import Caller, Idempotency, Loaded, Outcome, stream_id
from leefwijk.events.language.participation.ladder import NotNowReason
from leefwijk.service.commands import (
    answer_once,
    if_match,
    key_of,
    path_id,
    read_body,
    require_role,
)
from leefwijk.service.context import ServiceContext, context_of, part_of
from leefwijk.service.problems import Problem, invalid_input, schema_faults
from leefwijk.service.roles import Role
from participation.domain.panel_wish import GiveWish, Voice
from participation.domain.wish_panel import WishPanel
from participation.domain.wish_panel_steps import IssueTokens
from participation.domain.wish_tokens import TokenMaker

M = TypeVar("M", bound=Wire)

_FORGET = text("delete from idempotency where caller = :voice")


def _described(kind: type[Wire], *headers: str, **more: Any) -> dict[str, Any]:
    """Body and parameters of a route that reads its request itself."""
    schema = kind.model_json_schema(by_alias=True)
    inner = schema.pop("$defs", {})

    def whole(value: Any) -> Any:
        if isinstance(value, dict):
            found = value.get("$ref")
            return whole(inner[found.rpartition("/")[2]]) if found else _each(value)
        return [whole(one) for one in value] if isinstance(value, list) else value

    def _each(value: dict[str, Any]) -> dict[str, Any]:
        return {name: whole(one) for name, one in value.items()}

    places = [("panelId", "path"), *((header, "header") for header in headers)]
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": whole(schema)}},
        },
        "parameters": [
            {"name": name, "in": place, "required": True, "schema": {"type": "string"}}
            for name, place in places
        ],
        **more,
    }


router = APIRouter(tags=["wish-panels"])


class GivenWish(Wire):
    """A wish, with the token that gives it a voice; nothing else is taken."""

    token: Annotated[str, Field(max_length=100)]
    wish: Annotated[str, Field(max_length=40)]
    reasons: Annotated[tuple[NotNowReason, ...], Field(max_length=6)] = ()


class Receipt(Wire):
    """That a wish was counted; the same wish sent again gets the same one."""

    receipt: str


class IssuedTokens(Wire):
    """Tokens, told once: nobody can read them again."""

    version: int
    batch: str
    tokens: tuple[str, ...]


@router.post(
    "/wish-panels/{panelId}/tokens",
    status_code=201,
    response_model=IssuedTokens,
    openapi_extra=_described(IssueTokens, "If-Match"),
)
async def issue_tokens(request: Request) -> JSONResponse:
    """Make tokens for a group. A lost answer is made good by voiding its batch and a new call."""
    service = context_of(request)
    principal = await service.verifier.verify(request.headers.get("authorization"))
    require_role(principal, (Role.NEIGHBOURHOOD_WORKER,))
    command = _parsed(IssueTokens, request, await read_body(request))
    panel = path_id(request)
    actor = Actor(await service.actors.number(principal), principal.role.value)
    outcome = await service.handler.execute(
        command, id_=panel, caller=Caller(actor), if_match=if_match(request)
    )
    # as it stood right after this call, whatever others add meanwhile
    stream = stream_id(WishPanel, panel)
    events = await service.store.events_of(stream, limit=outcome.version)
    batch = service.handler.fold(WishPanel, stream, events).state.batches[-1].batch
    maker = part_of(request, TokenMaker)
    tokens = tuple(maker.make(panel, batch) for _ in range(command.tokens))
    answer = IssuedTokens(version=outcome.version, batch=batch, tokens=tokens)
    return JSONResponse(
        answer.model_dump(mode="json", by_alias=True), 201, {"ETag": f'"{outcome.version}"'}
    )


@router.post(
    "/wish-panels/{panelId}/wishes",
    status_code=201,
    response_model=Receipt,
    openapi_extra=_described(GivenWish, **{"x-without-account": True}),
)
async def give_wish(request: Request) -> Response:
    """Say by token how one wants to be involved; the last wish counts.

    With an `Idempotency-Key` a request that is sent again is answered as before and changes
    nothing, also where the wish was changed since.
    """
    service, maker = context_of(request), part_of(request, TokenMaker)
    given = _parsed(GivenWish, request, await read_body(request))
    panel = path_id(request)
    batch = maker.batch_of(panel, given.token)
    if batch is None:
        raise _no_token()
    voice = maker.voice(panel, given.token)
    key = None
    if (sent := key_of(request)) is not None:
        body = maker.request(voice, given.model_dump_json())
        key = Idempotency(voice, "wish", maker.request(voice, sent), body)

    async def execute() -> Response:
        outcome = await service.handler.execute(
            GiveWish(wish=given.wish, reasons=given.reasons),
            id_=voice,
            caller=Caller(),
            knows=_Reading(service, panel, batch),
            start=True,
            idempotency=key,
            answer=receipt,
        )
        if not await _counts(service, panel):
            # it may have come after the tally, so nobody may be told that it counts, also not later
            await _forget(service, voice)
            later = {"Retry-After": "1"}
            raise Problem("busy", "This took too long; send it again.", headers=later)
        return _receipt(receipt(outcome))

    def receipt(outcome: Outcome) -> dict[str, Any]:
        return {"receipt": maker.receipt(voice, outcome.version)}

    if key is None:
        return await execute()
    return await answer_once(service, key, execute, _receipt)


async def _counts(service: ServiceContext, panel: str) -> bool:
    """Whether what was just stored is in the tally for certain, by the panel as it is after that.

    However long storing took, and also where somebody closed the panel meanwhile.
    """
    loaded = await service.handler.load(WishPanel, panel)
    return loaded.state.counts_stored(service.handler.clock())


async def _forget(service: ServiceContext, voice: str) -> None:
    async with service.reading.connect() as connection:
        await connection.execute(_FORGET, {"voice": voice})


def _receipt(answer: dict[str, Any]) -> Response:
    return JSONResponse(answer, 201)


class _Reading:
    """Reads the panel anew for every decision, so that a closed one takes nothing (PAR-19)."""

    def __init__(self, service: ServiceContext, panel: str, batch: str) -> None:
        self._service = service
        self._panel = panel
        self._batch = batch

    async def __call__(self, _command: Any, _state: Any, _context: Context) -> tuple[Voice]:
        """What the token opens; one answer for every token that opens nothing."""
        loaded: Loaded[WishPanel] = await self._service.handler.load(WishPanel, self._panel)
        batch = loaded.state.batch(self._batch)
        if batch is None or batch.voided:
            raise _no_token()
        return (Voice(self._panel, loaded.state, batch.group),)


def _no_token() -> Problem:
    return Problem("token-not-valid", "This token is not valid here.")


def _parsed(kind: type[M], request: Request, body: bytes) -> M:
    if request.url.query:
        raise invalid_input(
            [{"pointer": "query", "code": "extra_forbidden", "detail": "nothing belongs here"}]
        )
    try:
        return kind.model_validate_json(body, strict=True, by_alias=True)
    except ValidationError as error:
        raise schema_faults(error) from error
