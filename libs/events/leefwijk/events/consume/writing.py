"""How facts of others are written: a statement with its values per change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

from leefwijk.events.consume.records import Change
from leefwijk.events.event import Event

Write = tuple[TextClause, dict[str, Any]]
Writes = dict[type[Event], Callable[[Change], Write | None]]
"""For each event the statement that keeps what it says; none where nothing has to be kept."""


async def write_all(connection: AsyncConnection, writes: Writes, changes: Sequence[Change]) -> None:
    """Write what the changes say, in order; what nobody keeps is passed over."""
    said = (
        writes[type(change.event)](change) for change in changes if type(change.event) in writes
    )
    written = [write for write in said if write is not None]
    for statement, alike in groupby(written, key=itemgetter(0)):
        await connection.execute(statement, [values for _, values in alike])
