"""Judged rows of imports and their progress, beside the facts.

The file itself is not kept: what its good rows do not hold, the service does not hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from housing_mix.importing.delivery import GoodRow, Judged, Remark, report_of

_ROWS = TypeAdapter(list[GoodRow])
_REMARKS = TypeAdapter(list[Remark])
_KEEP = text("""
insert into dwelling_import_work (import_id, rows, report, read, rejected, warnings)
values (:id, cast(:rows as jsonb), :report, :read, :rejected, :warnings)
on conflict (import_id) do nothing
""")
_FIND = text("""
select cast(rows as text) as rows, report, read, rejected, warnings, done, registered, changed,
    unchanged, cast(late as text) as late
from dwelling_import_work where import_id = :id
""")
_DONE = text("""
update dwelling_import_work set done = :done, registered = registered + :registered,
    changed = changed + :changed, unchanged = unchanged + :unchanged,
    late = late || cast(:late as jsonb)
where import_id = :id and done < :done
""")
_UNFINISHED = text("""
select w.import_id from documents d join dwelling_import_work w
    on d.stream_id = 'dwelling-imports-' || w.import_id
where d.kind = 'dwelling-imports' and d.status = 'running' order by d.created_at
""")
_STOCK = text("""
select substr(stream_id, length('dwellings-') + 1) as unit from documents
where kind = 'dwellings' and status = 'in_stock'
""")
_MISSING = text("""
insert into missing_units (unit, since) values (:unit, :since) on conflict (unit) do nothing
""")
_FOUND_AGAIN = text("delete from missing_units where not (unit = any(cast(:units as text[])))")
_LIST_MISSING = text("""
select m.unit, m.since from missing_units m
join documents d on d.stream_id = 'dwellings-' || m.unit and d.status = 'in_stock'
where m.unit > :after order by m.unit limit :limit
""")


@dataclass(frozen=True)
class Work:
    """A judged delivery and how far it is recorded."""

    rows: list[GoodRow]
    report: str
    read: int
    rejected: int
    warnings: int
    done: int
    registered: int
    changed: int
    unchanged: int
    late: list[Remark]
    """Rows that only the register could refuse."""

    @property
    def whole_report(self) -> str:
        """The report with the rows that were refused late."""
        return self.report + report_of(self.late, []).partition("\r\n")[2]


class DwellingImportStore:
    """Tables beside the facts, each call one short transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def keep(self, id_: str, judged: Judged) -> None:
        """Keep what a delivery says, so that a killed import can go on."""
        said = {
            "id": id_,
            "rows": _ROWS.dump_json(judged.good).decode(),
            "report": report_of(judged.remarks, judged.left_out),
            "read": judged.read,
            "rejected": len(judged.rejected),
            "warnings": judged.warnings,
        }
        async with self._reading.connect() as connection:
            await connection.execute(_KEEP, said)

    async def work(self, id_: str) -> Work | None:
        """A delivery and its progress."""
        async with self._reading.connect() as connection:
            row = (await connection.execute(_FIND, {"id": id_})).mappings().one_or_none()
        if row is None:
            return None
        rows, late = _ROWS.validate_json(row["rows"]), _REMARKS.validate_json(row["late"])
        return Work(**{**row, "rows": rows, "late": late})

    async def done(self, id_: str, done: int, counts: dict[str, int], late: list[Remark]) -> None:
        """So many rows are recorded; told twice, it counts once."""
        said = {"id": id_, "done": done, "late": _REMARKS.dump_json(late).decode(), **counts}
        async with self._reading.connect() as connection:
            await connection.execute(_DONE, said)

    async def unfinished(self) -> list[str]:
        """Imports with work left, the oldest first."""
        async with self._reading.connect() as connection:
            return [row.import_id for row in (await connection.execute(_UNFINISHED)).all()]

    async def note_missing(self, delivered: Iterable[str], since: date) -> int:
        """Set the work list after a full delivery; gives how many units are missing from it."""
        async with self._engine.begin() as connection:
            stock = {row.unit for row in (await connection.execute(_STOCK)).all()}
            missing = sorted(stock - set(delivered))
            await connection.execute(_FOUND_AGAIN, {"units": missing})
            if missing:
                told = [{"unit": unit, "since": since} for unit in missing]
                await connection.execute(_MISSING, told)
        return len(missing)

    async def missing(self, after: str, limit: int | None) -> list[tuple[str, date]]:
        """Units in stock that the latest full delivery did not hold, with the first such day.

        Without a limit all of them.
        """
        async with self._reading.connect() as connection:
            asked = {"after": after, "limit": limit}
            rows = (await connection.execute(_LIST_MISSING, asked)).all()
        return [(row.unit, row.since) for row in rows]
