"""Lists of documents: filters by facets, search in titles, pages by cursor."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.store.postgres import document
from leefwijk.events.store.records import Document
from leefwijk.events.store.statements import DOCUMENT_COLUMNS

NEWEST_FIRST = "-created"
OLDEST_FIRST = "created"
SORTS = (NEWEST_FIRST, OLDEST_FIRST)


@dataclass(frozen=True)
class Query:
    """What to list: all terms must match; of `any_of` at least one of each group."""

    kind: str
    terms: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    title: str | None = None
    sort: str = NEWEST_FIRST
    limit: int = 50
    after: str | None = None


@dataclass(frozen=True)
class Page:
    """Documents and the cursor of the next page, if there is one."""

    documents: Sequence[Document]
    next: str | None


class BadCursorError(ValueError):
    """The cursor was not made by this list."""


def _write_cursor(created: datetime, stream_id: str) -> str:
    raw = json.dumps([created.isoformat(), stream_id], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        created, stream_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(created)
        sound = moment.tzinfo is not None and isinstance(stream_id, str)
        # a forged cursor may name a moment that lies outside of time once it is in UTC
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursorError("this cursor is not one of this list") from error
    if not sound or not (stream_id.isascii() and stream_id.isprintable()):
        raise BadCursorError("this cursor is not one of this list")
    return moment, stream_id


def _where(query: Query) -> tuple[str, str, dict[str, object]]:
    """Condition, order and what is bound. Raises BadCursorError."""
    newest = query.sort == NEWEST_FIRST
    where = ["kind = :kind"]
    asked: dict[str, object] = {"kind": query.kind}
    if query.terms:
        where.append("facets @> cast(:terms as text[])")
        asked["terms"] = list(query.terms)
    for place, group in enumerate(query.any_of):
        where.append(f"facets && cast(:any{place} as text[])")
        asked[f"any{place}"] = list(group)
    if query.title:
        where.append("to_tsvector('dutch', title) @@ websearch_to_tsquery('dutch', :title)")
        asked["title"] = query.title
    if query.after is not None:
        created, stream_id = _read_cursor(query.after)
        where.append(
            f"(created_at, stream_id) {'<' if newest else '>'} (:created, cast(:stream_id as text))"
        )
        asked |= {"created": created, "stream_id": stream_id}
    way = "desc" if newest else "asc"
    return " and ".join(where), f"order by created_at {way}, stream_id {way}", asked


async def find(engine: AsyncEngine, query: Query) -> Page:
    """One page of documents. Raises BadCursorError."""
    where, order, asked = _where(query)
    statement = text(f"select {DOCUMENT_COLUMNS} from documents where {where} {order} limit :limit")
    asked["limit"] = query.limit + 1
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        rows = (await connection.execute(statement, asked)).mappings().all()
    page = rows[: query.limit]
    more = len(rows) > query.limit
    following = _write_cursor(page[-1]["created_at"], page[-1]["stream_id"]) if more else None
    return Page([document(row) for row in page], following)


async def cursor_after(engine: AsyncEngine, query: Query, count: int) -> str | None:
    """The cursor with which a list goes on after this many documents, none if it does not.

    Raises BadCursorError.
    """
    where, order, asked = _where(query)
    statement = text(
        f"select created_at, stream_id from documents where {where} {order} limit 2 offset :offset"
    )
    asked["offset"] = count - 1
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        rows = (await connection.execute(statement, asked)).mappings().all()
    return _write_cursor(rows[0]["created_at"], rows[0]["stream_id"]) if len(rows) > 1 else None
