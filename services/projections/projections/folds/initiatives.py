"""The life of an initiative: who takes it, what the corporation does in it, how it went."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.events.consume.records import Change
from leefwijk.events.event import Event
from leefwijk.events.language.initiatives import effects, experiments, life, referral
from leefwijk.events.language.initiatives.roles import CorporationRole, CorporationRoleAgreed
from leefwijk.events.language.initiatives.support import SupportDeclined, SupportGranted
from leefwijk.events.language.initiatives.support_terms import SupportDecisionOverdue
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "initiative"


def own(rows: Rows, change: Change) -> Row:
    """The row of the initiative itself."""
    return rows[KIND, change.received.subject]


def now(row: Row) -> str:
    """Its status, whatever the day."""
    return str(row.body["status"])


def lived(row: Row, status: str, on: date) -> Row:
    """The initiative after its status changed; the days stay, so that a past one can be asked."""
    said = {"status": status, "on": on.isoformat()}
    return row.with_body(status=status, life=[*row.body.get("life", ()), said])


def _day(event: Event, change: Change) -> date:
    return event.on or day_of(change.received.time)


@folds.on(life.InitiativeProposed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """A new round begins a new life; what was before stays readable as of its days."""
    event = change.event
    assert isinstance(event, life.InitiativeProposed)  # noqa: S101 - registered for it
    before = rows.get((KIND, change.received.subject))
    row = Row(
        KIND,
        change.received.subject,
        {
            "title": event.title,
            "themes": [theme.value for theme in event.themes],
            "taker": event.taker.value,
            "status": "proposed",
            "proposed": _day(event, change).isoformat(),
            "round": event.round or 1,
            "life": before.body.get("life", []) if before else [],
            "roles": before.body.get("roles", []) if before else [],
            "marks": [],
            "referrals": [],
            "experiments": [],
            "effect": None,
            "decisionOverdue": None,
        },
        event.area,
        change.received.municipalities,
    )
    if before is not None:
        # the role of the round before was agreed for that round
        row = _with_role(row, None, _day(event, change))
    yield lived(row, "proposed", _day(event, change))


@folds.on(life.InitiativeChanged)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, life.InitiativeChanged)  # noqa: S101 - registered for it
    row = own(rows, change).with_body(
        title=event.title, themes=[theme.value for theme in event.themes]
    )
    yield lived(row, "assessed", event.on) if now(row) == "declined" else row


def _with_role(row: Row, role: str | None, on: date) -> Row:
    said = {"role": role, "on": on.isoformat()}
    return row.with_body(role=role, roles=[*row.body.get("roles", ()), said])


@folds.on(CorporationRoleAgreed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, CorporationRoleAgreed)  # noqa: S101 - registered for it
    row = _with_role(own(rows, change), event.role.value, _day(event, change))
    alone = event.role is CorporationRole.NONE and now(row) in {"proposed", "assessed", "declined"}
    yield lived(row, "self_reliant", _day(event, change)) if alone else row


@folds.on(life.InitiativeRegisteredAsSelfReliant)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, life.InitiativeRegisteredAsSelfReliant)  # noqa: S101 - registered
    row = own(rows, change)
    yield row if now(row) == "self_reliant" else lived(row, "self_reliant", event.on)


def granted(row: Row, event: SupportGranted) -> Row:
    """The initiative once support was granted."""
    first = now(row) in {"proposed", "assessed", "declined", "referred"}
    row = row.with_body(decisionOverdue=None)
    return lived(row, "supported", event.on) if first else row


def declined(rows: Rows, row: Row, event: SupportDeclined, on: date) -> Row:
    """A declined request ends the request; an initiative without any support reads declined."""
    row = row.with_body(decisionOverdue=None)
    before = any(kind == "grant" for kind, _ in rows)
    first = now(row) in {"proposed", "assessed"} and not before
    return lived(row, "declined", event.on or on) if first else row


@folds.on(SupportDecisionOverdue)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, SupportDecisionOverdue)  # noqa: S101 - registered for it
    yield own(rows, change).with_body(decisionOverdue=event.on.isoformat())


_STATUS: dict[type[Event], str] = {
    life.InitiativeStarted: "started",
    life.InitiativeCompleted: "completed",
    life.InitiativeContinued: "started",
    life.InitiativeStopped: "stopped",
    referral.InitiativeReferred: "referred",
    referral.InitiativeReferralReturned: "assessed",
}


@folds.on(life.InitiativeStarted, life.InitiativeContinued, life.InitiativeStopped)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    yield lived(own(rows, change), _STATUS[type(change.event)], _day(change.event, change))


@folds.on(life.InitiativeCompleted)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    row = lived(own(rows, change), "completed", _day(change.event, change))
    yield row.with_body(effect=None)


@folds.on(life.InitiativeHandedOver)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """Residents carry it on; which of them is told to nobody."""
    event = change.event
    assert isinstance(event, life.InitiativeHandedOver)  # noqa: S101 - registered for it
    row = _with_role(own(rows, change), "none", event.on)
    yield lived(row, "handed_over", event.on).with_body(taker="residents")


def _referral(row: Row, **said: Any) -> Row:
    return row.with_body(referrals=[*row.body.get("referrals", ()), said])


@folds.on(
    referral.InitiativeReferred,
    referral.InitiativeReferralAccepted,
    referral.InitiativeReferralReturned,
    referral.InitiativeReferralUnanswered,
)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(  # noqa: S101 - registered for them
        event,
        (
            referral.InitiativeReferred,
            referral.InitiativeReferralAccepted,
            referral.InitiativeReferralReturned,
            referral.InitiativeReferralUnanswered,
        ),
    )
    said = {
        referral.InitiativeReferred: "referred",
        referral.InitiativeReferralAccepted: "accepted",
        referral.InitiativeReferralReturned: "returned",
        referral.InitiativeReferralUnanswered: "unanswered",
    }[type(event)]
    row = _referral(
        own(rows, change), said=said, partner=event.partner, on=_day(event, change).isoformat()
    )
    status = _STATUS.get(type(event))
    yield lived(row, status, _day(event, change)) if status else row


@folds.on(effects.EffectEvaluationOverdue)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, effects.EffectEvaluationOverdue)  # noqa: S101 - registered for it
    said = {"due": event.due.isoformat(), "overdue": event.on.isoformat()}
    yield own(rows, change).with_body(effect=said)


@folds.on(effects.EffectEvaluated)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """Looked back at too late: the lateness stays (INI-36)."""
    event = change.event
    assert isinstance(event, effects.EffectEvaluated)  # noqa: S101 - registered for it
    row = own(rows, change)
    said = {
        **(row.body.get("effect") or {}),
        "evaluated": event.on.isoformat(),
        "finding": event.finding.value,
        "daysLate": event.days_late,
    }
    yield lived(row, "effect_evaluated", event.on).with_body(effect=said)


@folds.on(
    experiments.ExperimentAgreed, experiments.ExperimentConcluded, experiments.ExperimentExpired
)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    row = own(rows, change)
    known = list(row.body.get("experiments", ()))
    if isinstance(event, experiments.ExperimentAgreed):
        said = {
            "experiment": event.experiment,
            "gates": [gate.value for gate in event.gates],
            "question": event.question,
            "role": event.role,
            "on": event.on.isoformat(),
            "until": event.until.isoformat(),
            "concluded": None,
        }
        yield row.with_body(experiments=[*known, said])
    elif isinstance(event, experiments.ExperimentConcluded):
        yield row.with_body(
            experiments=[
                {**one, "concluded": event.on.isoformat()}
                if one["experiment"] == event.experiment
                else one
                for one in known
            ]
        )
    else:
        yield row  # its last day stands in it already
