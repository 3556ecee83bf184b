"""The base of an area: how it reads, what was found, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.events.consume.records import Change
from leefwijk.events.language.monitoring import base_conditions as facts
from projections.folds.turns import from_its_day_on
from projections.rows import End, Folds, Row, Rows

folds = Folds()

VERDICT = "base"
ASSESSMENT = "base_assessment"
ACTION = "base_action"
WHOLE_AREA = "=area"
"""What a verdict hangs on that is not about one complex."""


@folds.on(facts.BaseVerdictChanged)
def _(rows: Rows, change: Change) -> Iterable[Row | End]:
    event = change.event
    assert isinstance(event, facts.BaseVerdictChanged)  # noqa: S101 - registered for it
    body = event.model_dump(
        mode="json",
        by_alias=True,
        include={"verdict", "step", "because", "assessed", "complex"},
        exclude_none=True,
    )
    body["countsThrough"] = event.valid_through.isoformat() if event.valid_through else None
    row = Row(
        VERDICT,
        str(change.received.id),
        body,
        event.area,
        change.received.municipalities,
        link=event.complex or WHOLE_AREA,
        valid_from=event.on,
    )
    yield from from_its_day_on(rows, row)


def _found(
    event: facts.BaseAssessed | facts.BaseAssessmentCorrected, complex_: str | None
) -> dict[str, Any]:
    """Words of the assessor stay out: verdicts carry what is needed to read them."""
    return {
        "complex": complex_,
        "steps": {one.step.value: one.found.value for one in event.steps},
        "countsThrough": event.valid_through.isoformat(),
    }


@folds.on(facts.BaseAssessed)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.BaseAssessed)  # noqa: S101 - registered for it
    yield Row(
        ASSESSMENT,
        str(change.received.id),
        _found(event, event.complex),
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(facts.BaseAssessmentCorrected)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """What was found reads as it should have, from its own day on."""
    event = change.event
    assert isinstance(event, facts.BaseAssessmentCorrected)  # noqa: S101 - registered for it
    row = rows[ASSESSMENT, str(_first(rows, str(event.corrects)))]
    body = {**_found(event, event.complex), "correction": str(change.received.id)}
    body["correctedOn"] = day_of(change.received.time).isoformat()
    yield row.with_body(**body).holding(event.on, None)


def _first(rows: Rows, corrected: str) -> str:
    """The assessment that is corrected, also where a correction of it is corrected again."""
    for (kind, key), row in rows.items():
        if kind == ASSESSMENT and row.body.get("correction") == corrected:
            return key
    return corrected


@folds.on(facts.BaseAssessmentLapsed)
def _(_rows: Rows, _change: Change) -> Iterable[Row]:
    """The last day on which an assessment counts stands in it already."""
    return ()


@folds.on(facts.BaseActionPlanned)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.BaseActionPlanned)  # noqa: S101 - registered for it
    yield Row(
        ACTION,
        event.action,
        {
            "what": event.what,
            "step": event.step.value,
            "complex": event.complex,
            "by": event.by.isoformat(),
            "completed": None,
            "planned": change.received.time.isoformat(),
        },
        _area(rows, change),
        change.received.municipalities,
    )


def _area(rows: Rows, change: Change) -> str | None:
    """The area of the stream: it began with an assessment there."""
    known = next((row.area for row in rows.values() if row.area is not None), None)
    return known or change.received.area


@folds.on(facts.BaseActionCompleted)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """That it was done changes no verdict: somebody looks again."""
    event = change.event
    assert isinstance(event, facts.BaseActionCompleted)  # noqa: S101 - registered for it
    yield rows[ACTION, event.action].with_body(completed=event.on.isoformat())


@folds.on(facts.BaseActionBecameOverdue)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.BaseActionBecameOverdue)  # noqa: S101 - registered for it
    yield rows[ACTION, event.action]
