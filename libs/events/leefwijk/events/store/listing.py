"""Lists of documents: filters by facets, search in titles, pages by cursor.

A page is looked for twice in one statement. Among the newest (or oldest) documents after the cursor
most filters find it at once, at a cost that does not grow with the list. Where they do not, the
indexes of facets and words find all that match, however few or far away, and these are sorted. The
planner is never asked to guess which of the two is cheaper: with filters that depend on each other
it guesses wrong by orders of magnitude.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.store.postgres import document
from leefwijk.events.store.records import Document
from leefwijk.events.store.statements import DOCUMENT_COLUMNS

NEWEST_FIRST = "-created"
OLDEST_FIRST = "created"
SORTS = (NEWEST_FIRST, OLDEST_FIRST)
NEAR = 4_000
"""Documents after the cursor that are looked through before the indexes are asked (*choice*)."""
FEW_AREAS = 300
"""Areas up to which the index of facets is asked for each of them (*choice*)."""
SHORTEST_BEGINNING = 3
"""Letters of a word from which on it finds words that begin with it (*choice*)."""


@dataclass(frozen=True)
class Unless:
    """A term that counts where none of the others stands beside it."""

    term: str
    others: tuple[str, ...]


Either = str | Unless
"""One of the terms of which any is enough."""


@dataclass(frozen=True)
class Query:
    """What to list: all terms must match; of `any_of` at least one of each group."""

    kind: str
    terms: tuple[str, ...] = ()
    any_of: tuple[tuple[Either, ...], ...] = ()
    areas: tuple[str, ...] | None = None
    """Those that lie in one of these areas."""
    title: str | None = None
    """Words of the title in any of their forms, or how words of it begin."""
    sort: str = NEWEST_FIRST
    limit: int = 50
    after: str | None = None


@dataclass(frozen=True)
class Page:
    """Documents and the cursor of the next page, if there is one."""

    documents: Sequence[Document]
    next: str | None


class Member(NamedTuple):
    """A document of a list, in the version it had when the list was read."""

    stream_id: str
    version: int


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


class _Asked:
    """A query in SQL: where it starts, what it keeps, in which order, and what is bound."""

    def __init__(self, query: Query) -> None:
        newest = query.sort == NEWEST_FIRST
        way = "desc" if newest else "asc"
        self.order = f"order by created_at {way}, stream_id {way}"
        self.bound: dict[str, Any] = {"kind": query.kind}
        self.start = ["kind = :kind"]
        """What an index in the order of the list finds by itself."""
        self.keep: list[str] = []
        """What every document is judged by."""
        statuses = [term for term in query.terms if term.startswith("status:")]
        if len(statuses) == 1:
            self.start.append("status = :status")
            self.bound["status"] = statuses[0].removeprefix("status:")
        if query.after is not None:
            sign = "<" if newest else ">"
            self.start.append(
                f"(created_at, stream_id) {sign} (:created, cast(:stream_id as text))"
            )
            self.bound["created"], self.bound["stream_id"] = _read_cursor(query.after)
        if terms := [term for term in query.terms if statuses != [term]]:
            self._keep("facets @> cast(:terms as text[])", terms=terms)
        for place, group in enumerate(query.any_of):
            self._any_of(f"any{place}", group)
        if query.areas is not None:
            self._areas(query.areas)
        if query.title:
            self._title(query.title)

    def _keep(self, condition: str, **bound: Any) -> None:
        self.keep.append(condition)
        self.bound |= bound

    def _any_of(self, name: str, group: Sequence[Either]) -> None:
        said = [f"facets && cast(:{name} as text[])"]
        bound: dict[str, Any] = {name: [one for one in group if isinstance(one, str)]}
        for place, one in enumerate(group):
            if isinstance(one, Unless):
                term, others = f"{name}_{place}", f"{name}_{place}_others"
                said.append(
                    f"(facets @> cast(:{term} as text[])"
                    f" and not facets && cast(:{others} as text[]))"
                )
                bound |= {term: [one.term], others: list(one.others)}
        self._keep(f"({' or '.join(said)})", **bound)

    def _areas(self, areas: Sequence[str]) -> None:
        if len(areas) <= FEW_AREAS:
            self._keep("facets && cast(:areas as text[])", areas=[f"area:{area}" for area in areas])
        else:  # a table made once: as a list each document would be compared with all of them
            among = "(area in (select unnest(cast(:areas as text[])))) is true"
            self._keep(among, areas=list(areas))

    def _title(self, title: str) -> None:
        said = "websearch_to_tsquery('dutch', :title)"
        begins = _beginnings(title)
        if begins is not None:
            said += " || to_tsquery('simple', :begins)"
            self.bound["begins"] = begins
        # as a query of its own it is read once, not for every document
        self._keep(f"words @@ (select {said})", title=title)

    @property
    def keys(self) -> str:
        """The keys of a page, in order."""
        started = " and ".join(self.start)
        if not self.keep:
            return f"""
            chosen as (
                select created_at, stream_id from documents
                where {started} {self.order} limit :limit
            )"""
        kept = " and ".join(self.keep)
        return f"""
        near as materialized (
            select created_at, stream_id from (
                select created_at, stream_id, facets, area, words from documents
                where {started} {self.order} limit {NEAR}
            ) as first where {kept} {self.order} limit :limit
        ), far as materialized (
            -- without the fence the planner may walk through the whole list for a few
            select created_at, stream_id from (
                select created_at, stream_id from documents where {started} and {kept} offset 0
            ) as matching where (select count(*) from near) < :limit {self.order} limit :limit
        ), chosen as (
            select * from near where (select count(*) from near) >= :limit
            union all select * from far
        )"""


_OPERATORS = re.compile(r"\"|(^|\s)-|\bor\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


def _beginnings(title: str) -> str | None:
    """The words as beginnings of words; none where the search says more than words."""
    words = _WORD.findall(title)
    if not words or _OPERATORS.search(title):
        return None
    return " & ".join(f"'{word}'{':*' * (len(word) >= SHORTEST_BEGINNING)}" for word in words)


async def find(engine: AsyncEngine, query: Query) -> Page:
    """One page of documents. Raises BadCursorError."""
    asked = _Asked(query)
    statement = text(
        f"with {asked.keys} select {DOCUMENT_COLUMNS} from documents "
        f"where stream_id in (select stream_id from chosen) {asked.order}"
    )
    asked.bound["limit"] = query.limit + 1
    rows = await _rows(engine, statement, asked.bound)
    page = rows[: query.limit]
    more = len(rows) > query.limit
    following = _write_cursor(page[-1]["created_at"], page[-1]["stream_id"]) if more else None
    return Page([document(row) for row in page], following)


async def members(engine: AsyncEngine, query: Query) -> list[Member]:
    """Every document of a list after its cursor, as of one moment. Raises BadCursorError."""
    asked = _Asked(query)
    where = " and ".join([*asked.start, *asked.keep])
    statement = text(f"select stream_id, version from documents where {where} {asked.order}")
    rows = await _rows(engine, statement, asked.bound)
    return [Member(row["stream_id"], row["version"]) for row in rows]


async def documents(engine: AsyncEngine, stream_ids: Sequence[str]) -> dict[str, Document]:
    """These documents as they are now."""
    statement = text(
        f"select {DOCUMENT_COLUMNS} from documents where stream_id = any(cast(:ids as text[]))"
    )
    rows = await _rows(engine, statement, {"ids": list(stream_ids)})
    return {row["stream_id"]: document(row) for row in rows}


async def _rows(
    engine: AsyncEngine, statement: Any, bound: Mapping[str, Any]
) -> Sequence[Mapping[Any, Any]]:
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        return (await connection.execute(statement, dict(bound))).mappings().all()
