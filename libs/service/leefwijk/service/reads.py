"""What queries share: who may read, one resource with its ETag, pages of a list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Generic, TypeVar, cast
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from leefwijk.events.decider import State
from leefwijk.events.handling import Loaded
from leefwijk.events.store import listing
from leefwijk.events.store.records import Document
from leefwijk.service import sheets
from leefwijk.service.context import ServiceContext, context_of
from leefwijk.service.identity import Principal
from leefwijk.service.problems import Problem, invalid_input
from leefwijk.service.roles import Role, Scope

S = TypeVar("S", bound=State)
T = TypeVar("T")

LARGEST_PAGE = 200


class Resource(BaseModel):
    """Base of what queries answer: camelCase JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Page(Resource, Generic[T]):
    """A page of a list; the next page is in the `Link` header too."""

    items: list[T]
    next: str | None = None


class Paging(BaseModel):
    """How a list is read."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50
    cursor: Annotated[str | None, Query(max_length=300)] = None
    sort: Annotated[str, Query(pattern=r"^-?created$")] = listing.NEWEST_FIRST
    format: Annotated[str | None, Query(pattern=r"^(json|csv)$")] = None
    """`csv` for a sheet; without it the `Accept` header decides."""


async def caller(request: Request) -> Principal:
    """Whoever sent the request."""
    return await context_of(request).verifier.verify(request.headers.get("authorization"))


def reads(scope: Scope) -> Any:
    """A dependency: the caller, who must be allowed to read this."""

    async def check(principal: Annotated[Principal, Depends(caller)]) -> Principal:
        if not principal.may_read(scope):
            raise Problem("role-not-allowed", f"A {principal.role.value} may not read this.")
        return principal

    return Depends(check)


Reader = Annotated[Principal, reads(Scope.OPEN)]
InternalReader = Annotated[Principal, reads(Scope.INTERNAL)]
AuditReader = Annotated[Principal, reads(Scope.AUDIT)]


def require_scope(principal: Principal, scope: Scope) -> None:
    """What the caller may not see does not exist: raise a 404 without this scope."""
    if not principal.may_read(scope):
        raise Problem("not-found", "There is no such resource.")


async def load_visible(
    service: ServiceContext, kind: type[S], id_: str, principal: Principal
) -> Loaded[S]:
    """One aggregate; what the caller may not see does not exist."""
    loaded = await service.handler.load(kind, id_)
    if not loaded.version or not principal.sees(loaded.state.listing().municipalities):
        raise Problem("not-found", "There is no such resource.")
    return loaded


def tag(response: Response, version: int) -> None:
    """Put the version on the answer, for If-Match."""
    response.headers["ETag"] = f'"{version}"'


async def page_of(
    request: Request,
    response: Response,
    kind: type[S],
    paging: Paging,
    principal: Principal,
    make: Callable[[str, Loaded[S]], T],
    terms: Mapping[str, str | None],
    *,
    within: Sequence[str] | None = None,
    title: str | None = None,
    heads: Mapping[str, str] | None = None,
) -> Page[T]:
    """A page of aggregates that match all terms; partners see their municipalities only.

    `within` keeps what lies in one of these areas. With `heads`, Dutch column heads by field, the
    same list is a sheet for whoever asks for CSV; it goes on by the `Link` header as pages do.
    """
    service = context_of(request)
    any_of: list[tuple[str, ...]] = []
    if within is not None:
        any_of.append(tuple(f"area:{area}" for area in within))
    if principal.role is Role.PARTNER:
        any_of.append(tuple(f"municipality:{code}" for code in sorted(principal.municipalities)))
    query = listing.Query(
        kind.kind,
        tuple(f"{name}:{value}" for name, value in terms.items() if value is not None),
        any_of=tuple(any_of),
        title=title,
        sort=paging.sort,
        limit=paging.limit,
        after=paging.cursor,
    )

    async def made(documents: Iterable[Document]) -> list[T]:
        return [
            make(
                document.stream_id[len(kind.kind) + 1 :],
                await service.handler.of_document(kind, document),
            )
            for document in documents
        ]

    if paging.format == "csv" and heads is None:
        raise invalid_input(
            [{"pointer": "format", "code": "format", "detail": "this list is read as JSON only"}]
        )
    try:
        if heads is not None and _wants_sheet(request, paging):
            following = await listing.cursor_after(service.engine, query, sheets.MOST_ROWS)
            sheet = sheets.answer(
                f"{kind.kind}.csv",
                sheets.lines(heads, _pages(service, query, made)),
                _link(request, following),
            )
            # the framework sends an answer that is made already as it is
            return cast("Page[T]", sheet)
        found = await listing.find(service.engine, query)
    except listing.BadCursorError as error:
        raise invalid_input(
            [{"pointer": "cursor", "code": "cursor", "detail": str(error)}]
        ) from error
    response.headers.update(_link(request, found.next))
    return Page(items=await made(found.documents), next=found.next)


def _wants_sheet(request: Request, paging: Paging) -> bool:
    if paging.format is not None:
        return paging.format == "csv"
    return sheets.accepts_csv(request.headers.get("accept", ""))


def _link(request: Request, cursor: str | None) -> dict[str, str]:
    if cursor is None:
        return {}
    kept = [(key, value) for key, value in request.query_params.items() if key != "cursor"]
    target = f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
    return {"Link": f'<{target}>; rel="next"'}


async def _pages(
    service: ServiceContext,
    query: listing.Query,
    made: Callable[[Iterable[Document]], Awaitable[list[T]]],
) -> AsyncIterator[list[T]]:
    """The items of a sheet, some at a time, up to its most rows."""
    left = sheets.MOST_ROWS
    while left:
        size = min(left, sheets.ROWS_AT_ONCE)
        found = await listing.find(service.engine, replace(query, limit=size))
        yield await made(found.documents)
        if found.next is None:
            return
        left -= size
        query = replace(query, after=found.next)
