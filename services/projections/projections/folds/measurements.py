"""Counting: the figures of one source edition for one area are one row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leefwijk.events.consume.records import Change
from leefwijk.events.language.monitoring.measurements import (
    Figure,
    MeasurementsRecorded,
    MeasurementsRevised,
    MeasurementsWithdrawn,
)
from projections.rows import End, Folds, Row, Rows

folds = Folds()


def _json(figure: Figure) -> dict[str, Any]:
    return figure.model_dump(mode="json", by_alias=True, exclude_none=True)


@folds.on(MeasurementsRecorded)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, MeasurementsRecorded)  # noqa: S101 - registered for it
    figures: dict[str, dict[str, Any]] = {}
    for measured in event.figures:
        figures.setdefault(measured.indicator, {})[measured.period] = _json(measured.figure)
    yield Row(
        "figures",
        event.source_edition,
        {"figures": figures, "estimate": event.estimate, "revised": {}},
        event.area,
        change.received.municipalities,
    )


@folds.on(MeasurementsRevised, MeasurementsWithdrawn)
def _(rows: Rows, change: Change) -> Iterable[Row | End]:
    """Revised figures keep what they were and which event changed them."""
    event = change.event
    assert isinstance(event, (MeasurementsRevised, MeasurementsWithdrawn))  # noqa: S101 - registered
    row = rows["figures", event.source_edition]
    figures = {name: dict(periods) for name, periods in row.body["figures"].items()}
    revised = dict(row.body["revised"])
    for revision in event.changes:
        periods = figures.setdefault(revision.indicator, {})
        if revision.after is None:
            periods.pop(revision.period, None)
        else:
            periods[revision.period] = _json(revision.after)
        place = f"{revision.indicator}/{revision.period}"
        revised[place] = [
            *revised.get(place, ()),
            {
                "was": _json(revision.before) if revision.before else None,
                "on": change.received.time.isoformat(),
                "event": str(change.received.id),
            },
        ]
    left = {name: periods for name, periods in figures.items() if periods}
    if left:
        yield row.with_body(figures=left, revised=revised)
    else:
        yield End("figures", event.source_edition)
