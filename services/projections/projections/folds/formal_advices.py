"""Formal advice of tenants' organisations: asked, received, answered, each by its own clock."""

from __future__ import annotations

from collections.abc import Iterable

from leefwijk.events.consume.records import Change
from leefwijk.events.language.participation import formal_advices as facts
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "advice"


@folds.on(facts.FormalAdviceAsked)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.FormalAdviceAsked)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        change.received.subject,
        {
            "title": event.title,
            "about": event.about.kind.value,
            "aboutId": event.about.id,
            "organisation": event.organisation,
            "adviseBy": event.advise_by.isoformat(),
            "received": None,
            "answered": None,
        },
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(facts.FormalAdviceReceived)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.FormalAdviceReceived)  # noqa: S101 - registered for it
    said = {
        "advice": event.advice.value,
        "answerBy": event.answer_by.isoformat() if event.answer_by else None,
        "on": event.on.isoformat(),
    }
    yield rows[KIND, change.received.subject].with_body(received=said)


@folds.on(facts.FormalAdviceAnswered)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """That reasons were given, never the reasons."""
    event = change.event
    assert isinstance(event, facts.FormalAdviceAnswered)  # noqa: S101 - registered for it
    said = {
        "followed": event.followed,
        "effectFrom": event.effect_from.isoformat(),
        "on": event.on.isoformat(),
    }
    yield rows[KIND, change.received.subject].with_body(answered=said)


@folds.on(facts.FormalAdviceAnswerOverdue)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """The calendar says it is overdue; that it was recorded only adds to what it rests on."""
    yield rows[KIND, change.received.subject]
