"""Greening in its own units: planned, made, corrected and lost."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from leefwijk.events.consume.records import Change
from leefwijk.events.language.initiatives import greening as facts
from projections.folds.turns import from_its_day_on
from projections.rows import End, Folds, Row, Rows

folds = Folds()

PLANNED = "green_planned"
MADE = "green_made"
LOST = "green_lost"


def _litres(litres: Decimal | None) -> str | None:
    """Water that one piece holds."""
    return None if litres is None else str(litres)


@folds.on(facts.GreeningPlanned)
def _(rows: Rows, change: Change) -> Iterable[Row | End]:
    """An item that is planned anew reads so from that day on."""
    event = change.event
    assert isinstance(event, facts.GreeningPlanned)  # noqa: S101 - registered for it
    row = Row(
        PLANNED,
        str(change.received.id),
        {
            "initiative": change.received.subject,
            "measure": event.measure.value,
            "unit": event.counted_in.value,
            "quantity": str(event.quantity),
            "litres": _litres(event.litres),
            "purposes": [purpose.value for purpose in event.purposes],
        },
        event.area,
        change.received.municipalities,
        link=event.item,
        valid_from=event.on,
    )
    yield from from_its_day_on(rows, row)


@folds.on(facts.GreeningRealised)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.GreeningRealised)  # noqa: S101 - registered for it
    yield Row(
        MADE,
        event.realised,
        {
            "initiative": change.received.subject,
            "measure": event.measure.value,
            "unit": event.counted_in.value,
            "quantity": str(event.quantity),
            "litres": _litres(event.litres),
            "purposes": [purpose.value for purpose in event.purposes],
            "planned": event.item is not None,
        },
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(facts.GreeningCorrected)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """What was made was otherwise all along: with today's knowledge it reads so from its day.

    What was lost of it held as much water a piece as the rest.
    """
    event = change.event
    assert isinstance(event, facts.GreeningCorrected)  # noqa: S101 - registered for it
    made = rows[MADE, event.realised]
    litres = made.body["litres"] if event.litres is None else _litres(event.litres)
    yield made.with_body(quantity=str(event.quantity), litres=litres)
    for row in rows.values():
        gone = row.kind == LOST and row.body.get("realised") == event.realised
        if gone and row.body["litres"] != litres:
            yield row.with_body(litres=litres)


@folds.on(facts.GreeningLost)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.GreeningLost)  # noqa: S101 - registered for it
    made = rows[MADE, event.realised]
    yield Row(
        LOST,
        str(change.received.id),
        {**made.body, "realised": event.realised, "quantity": str(Decimal(event.quantity))},
        made.area,
        change.received.municipalities,
        valid_from=event.on,
    )
