"""Owed checks: residents who are still to be asked about what went ahead without them."""

from __future__ import annotations

from collections.abc import Iterable

from leefwijk.events.consume.records import Change
from leefwijk.events.language.participation import owed_checks as facts
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "owed"


@folds.on(facts.CheckOwed)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.CheckOwed)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        change.received.subject,
        {
            "themes": [theme.value for theme in event.themes],
            "owedFor": event.owed_for.value,
            "subject": event.subject,
            "decidedOn": event.decided_on.isoformat(),
            "dueOn": event.due_on.isoformat(),
            "role": event.role,
            "reason": event.reason,
            "settled": None,
            "overdue": None,
        },
        event.area,
        change.received.municipalities,
        valid_from=event.decided_on,
    )


@folds.on(facts.CheckOwedSettled)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.CheckOwedSettled)  # noqa: S101 - registered for it
    said = {"check": event.check, "on": event.concluded_on.isoformat()}
    yield rows[KIND, change.received.subject].with_body(settled=said)


@folds.on(facts.CheckOwedOverdue)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.CheckOwedOverdue)  # noqa: S101 - registered for it
    yield rows[KIND, change.received.subject].with_body(overdue=event.on.isoformat())
