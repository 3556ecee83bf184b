"""Imports of dwellings: one run of one delivery, one of a source at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.decider import Command, Context, Fact, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier, Municipality, ShortText
from leefwijk.events.language.housing_mix.dwelling_imports import (
    Count,
    DwellingImportCompleted,
    DwellingImportProgressed,
    DwellingImportStarted,
    DwellingRowsRejected,
    RejectedRow,
)

NAMED_ROWS = 1000
"""Rejected rows that a fact lists; the report holds them all."""


class DwellingImportStatus(StrEnum):
    """Where an import stands."""

    RUNNING = "running"
    COMPLETED = "completed"


@dataclass(frozen=True)
class RunningDwellingImport:
    """Another import of the same source that has not ended, if there is one."""

    import_id: str | None = None
    done: int = 0
    rows: int = 0


@dataclass(frozen=True)
class DwellingImport(State, kind="dwelling-imports", shape=1):
    """One run of one delivery."""

    status: DwellingImportStatus | None = None
    source: str = ""
    reference_date: date | None = None
    area_edition: int = 0
    file_name: str = ""
    rows: int = 0
    full: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    done: int = 0
    rejected: tuple[RejectedRow, ...] = field(default=())
    counts: DwellingImportCompleted | None = None

    def listing(self) -> Listing:
        """Found by source and status."""
        return Listing(
            status=self.status.value if self.status else None,
            title=self.file_name or None,
            facets={"source": self.source or ()},
        )


class StartDwellingImport(Command[DwellingImport]):
    """Start recording a delivery whose rows were judged."""

    source: Identifier
    reference_date: date
    area_edition: Annotated[int, Field(ge=1900, le=2999)]
    content_hash: str
    file_name: ShortText
    rows: Count
    full: bool = False
    rejected: tuple[RejectedRow, ...] = ()

    def decide(self, _run: DwellingImport, context: Context) -> Iterator[Event]:
        """Refuses `import-running` beside another run of the same source (MIX-05)."""
        other = context.knowledge(RunningDwellingImport)
        if other.import_id is not None:
            refuse(
                "import-running",
                f"An import of this source is at {other.done:,} of {other.rows:,} rows; "
                "wait or watch its progress.",
                import_id=other.import_id,
            )
        yield DwellingImportStarted(
            source=self.source,
            reference_date=self.reference_date,
            area_edition=self.area_edition,
            content_hash=self.content_hash,
            file_name=self.file_name,
            rows=self.rows,
            full=self.full,
        )
        yield from _rejected(self.rejected)


class ProgressDwellingImport(Command[DwellingImport]):
    """So many of the good rows are recorded."""

    done: Count

    def decide(self, run: DwellingImport, _context: Context) -> Iterator[Event]:
        """The number never goes down."""
        if run.status is DwellingImportStatus.RUNNING and self.done > run.done:
            yield DwellingImportProgressed(done=self.done)


class CompleteDwellingImport(Command[DwellingImport]):
    """Every good row was recorded, or found older than what is known."""

    municipalities: tuple[Municipality, ...]
    read: Count
    taken: Count
    rejected: Count
    warnings: Count
    registered: Count
    changed: Count
    unchanged: Count
    older: Count = 0
    missing: Count = 0
    areas: tuple[AreaId, ...] = ()
    late: tuple[RejectedRow, ...] = ()
    """Rows that only the register could refuse."""

    def decide(self, run: DwellingImport, _context: Context) -> Iterator[Event]:
        """Once, and only while it runs."""
        if run.status is not DwellingImportStatus.RUNNING:
            return
        assert run.reference_date is not None  # noqa: S101 - it was started with one
        yield from _rejected(self.late)
        yield DwellingImportCompleted(
            reference_date=run.reference_date, **self.model_dump(exclude={"late"})
        )


def _rejected(rows: tuple[RejectedRow, ...]) -> Iterator[Event]:
    if rows:
        yield DwellingRowsRejected(rows=rows[:NAMED_ROWS], more=max(0, len(rows) - NAMED_ROWS))


@evolves(DwellingImportStarted)
def _(run: DwellingImport, event: DwellingImportStarted, fact: Fact) -> DwellingImport:
    return replace(
        run,
        status=DwellingImportStatus.RUNNING,
        source=event.source,
        reference_date=event.reference_date,
        area_edition=event.area_edition,
        file_name=event.file_name,
        rows=event.rows,
        full=event.full,
        started_at=fact.time,
    )


@evolves(DwellingRowsRejected)
def _(run: DwellingImport, event: DwellingRowsRejected) -> DwellingImport:
    return replace(run, rejected=(*run.rejected, *event.rows))


@evolves(DwellingImportProgressed)
def _(run: DwellingImport, event: DwellingImportProgressed) -> DwellingImport:
    return replace(run, done=event.done)


@evolves(DwellingImportCompleted)
def _(run: DwellingImport, event: DwellingImportCompleted, fact: Fact) -> DwellingImport:
    return replace(
        run,
        status=DwellingImportStatus.COMPLETED,
        done=run.rows,
        counts=event,
        ended_at=fact.time,
    )
