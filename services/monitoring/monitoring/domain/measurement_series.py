"""The figures of one source edition for one area: recorded, revised, withdrawn (MON-17, MON-18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from leefwijk.events.decider import Command, Context, Fact, Listing, State, evolves
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier, Reason, municipality_of
from leefwijk.events.language.monitoring.measurements import (
    Figure,
    Measured,
    MeasurementsRecorded,
    MeasurementsRevised,
    MeasurementsWithdrawn,
    Revised,
)

Place = str
"""`indicator/period`."""


@dataclass(frozen=True)
class Delivery:
    """What one import recorded here: everything, or what it changed; none: it took it away."""

    import_id: str
    event: UUID
    """Id of the fact that its figures came with."""
    figures: dict[Place, Figure | None]


@dataclass(frozen=True)
class MeasurementSeries(State, kind="measurements", shape=2):
    """All figures of a source edition for an area, and which import brought what."""

    area: str | None = None
    source_edition: str = ""
    estimate: bool = False
    deliveries: tuple[Delivery, ...] = ()

    @property
    def figures(self) -> dict[Place, Figure]:
        """What stands now."""
        return _standing(self.deliveries)

    def event_of(self, indicator: str, period: str) -> UUID | None:
        """Id of the fact that the standing figure came with: what rests on it names this one."""
        place = f"{indicator}/{period}"
        said = [delivery for delivery in self.deliveries if place in delivery.figures]
        return said[-1].event if said else None

    def listing(self) -> Listing:
        """Found by area, source edition and import."""
        return Listing(
            self.area,
            municipality_of(self.area or ""),
            facets={
                "source-edition": self.source_edition or (),
                "import": [delivery.import_id for delivery in self.deliveries],
            },
        )


def _standing(deliveries: tuple[Delivery, ...]) -> dict[Place, Figure]:
    found: dict[Place, Figure] = {}
    for delivery in deliveries:
        for place, figure in delivery.figures.items():
            if figure is None:
                found.pop(place, None)
            else:
                found[place] = figure
    return found


def series_id(area: str, source_edition: str) -> str:
    """One stream per area and source edition."""
    return f"{area}.{source_edition}"


class RecordMeasurements(Command[MeasurementSeries]):
    """Record what an import says of an area; the same again records nothing."""

    area: AreaId
    source_edition: Identifier
    import_id: Identifier
    estimate: bool = False
    figures: tuple[Measured, ...]

    def stream(self, _context: Context) -> str:
        """By area and source edition."""
        return series_id(self.area, self.source_edition)

    def decide(self, series: MeasurementSeries, _context: Context) -> Iterator[Event]:
        """First: recorded. Other figures: revised, with only what differs. Same: nothing."""
        if any(delivery.import_id == self.import_id for delivery in series.deliveries):
            return
        if not series.deliveries:
            yield MeasurementsRecorded(
                area=self.area,
                source_edition=self.source_edition,
                import_id=self.import_id,
                estimate=self.estimate,
                figures=self.figures,
            )
            return
        changes = _changes(series.figures, _by_place(self.figures))
        if changes:
            yield MeasurementsRevised(
                area=self.area,
                source_edition=self.source_edition,
                import_id=self.import_id,
                changes=changes,
            )


class WithdrawMeasurements(Command[MeasurementSeries]):
    """Take back what one import recorded here."""

    import_id: Identifier
    reason: Reason

    def decide(self, series: MeasurementSeries, _context: Context) -> Iterator[Event]:
        """Figures go back to those of the other deliveries; nothing where it brought nothing."""
        left = tuple(one for one in series.deliveries if one.import_id != self.import_id)
        if len(left) == len(series.deliveries) or series.area is None:
            return
        before, after = series.figures, _standing(left)
        changes = tuple(
            _revised(place, figure, after.get(place))
            for place, figure in before.items()
            if after.get(place) != figure
        )
        yield MeasurementsWithdrawn(
            area=series.area,
            source_edition=series.source_edition,
            import_id=self.import_id,
            changes=changes,
            reason=self.reason,
        )


def _by_place(figures: tuple[Measured, ...]) -> dict[Place, Figure]:
    return {f"{item.indicator}/{item.period}": item.figure for item in figures}


def _changes(before: Mapping[Place, Figure], after: Mapping[Place, Figure]) -> tuple[Revised, ...]:
    """What the new figures change; what they do not speak of stays."""
    return tuple(
        _revised(place, before.get(place), figure)
        for place, figure in after.items()
        if before.get(place) != figure
    )


def _revised(place: Place, before: Figure | None, after: Figure | None) -> Revised:
    indicator, _, period = place.rpartition("/")
    return Revised(indicator=indicator, period=period, before=before, after=after)


@evolves(MeasurementsRecorded)
def _(series: MeasurementSeries, event: MeasurementsRecorded, fact: Fact) -> MeasurementSeries:
    figures: dict[Place, Figure | None] = {**_by_place(event.figures)}
    return replace(
        series,
        area=event.area,
        source_edition=event.source_edition,
        estimate=event.estimate,
        deliveries=(*series.deliveries, Delivery(event.import_id, fact.id, figures)),
    )


@evolves(MeasurementsRevised)
def _(series: MeasurementSeries, event: MeasurementsRevised, fact: Fact) -> MeasurementSeries:
    figures = {f"{one.indicator}/{one.period}": one.after for one in event.changes}
    later = Delivery(event.import_id, fact.id, figures)
    return replace(series, deliveries=(*series.deliveries, later))


@evolves(MeasurementsWithdrawn)
def _(series: MeasurementSeries, event: MeasurementsWithdrawn) -> MeasurementSeries:
    left = tuple(one for one in series.deliveries if one.import_id != event.import_id)
    return replace(series, deliveries=left)
