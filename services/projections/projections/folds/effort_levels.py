"""Effort levels: proposals, agreements and how they ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from leefwijk.events.consume.records import Change
from leefwijk.events.language.monitoring import effort_levels as facts
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "level"


def _own(rows: Rows, change: Change) -> Row:
    return rows[KIND, change.received.subject]


@folds.on(facts.EffortLevelProposed)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.EffortLevelProposed)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        change.received.subject,
        {
            "status": "proposed",
            "level": event.level.value,
            "mode": event.mode.model_dump(mode="json", by_alias=True),
            "effects": [
                effect.model_dump(mode="json", by_alias=True, exclude_none=True)
                for effect in event.effects
            ],
            "grounds": {
                "measurements": [
                    ground.model_dump(mode="json", by_alias=True) for ground in event.measurements
                ],
                "stories": [str(ground.event_id) for ground in event.stories],
            },
            "reactionThrough": event.reaction_through.isoformat(),
            "reactions": {},
            "proposedAt": change.received.time.isoformat(),
        },
        event.area,
        change.received.municipalities,
        valid_from=event.valid.from_,
        valid_through=event.valid.through,
    )


@folds.on(facts.EffortLevelEndorsed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.EffortLevelEndorsed)  # noqa: S101 - registered for it
    row = _own(rows, change)
    yield row.with_body(reactions={**row.body["reactions"], event.partner: {"stance": "endorses"}})


@folds.on(facts.EffortLevelObjected)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.EffortLevelObjected)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {"stance": "objects", "reason": event.reason}
    yield row.with_body(reactions={**row.body["reactions"], event.partner: said})


@folds.on(facts.EffortLevelObjectionAnswered)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.EffortLevelObjectionAnswered)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {**row.body["reactions"].get(event.partner, {}), "answer": event.answer}
    yield row.with_body(reactions={**row.body["reactions"], event.partner: said})


@folds.on(facts.EffortLevelAgreed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.EffortLevelAgreed)  # noqa: S101 - registered for it
    row = _own(rows, change).with_body(
        status="agreed",
        agreedAt=change.received.time.isoformat(),
        budgets={str(budget.year): str(budget.amount) for budget in event.budgets},
        backdating=event.backdating,
        together=event.together.model_dump(mode="json", by_alias=True) if event.together else None,
        agreement=str(change.received.id),
    )
    yield Row(
        KIND,
        row.key,
        row.body,
        event.area,
        change.received.municipalities,
        valid_from=event.valid.from_,
        valid_through=event.valid.through,
    )


@folds.on(facts.EffortLevelProposalWithdrawn)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    yield _own(rows, change).with_body(status="withdrawn")


@folds.on(facts.EffortLevelProposalLapsed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    yield _own(rows, change).with_body(status="lapsed")


@folds.on(facts.EffortLevelExpiryAnnounced)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.EffortLevelExpiryAnnounced)  # noqa: S101 - registered for it
    yield _own(rows, change).with_body(endAnnounced=event.on.isoformat())


@folds.on(facts.EffortLevelExpired)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    yield _own(rows, change).with_body(expiryRecorded=True)


@folds.on(facts.EffortLevelEnded)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """An early end shortens the period; the day before is its last."""
    event = change.event
    assert isinstance(event, facts.EffortLevelEnded)  # noqa: S101 - registered for it
    row = _own(rows, change)
    body = {
        **row.body,
        "ended": event.on.isoformat(),
        "endedBecause": event.reason or "superseded",
    }
    yield Row(
        KIND,
        row.key,
        body,
        row.area,
        row.municipalities,
        valid_from=row.valid_from,
        valid_through=event.on - timedelta(days=1),
    )


@folds.on(facts.EffortLevelBridged)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """The level holds on past its last day; which day that was stays visible (EVA-12)."""
    event = change.event
    assert isinstance(event, facts.EffortLevelBridged)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {
        "through": event.through.isoformat(),
        "lastDay": event.last_day.isoformat(),
        "reason": event.reason,
        "role": event.role,
        "on": event.on.isoformat(),
    }
    budgets = {**row.body["budgets"]}
    for more in event.budgets:
        known = Decimal(budgets.get(str(more.year), "0.00"))
        budgets[str(more.year)] = str(known + more.amount)
    yield row.with_body(bridge=said, budgets=budgets).holding(row.valid_from, event.through)


@folds.on(facts.EffortGateOverridden)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """For this proposal only, and visible for as long as the level holds (MON-34)."""
    event = change.event
    assert isinstance(event, facts.EffortGateOverridden)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {
        "gate": event.gate.value,
        "code": event.code,
        "reason": event.reason,
        "role": event.role,
        "on": event.on.isoformat(),
    }
    yield row.with_body(overrides=[*row.body.get("overrides", ()), said])


@folds.on(facts.EffortLevelQuestioned)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.EffortLevelQuestioned)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {
        "ground": event.ground.value,
        "because": event.because,
        "on": event.on.isoformat(),
        "answer": None,
    }
    yield row.with_body(questions=[*row.body.get("questions", ()), said])


@folds.on(facts.EffortLevelQuestionAnswered)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.EffortLevelQuestionAnswered)  # noqa: S101 - registered for it
    row = _own(rows, change)
    answer = {
        "answer": event.answer.value,
        "reason": event.reason,
        "on": event.on.isoformat(),
    }
    questions = [
        {**one, "answer": answer}
        if one["ground"] == event.ground.value and one["answer"] is None
        else one
        for one in row.body.get("questions", ())
    ]
    yield row.with_body(questions=questions)
