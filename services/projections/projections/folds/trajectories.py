"""Trajectories: what was promised, when people can come, and what they still have to hear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leefwijk.events.consume.records import Change
from leefwijk.events.language.participation import trajectories as facts
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "trajectory"
WHOLE = "0"
"""The item that the one answer to a moment without input is kept under."""


def _own(rows: Rows, change: Change) -> Row:
    return rows[KIND, change.received.subject]


@folds.on(facts.TrajectoryOpened)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.TrajectoryOpened)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        change.received.subject,
        {
            "title": event.title,
            "themes": [theme.value for theme in event.themes],
            "check": event.check,
            "promises": {
                one.group.value: {
                    "level": one.level.value,
                    "leadingWish": one.leading_wish.value if one.leading_wish else None,
                    "changes": [],
                    "broken": [],
                }
                for one in event.promises
            },
            "moments": {},
            "life": [{"status": "prepared", "on": event.on.isoformat()}],
            "kept": None,
        },
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(
    facts.TrajectoryStarted,
    facts.TrajectoryStopped,
    facts.TrajectoryReopened,
    facts.TrajectoryClosed,
)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    status = {
        facts.TrajectoryStarted: "running",
        facts.TrajectoryStopped: "stopped",
        facts.TrajectoryReopened: "running",
        facts.TrajectoryClosed: "closed",
    }[type(event)]
    assert event.on is not None  # noqa: S101 - each of them names its day
    row = _own(rows, change)
    said = {"status": status, "on": event.on.isoformat(), "at": change.received.time.isoformat()}
    yield row.with_body(life=[*row.body["life"], said])


def _moment(row: Row, number: int, **more: Any) -> Row:
    moments = row.body["moments"]
    said = {**moments.get(str(number), {}), **more}
    return row.with_body(moments={**moments, str(number): said})


@folds.on(facts.MomentPlanned)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.MomentPlanned)  # noqa: S101 - registered for it
    yield _moment(
        _own(rows, change),
        event.moment,
        form=event.form.value,
        at=event.at.isoformat(),
        groups=[group.value for group in event.groups],
        answers={},
    )


@folds.on(facts.MomentMoved)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.MomentMoved)  # noqa: S101 - registered for it
    yield _moment(_own(rows, change), event.moment, at=event.at.isoformat())


@folds.on(facts.MomentCancelled)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.MomentCancelled)  # noqa: S101 - registered for it
    yield _moment(_own(rows, change), event.moment, cancelled=True)


@folds.on(facts.MomentHeld)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """What has to be answered is kept; how many came stays with the trajectory itself."""
    event = change.event
    assert isinstance(event, facts.MomentHeld)  # noqa: S101 - registered for it
    items = [str(one.item) for one in event.input] or [WHOLE]
    yield _moment(
        _own(rows, change),
        event.moment,
        held=event.on.isoformat(),
        items=items,
        daysLate=event.days_late,
    )


@folds.on(facts.MomentUnreported)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.MomentUnreported)  # noqa: S101 - registered for it
    yield _moment(_own(rows, change), event.moment, unreported=event.on.isoformat())


@folds.on(facts.FeedbackGiven, facts.FeedbackRevised)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, (facts.FeedbackGiven, facts.FeedbackRevised))  # noqa: S101 - registered
    row = _own(rows, change)
    item = WHOLE if event.item is None else str(event.item)
    answers = row.body["moments"].get(str(event.moment), {}).get("answers", {})
    # an answer that was revised was first given when it was: that is what is owed
    said = answers.get(item) or event.told_on.isoformat()
    yield _moment(row, event.moment, answers={**answers, item: said})


@folds.on(facts.FeedbackOverdue)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.FeedbackOverdue)  # noqa: S101 - registered for it
    yield _moment(_own(rows, change), event.moment, overdue=event.on.isoformat())


def _promise(row: Row, group: str) -> dict[str, Any]:
    unknown: dict[str, Any] = {"level": None, "leadingWish": None, "changes": [], "broken": []}
    return dict(row.body["promises"].get(group, unknown))


@folds.on(facts.PromiseLowered, facts.PromiseRaised)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """The promise as first made stays; what became of it stands beside it (PAR-26)."""
    event = change.event
    assert isinstance(event, (facts.PromiseLowered, facts.PromiseRaised))  # noqa: S101 - registered
    row = _own(rows, change)
    promise = _promise(row, event.group.value)
    lowered = isinstance(event, facts.PromiseLowered)
    said = {
        "from": event.from_.value,
        "to": event.to.value,
        "lowered": lowered,
        "reason": event.reason.value if isinstance(event, facts.PromiseLowered) else event.reason,
        "on": event.on.isoformat(),
    }
    promise["changes"] = [*promise["changes"], said]
    yield row.with_body(promises={**row.body["promises"], event.group.value: promise})


@folds.on(facts.PromiseBroken)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.PromiseBroken)  # noqa: S101 - registered for it
    row = _own(rows, change)
    promise = _promise(row, event.group.value)
    said = {
        "promise": event.promise.value,
        "reason": event.reason.value,
        "on": event.on.isoformat(),
    }
    promise["broken"] = [*promise["broken"], said]
    yield row.with_body(promises={**row.body["promises"], event.group.value: promise})
