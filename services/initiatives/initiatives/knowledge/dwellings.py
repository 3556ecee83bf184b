"""How many own homes lie in an area, by housing mix's facts; each home is only counted here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.writing import Writes
from leefwijk.gates.line import Freshness
from leefwijk.gates.tenants import Dwellings

TABLES = ("known_dwellings", "known_imports")

_COUNT = text("""
select (select count(*) from known_dwellings where area = any(cast(:areas as text[]))) as own,
       (select event_id from known_imports order by completed desc limit 1) as import_id
""")

WRITES: Writes = {}


async def dwellings_of(
    connection: AsyncConnection, below: Sequence[str], fresh: Freshness
) -> Dwellings:
    """Own homes in these areas; not known until a first import has completed."""
    row = (await connection.execute(_COUNT, {"areas": list(below)})).one()
    if row.import_id is None:
        return Dwellings(fresh=fresh)
    return Dwellings(row.own, (row.import_id,), fresh)
