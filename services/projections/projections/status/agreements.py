"""Living agreements that stand, how people are addressed on them, and which wait for a review."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, day, last_of, shown, until

ORIGIN = Origin(("agreement",), ("living-agreements",), ("participation",))


class AgreementStatus(StrEnum):
    """Where an agreement stands on the day."""

    PROPOSED = "proposed"
    MADE = "made"
    REVIEW_OVERDUE = "review_overdue"
    """It stands, but residents did not look at it again in time."""


class Addressed(Resource):
    """How far people of the area were addressed on a topic, never one household."""

    topic: str
    step: str
    on: date
    by: str
    skipped: list[str]
    """Lighter steps that were not taken, always shown with it."""
    danger: str | None = None


class Agreement(Resource):
    """One living agreement. It binds nobody in law."""

    id: str
    title: str
    area: str | None
    topics: list[str]
    homes: int
    status: AgreementStatus
    made_on: date | None = None
    review_by: date | None = None
    overdue_since: date | None = None
    answered: int | str | None = None
    """Homes, or `not_shown`; like the two below once it is made."""
    agreeing: int | str | None = None
    objecting: int | str | None = None
    addressed: list[Addressed] | None = None
    """For people of the platform."""
    evidence: Evidence


class Agreements(Resource):
    """What residents agreed with each other and with the corporation."""

    living: int
    items: list[Agreement]
    evidence: Evidence


def agreements_of(found: Found) -> Agreements:
    """The agreements that stand on the day; proposals are for people of the platform."""
    rows = [row for row in found.begun("agreement") if not by(row.body["ended"], found.day)]
    pairs = [(row, _agreement(found, row)) for row in rows]
    if not found.asked.internal:
        pairs = [one for one in pairs if one[1].status is not AgreementStatus.PROPOSED]
    return Agreements(
        living=sum(1 for _, line in pairs if line.status is not AgreementStatus.PROPOSED),
        items=[line for _, line in pairs],
        evidence=found.evidence(row for row, _ in pairs),
    )


def _agreement(found: Found, row: Said) -> Agreement:
    body, on = row.body, found.day
    made = body["made"] if body["made"] and by(body["made"]["on"], on) else None
    review = last_of(body["reviews"], on)
    review_by = day((review or made or {}).get("reviewBy"))
    overdue = review_by is not None and review_by < on
    status = AgreementStatus.MADE if made else AgreementStatus.PROPOSED
    return Agreement(
        id=row.key,
        title=body["title"],
        area=row.area,
        topics=review["topics"] if review else body["topics"],
        homes=body["homes"],
        status=AgreementStatus.REVIEW_OVERDUE if overdue else status,
        made_on=day(made["on"]) if made else None,
        review_by=review_by,
        overdue_since=review_by + timedelta(days=1) if review_by and overdue else None,
        answered=shown(made["answered"]) if made else None,
        agreeing=shown(made["agreeing"]) if made else None,
        objecting=shown(made["objecting"]) if made else None,
        addressed=_addressed(row, on) if found.asked.internal else None,
        evidence=found.evidence([row]),
    )


def _addressed(row: Said, on: date) -> list[Addressed]:
    """The last step per topic; what ended begins anew and is not shown."""
    steps = {entry["topic"]: entry for entry in until(row.body["addressed"], on)}
    return [
        Addressed(
            topic=topic,
            step=entry["step"],
            on=date.fromisoformat(entry["on"]),
            by=entry["by"],
            skipped=entry["skipped"],
            danger=entry["danger"],
        )
        for topic, entry in sorted(steps.items())
        if entry["step"] is not None
    ]
