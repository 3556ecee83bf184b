"""Files of imports and their progress, beside the facts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

_KEEP = text("""
insert into import_files (import_id, content, mapping) values (:id, :content, :mapping)
on conflict (import_id) do nothing
""")
_FORGET = text("delete from import_progress where import_id = :id")
_START = text("insert into import_progress (import_id) values (:id)")
_FILE = text("select content, mapping from import_files where import_id = :id")
_PROGRESS = text("""
select read, good, bad, total, done, recorded, revised, unchanged, taken_back, finished,
       cast(warnings as text) as warnings, registers, report
from import_progress where import_id = :id
""")
_JUDGED = text("""
update import_progress set read = :read, good = :good, bad = :bad, total = :total,
    warnings = cast(:warnings as jsonb), report = :report, registers = :registers
where import_id = :id
""")
_DONE = text("""
update import_progress set done = greatest(done, :done), recorded = recorded + :recorded,
    revised = revised + :revised, unchanged = unchanged + :unchanged
where import_id = :id
""")
_TAKEN_BACK = text(
    "update import_progress set taken_back = taken_back + :count where import_id = :id"
)
_FINISH = text("update import_progress set finished = true where import_id = :id")
_GEOMETRY = text("""
insert into geometries (hash, geometry) values (:hash, cast(:geometry as jsonb))
on conflict do nothing
""")
_FIND_GEOMETRY = text("select cast(geometry as text) from geometries where hash = :hash")
_UNFINISHED = text("""
select d.stream_id, d.status from documents d join import_progress p
    on d.stream_id = 'imports-' || p.import_id
where d.kind = 'imports' and d.status in ('running', 'withdrawn') and not p.finished
order by d.created_at
""")


@dataclass(frozen=True)
class Progress:
    """How far an import has come."""

    read: int
    good: int
    bad: int
    total: int
    """Records to make: areas, figures of an area, boundaries."""
    done: int
    recorded: int
    revised: int
    unchanged: int
    taken_back: int
    finished: bool
    """Withdrawn, and all its figures taken back."""
    warnings: tuple[str, ...]
    registers: tuple[str, ...] | None
    """Codes that this import registers in its edition; none before its rows were judged."""
    report: str | None


class ImportStore:
    """Tables beside the facts, each call one short transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def keep(self, id_: str, content: bytes, mapping: str) -> None:
        """Keep a file, so that a killed import can go on, and begin to count."""
        async with self._engine.begin() as connection:
            await connection.execute(_KEEP, {"id": id_, "content": content, "mapping": mapping})
            await connection.execute(_FORGET, {"id": id_})
            await connection.execute(_START, {"id": id_})

    async def file(self, id_: str) -> tuple[bytes, str] | None:
        """Content and mapping."""
        async with self._reading.connect() as connection:
            row = (await connection.execute(_FILE, {"id": id_})).one_or_none()
        return (bytes(row.content), row.mapping) if row else None

    async def progress(self, id_: str) -> Progress | None:
        """How far it has come."""
        async with self._reading.connect() as connection:
            row = (await connection.execute(_PROGRESS, {"id": id_})).one_or_none()
        if row is None:
            return None
        values: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way
        values["warnings"] = tuple(json.loads(values["warnings"]))
        registers = values["registers"]
        values["registers"] = None if registers is None else tuple(registers)
        return Progress(**values)

    async def judged(
        self,
        id_: str,
        *,
        counts: dict[str, int],
        warnings: tuple[str, ...],
        registers: list[str],
        report: str,
    ) -> None:
        """Every row was judged."""
        said = {
            **counts,
            "id": id_,
            "warnings": json.dumps(warnings),
            "registers": registers,
            "report": report,
        }
        await self._run(_JUDGED, said)

    async def done(self, id_: str, done: int, counts: dict[str, int]) -> None:
        """So many records are made."""
        await self._run(_DONE, {"id": id_, "done": done, **counts})

    async def taken_back(self, id_: str, count: int) -> None:
        """So many areas had their figures taken back."""
        await self._run(_TAKEN_BACK, {"id": id_, "count": count})

    async def finish(self, id_: str) -> None:
        """All its figures were taken back."""
        await self._run(_FINISH, {"id": id_})

    async def keep_geometry(self, hash_: str, geometry: str) -> None:
        """Keep a geometry under its hash."""
        await self._run(_GEOMETRY, {"hash": hash_, "geometry": geometry})

    async def geometry(self, hash_: str) -> dict[str, Any] | None:
        """The geometry with this hash."""
        async with self._reading.connect() as connection:
            found = (await connection.execute(_FIND_GEOMETRY, {"hash": hash_})).scalar_one_or_none()
        return json.loads(found) if found else None

    async def unfinished(self) -> list[tuple[str, str]]:
        """Ids and statuses of imports with work left."""
        async with self._reading.connect() as connection:
            rows = (await connection.execute(_UNFINISHED)).all()
        return [(row.stream_id.removeprefix("imports-"), row.status) for row in rows]

    async def _run(self, statement: Any, values: dict[str, Any]) -> None:
        async with self._reading.connect() as connection:
            await connection.execute(statement, values)
