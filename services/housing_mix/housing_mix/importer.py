"""Recording deliveries in the background: in batches, resumable at any moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from housing_mix.domain.dwelling_import import (
    CompleteDwellingImport,
    DwellingImport,
    ProgressDwellingImport,
)
from housing_mix.domain.stock import DeliverDwelling
from housing_mix.domain.unit import Unit
from housing_mix.import_store import DwellingImportStore, Work
from housing_mix.importing.delivery import GoodRow, Remark, late
from leefwijk.events.decider import Actor, RefusedError
from leefwijk.events.fields import municipality_of
from leefwijk.events.handling import Caller
from leefwijk.events.language.housing_mix.dwelling_imports import RejectedRow, RowFault
from leefwijk.events.store.locks import alone
from leefwijk.service.context import ServiceContext

BATCH = 200
"""Rows between two moments at which progress is kept."""
TELL_EVERY = 1000
"""Rows between two facts about progress."""
SLICE = 16
"""Commands decided in one go: requests that come meanwhile wait for no more than these."""
LOOK_SECONDS = 0.5
PLATFORM = Caller(Actor(role="service"))


class DwellingImporter:
    """Finds imports with work left and does it, one at a time."""

    def __init__(self, service: ServiceContext, store: DwellingImportStore) -> None:
        self._service = service
        self._store = store
        self._more = asyncio.Event()

    def poke(self) -> None:
        """There is a new import."""
        self._more.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self.once()
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def once(self) -> None:
        """Do what is left of every import that nobody else works on."""
        for id_ in await self._store.unfinished():
            async with alone(self._service.engine, f"dwelling-import/{id_}") as mine:
                if mine:
                    await self._record(id_)

    async def _record(self, id_: str) -> None:
        run = (await self._service.handler.load(DwellingImport, id_)).state
        work = await self._store.work(id_)
        assert work is not None  # noqa: S101 - unfinished imports have their rows
        assert run.started_at is not None  # noqa: S101 - it runs
        start = work.done
        for place in range(start, len(work.rows), BATCH):
            await self._batch(id_, run, work.rows[place : place + BATCH], place)
        await self._complete(id_, run)

    async def _batch(
        self, id_: str, run: DwellingImport, batch: Sequence[GoodRow], place: int
    ) -> None:
        assert run.started_at is not None  # noqa: S101 - it runs
        made: list[asyncio.Task[str]] = []
        async with asyncio.TaskGroup() as group:
            for first in range(0, len(batch), SLICE):
                made += [
                    group.create_task(self._deliver(row, run, run.started_at))
                    for row in batch[first : first + SLICE]
                ]
                await asyncio.sleep(0)
        outcomes = [task.result() for task in made]
        counts = Counter(outcomes)
        refused: list[Remark] = [
            late(row, outcome)
            for row, outcome in zip(batch, outcomes, strict=True)
            if outcome in {RowFault.OLDER_THAN_RECORDED, RowFault.LEFT_STOCK}
        ]
        done = place + len(batch)
        told = {name: counts[name] for name in ("registered", "changed", "unchanged")}
        await self._store.done(id_, done, told, refused)
        if done // TELL_EVERY > place // TELL_EVERY:
            command = ProgressDwellingImport(done=done)
            await self._service.handler.execute(command, id_=id_, caller=PLATFORM)

    async def _deliver(self, row: GoodRow, run: DwellingImport, started: datetime) -> str:
        """Record a row; what became of it in a word, also where it was done before a stop."""
        assert run.reference_date is not None  # noqa: S101 - it runs
        command = DeliverDwelling(
            dwelling=row.dwelling, reference_date=run.reference_date, condition=row.condition
        )
        try:
            await self._service.handler.execute(
                command, id_=row.number, caller=PLATFORM, create=True, likely_new=True
            )
        except RefusedError as refused:
            return refused.codes[0]
        unit = (await self._service.handler.load(Unit, row.number)).state
        mine = [one for one in unit.told if one.known >= started and not one.corrected]
        if not any(one.on == run.reference_date for one in mine):
            return "unchanged"
        return "registered" if unit.told[0].known >= started else "changed"

    async def _complete(self, id_: str, run: DwellingImport) -> None:
        work = await self._store.work(id_)
        assert work is not None  # noqa: S101 - its rows were just recorded
        assert run.reference_date is not None  # noqa: S101 - it runs
        missing = 0
        if run.full:
            delivered = [row.number for row in work.rows]
            missing = await self._store.note_missing(delivered, run.reference_date)
        await self._service.handler.execute(_completion(work, missing), id_=id_, caller=PLATFORM)


def _completion(work: Work, missing: int) -> CompleteDwellingImport:
    refused = {one.line for one in work.late}
    taken = [row.dwelling.area for row in work.rows if row.line not in refused]
    held = sorted({row.dwelling.area for row in work.rows})
    return CompleteDwellingImport(
        municipalities=tuple(sorted({code for area in held for code in municipality_of(area)})),
        read=work.read,
        taken=len(taken),
        rejected=work.rejected + len(refused),
        warnings=work.warnings,
        registered=work.registered,
        changed=work.changed,
        unchanged=work.unchanged,
        older=sum(one.code == RowFault.OLDER_THAN_RECORDED for one in work.late),
        missing=missing,
        areas=tuple(held),
        late=tuple(RejectedRow(line=one.line, code=RowFault(one.code)) for one in work.late),
    )
