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


_OF_A_ROUND = ("marks", "referrals", "experiments", "effects", "lateDecisions")
"""Histories of which nothing goes on into a new round."""


def over(row: Row, name: str, on: date) -> list[dict[str, Any]]:
    """A history of the initiative of which nothing goes on after this day; before, it reads on."""
    said = row.body.get(name, ())
    return [one if one.get("over") else {**one, "over": on.isoformat()} for one in said]


@folds.on(life.InitiativeProposed)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """A new round begins a new life; what was before stays readable as of its days."""
    event = change.event
    assert isinstance(event, life.InitiativeProposed)  # noqa: S101 - registered for it
    before, on = rows.get((KIND, change.received.subject)), _day(event, change)
    row = Row(
        KIND,
        change.received.subject,
        {
            "title": event.title,
            "themes": [theme.value for theme in event.themes],
            "taker": event.taker.value,
            "status": "proposed",
            "proposed": on.isoformat(),
            "round": event.round or 1,
            "life": before.body.get("life", []) if before else [],
            "roles": before.body.get("roles", []) if before else [],
            **{name: over(before, name, on) if before else [] for name in _OF_A_ROUND},
        },
        event.area,
        change.received.municipalities,
    )
    if before is not None:
        # the role of the round before was agreed for that round
        row = _with_role(row, None, on)
    yield lived(row, "proposed", on)


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
    on = _day(event, change)
    row = _with_role(own(rows, change), event.role.value, on)
    alone = event.role is CorporationRole.NONE
    if alone and now(row) in {"proposed", "assessed", "declined"}:
        row = lived(row, "self_reliant", on)
    elif not alone and now(row) == "self_reliant":
        row = lived(row, "assessed", on)
    yield row


@folds.on(life.InitiativeRegisteredAsSelfReliant)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, life.InitiativeRegisteredAsSelfReliant)  # noqa: S101 - registered
    row = own(rows, change)
    yield row if now(row) == "self_reliant" else lived(row, "self_reliant", event.on)


def granted(row: Row, event: SupportGranted) -> Row:
    """The initiative once support was granted."""
    first = now(row) in {"proposed", "assessed", "declined", "referred"}
    row = row.with_body(lateDecisions=over(row, "lateDecisions", event.on))
    return lived(row, "supported", event.on) if first else row


def declined(rows: Rows, row: Row, event: SupportDeclined, on: date) -> Row:
    """A declined request ends the request; an initiative without any support reads declined."""
    day = event.on or on
    row = row.with_body(lateDecisions=over(row, "lateDecisions", day))
    before = any(kind == "grant" for kind, _ in rows)
    first = now(row) in {"proposed", "assessed"} and not before
    return lived(row, "declined", day) if first else row


@folds.on(SupportDecisionOverdue)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, SupportDecisionOverdue)  # noqa: S101 - registered for it
    row = own(rows, change)
    late = [*over(row, "lateDecisions", event.on), {"since": event.on.isoformat()}]
    yield row.with_body(lateDecisions=late)


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
    on = _day(change.event, change)
    row = lived(own(rows, change), "completed", on)
    yield row.with_body(effects=over(row, "effects", on))


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
    row = own(rows, change)
    said = {"due": event.due.isoformat(), "overdue": event.on.isoformat()}
    yield row.with_body(effects=[*over(row, "effects", event.on), said])


@folds.on(effects.EffectEvaluated)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """Looked back at too late: the lateness stays (INI-36)."""
    event = change.event
    assert isinstance(event, effects.EffectEvaluated)  # noqa: S101 - registered for it
    row = own(rows, change)
    said = {
        "evaluated": event.on.isoformat(),
        "finding": event.finding.value,
        "daysLate": event.days_late,
    }
    known = over(row, "effects", event.on)
    yield lived(row, "effect_evaluated", event.on).with_body(effects=[*known, said])


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
