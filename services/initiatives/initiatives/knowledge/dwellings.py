"""How many own homes lie in an area, by housing mix's facts; each home is only counted here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.language.housing_mix.dwelling_imports import DwellingImportCompleted
from leefwijk.events.language.housing_mix.dwellings import (
    DwellingChanged,
    DwellingCorrected,
    DwellingLeftStock,
    DwellingRegistered,
)
from leefwijk.gates.line import Freshness
from leefwijk.gates.tenants import Dwellings

TABLES = ("known_dwellings", "known_imports")

_KEEP = text("""
insert into known_dwellings (dwelling, area) values (:dwelling, :area)
on conflict (dwelling) do update set area = excluded.area
""")
_DROP = text("delete from known_dwellings where dwelling = :dwelling")
_COMPLETED = text("""
insert into known_imports (import_id, event_id, completed) values (:import_id, :event_id, :at)
on conflict (import_id) do update set event_id = excluded.event_id, completed = excluded.completed
""")
_COUNT = text("""
select (select count(*) from known_dwellings where area = any(cast(:areas as text[]))) as own,
       (select event_id from known_imports order by completed desc limit 1) as import_id
""")


def _is(change: Change) -> Write:
    """A unit that counts as an own home is kept; one that does not, or not any more, is not."""
    event = change.event
    assert isinstance(event, (DwellingRegistered, DwellingChanged, DwellingCorrected))  # noqa: S101 - registered
    dwelling = {"dwelling": change.received.subject}
    return (
        (_KEEP, {**dwelling, "area": event.dwelling.area}) if event.is_home else (_DROP, dwelling)
    )


def _left(change: Change) -> Write:
    return _DROP, {"dwelling": change.received.subject}


def _completed(change: Change) -> Write:
    received = change.received
    return _COMPLETED, {
        "import_id": received.subject,
        "event_id": str(received.id),
        "at": received.time,
    }


WRITES: Writes = {
    DwellingRegistered: _is,
    DwellingChanged: _is,
    DwellingCorrected: _is,
    DwellingLeftStock: _left,
    DwellingImportCompleted: _completed,
}


async def dwellings_of(
    connection: AsyncConnection, below: Sequence[str], fresh: Freshness
) -> Dwellings:
    """Own homes in these areas; not known until a first import has completed."""
    row = (await connection.execute(_COUNT, {"areas": list(below)})).one()
    if row.import_id is None:
        return Dwellings(fresh=fresh)
    return Dwellings(row.own, (row.import_id,), fresh)


async def areas_without_homes(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """The area of the home, if no own home is left there."""
    event = change.event
    area = event.area if isinstance(event, DwellingLeftStock) else None
    if isinstance(event, (DwellingChanged, DwellingCorrected)) and not event.is_home:
        area = event.dwelling.area
    if area is None:
        return []
    row = (await connection.execute(_COUNT, {"areas": [area]})).one()
    return [] if row.own else [area]
