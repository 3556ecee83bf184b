"""Living agreements with and between residents, and how people are addressed on them."""

from __future__ import annotations

from collections.abc import Iterable

from leefwijk.events.consume.records import Change
from leefwijk.events.language.participation import living_agreements as facts
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "agreement"


def _own(rows: Rows, change: Change) -> Row:
    return rows[KIND, change.received.subject]


@folds.on(facts.AgreementProposed)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.AgreementProposed)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        change.received.subject,
        {
            "title": event.title,
            "topics": [topic.value for topic in event.topics],
            "homes": event.homes,
            "made": None,
            "reviews": [],
            "ended": None,
            "addressed": [],
        },
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(facts.AgreementMade)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """Counts of homes as the fact carries them: hidden where they are too small."""
    event = change.event
    assert isinstance(event, facts.AgreementMade)  # noqa: S101 - registered for it
    yield _own(rows, change).with_body(
        title=event.title,
        topics=[topic.value for topic in event.topics],
        homes=event.homes,
        made={
            "on": event.on.isoformat(),
            "reviewBy": event.review_by.isoformat(),
            "answered": event.answered,
            "agreeing": event.agreeing,
            "objecting": event.objecting,
        },
    )


@folds.on(facts.AgreementReviewed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.AgreementReviewed)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {
        "outcome": event.outcome.value,
        "topics": [topic.value for topic in event.topics],
        "reviewBy": event.review_by.isoformat(),
        "on": event.on.isoformat(),
    }
    yield row.with_body(reviews=[*row.body["reviews"], said])


@folds.on(facts.AgreementReviewOverdue)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """The calendar says it is overdue; that it was recorded only adds to what it rests on."""
    yield _own(rows, change)


@folds.on(facts.AgreementEnded)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.AgreementEnded)  # noqa: S101 - registered for it
    yield _own(rows, change).with_body(ended=event.on.isoformat())


@folds.on(facts.AgreementAddressed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """What was skipped stands with the step for good (PAR-29)."""
    event = change.event
    assert isinstance(event, facts.AgreementAddressed)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {
        "topic": event.topic.value,
        "step": event.step.value,
        "by": event.by.value,
        "skipped": [step.value for step in event.skipped],
        "danger": event.danger.value if event.danger else None,
        "on": event.on.isoformat(),
    }
    yield row.with_body(addressed=[*row.body["addressed"], said])


@folds.on(facts.AddressingEnded)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.AddressingEnded)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {
        "topic": event.topic.value,
        "step": None,
        "outcome": event.outcome.value,
        "on": event.on.isoformat(),
    }
    yield row.with_body(addressed=[*row.body["addressed"], said])
