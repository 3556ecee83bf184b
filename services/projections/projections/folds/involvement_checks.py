"""Involvement checks: who was asked about what, what was promised, and through which day.

Counts of answers stay with their owner; what is concluded is born safe for small groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.events.consume.records import Change
from leefwijk.events.language.participation import involvement_checks as facts
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "check"


def _own(rows: Rows, change: Change) -> Row:
    return rows[KIND, change.received.subject]


def _body(event: facts.CheckOpened | facts.PartnerAskingHandedIn, **more: Any) -> dict[str, Any]:
    return {
        "themes": [theme.value for theme in event.themes],
        "groups": [],
        "complex": None,
        "relatesTo": "none",
        "relatesToId": None,
        "late": False,
        "decidedOn": None,
        "opened": None,
        "askings": {},
        "conclusions": [],
        "doubts": [],
        "withdrawn": None,
        **more,
    }


@folds.on(facts.CheckOpened)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.CheckOpened)  # noqa: S101 - registered for it
    body = _body(
        event,
        groups=[group.value for group in event.groups],
        complex=event.complex,
        relatesTo=event.relates_to.value,
        relatesToId=event.relates_to_id,
        late=event.late,
        decidedOn=event.decided_on.isoformat() if event.decided_on else None,
        opened=day_of(change.received.time).isoformat(),
    )
    yield Row(KIND, change.received.subject, body, event.area, change.received.municipalities)


def _with_asking(row: Row, asking: str, said: dict[str, Any]) -> Row:
    return row.with_body(askings={**row.body["askings"], asking: said})


@folds.on(facts.AskingRecorded)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.AskingRecorded)  # noqa: S101 - registered for it
    said = {
        "group": event.group.value,
        "form": event.form.value,
        "askedIn": list(event.asked_in),
        "on": event.on.isoformat(),
        "counts": True,
    }
    yield _with_asking(_own(rows, change), event.asking, said)


@folds.on(facts.PartnerAskingHandedIn)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """What a partner hands in is no check until the corporation adopts it (PAR-14)."""
    event = change.event
    assert isinstance(event, facts.PartnerAskingHandedIn)  # noqa: S101 - registered for it
    place = (KIND, change.received.subject)
    row = rows.get(place) or Row(*place, _body(event), event.area, change.received.municipalities)
    said = {
        "group": event.group.value,
        "form": event.form.value,
        "askedIn": list(event.asked_in),
        "on": event.on.isoformat(),
        "counts": False,
        "partner": event.partner,
    }
    yield _with_asking(row, event.asking, said)


@folds.on(facts.PartnerAskingAdopted)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.PartnerAskingAdopted)  # noqa: S101 - registered for it
    row = _own(rows, change)
    asking = {**row.body["askings"].get(event.asking, {}), "counts": True}
    row = _with_asking(row, event.asking, asking)
    if row.body["opened"] is None:
        row = row.with_body(
            opened=day_of(change.received.time).isoformat(),
            late=bool(event.late),
            decidedOn=event.decided_on.isoformat() if event.decided_on else None,
        )
    yield row


@folds.on(facts.CheckConcluded)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """A conclusion that was in doubt is drawn again: what was concluded before stays readable."""
    event = change.event
    assert isinstance(event, facts.CheckConcluded)  # noqa: S101 - registered for it
    row = _own(rows, change)
    conclusion = {
        "on": event.on.isoformat(),
        "validUntil": event.valid_until.isoformat(),
        "lastAsked": event.last_asked.isoformat(),
        "askedIn": list(event.asked_in),
        "role": event.role.value,
        "nobodyAnswered": event.nobody_answered,
        "supersedes": list(event.supersedes),
        "late": event.late,
        "groups": [
            group.model_dump(mode="json", by_alias=True, exclude_none=True)
            for group in event.groups
        ],
        "told": {
            group.group.value: group.told_on.isoformat()
            for group in event.groups
            if group.told_on is not None
        },
    }
    yield row.with_body(conclusions=[*row.body["conclusions"], conclusion])


@folds.on(facts.ConclusionDoubted)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.ConclusionDoubted)  # noqa: S101 - registered for it
    row = _own(rows, change)
    said = {
        "group": event.group.value,
        "leadingWish": event.leading_wish.value if event.leading_wish else None,
        "promise": event.promise.value,
        "on": event.on.isoformat(),
        "conclusion": len(row.body["conclusions"]),
    }
    yield row.with_body(doubts=[*row.body["doubts"], said])


@folds.on(facts.ExplanationTold)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """Told is what was concluded last; what follows it is not told by that (PAR-12)."""
    event = change.event
    assert isinstance(event, facts.ExplanationTold)  # noqa: S101 - registered for it
    row = _own(rows, change)
    *before, last = row.body["conclusions"]
    told = {**last.get("told", {}), event.group.value: event.told_on.isoformat()}
    yield row.with_body(conclusions=[*before, {**last, "told": told}])


@folds.on(facts.CheckExpired)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """The calendar ends a check; that it was recorded only adds to what it rests on."""
    yield _own(rows, change)


@folds.on(facts.CheckWithdrawn)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, facts.CheckWithdrawn)  # noqa: S101 - registered for it
    said = {"on": event.on.isoformat(), "reason": event.reason.value}
    yield _own(rows, change).with_body(withdrawn=said)
