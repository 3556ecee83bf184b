"""Telling: stories count, with or without their words."""

from __future__ import annotations

from collections.abc import Iterable

from leefwijk.events.consume.records import Change
from leefwijk.events.language.monitoring.stories import (
    StoryConsentGiven,
    StoryConsentWithdrawn,
    StoryErased,
    StoryPublished,
    StoryRecorded,
)
from projections.rows import Folds, Row, Rows

folds = Folds()


@folds.on(StoryRecorded)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, StoryRecorded)  # noqa: S101 - registered for it
    yield Row(
        "story",
        change.received.subject,
        {
            "theme": event.theme.value,
            "tone": event.tone.value,
            "teller": event.teller.value,
            "published": False,
        },
        event.area,
        change.received.municipalities,
        valid_from=event.month,
    )


@folds.on(StoryPublished)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    yield rows["story", change.received.subject].with_body(published=True)


@folds.on(StoryConsentWithdrawn, StoryErased)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """The words go; that something was told stays."""
    yield rows["story", change.received.subject].with_body(published=False)


@folds.on(StoryConsentGiven)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    yield rows["story", change.received.subject]
