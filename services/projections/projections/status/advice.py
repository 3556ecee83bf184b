"""Formal advice of tenants' organisations: what is asked, what came in, which reasons are owed."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, day

ORIGIN = Origin(("advice",), ("formal-advices",), ("participation",))


class AdviceStatus(StrEnum):
    """Where an advice stands on the day (Wohv art. 5; PAR-27)."""

    ASKED = "asked"
    """The tenants' organisation still has time."""
    NOT_GIVEN = "not_given"
    """Its time is over and no advice came."""
    RECEIVED = "received"
    UNANSWERED = "unanswered"
    """Reasons were due, and did not come in time."""
    ANSWERED = "answered"


class FormalAdvice(Resource):
    """One advice, with its own clock."""

    id: str
    title: str
    area: str | None
    about: str
    """`effort_level`, `conclusion` or `plan`."""
    about_id: str
    organisation: str
    name: str | None
    status: AdviceStatus
    advise_by: date
    advice: str | None = None
    received_on: date | None = None
    answer_by: date | None = None
    unanswered_since: date | None = None
    followed: bool | None = None
    effect_from: date | None = None
    """The first day on which what it is about may go ahead, once it was answered."""
    evidence: Evidence


def advice_of(found: Found) -> list[FormalAdvice]:
    """Advice asked by the day."""
    return [_advice(found, row) for row in found.begun("advice")]


def _advice(found: Found, row: Said) -> FormalAdvice:
    body, on = row.body, found.day
    received = body["received"] if body["received"] and by(body["received"]["on"], on) else None
    answered = body["answered"] if body["answered"] and by(body["answered"]["on"], on) else None
    advise_by = date.fromisoformat(body["adviseBy"])
    answer_by = day(received["answerBy"]) if received else None
    late = answered is None and answer_by is not None and answer_by < on
    if answered:
        status = AdviceStatus.ANSWERED
    elif late:
        status = AdviceStatus.UNANSWERED
    elif received:
        status = AdviceStatus.RECEIVED
    else:
        status = AdviceStatus.NOT_GIVEN if advise_by < on else AdviceStatus.ASKED
    return FormalAdvice(
        id=row.key,
        title=body["title"],
        area=row.area,
        about=body["about"],
        about_id=body["aboutId"],
        organisation=body["organisation"],
        name=found.name(body["organisation"]),
        status=status,
        advise_by=advise_by,
        advice=received["advice"] if received else None,
        received_on=day(received["on"]) if received else None,
        answer_by=answer_by,
        unanswered_since=answer_by + timedelta(days=1) if answer_by and late else None,
        followed=answered["followed"] if answered else None,
        effect_from=day(answered["effectFrom"]) if answered else None,
        evidence=found.evidence([row]),
    )
