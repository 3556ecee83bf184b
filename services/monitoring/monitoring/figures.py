"""Figures of an area as people read them: own, derived over editions, composed over parts."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from leefwijk.events.fields import area_code
from leefwijk.events.language.monitoring.areas import Share
from leefwijk.service.context import ServiceContext
from leefwijk.service.reads import Resource
from monitoring.domain.area import Area
from monitoring.domain.composition import FigureKind, backward, compose, forward, shown
from monitoring.domain.experienced_area import Drawing
from monitoring.domain.measurement_series import MeasurementSeries
from monitoring.domain.settings import TERMS
from monitoring.importing import builtin_indicators
from monitoring.importing.indicators import derived
from monitoring.importing.rows import Missing
from monitoring.knowledge.own import drawing_of, find_all

NO_FIGURE = Missing.NOT_PUBLISHED
"""Only says that there is none: the reason stays the one of the figure that is not there."""


class FigureResource(Resource):
    """One figure, with how it came about."""

    indicator: str
    period: str
    number: Decimal | None = None
    label: str | None = None
    missing: str | None = None
    source_edition: str
    estimate: bool = False
    """A model estimate; a change of it is never an effect."""
    event: UUID | None = None
    derived_from: list[str] | None = None
    composed_of: dict[str, int] | None = None
    """Parts with their weights."""
    coverage: Decimal | None = None
    shown: Decimal | None = None
    """Rounded for people."""
    note: str | None = None
    without_figure: list[str] | None = None


class AreaFigures(Resource):
    """All figures of an area."""

    area: str
    items: list[FigureResource]
    notes: list[str]


async def figures_of_area(service: ServiceContext, area: str) -> AreaFigures | None:
    """The figures of an area, or none if it is not known."""
    if area.startswith("XA"):
        drawing = await drawing_of(service, area)
        return await _composed(service, drawing) if drawing else None
    loaded = await service.handler.load(Area, area)
    if not loaded.version:
        return None
    own = await _own(service, area)
    carried = await _forward(service, area) + await _backward(service, loaded.state)
    known = {(item.indicator, item.period) for item in own}
    items = own + [item for item in carried if (item.indicator, item.period) not in known]
    items += _complements(own)
    notes = await _elsewhere(service, area, {item.source_edition for item in items})
    return AreaFigures(area=area, items=items, notes=notes)


def _complements(own: list[FigureResource]) -> list[FigureResource]:
    """What a published share leaves of its whole; a missing one leaves a missing one (MON-12)."""
    found = []
    for definition in builtin_indicators().values():
        if definition.complement is None:
            continue
        for item in own:
            if item.indicator != definition.complement.of:
                continue
            figure = derived(definition, item.number if item.number is not None else NO_FIGURE)
            number = figure if isinstance(figure, Decimal) else None
            changed = {
                "indicator": definition.id,
                "number": number,
                "derived_from": [item.indicator],
                "note": definition.note,
            }
            found.append(item.model_copy(update=changed))
    return found


async def _own(service: ServiceContext, area: str) -> list[FigureResource]:
    found = []
    for _, series in await find_all(service, MeasurementSeries, f"area:{area}"):
        for place, figure in sorted(series.figures.items()):
            indicator, _, period = place.rpartition("/")
            found.append(
                FigureResource(
                    indicator=indicator,
                    period=period,
                    number=figure.number,
                    label=figure.label,
                    missing=figure.missing.value if figure.missing else None,
                    source_edition=series.source_edition,
                    estimate=series.estimate,
                    event=series.event_of(indicator, period),
                )
            )
    return sorted(found, key=lambda item: (item.indicator, item.period))


def kind_of(indicator: str) -> FigureKind:
    """How an indicator may be reckoned with."""
    definition = builtin_indicators().get(indicator)
    if definition is None or definition.scale != "number":
        return FigureKind.CLASS
    return FigureKind.PERCENTAGE if definition.unit in {"percent", "%"} else FigureKind.COUNT


async def _forward(service: ServiceContext, area: str) -> list[FigureResource]:
    """Figures of areas of another edition that went to this one, by their stated shares."""
    found = []
    for id_, state in await find_all(service, Area, f"mapped-to:{area}"):
        share = next(share for share in state.mapped_to if share.area == area)
        for item in await _own(service, id_):
            if item.number is not None:
                derived = forward(id_, share, item.number, kind_of(item.indicator))
                found.append(_carried(item, derived.value, [derived.derived_from]))
    return found


async def _backward(service: ServiceContext, state: Area) -> list[FigureResource]:
    """Later figures on an old area: percentages weighted by its shares, classes not at all."""
    found = []
    for edition in state.mapped_by:
        found += await _backward_from(service, state.successors(edition))
    return found


async def _backward_from(
    service: ServiceContext, successors: tuple[Share, ...]
) -> list[FigureResource]:
    series: dict[tuple[str, str], list[tuple[str, Decimal, int]]] = {}
    template: dict[tuple[str, str], FigureResource] = {}
    for share in successors:
        for item in await _own(service, share.area):
            if item.number is not None:
                place = (item.indicator, item.period)
                weight = int(share.share * 1_000_000)
                series.setdefault(place, []).append((share.area, item.number, weight))
                template[place] = item
    found = []
    for place, parts in series.items():
        value = backward(parts, kind_of(place[0])) if len(parts) == len(successors) else None
        if value is not None:
            found.append(_carried(template[place], value, [name for name, _, _ in parts]))
    return found


def _carried(item: FigureResource, value: Decimal, origin: list[str]) -> FigureResource:
    return item.model_copy(
        update={
            "number": value,
            "shown": shown(value),
            "derived_from": origin,
            "event": None,
            "note": f"derived from {', '.join(origin)}; context, no ground for a level",
        }
    )


async def _composed(service: ServiceContext, drawing: Drawing) -> AreaFigures:
    values: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    estimates: dict[tuple[str, str, str], bool] = {}
    for part in drawing.parts:
        for item in await _own(service, part.area):
            place = (item.indicator, item.period, item.source_edition)
            values.setdefault(place, {})
            estimates[place] = item.estimate
            if item.number is not None:
                values[place][part.area] = item.number
    items = []
    for (indicator, period, source), found in sorted(values.items()):
        if kind_of(indicator) is not FigureKind.PERCENTAGE:
            continue
        composed = compose(drawing.parts, found, Decimal(str(TERMS.coverage)))
        items.append(
            FigureResource(
                indicator=indicator,
                period=period,
                number=composed.value,
                shown=shown(composed.value) if composed.value is not None else None,
                source_edition=source,
                estimate=estimates[indicator, period, source],
                composed_of=dict(composed.weights),
                coverage=shown(composed.coverage, 2),
                without_figure=list(composed.without_figure),
                note="composed"
                if composed.value is not None
                else "not published for enough of this area",
            )
        )
    return AreaFigures(area=drawing.area, items=items, notes=[])


async def _elsewhere(service: ServiceContext, area: str, sources: set[str]) -> list[str]:
    """Figures under the same code in another edition, which are about another place (MON-02)."""
    notes = []
    for id_, _ in await find_all(service, Area, f"code:{area_code(area)}"):
        if id_ == area:
            continue
        for _, series in await find_all(service, MeasurementSeries, f"area:{id_}"):
            if series.source_edition not in sources:
                edition = id_.partition("@")[2]
                notes.append(
                    f"{series.source_edition}: a figure exists under this code in edition "
                    f"{edition}; no mapping recorded"
                )
    return sorted(notes)
