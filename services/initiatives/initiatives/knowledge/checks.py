"""Involvement checks, by participation's facts: asked about what, where, counting until when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.writing import Writes
from leefwijk.gates.involvement import Check, Checks, Untold
from leefwijk.gates.line import Freshness

TABLE = "known_checks"

_FIND = text("""
select check_id, themes, asked_in, last_asked, valid_through, withdrawn, doubted,
       cast(untold as text) as untold, remark, evidence, more_evidence
from known_checks where asked_in && cast(:places as text[]) or area = any(cast(:places as text[]))
order by valid_through desc, check_id
""")

WRITES: Writes = {}


async def checks_of(connection: AsyncConnection, places: Sequence[str], fresh: Freshness) -> Checks:
    """The checks in which somebody was asked in one of these areas or complexes."""
    rows = await connection.execute(_FIND, {"places": list(places)})
    return Checks(tuple(_check(row) for row in rows), fresh)


def _check(row: Any) -> Check:
    return Check(
        row.check_id,
        tuple(row.themes),
        frozenset(row.asked_in),
        row.last_asked,
        row.valid_through,
        tuple(row.evidence),
        row.withdrawn,
        row.doubted,
        tuple(Untold(**group) for group in json.loads(row.untold)),
        row.remark,
        tuple(row.more_evidence),
    )
