"""Involvement: what residents were asked and promised, through when it counts, what is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, day, last_of, shown, until

ORIGIN = Origin(
    ("check", "owed", "panel"),
    ("involvement-checks", "owed-checks", "wish-panels"),
    ("participation",),
)


class Standing(StrEnum):
    """Whether residents were asked, and whether that still counts."""

    VALID = "valid"
    """At least one check counts on the day, without doubt."""
    NOT_VALID = "not_valid"
    """Checks are known, and none of them counts."""
    UNKNOWN = "unknown"
    """No check is known."""


class CheckStatus(StrEnum):
    """Where a check stands on the day; the calendar decides, not a message."""

    HANDED_IN = "handed_in"
    """A partner asked; it is no check until the corporation adopts it."""
    OPEN = "open"
    CONCLUDED = "concluded"
    IN_DOUBT = "in_doubt"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class GroupPromise(Resource):
    """What one group wished, as far as that may be shown, and what it is promised."""

    group: str
    promise: str
    leading_wish: str
    """`unknown`: nobody answered; `not_shown`: hidden, whatever the reason."""
    share_above: str
    """Percent of the ladder that wished more than is promised, or `not_shown`."""
    below_wish: bool
    offer: bool
    explanation: str | None = None
    told_on: date | None = None
    """When the group heard why it is promised less than it wished."""
    ask_again_on: date | None = None
    doubted_on: date | None = None


class Check(Resource):
    """One involvement check."""

    id: str
    area: str | None
    complex: str | None = None
    themes: list[str]
    groups: list[str]
    status: CheckStatus
    opened_on: date | None = None
    late: bool
    """A decision came first."""
    decided_on: date | None = None
    asked_in: list[str]
    forms: list[str]
    last_asked: date | None = None
    concluded_on: date | None = None
    valid_until: date | None = None
    """The last day on which it counts."""
    nobody_answered: bool = False
    role: str | None = None
    promises: list[GroupPromise]
    withdrawn_on: date | None = None
    superseded_by: str | None = None
    """The later check that took its place; none while it still counts somewhere."""
    superseded_in: list[str]
    """Where people were asked anew, and a later check counts in its place."""
    evidence: Evidence


class OwedStatus(StrEnum):
    """What became of a check that is owed after an override."""

    OWED = "owed"
    OVERDUE = "overdue"
    SETTLED = "settled"


class Owed(Resource):
    """Residents who are still to be asked; the decision stays overridden whatever follows."""

    id: str
    area: str | None
    themes: list[str]
    owed_for: str
    subject: str | None = None
    decided_on: date
    due_on: date
    status: OwedStatus
    overdue_since: date | None = None
    settled_on: date | None = None
    late: bool
    """Residents were asked after the decision: always so for what was owed."""
    role: str
    reason: str
    evidence: Evidence


class PanelGroupTally(Resource):
    """What a group wished, where that may be shown."""

    group: str
    answers: int | str
    wishes: dict[str, int | str]


class Panel(Resource):
    """A digital panel; nobody sees a score before it is closed."""

    id: str
    area: str | None
    themes: list[str]
    groups: list[str]
    check: str | None = None
    status: str
    closes_at: datetime
    answers: int | str | None = None
    """Once it is closed and counted."""
    results: list[PanelGroupTally]
    evidence: Evidence


class Involvement(Resource):
    """With residents: asked, promised, owed."""

    standing: Standing
    checks: list[Check]
    panels: list[Panel]
    owed: list[Owed] | None = None
    """For people of the platform."""
    evidence: Evidence


def involvement_of(found: Found) -> Involvement:
    """The checks, panels and debts on the day."""
    rows = found.of("check")
    superseding = _superseding(rows, found.day)
    checks = [check for row in rows if (check := _check(found, row, superseding)) is not None]
    here = found.beside.asked_here
    counting = any(
        check.status is CheckStatus.CONCLUDED
        and (check.complex or here is None or not here.isdisjoint(_counts_in(check)))
        for check in checks
    )
    standing = Standing.VALID if counting else Standing.NOT_VALID if checks else Standing.UNKNOWN
    if not found.asked.internal:
        inside = {CheckStatus.HANDED_IN, CheckStatus.OPEN}
        checks = [check for check in checks if check.status not in inside]
    listed = {check.id for check in checks}
    panels = found.begun("panel")
    owed = found.begun("owed")
    return Involvement(
        standing=standing,
        checks=checks,
        panels=[_panel(found, row) for row in panels],
        owed=[_owed(found, row) for row in owed] if found.asked.internal else None,
        evidence=found.evidence(
            [
                *(row for row in rows if row.key in listed),
                *panels,
                *(owed if found.asked.internal else ()),
            ]
        ),
    )


def _counts_in(check: Check) -> set[str]:
    """Where people were asked, and were not asked anew."""
    return set(check.asked_in).difference(check.superseded_in)


def _superseding(rows: Sequence[Said], on: date) -> dict[str, dict[str, str]]:
    """Of each check the places where another took its place by the day, with that other.

    As the gate reads it: one that was withdrawn takes no place, and where people were not asked
    anew the earlier answer still counts (PAR-09).
    """
    taken: dict[str, dict[str, str]] = {}
    for row in rows:
        conclusion = last_of(row.body["conclusions"], on)
        if conclusion is None or _withdrawn(row, on):
            continue
        for old in conclusion["supersedes"]:
            taken.setdefault(old, {}).update(dict.fromkeys(_places(row, conclusion), row.key))
    return taken


def _places(row: Said, conclusion: Mapping[str, Any]) -> list[str]:
    """Where a conclusion counts: a check on one building covers that building only (PAR-11)."""
    complex_ = row.body["complex"]
    return [complex_] if complex_ else list(conclusion["askedIn"])


def _withdrawn(row: Said, on: date) -> bool:
    withdrawn = row.body["withdrawn"]
    return bool(withdrawn) and by(withdrawn["on"], on)


def _status(
    row: Said, conclusion: Mapping[str, Any] | None, superseded: bool, on: date
) -> CheckStatus:
    if _withdrawn(row, on):
        return CheckStatus.WITHDRAWN
    if conclusion is None:
        return CheckStatus.OPEN if by(row.body["opened"], on) else CheckStatus.HANDED_IN
    if superseded:
        return CheckStatus.SUPERSEDED
    if date.fromisoformat(conclusion["validUntil"]) < on:
        return CheckStatus.EXPIRED
    return CheckStatus.IN_DOUBT if _doubts(row, conclusion, on) else CheckStatus.CONCLUDED


def _doubts(row: Said, conclusion: Mapping[str, Any], on: date) -> dict[str, str]:
    """Groups whose promise came in doubt after this conclusion, with the day."""
    number = row.body["conclusions"].index(conclusion) + 1
    return {
        doubt["group"]: doubt["on"]
        for doubt in until(row.body["doubts"], on)
        if doubt["conclusion"] == number
    }


def _check(found: Found, row: Said, superseding: Mapping[str, Mapping[str, str]]) -> Check | None:
    body, on = row.body, found.day
    askings = list(until(body["askings"].values(), on))
    if not by(body["opened"], on) and not askings:
        return None
    conclusion = last_of(body["conclusions"], on)
    taken = superseding.get(row.key, {})
    places = _places(row, conclusion) if conclusion else []
    superseded = conclusion is not None and bool(taken) and taken.keys() >= set(places)
    status = _status(row, conclusion, superseded, on)
    counted = [one for one in askings if one["counts"] or status is CheckStatus.HANDED_IN]
    return Check(
        id=row.key,
        area=row.area,
        complex=body["complex"],
        themes=body["themes"],
        groups=body["groups"] or sorted({one["group"] for one in counted}),
        status=status,
        opened_on=day(body["opened"]),
        late=body["late"] or bool(conclusion and conclusion["late"]),
        decided_on=day(body["decidedOn"]),
        asked_in=sorted({area for one in counted for area in one["askedIn"]}),
        forms=sorted({one["form"] for one in counted}),
        last_asked=max((date.fromisoformat(one["on"]) for one in counted), default=None),
        concluded_on=day(conclusion["on"]) if conclusion else None,
        valid_until=day(conclusion["validUntil"]) if conclusion else None,
        nobody_answered=bool(conclusion and conclusion["nobodyAnswered"]),
        role=conclusion["role"] if conclusion else None,
        promises=_promises(row, conclusion, on) if conclusion else [],
        withdrawn_on=day(body["withdrawn"]["on"]) if status is CheckStatus.WITHDRAWN else None,
        superseded_by=list(taken.values())[-1] if superseded else None,
        superseded_in=sorted(taken.keys() & set(places)),
        evidence=found.evidence([row]),
    )


def _promises(row: Said, conclusion: Mapping[str, Any], on: date) -> list[GroupPromise]:
    doubts = _doubts(row, conclusion, on)
    told = {
        group: told_on for group, told_on in conclusion.get("told", {}).items() if by(told_on, on)
    }
    return [
        GroupPromise(
            group=one["group"],
            promise=one["promise"],
            leading_wish=shown(one.get("leadingWish")),
            share_above=shown(one.get("shareAbove")),
            below_wish=one["belowWish"],
            offer=one["offer"],
            explanation=one.get("explanation"),
            told_on=day(told.get(one["group"])),
            ask_again_on=day(one.get("askAgainOn")),
            doubted_on=day(doubts.get(one["group"])),
        )
        for one in conclusion["groups"]
    ]


def _owed(found: Found, row: Said) -> Owed:
    body, on = row.body, found.day
    due = date.fromisoformat(body["dueOn"])
    settled = body["settled"] if body["settled"] and by(body["settled"]["on"], on) else None
    overdue = settled is None and due < on
    return Owed(
        id=row.key,
        area=row.area,
        themes=body["themes"],
        owed_for=body["owedFor"],
        subject=body["subject"],
        decided_on=date.fromisoformat(body["decidedOn"]),
        due_on=due,
        status=OwedStatus.SETTLED
        if settled
        else OwedStatus.OVERDUE
        if overdue
        else OwedStatus.OWED,
        overdue_since=due + timedelta(days=1) if overdue else None,
        settled_on=day(settled["on"]) if settled else None,
        late=True,
        role=body["role"],
        reason=body["reason"],
        evidence=found.evidence([row]),
    )


def _panel(found: Found, row: Said) -> Panel:
    body = row.body
    closes = datetime.fromisoformat(body["closesAt"])
    today = day_of(found.beside.now) == found.day
    closed = closes <= found.beside.now if today else day_of(closes) <= found.day
    tally = body["tally"] if closed else None
    return Panel(
        id=row.key,
        area=row.area,
        themes=body["themes"],
        groups=body["groups"],
        check=body["check"],
        status="closed" if closed else "open",
        closes_at=closes,
        answers=shown(tally["answers"]) if tally else None,
        results=[
            PanelGroupTally(
                group=one["group"],
                answers=shown(one["answers"]),
                wishes={wish: shown(count) for wish, count in one["wishes"].items()},
            )
            for one in (tally["groups"] if tally else ())
        ],
        evidence=found.evidence([row]),
    )
