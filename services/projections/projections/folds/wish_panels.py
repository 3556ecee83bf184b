"""Digital panels: open until a moment, and then what may be shown of their tally.

Small numbers never reach a row: the tally is hidden where it has to be before it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.events.consume.records import Change
from leefwijk.events.language.participation import wish_panels as facts
from leefwijk.events.language.participation.wish_tallies import ShownTally, shown_tally
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "panel"


def _own(rows: Rows, change: Change) -> Row:
    return rows[KIND, change.received.subject]


@folds.on(facts.PanelOpened)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.PanelOpened)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        change.received.subject,
        {
            "themes": [theme.value for theme in event.themes],
            "groups": [one.group.value for one in event.groups],
            "complex": event.complex,
            "check": event.check,
            "closesAt": event.closes_at.isoformat(),
            "tally": None,
        },
        event.area,
        change.received.municipalities,
        valid_from=day_of(change.received.time),
    )


@folds.on(facts.PanelClosingBroughtForward)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.PanelClosingBroughtForward)  # noqa: S101 - registered for it
    yield _own(rows, change).with_body(closesAt=event.closes_at.isoformat())


@folds.on(facts.PanelClosed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.PanelClosed)  # noqa: S101 - registered for it
    yield _own(rows, change).with_body(
        closesAt=event.closed_at.isoformat(), tally=_shown(shown_tally(event.tally))
    )


def _shown(tally: ShownTally) -> dict[str, Any]:
    return {
        "answers": tally.answers,
        "groups": [
            {
                "group": one.group.value,
                "answers": one.answers,
                "wishes": {wish.value: count for wish, count in one.wishes.items()},
            }
            for one in tally.groups
        ],
    }
