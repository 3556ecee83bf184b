"""Imports: a run ends complete, and one of the same source edition at a time (MON-17 to 19)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from leefwijk.events.clock import AMSTERDAM
from leefwijk.events.decider import Command, Context, Fact, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason, ShortText
from leefwijk.events.language.monitoring.imports import (
    Count,
    ImportCompleted,
    ImportFailed,
    ImportStarted,
    ImportWithdrawn,
)


class ImportStatus(StrEnum):
    """Where an import stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class RunningImport:
    """Another import of the same source edition that has not ended, if there is one."""

    import_id: str | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class ImportRun(State, kind="imports", shape=1):
    """One run of one file."""

    status: ImportStatus | None = None
    source: str = ""
    source_edition: str = ""
    area_edition: int = 0
    delivery: int = 1
    areas: str = "known-only"
    content_hash: str = ""
    file_name: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    counts: ImportCompleted | None = None
    reason: str | None = None

    def listing(self) -> Listing:
        """Found by source, source edition and status."""
        return Listing(
            status=self.status.value if self.status else None,
            title=self.file_name or None,
            facets={"source": self.source or (), "source-edition": self.source_edition or ()},
        )


def import_id(content_hash: str, source: str, area_edition: int, delivery: int) -> str:
    """The same content, source, edition and delivery is the same import (MON-17)."""
    told = f"{content_hash}/{source}/{area_edition}/{delivery}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


class StartImport(Command[ImportRun]):
    """Start an import; the same file again answers with the first."""

    source: Identifier
    source_edition: Identifier
    area_edition: Annotated[int, Field(ge=1900, le=2999)]
    delivery: Annotated[int, Field(ge=1, le=99)] = 1
    areas: Literal["known-only", "register-missing"]
    content_hash: str
    file_name: ShortText

    def stream(self, _context: Context) -> str:
        """By content, source, edition and delivery."""
        return import_id(self.content_hash, self.source, self.area_edition, self.delivery)

    def decide(self, run: ImportRun, context: Context) -> Iterator[Event]:
        """Refuses `import-running` beside another run of the same source edition (MON-19)."""
        if run.status in {ImportStatus.RUNNING, ImportStatus.COMPLETED}:
            return
        other = context.knowledge(RunningImport)
        if other.import_id is not None and other.since is not None:
            since = other.since.astimezone(AMSTERDAM)
            refuse(
                "import-running",
                f"This edition is being imported since {since:%H:%M}; wait or withdraw it.",
                import_id=other.import_id,
            )
        yield ImportStarted(
            source=self.source,
            source_edition=self.source_edition,
            area_edition=self.area_edition,
            delivery=self.delivery,
            areas=self.areas,
            content_hash=self.content_hash,
            file_name=self.file_name,
        )


class CompleteImport(Command[ImportRun]):
    """Every row was judged and the good ones recorded."""

    rows: Count
    good: Count
    bad: Count
    remarks: Count
    recorded: Count
    revised: Count
    unchanged: Count

    def decide(self, run: ImportRun, _context: Context) -> Iterator[Event]:
        """Once, and only while it runs."""
        if run.status is ImportStatus.RUNNING:
            yield ImportCompleted(**self.model_dump())


class FailImport(Command[ImportRun]):
    """The file is not what its mapping says; nothing of it was recorded."""

    reason: Reason

    def decide(self, run: ImportRun, _context: Context) -> Iterator[Event]:
        """Once, and only while it runs."""
        if run.status is ImportStatus.RUNNING:
            yield ImportFailed(reason=self.reason)


class WithdrawImport(Command[ImportRun]):
    """Take the import back as a whole; what rests on it is questioned, not deleted (MON-18)."""

    reason: Reason | None = None

    def decide(self, run: ImportRun, _context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`; a second withdrawal records nothing."""
        if self.reason is None:
            refuse("reason-missing", "Say why the import is withdrawn.")
        if run.status in {ImportStatus.RUNNING, ImportStatus.COMPLETED}:
            yield ImportWithdrawn(reason=self.reason)


@evolves(ImportStarted)
def _(run: ImportRun, event: ImportStarted, fact: Fact) -> ImportRun:
    return replace(
        run,
        status=ImportStatus.RUNNING,
        source=event.source,
        source_edition=event.source_edition,
        area_edition=event.area_edition,
        delivery=event.delivery,
        areas=event.areas,
        content_hash=event.content_hash,
        file_name=event.file_name,
        started_at=fact.time,
        ended_at=None,
        counts=None,
        reason=None,
    )


@evolves(ImportCompleted)
def _(run: ImportRun, event: ImportCompleted, fact: Fact) -> ImportRun:
    return replace(run, status=ImportStatus.COMPLETED, counts=event, ended_at=fact.time)


@evolves(ImportFailed)
def _(run: ImportRun, event: ImportFailed, fact: Fact) -> ImportRun:
    return replace(run, status=ImportStatus.FAILED, reason=event.reason, ended_at=fact.time)


@evolves(ImportWithdrawn)
def _(run: ImportRun, event: ImportWithdrawn, fact: Fact) -> ImportRun:
    return replace(run, status=ImportStatus.WITHDRAWN, reason=event.reason, ended_at=fact.time)
