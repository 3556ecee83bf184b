"""Spending: never above the grant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from initiatives.domain.initiative import Initiative
from initiatives.domain.spending import RecordSpending
from leefwijk.events.language.initiatives.spending import SpendingRecorded
from leefwijk.events.language.initiatives.support import GrantedLine, SupportGranted, SupportKind
from leefwijk.events.testing import Specification

GRANTED_ON = date(2026, 4, 20)
DELIVERED = date(2026, 6, 1)


def _grant(request: int, *lines: GrantedLine, on: date = GRANTED_ON) -> SupportGranted:
    return SupportGranted(
        request=request,
        area="BU01060100@2020",
        budget_area="WK010601@2020",
        year=2026,
        lines=lines,
        charged=Decimal(2500),
        partly=False,
        on=on,
    )


MONEY = GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(2500))
TIME = GrantedLine(line=4, kind=SupportKind.TIME, hours=24)
SPACE = GrantedLine(line=2, kind=SupportKind.SPACE, hours=4)


def _spent(amount: str, **said: Any) -> SpendingRecorded:
    fields = {"spending": "1", "request": 1, "line": 1, "on": DELIVERED, **said}
    return SpendingRecorded(amount=Decimal(amount), **fields)


def _spend(amount: str, **said: Any) -> RecordSpending:
    return RecordSpending(amount=Decimal(amount), **{"on": DELIVERED, **said})


@pytest.fixture
def granted(requested: Specification) -> Specification:
    """I1 with 2,500.00 granted on 2026-04-20, now 2026-06-02."""
    return requested.and_(_grant(1, MONEY, SPACE, TIME)).at("2026-06-02T09:00:00Z")


@pytest.fixture
def partly_spent(granted: Specification) -> Specification:
    """The same, of which 1,940.25 is spent, so that 559.75 is left."""
    return granted.and_(_spent("1940.25"))


@pytest.mark.parametrize(
    ("first", "second", "left"), [("400", "300", "159.75"), ("300", "400", "259.75")]
)
def test_second_of_two_spendings_finds_what_the_first_left(
    partly_spent: Specification, first: str, second: str, left: str
) -> None:
    """INI-27: of 400.00 and 300.00 on 559.75 one is recorded, whichever came first.

    This is the half of the decision; that two requests at once and a retry with the same key end
    the same way is proven over HTTP.
    """
    after = partly_spent.when(_spend(first)).then(_spent(first, spending=str(UUID(int=1000))))
    after.when(_spend(second)).refused("grant-exceeded", saying=f"{left} is left.")


def test_last_cent_is_spent_and_not_one_more(partly_spent: Specification) -> None:
    """INI-27: exactly 559.75 is accepted, 559.76 is not."""
    partly_spent.when(_spend("559.76")).refused("grant-exceeded", saying="559.75 is left.")
    empty = partly_spent.when(_spend("559.75")).recorded()
    empty.when(_spend("0.01")).refused("grant-exceeded", saying="0.00 is left.")


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "10.005"])
def test_amount_is_above_nothing_and_in_cents(amount: str) -> None:
    """INI-27: 0.00, a negative amount and 10.005 are schema faults."""
    body = f'{{"request": 1, "line": 1, "amount": "{amount}", "on": "2026-06-01"}}'
    with pytest.raises(ValidationError):
        RecordSpending.model_validate_json(body, strict=True, by_alias=True)


@pytest.mark.parametrize("said", [{}, {"amount": Decimal(1), "hours": 1}])
def test_spending_is_an_amount_or_hours(said: dict[str, Any]) -> None:
    """A spending is euros or hours, one of the two."""
    with pytest.raises(ValidationError):
        RecordSpending(line=1, on=DELIVERED, **said)


def test_hours_are_used_up_like_euros(granted: Specification) -> None:
    """INI-26: 25 hours on a line of 24 are refused, and it says how many were used."""
    spend = RecordSpending(line=4, hours=25, on=DELIVERED)
    granted.when(spend).refused("grant-exceeded", saying="24 hours granted, 0 used")
    used = granted.when(RecordSpending(line=4, hours=24, on=DELIVERED)).recorded()
    used.when(RecordSpending(line=4, hours=1, on=DELIVERED)).refused(
        "grant-exceeded", saying="24 hours granted, 24 used"
    )


def test_euros_are_no_hours(granted: Specification) -> None:
    """INI-26: euros on a line of hours, or hours on a line of euros, are of the wrong kind."""
    granted.when(_spend("5", line=4)).refused("wrong-kind")
    granted.when(RecordSpending(line=1, hours=5, on=DELIVERED)).refused("wrong-kind")


@pytest.mark.parametrize("said", [{"hours": 1}, {"amount": Decimal(1)}])
def test_space_is_used_and_not_spent(granted: Specification, said: dict[str, Any]) -> None:
    """Space is granted by the week until a day: there is no sum of it to spend."""
    granted.when(RecordSpending(line=2, on=DELIVERED, **said)).refused("wrong-kind")


def test_what_was_bought_before_the_grant_was_not_granted(granted: Specification) -> None:
    """INI-27: delivered before the day of the grant is refused; on that day it is not."""
    granted.when(_spend("5", on=date(2026, 4, 19))).refused(
        "delivered-before-grant", saying="What was bought before 20 April was not granted."
    )
    granted.when(_spend("5", on=GRANTED_ON)).recorded()


def test_delivery_lies_not_in_the_future(granted: Specification) -> None:
    """What is still to come is no spending; the day of today is."""
    granted.when(_spend("5", on=date(2026, 6, 3))).refused("day-in-future")
    granted.when(RecordSpending(amount=Decimal(5))).then(
        _spent("5", spending=str(UUID(int=1000)), on=date(2026, 6, 2))
    )


def test_nothing_is_spent_without_a_grant(requested: Specification) -> None:
    """What was asked for but not granted cannot be spent."""
    requested.at("2026-06-02T09:00:00Z").when(_spend("5")).refused("grant-exceeded")


def test_line_that_was_not_granted_cannot_be_spent_on(granted: Specification) -> None:
    """A spending names a line of the grant."""
    granted.when(_spend("5", line=9)).refused("unknown-line")


def test_each_grant_has_its_own_spending(partly_spent: Specification) -> None:
    """INI-27: with two grants each is used up by itself, and a spending names which one."""
    second = MONEY.model_copy(update={"amount": Decimal("100.00")})
    two = partly_spent.and_(_grant(2, second, on=date(2026, 6, 2)))
    two.when(_spend("5")).refused("grant-not-named")
    two.when(_spend("559.76", request=1)).refused("grant-exceeded", saying="559.75 is left.")
    two.when(_spend("5", request=2)).refused("delivered-before-grant")
    two.when(_spend("5", request=3)).refused("grant-exceeded")
    after = two.when(_spend("500", request=1)).recorded()
    today = date(2026, 6, 2)
    after.when(_spend("100.01", request=2, on=today)).refused(
        "grant-exceeded", saying="100.00 is left."
    )
    after.when(_spend("100", request=2, on=today)).recorded()
    assert [grant.left(1) for grant in after.state(Initiative).grants] == [
        Decimal("59.75"),
        Decimal("100.00"),
    ]
