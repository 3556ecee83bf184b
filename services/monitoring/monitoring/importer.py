"""Running imports in the background: judged, recorded in batches, resumable at any moment."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

import structlog

from leefwijk.events.decider import Actor, Command
from leefwijk.events.handling import Caller
from leefwijk.events.handling import Outcome as Handled
from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.events.language.monitoring.measurements import Figure, Measured, Missing
from leefwijk.events.store import listing
from leefwijk.events.store.locks import alone
from leefwijk.service.context import ServiceContext
from monitoring import importing
from monitoring.domain.area import RegisterArea, SetAreaBoundary
from monitoring.domain.import_run import CompleteImport, FailImport, ImportRun, ImportStatus
from monitoring.domain.indicator import DefineIndicator
from monitoring.domain.measurement_series import (
    MeasurementSeries,
    RecordMeasurements,
    WithdrawMeasurements,
    series_id,
)
from monitoring.import_store import ImportStore
from monitoring.importing.areas import AreaRow
from monitoring.importing.boundaries import GoodBoundary
from monitoring.importing.codes import Kind
from monitoring.importing.indicators import IndicatorDefinition
from monitoring.importing.records import AreaRecord
from monitoring.importing.rows import Missing as Gap
from monitoring.knowledge.own import codes_by_edition

_log = structlog.get_logger(__name__)

BATCH = 500
"""Records between two looks at whether the import still runs."""
SLICE = 16
"""Commands decided in one go: requests that come meanwhile wait for no more than these."""
LOOK_SECONDS = 0.5

_KINDS = {
    Kind.COUNTRY: AreaKind.COUNTRY,
    Kind.MUNICIPALITY: AreaKind.MUNICIPALITY,
    Kind.WIJK: AreaKind.DISTRICT,
    Kind.BUURT: AreaKind.NEIGHBOURHOOD,
}

PLATFORM = Caller(Actor(role="service"))


@dataclass(frozen=True)
class Step:
    """One record to make, and the aggregate it is made on, where its content does not say."""

    command: Callable[[], Command[Any]]
    """Makes the command when its turn comes: all at once would hold up the loop for seconds."""
    id_: str | None = None
    create: bool = True
    counted: bool = True
    likely_new: bool = False


def source_edition(mapping: importing.Mapping) -> str:
    """The name of what a file is an edition of: `rivm-gezondheid-18plus-2020`."""
    return f"{mapping.source}-{mapping.source_edition}"


def read_file(
    content: bytes, mapping: importing.Mapping, edition: int, codes: dict[int, set[str]]
) -> importing.Outcome:
    """Judge every row. Raises ImportRefused where the file is not what its mapping says."""
    known = importing.KnownAreas(codes)
    match mapping:
        case importing.MeasurementsMapping():
            units = importing.builtin_units()
            return importing.import_measurements(content, mapping, edition, known, units)
        case importing.HierarchyMapping():
            divisions = {year: importing.division(found) for year, found in codes.items()}
            return importing.import_hierarchy(content, mapping, edition, divisions)
        case importing.BoundariesMapping():
            return importing.import_boundaries(content, mapping, edition, known)


class Importer:
    """Finds imports with work left and does it, one at a time."""

    def __init__(self, service: ServiceContext, store: ImportStore) -> None:
        self._service = service
        self._store = store
        self._more = asyncio.Event()

    def poke(self) -> None:
        """There is a new import."""
        self._more.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            for id_, status in await self._store.unfinished():
                async with alone(self._service.engine, f"import/{id_}") as mine:
                    if mine:
                        await (self._import(id_) if status == "running" else self._take_back(id_))
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def _import(self, id_: str) -> None:
        run = (await self._service.handler.load(ImportRun, id_)).state
        file = await self._store.file(id_)
        if file is None:
            await self._end(id_, FailImport(reason="Its file is not there any more."))
            return
        content, raw = file
        mapping = importing.load_mapping(raw)
        codes = await codes_by_edition(self._service)
        before = await self._store.progress(id_)
        if before is not None and before.registers is not None:
            # judged anew as it was judged before it stopped, so that the steps are the same
            codes.get(run.area_edition, set()).difference_update(before.registers)
        try:
            outcome = await asyncio.to_thread(read_file, content, mapping, run.area_edition, codes)
        except importing.ImportRefused as refused:
            await self._end(id_, FailImport(reason=str(refused)[:900]))
            return
        steps = [*_indicators(mapping), *_areas(outcome.areas), *_figures(id_, outcome, mapping)]
        steps += [await self._boundary(boundary, mapping) for boundary in outcome.boundaries]
        report = outcome.report
        await self._store.judged(
            id_,
            counts={
                "read": report.read,
                "good": report.good,
                "bad": report.bad,
                "total": len(steps),
            },
            warnings=tuple(report.warnings),
            registers=[row.code for row in outcome.areas],
            report=importing.as_csv(report),
        )
        await self._record(id_, steps, again=before is not None and before.registers is not None)
        progress = await self._store.progress(id_)
        assert progress is not None  # noqa: S101 - it was just written
        remarks = sum(report.remark_counts.values())
        await self._end(
            id_,
            CompleteImport(
                rows=report.read,
                good=report.good,
                bad=report.bad,
                remarks=remarks,
                recorded=progress.recorded,
                revised=progress.revised,
                unchanged=progress.unchanged,
            ),
        )

    async def _record(self, id_: str, steps: Sequence[Step], *, again: bool) -> None:
        """Make the records batch by batch, from where an earlier run stopped.

        That run may have made records of its last batch without counting them.
        """
        progress = await self._store.progress(id_)
        start = progress.done if progress else 0
        for place in range(start, len(steps), BATCH):
            batch = steps[place : place + BATCH]
            done = await self._make_all(batch)
            counts = {"recorded": 0, "revised": 0, "unchanged": 0}
            for step, handled in zip(batch, done, strict=True):
                if step.counted:
                    before = again and place == start and not handled.events
                    counts[await self._made(id_, step) if before else _outcome(handled)] += 1
            await self._store.done(id_, place + len(batch), counts)
            if not await self._still_running(id_):
                return

    async def _made(self, id_: str, step: Step) -> str:
        """What became of a record that this import may have made before it stopped."""
        command = step.command()
        if isinstance(command, RegisterArea):
            return "recorded"  # no other import knew the area when the rows were judged
        if not isinstance(command, RecordMeasurements):
            return "unchanged"
        name = series_id(command.area, command.source_edition)
        series = (await self._service.handler.load(MeasurementSeries, name)).state
        if not any(delivery.import_id == id_ for delivery in series.deliveries):
            return "unchanged"
        return "recorded" if len(series.deliveries) == 1 else "revised"

    async def _still_running(self, id_: str) -> bool:
        run = (await self._service.handler.load(ImportRun, id_)).state
        return run.status is ImportStatus.RUNNING

    async def _make_all(self, steps: Sequence[Step]) -> list[Handled]:
        """Make the records side by side, so that the store writes them in groups."""
        made: list[asyncio.Task[Handled]] = []
        try:
            async with asyncio.TaskGroup() as group:
                for place in range(0, len(steps), SLICE):
                    made += [
                        group.create_task(self._make(step)) for step in steps[place : place + SLICE]
                    ]
                    await asyncio.sleep(0)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [task.result() for task in made]

    async def _make(self, step: Step) -> Handled:
        return await self._service.handler.execute(
            step.command(),
            id_=step.id_,
            caller=PLATFORM,
            create=step.create,
            likely_new=step.likely_new,
        )

    async def _boundary(self, boundary: GoodBoundary, mapping: importing.Mapping) -> Step:
        geometry = json.dumps(boundary.geometry, separators=(",", ":"))
        digest = hashlib.sha256(geometry.encode()).hexdigest()
        await self._store.keep_geometry(digest, geometry)
        command = SetAreaBoundary(
            geometry_hash=digest, box=tuple(boundary.box), source=mapping.title
        )
        area = f"{boundary.area_code}@{boundary.edition}"
        return Step(lambda: command, area, create=False)

    async def _take_back(self, id_: str) -> None:
        """Take the figures of a withdrawn import back, area by area."""
        run = (await self._service.handler.load(ImportRun, id_)).state
        command = WithdrawMeasurements(import_id=id_, reason=run.reason or "withdrawn")
        while True:
            page = await listing.find(
                self._service.engine,
                listing.Query(MeasurementSeries.kind, (f"import:{id_}",), limit=BATCH),
            )
            if not page.documents:
                await self._store.finish(id_)
                return
            ids = [document.stream_id[len("measurements-") :] for document in page.documents]
            await self._make_all([Step(lambda: command, one, create=False) for one in ids])
            await self._store.taken_back(id_, len(ids))

    async def _end(self, id_: str, command: CompleteImport | FailImport) -> None:
        await self._service.handler.execute(command, id_=id_, caller=PLATFORM)


def _outcome(handled: Handled) -> str:
    if not handled.events:
        return "unchanged"
    return "recorded" if handled.version == len(handled.events) else "revised"


def _indicators(mapping: importing.Mapping) -> list[Step]:
    if not isinstance(mapping, importing.MeasurementsMapping):
        return []
    known = importing.builtin_indicators()
    return [
        Step(partial(_definition, known[name]), counted=False)
        for name in sorted(mapping.indicators)
        if name in known
    ]


def _definition(definition: IndicatorDefinition) -> DefineIndicator:
    return DefineIndicator(
        indicator=definition.id,
        label=definition.en,
        label_nl=definition.nl,
        unit=definition.unit,
        direction=definition.direction,
        dimension=definition.dimension,
        source=definition.source,
        note=definition.note,
    )


def _areas(rows: Sequence[AreaRow]) -> list[Step]:
    return [Step(partial(_registration, row), likely_new=True) for row in rows]


def _registration(row: AreaRow) -> RegisterArea:
    return RegisterArea(
        area=row.area,
        kind=_KINDS[row.kind],
        name=row.name,
        name_edition=row.name_edition if row.name_edition != row.edition else None,
        parent=f"{row.parent}@{row.edition}" if row.parent else None,
    )


def _figures(id_: str, outcome: importing.Outcome, mapping: importing.Mapping) -> list[Step]:
    if not isinstance(mapping, importing.MeasurementsMapping):
        return []
    known = importing.builtin_indicators()
    notes = [known[name].note for name in mapping.indicators if name in known]
    estimate = "model estimate" in notes
    edition = source_edition(mapping)
    return [
        Step(partial(_recording, record, edition, id_, estimate), likely_new=True)
        for record in outcome.records
    ]


def _recording(record: AreaRecord, edition: str, id_: str, estimate: bool) -> RecordMeasurements:
    return RecordMeasurements(
        area=record.area,
        source_edition=edition,
        import_id=id_,
        estimate=estimate,
        figures=measured(record),
    )


def measured(record: AreaRecord) -> tuple[Measured, ...]:
    """The figures of an area as they are recorded."""
    found = []
    for indicator, periods in record.values.items():
        for period, value in periods.items():
            figure = _label(value) if isinstance(value, str) else _number(str(value))
            found.append(_one(indicator, period, figure))
    for indicator, gaps in record.missing.items():
        for period, gap in gaps.items():
            found.append(_one(indicator, period, _missing(gap)))
    return tuple(found)


def _one(indicator: str, period: str, figure: Figure) -> Measured:
    # its parts were judged when the row was read; judging them again costs as much as deciding
    return Measured.model_construct(indicator=indicator, period=period, figure=figure)


@lru_cache(maxsize=10_000)
def _number(digits: str) -> Figure:
    """Frozen, so that areas share it. By its digits: 1.0 equals 1.00 and is not the same."""
    return Figure(number=Decimal(digits))


@lru_cache(maxsize=1_000)
def _label(name: str) -> Figure:
    return Figure(label=name)


@lru_cache
def _missing(gap: Gap) -> Figure:
    return Figure(missing=Missing(gap.value))
