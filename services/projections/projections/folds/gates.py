"""Gates of support: as they were last judged, what was set aside, what was lost after a grant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from leefwijk.events.consume.records import Change
from leefwijk.events.language import gates as words
from leefwijk.events.language.initiatives import gates as facts
from projections.folds.initiatives import own
from projections.folds.turns import from_its_day_on
from projections.rows import End, Folds, Row, Rows

folds = Folds()

JUDGED = "gates"
OVERRIDE = "override"


def line_of(line: words.GateLine) -> dict[str, Any]:
    """What people look at of a gate that was judged."""
    return line.model_dump(
        mode="json",
        by_alias=True,
        exclude_none=True,
        include={"gate", "outcome", "code", "reason", "knowledge", "as_of", "since", "set_aside"}
        | {"evidence", "overridable_by", "way_on"},
    )


def judged(
    rows: Rows,
    change: Change,
    lines: Sequence[words.GateLine],
    on: date,
    request: int | None,
) -> Iterator[Row | End]:
    """The gates as they were judged, from that day until they are judged again."""
    row = Row(
        JUDGED,
        str(change.received.id),
        {
            "initiative": change.received.subject,
            "request": request,
            "lines": [line_of(line) for line in lines],
        },
        own(rows, change).area,
        change.received.municipalities,
        link=change.received.subject,
        valid_from=on,
    )
    yield from from_its_day_on(rows, row)


@folds.on(facts.GatesAssessed)
def _(rows: Rows, change: Change) -> Iterable[Row | End]:
    event = change.event
    assert isinstance(event, facts.GatesAssessed)  # noqa: S101 - registered for it
    row = own(rows, change)
    if row.body["status"] == "proposed":
        life = [*row.body.get("life", ()), {"status": "assessed", "on": event.on.isoformat()}]
        yield row.with_body(status="assessed", life=life)
    yield from judged(rows, change, event.lines, event.on, event.request)


@folds.on(facts.GateOverridden)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """It stays visible for good: that a gate was set aside does not make it pass (INI-11)."""
    event = change.event
    assert isinstance(event, facts.GateOverridden)  # noqa: S101 - registered for it
    yield Row(
        OVERRIDE,
        event.override,
        {
            "initiative": change.received.subject,
            "request": event.request,
            "gate": event.gate.value,
            "code": event.code,
            "reason": event.reason,
            "role": event.role,
            "until": event.until.isoformat(),
            "over": None,
        },
        own(rows, change).area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(facts.GateOverrideWithdrawn, facts.GateOverrideLapsed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, (facts.GateOverrideWithdrawn, facts.GateOverrideLapsed))  # noqa: S101
    assert event.on is not None  # noqa: S101 - each of them names its day
    withdrawn = isinstance(event, facts.GateOverrideWithdrawn)
    said = {
        "status": "withdrawn" if withdrawn else "lapsed",
        "because": event.reason if isinstance(event, facts.GateOverrideWithdrawn) else event.ground,
        "on": event.on.isoformat(),
    }
    yield rows[OVERRIDE, event.override].with_body(over=said)


@folds.on(facts.GateNoLongerPassed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.GateNoLongerPassed)  # noqa: S101 - registered for it
    row = own(rows, change)
    mark = {
        "request": event.request,
        "gate": event.gate.value,
        "code": event.code,
        "since": event.on.isoformat(),
        "again": None,
    }
    yield row.with_body(marks=[*row.body["marks"], mark])


@folds.on(facts.GatePassedAgain)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.GatePassedAgain)  # noqa: S101 - registered for it
    row = own(rows, change)
    marks = [
        {**mark, "again": event.on.isoformat()}
        if mark["gate"] == event.gate.value
        and event.request in {None, mark.get("request")}
        and not mark.get("again")
        and not mark.get("over")
        else mark
        for mark in row.body["marks"]
    ]
    yield row.with_body(marks=marks)
