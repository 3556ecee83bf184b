"""Support and who pays: granted, topped up, spent, ended, settled; each party its own part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, day, last_of, until
from projections.status.initiatives import was_over

ORIGIN = Origin(
    ("grant", "support", "release", "spending", "pledge", "share"),
    ("initiatives",),
    ("initiatives",),
)
NOTHING = Decimal("0.00")


class SupportStatus(StrEnum):
    """Where a grant stands on the day."""

    GRANTED = "granted"
    ENDED = "ended"
    """Nothing new is paid; orders made before are still settled."""
    SETTLED = "settled"


class Support(Resource):
    """The support of one request."""

    initiative: str
    request: int
    status: SupportStatus
    granted_on: date | None
    partly: bool
    euros: Decimal
    """Granted from budgets, top-ups included."""
    topped_up: Decimal
    """Of those, what came on top."""
    hours: int
    """Hours of time; never turned to euros."""
    spent: Decimal | None = None
    """For people of the platform."""
    ended_on: date | None = None
    settled_on: date | None = None
    review_due: date | None = None
    """The last day of a review that it must come back for; for people of the platform."""
    evidence: Evidence


class CoFunder(Resource):
    """What another party pays of initiatives here: its own part, never ours."""

    initiative: str
    partner: str
    name: str | None = None
    promised: Decimal
    paid: Decimal
    hours: int
    """Of its people; beside the euros, never in them."""
    withdrawn: bool
    """It took its promise back; what it paid stays paid."""
    share: Decimal | None = None
    """Of the real costs, once they are settled."""
    evidence: Evidence


class Money(Resource):
    """Euros granted and spent on initiatives."""

    granted: Decimal
    topped_up: Decimal
    """Of what was granted, what came on top of a grant."""
    spent: Decimal | None
    """None: this reader does not see it."""
    released: Decimal | None
    """What went back to budgets: neither spent nor ordered, or cheaper in the end."""
    left: Decimal | None
    """Granted, and neither spent nor gone back."""
    support: list[Support]
    co_funding: list[CoFunder]
    granted_evidence: Evidence
    spent_evidence: Evidence | None


def money_of(found: Found) -> Money | None:
    """Euros by the day, exact to the cent; each sum names its events.

    A partner sees the grants of its municipalities and its own part, a resident no euros.
    """
    if not found.asked.discusses:
        return None
    internal = found.asked.internal
    grants, spent = found.holding("grant"), found.holding("spending")
    released = found.holding("release")
    granted, used, back = _sum(grants), _sum(spent), _sum(released)
    return Money(
        granted=granted,
        topped_up=_topped_up(found.begun("support"), found.day),
        spent=used if internal else None,
        released=back if internal else None,
        left=granted - used - back if internal else None,
        support=[_support(found, row, grants, spent) for row in found.begun("support")],
        co_funding=_co_funding(found),
        granted_evidence=found.evidence(grants),
        spent_evidence=found.evidence(spent) if internal else None,
    )


def _sum(rows: Iterable[Said]) -> Decimal:
    return sum((Decimal(row.body["euros"]) for row in rows), NOTHING)


def _topped_up(rows: Sequence[Said], on: date) -> Decimal:
    more = (Decimal(one["euros"]) for row in rows for one in until(row.body["toppedUp"], on))
    return sum(more, NOTHING)


def _of(rows: Sequence[Said], body: Mapping[str, Any]) -> list[Said]:
    """Rows of the same request of the same initiative."""
    request = (body["initiative"], body["request"])
    return [row for row in rows if (row.body["initiative"], row.body.get("request")) == request]


def _support(found: Found, row: Said, grants: Sequence[Said], spendings: Sequence[Said]) -> Support:
    body, on, internal = row.body, found.day, found.asked.internal
    more = list(until(body["toppedUp"], on))
    ended, settled = by(body["ended"], on), by(body["settled"], on)
    own, spent = _of(grants, body), _of(spendings, body)
    return Support(
        initiative=body["initiative"],
        request=body["request"],
        status=SupportStatus.SETTLED
        if settled
        else SupportStatus.ENDED
        if ended
        else SupportStatus.GRANTED,
        granted_on=row.valid_from,
        partly=body["partly"],
        euros=_sum(own),
        topped_up=_topped_up([row], on),
        hours=body["hours"] + sum(one["hours"] for one in more),
        spent=_sum(spent) if internal else None,
        ended_on=day(body["ended"]) if ended else None,
        settled_on=day(body["settled"]) if settled else None,
        review_due=_review(row, found) if internal and not ended else None,
        evidence=found.evidence([row, *(spent if internal else ())]),
    )


def _review(row: Said, found: Found) -> date | None:
    """A review runs until its gate passes again, a director answers for it, or all is over."""
    body = row.body
    review = last_of(body["reviews"], found.day)
    if review is None:
        return None
    mine = [one for one in found.of("initiative") if one.key == body["initiative"]]
    again = any(
        mark["gate"] == review["gate"]
        and mark.get("request") in {None, body["request"]}
        and by(mark.get("again"), found.day)
        and mark["again"] >= review["on"]
        for one in mine
        for mark in one.body["marks"]
    )
    over = any(was_over(one, found.day, review["on"]) for one in mine)
    answered = any(
        row.body["gate"] == review["gate"]
        and (row.valid_from or date.min).isoformat() >= review["on"]
        for row in _of(found.begun("override"), body)
    )
    return None if again or answered or over else day(review["due"])


def _co_funding(found: Found) -> list[CoFunder]:
    shares = {
        (row.key, share["partner"]): Decimal(share["share"])
        for row in found.holding("share")
        for share in row.body["shares"]
    }
    lines = []
    for row in found.begun("pledge"):
        body = row.body
        pledge = last_of(body["history"], found.day)
        own = found.asked.internal or body["partner"] == found.asked.partner
        if pledge is None or not own:
            continue
        lines.append(
            CoFunder(
                initiative=body["initiative"],
                partner=body["partner"],
                name=found.name(body["partner"]),
                promised=Decimal(pledge["promised"]),
                paid=Decimal(pledge["paid"]),
                hours=pledge["hours"],
                withdrawn=pledge["withdrawn"],
                share=shares.get((body["initiative"], body["partner"])),
                evidence=found.evidence([row]),
            )
        )
    return lines
