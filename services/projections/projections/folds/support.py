"""Support and who pays for it: granted, topped up, spent, ended, settled; each party its part."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.events.consume.records import Change
from leefwijk.events.language.initiatives import co_funding, spending, support, support_terms
from leefwijk.events.language.initiatives.gates import SupportReviewRequired
from projections.folds import initiatives
from projections.folds.initiatives import own
from projections.rows import End, Folds, Row, Rows

folds = Folds()

GRANT = "grant"
SUPPORT = "support"
RELEASE = "release"
SPENDING = "spending"
PLEDGE = "pledge"
SHARE = "share"


def _grant(change: Change, row: Row, request: int, euros: Decimal, event: Any) -> Row:
    return Row(
        GRANT,
        str(change.received.id),
        {
            "initiative": change.received.subject,
            "request": request,
            "euros": str(euros),
            "year": event.year,
            "budgetArea": event.budget_area,
            "level": event.level,
        },
        row.area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(support.SupportGranted)
def _(rows: Rows, change: Change) -> Iterable[Row | End]:
    event = change.event
    assert isinstance(event, support.SupportGranted)  # noqa: S101 - registered for it
    row = initiatives.granted(own(rows, change), event)
    yield row
    yield _grant(change, row, event.request, event.charged, event)
    yield Row(
        SUPPORT,
        f"{change.received.subject}/{event.request}",
        {
            "initiative": change.received.subject,
            "request": event.request,
            "partly": event.partly,
            "hours": sum(
                line.hours or 0 for line in event.lines if line.kind is support.SupportKind.TIME
            ),
            "toppedUp": [],
            "reviews": [],
            "ended": None,
            "settled": None,
            "conditions": [one.kind.value for one in event.conditions or ()],
        },
        row.area,
        change.received.municipalities,
        valid_from=event.on,
    )


def _support(rows: Rows, change: Change, request: int) -> Row:
    return rows[SUPPORT, f"{change.received.subject}/{request}"]


@folds.on(support_terms.SupportToppedUp)
def _(rows: Rows, change: Change) -> Iterable[Row | End]:
    event = change.event
    assert isinstance(event, support_terms.SupportToppedUp)  # noqa: S101 - registered for it
    row = _support(rows, change, event.request)
    euros = event.amount or Decimal("0.00")
    said = {"euros": str(euros), "hours": event.hours or 0, "on": event.on.isoformat()}
    yield row.with_body(toppedUp=[*row.body["toppedUp"], said])
    yield _grant(change, row, event.request, euros, event)


@folds.on(support.SupportDeclined)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, support.SupportDeclined)  # noqa: S101 - registered for it
    yield initiatives.declined(rows, own(rows, change), event, day_of(change.received.time))


def _released(
    change: Change, row: Row, shares: Iterable[support_terms.BudgetShare], on: Any
) -> Row:
    euros = sum((share.amount for share in shares), Decimal("0.00"))
    return Row(
        RELEASE,
        str(change.received.id),
        {"initiative": change.received.subject, "euros": str(euros)},
        row.area,
        change.received.municipalities,
        valid_from=on,
    )


@folds.on(support_terms.SupportEnded)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, support_terms.SupportEnded)  # noqa: S101 - registered for it
    row = _support(rows, change, event.request)
    yield row.with_body(ended=event.on.isoformat(), settlesOn=event.settles_on.isoformat())
    yield _released(change, row, event.released, event.on)
    yield _without_marks_of(own(rows, change), event.request, event.on)


def _without_marks_of(initiative: Row, request: int, on: Any) -> Row:
    """What an ended grant had lost is no concern any more from that day."""
    marks = [
        mark
        if mark.get("request") != request or mark.get("over")
        else {**mark, "over": on.isoformat()}
        for mark in initiative.body["marks"]
    ]
    return initiative.with_body(marks=marks)


@folds.on(support_terms.SupportSettled)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, support_terms.SupportSettled)  # noqa: S101 - registered for it
    row = _support(rows, change, event.request)
    yield row.with_body(settled=event.on.isoformat())
    yield _released(change, row, event.released, event.on)


@folds.on(SupportReviewRequired)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, SupportReviewRequired)  # noqa: S101 - registered for it
    row = _support(rows, change, event.request)
    said = {
        "gate": event.gate.value,
        "code": event.code,
        "on": event.on.isoformat(),
        "due": event.due.isoformat(),
    }
    yield row.with_body(reviews=[*row.body["reviews"], said])


@folds.on(spending.SpendingRecorded, spending.SpendingCorrected)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """A spending counts on the day of delivery, as it is known now (INI-28).

    What a correction gives back after all was settled goes back on the day of the correction.
    """
    event = change.event
    assert isinstance(event, (spending.SpendingRecorded, spending.SpendingCorrected))  # noqa: S101
    assert event.on is not None  # noqa: S101 - each of them names the day of delivery
    yield Row(
        SPENDING,
        event.spending,
        {
            "initiative": change.received.subject,
            "request": event.request,
            "euros": str(event.amount or "0.00"),
            "hours": event.hours or 0,
        },
        own(rows, change).area,
        change.received.municipalities,
        valid_from=event.on,
    )
    if isinstance(event, spending.SpendingCorrected) and event.released:
        told = day_of(change.received.time)
        yield _released(change, own(rows, change), event.released, told)


def _pledges(rows: Rows, partner: str) -> list[dict[str, Any]]:
    row = rows.get((PLEDGE, partner))
    return list(row.body["history"]) if row else []


@folds.on(co_funding.CoFundingPromised, co_funding.CoFundingWithdrawn)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """A later promise of the same party replaces the earlier one; withdrawn, what it paid stays."""
    event = change.event
    assert isinstance(event, (co_funding.CoFundingPromised, co_funding.CoFundingWithdrawn))  # noqa: S101
    if isinstance(event, co_funding.CoFundingPromised):
        said: dict[str, Any] = {
            "promised": str(event.amount),
            "paid": str(event.paid),
            "hours": event.hours,
            "withdrawn": False,
        }
    else:
        left = str(event.left)
        said = {"promised": left, "paid": left, "hours": 0, "withdrawn": True}
    history = [*_pledges(rows, event.partner), {**said, "on": event.on.isoformat()}]
    yield Row(
        PLEDGE,
        event.partner,
        {
            "initiative": change.received.subject,
            "partner": event.partner,
            "history": history,
        },
        event.area,
        change.received.municipalities,
        valid_from=min(date_ for date_ in _days(rows, event.partner, event.on)),
    )


def _days(rows: Rows, partner: str, on: Any) -> list[Any]:
    row = rows.get((PLEDGE, partner))
    return [on] if row is None or row.valid_from is None else [on, row.valid_from]


@folds.on(co_funding.CostsSettled)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    """What each party pays in the end, and what the corporation's budgets get back (INI-30)."""
    event = change.event
    assert isinstance(event, co_funding.CostsSettled)  # noqa: S101 - registered for it
    row = Row(
        SHARE,
        change.received.subject,
        {
            "initiative": change.received.subject,
            "costs": str(event.costs),
            "shares": [
                {"partner": one.partner, "share": str(one.share), "hours": one.hours}
                for one in event.shares
            ],
        },
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )
    yield row
    yield _released(change, row, event.released, event.on)
