"""Areas and indicators: what the figures are about."""

from __future__ import annotations

from collections.abc import Iterable

from leefwijk.events.consume.records import Change
from leefwijk.events.language.monitoring.areas import (
    AreaRegistered,
    ExperiencedAreaDrawn,
    ExperiencedAreaRedrawn,
)
from leefwijk.events.language.monitoring.indicators import (
    IndicatorDefined,
    IndicatorRetired,
    IndicatorRevised,
)
from projections.rows import End, Folds, Row, Rows

folds = Folds()


@folds.on(AreaRegistered)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, AreaRegistered)  # noqa: S101 - registered for it
    yield Row(
        "area",
        event.area,
        {"name": event.name, "kind": event.kind.value, "nameEdition": event.name_edition},
        event.area,
        event.municipalities,
        link=event.parent,
    )


@folds.on(ExperiencedAreaDrawn, ExperiencedAreaRedrawn)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    """Each drawing is an edition of its own; the earlier one stays readable."""
    event = change.event
    assert isinstance(event, (ExperiencedAreaDrawn, ExperiencedAreaRedrawn))  # noqa: S101 - registered
    yield Row(
        "area",
        event.area,
        {
            "name": event.name,
            "kind": "experienced",
            "parts": [part.model_dump(by_alias=True) for part in event.parts],
            "reason": event.reason,
        },
        event.area,
        event.municipalities,
    )


@folds.on(IndicatorDefined)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, IndicatorDefined)  # noqa: S101 - registered for it
    yield Row("indicator", change.received.subject, event.model_dump(mode="json", by_alias=True))


@folds.on(IndicatorRevised)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, IndicatorRevised)  # noqa: S101 - registered for it
    row = rows["indicator", change.received.subject]
    yield row.with_body(label=event.label, labelNl=event.label_nl, note=event.note)


@folds.on(IndicatorRetired)
def _(_rows: Rows, change: Change) -> Iterable[End]:
    yield End("indicator", change.received.subject)
