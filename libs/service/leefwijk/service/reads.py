"""What queries share: who may read, one resource with its ETag, pages of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from leefwijk.events.decider import State
from leefwijk.events.handling import Loaded
from leefwijk.events.store import listing
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
    terms: dict[str, str | None],
    *,
    title: str | None = None,
) -> Page[T]:
    """A page of aggregates that match all terms; partners see their municipalities only."""
    service = context_of(request)
    query = listing.Query(
        kind.kind,
        tuple(f"{name}:{value}" for name, value in terms.items() if value is not None),
        any_of=(
            (tuple(f"municipality:{code}" for code in sorted(principal.municipalities)),)
            if principal.role is Role.PARTNER
            else ()
        ),
        title=title,
        sort=paging.sort,
        limit=paging.limit,
        after=paging.cursor,
    )
    try:
        found = await listing.find(service.engine, query)
    except listing.BadCursorError as error:
        raise invalid_input(
            [{"pointer": "cursor", "code": "cursor", "detail": str(error)}]
        ) from error
    items = []
    for document in found.documents:
        loaded = await service.handler.of_document(kind, document)
        items.append(make(document.stream_id[len(kind.kind) + 1 :], loaded))
    if found.next is not None:
        kept = [(key, value) for key, value in request.query_params.items() if key != "cursor"]
        target = f"{request.url.path}?{urlencode([*kept, ('cursor', found.next)])}"
        response.headers["Link"] = f'<{target}>; rel="next"'
    return Page(items=items, next=found.next)
