"""Effort outside initiatives: a booking is a row, and reads as it was last corrected."""

from __future__ import annotations

from collections.abc import Iterable

from leefwijk.events.consume.records import Change
from leefwijk.events.language.monitoring.efforts import EffortSpentCorrected, EffortSpentRecorded
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "effort"


@folds.on(EffortSpentRecorded, EffortSpentCorrected)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    """A booking has a stream of its own: a correction says all of it anew, its area too."""
    event = change.event
    assert isinstance(event, (EffortSpentRecorded, EffortSpentCorrected))  # noqa: S101 - registered
    yield Row(
        KIND,
        change.received.subject,
        {
            "euros": str(event.amount) if event.amount is not None else None,
            "hours": str(event.hours) if event.hours is not None else None,
            "contribution": event.contribution.value,
            "category": event.category.value,
            "year": event.year,
            "corrected": isinstance(event, EffortSpentCorrected),
        },
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )
