"""What queries share: who may read, one resource with its ETag, pages of a list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar, cast
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from leefwijk.events.decider import State
from leefwijk.events.handling import Loaded
from leefwijk.events.store import listing
from leefwijk.service import sheets
from leefwijk.service.context import ServiceContext, context_of
from leefwijk.service.identity import Principal
from leefwijk.service.problems import Problem, invalid_input
from leefwijk.service.roles import Role, Scope

S = TypeVar("S", bound=State)
T = TypeVar("T")

LARGEST_PAGE = 200


Around = Callable[[list[T]], Awaitable[list[T]]]
"""Completes the items of a page."""


class Resource(BaseModel):
    """Base of what queries answer: camelCase JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Page(Resource, Generic[T]):
    """A page of a list; the next page is in the `Link` header too."""

    items: list[T]
    next: str | None = None


SheetFormat = Annotated[str | None, Query(pattern=r"^(json|csv)$")]
"""`csv` for a sheet; without it the `Accept` header decides."""


class Paging(BaseModel):
    """How a list is read."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50
    cursor: Annotated[str | None, Query(max_length=300)] = None
    sort: Annotated[str, Query(pattern=r"^-?created$")] = listing.NEWEST_FIRST
    format: SheetFormat = None


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
    sheet: sheets.Sheet,
    any_of: Sequence[tuple[listing.Either, ...]] = (),
    within: Sequence[str] | None = None,
    title: str | None = None,
    around: Around[T] | None = None,
) -> Page[T]:
    """A page of aggregates that match all terms; partners see their municipalities only.

    Of each group of `any_of` one term is enough. `within` keeps what lies in one of these areas;
    `around` adds to the items of a page what other aggregates say of them. For whoever asks for
    CSV the same list, whole, is a `sheet`: its members and what they say are of one moment.
    """
    service = context_of(request)
    groups = list(any_of)
    if principal.role is Role.PARTNER:
        groups.append(tuple(f"municipality:{code}" for code in sorted(principal.municipalities)))
    query = listing.Query(
        kind.kind,
        tuple(f"{name}:{value}" for name, value in terms.items() if value is not None),
        any_of=tuple(groups),
        areas=None if within is None else tuple(within),
        title=title,
        sort=paging.sort,
        limit=paging.limit,
        after=paging.cursor,
    )
    try:
        if wants_sheet(request, paging.format):
            members = await listing.members(service.engine, query)
            # the framework sends an answer that is made already as it is
            return cast(
                "Page[T]",
                sheets.answer(kind.kind, sheet, _rows(service, kind, members, make, around)),
            )
        found = await listing.find(service.engine, query)
    except listing.BadCursorError as error:
        raise invalid_input(
            [{"pointer": "cursor", "code": "cursor", "detail": str(error)}]
        ) from error
    response.headers.update(_link(request, found.next))
    items = [
        make(document.id, await service.handler.of_document(kind, document))
        for document in found.documents
    ]
    return Page(items=await around(items) if around else items, next=found.next)


def wants_sheet(request: Request, format_: str | None) -> bool:
    """Whether the caller asks for a sheet: by `format`, or else by the `Accept` header."""
    if format_ is None:
        return sheets.accepts_csv(request.headers.get("accept", ""))
    return format_ == "csv"


def sheet_of(
    request: Request, format_: str | None, name: str, sheet: sheets.Sheet, items: Sequence[Any]
) -> Any | None:
    """The sheet of a list that is in memory already, if the caller asks for one."""
    if not wants_sheet(request, format_):
        return None

    async def pages() -> AsyncIterator[Sequence[Any]]:
        yield items

    return sheets.answer(name, sheet, pages())


def _link(request: Request, cursor: str | None) -> dict[str, str]:
    if cursor is None:
        return {}
    kept = [(key, value) for key, value in request.query_params.items() if key != "cursor"]
    target = f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
    return {"Link": f'<{target}>; rel="next"'}


async def _rows(
    service: ServiceContext,
    kind: type[S],
    members: Sequence[listing.Member],
    make: Callable[[str, Loaded[S]], T],
    around: Around[T] | None,
) -> AsyncIterator[list[T]]:
    """The items of a sheet, some at a time, as they stood when its members were found."""
    for start in range(0, len(members), sheets.ROWS_AT_ONCE):
        some = members[start : start + sheets.ROWS_AT_ONCE]
        documents = await listing.documents(service.engine, [one.stream_id for one in some])
        page = []
        for member in some:
            document = documents[member.stream_id]
            if document.version == member.version:
                loaded = await service.handler.of_document(kind, document)
            else:  # somebody changed it while the sheet was sent
                stream = member.stream_id
                events = await service.store.events_of(stream, limit=member.version)
                loaded = service.handler.fold(kind, stream, events)
            page.append(make(document.id, loaded))
        yield await around(page) if around else page
