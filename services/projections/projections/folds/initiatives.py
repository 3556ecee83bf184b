"""Initiatives and the money that goes with them."""

from __future__ import annotations

from collections.abc import Iterable

from leefwijk.events.clock import day_of
from leefwijk.events.consume.records import Change
from leefwijk.events.language.initiatives import gates, life, roles, spending, support
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "initiative"


def _own(rows: Rows, change: Change) -> Row:
    return rows[KIND, change.received.subject]


@folds.on(life.InitiativeProposed)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, life.InitiativeProposed)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        change.received.subject,
        {
            "title": event.title,
            "themes": [theme.value for theme in event.themes],
            "taker": event.taker.value,
            "status": "proposed",
            "proposed": (event.on or day_of(change.received.time)).isoformat(),
            "supported": None,
            "role": None,
            "started": None,
            "completed": None,
            "marks": [],
        },
        event.area,
        change.received.municipalities,
    )


@folds.on(roles.CorporationRoleAgreed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, roles.CorporationRoleAgreed)  # noqa: S101 - registered for it
    row = _own(rows, change)
    alone = event.role is roles.CorporationRole.NONE and row.body["status"] in {
        "proposed",
        "declined",
    }
    status = "self_reliant" if alone else row.body["status"]
    yield row.with_body(role=event.role.value, status=status)


@folds.on(support.SupportGranted)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, support.SupportGranted)  # noqa: S101 - registered for it
    row = _own(rows, change)
    if row.body["status"] in {"proposed", "declined"}:
        row = row.with_body(status="supported")
    yield row.with_body(supported=row.body["supported"] or event.on.isoformat())
    yield Row(
        "grant",
        str(change.received.id),
        {
            "initiative": change.received.subject,
            "euros": str(event.charged),
            "year": event.year,
            "budgetArea": event.budget_area,
        },
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(support.SupportDeclined)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    row = _own(rows, change)
    granted = any(kind == "grant" for kind, _ in rows)
    if row.body["status"] == "proposed" and not granted:
        row = row.with_body(status="declined")
    yield row


@folds.on(spending.SpendingRecorded)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, spending.SpendingRecorded)  # noqa: S101 - registered for it
    yield Row(
        "spending",
        event.spending,
        {
            "initiative": change.received.subject,
            "euros": str(event.amount or "0.00"),
            "hours": event.hours or 0,
        },
        _own(rows, change).area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(life.InitiativeStarted)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, life.InitiativeStarted)  # noqa: S101 - registered for it
    yield _own(rows, change).with_body(status="started", started=event.on.isoformat())


@folds.on(life.InitiativeCompleted)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, life.InitiativeCompleted)  # noqa: S101 - registered for it
    yield _own(rows, change).with_body(status="completed", completed=event.on.isoformat())


@folds.on(gates.GateNoLongerPassed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, gates.GateNoLongerPassed)  # noqa: S101 - registered for it
    row = _own(rows, change)
    mark = {"gate": event.gate.value, "code": event.code, "since": event.on.isoformat()}
    yield row.with_body(marks=[*row.body["marks"], mark])
