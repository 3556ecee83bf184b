"""Commands on spending: never above the grant, not by a cent, not by two people, not by a retry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from initiatives.domain.grant_state import NOTHING, Order, Spent
from initiatives.domain.grants import EUROS, Grant, granted_of
from initiatives.domain.initiative import Initiative
from initiatives.domain.releasing import divided_with
from initiatives.domain.review import require_ordered_before
from leefwijk.events.dates import day_and_month
from leefwijk.events.decider import Command, Context, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Euro, Identifier, ShortText
from leefwijk.events.language.initiatives.spending import ObligationEntered, SpendingRecorded
from leefwijk.events.language.initiatives.support import GrantedLine, SupportKind
from leefwijk.gates.line import said_euros

Line = Annotated[int, Field(ge=1, le=50)]
Amount = Annotated[Euro, Field(gt=0)]
NO_ORDER = "no-open-obligation"


class EnterObligation(Command[Initiative]):
    """Record an order on a granted line; what is ordered is no longer free to spend."""

    request: Annotated[int, Field(ge=1)] | None = None
    """Number of the granted request; needed where several were granted."""
    line: Line = 1
    amount: Amount
    reference: ShortText | None = None
    on: date | None = None

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `grant-exceeded`, `delivered-before-grant`, and orders after the end."""
        grant = named_grant(initiative, self.request)
        day = day_of_delivery(grant, self.on, context)
        _require_of_this_round(initiative, grant)
        if grant.books.ended is not None:
            refuse(
                NO_ORDER,
                f"Support ended on {day_and_month(grant.books.ended)}; "
                "nothing new is ordered on it.",
            )
        require_ordered_before(initiative, grant.request, day)
        line = spendable_line(grant, self.line, in_euros=True)
        _require_left(initiative, grant, Bill(line, self.amount, day))
        yield ObligationEntered(
            obligation=str(context.new_id()),
            request=grant.request,
            line=self.line,
            amount=self.amount,
            reference=self.reference,
            on=day,
        )


class RecordSpending(Command[Initiative]):
    """Record what was spent of a granted line, on the day of delivery."""

    request: Annotated[int, Field(ge=1)] | None = None
    """Number of the granted request; needed where several were granted."""
    line: Line = 1
    amount: Amount | None = None
    hours: Annotated[int, Field(ge=1, le=10_000)] | None = None
    reference: ShortText | None = None
    obligation: Identifier | None = None
    """The order that it pays."""
    ordered: date | None = None
    """The day of the order, where that was another day than that of delivery."""
    on: date | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.amount is None) == (self.hours is None):
            raise ValueError("spending is an amount or hours: one of the two")
        return self

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `grant-exceeded`, `wrong-kind`, `delivered-before-grant`, `no-open-obligation`.

        What was ordered before support ended, or before a gate was lost, is paid (INI-19, INI-28).
        """
        grant = named_grant(initiative, self.request)
        day = day_of_delivery(grant, self.on, context)
        order = self._order(grant)
        line = spendable_line(grant, self.line, in_euros=self.amount is not None)
        more = self.amount if self.amount is not None else Decimal(self.hours or 0)
        bill = Bill(line, more, day, order, self.ordered)
        require_payable(initiative, grant, bill, context.today)
        yield SpendingRecorded(
            spending=str(context.new_id()),
            request=grant.request,
            line=self.line,
            amount=self.amount,
            hours=self.hours,
            obligation=self.obligation,
            reference=self.reference,
            ordered=self.ordered,
            on=day,
        )

    def _order(self, grant: Grant) -> Order | None:
        if self.obligation is None:
            return None
        order = grant.books.orders.get(self.obligation)
        if order is None or order.line != self.line:
            refuse(NO_ORDER, "No order of this name stands on this line.")
        return order


@dataclass(frozen=True)
class Bill:
    """What is to be paid of a grant, or what a correction adds to what was paid."""

    line: GrantedLine
    more: Decimal
    on: date
    """The day of delivery."""
    order: Order | None = None
    said: date | None = None
    """The day of the order, where that was said and no order stands here."""

    @property
    def ordered(self) -> date:
        """The day of the order; of what was not ordered, or beyond it, the day of delivery."""
        if self.order is not None and self.more <= self.order.left:
            return self.order.on
        return self.said or self.on


def require_payable(initiative: Initiative, grant: Grant, bill: Bill, today: date) -> None:
    """Every rule that a spending keeps, also one that was recorded as less before.

    Refuses `no-open-obligation`, `support-under-review`, `grant-exceeded`, `spent-beyond-share`.
    """
    books, closed = grant.books, grant.books.closed_on(today)
    if bill.order is None:
        _require_of_this_round(initiative, grant)
        if books.ended is not None:
            refuse(
                NO_ORDER,
                f"Support ended on {day_and_month(books.ended)} and this was not ordered before.",
            )
    elif closed is not None:
        refuse(NO_ORDER, f"It was settled on {day_and_month(closed)}; no order is open any more.")
    require_ordered_before(initiative, grant.request, bill.ordered)
    _require_left(initiative, grant, bill)
    _require_within_share(initiative, grant, bill)


def _require_within_share(initiative: Initiative, grant: Grant, bill: Bill) -> None:
    """Once the costs were divided the corporation pays its share of them and no more (INI-30)."""
    if grant.books.share is None or bill.line.kind not in EUROS:
        return
    together, share = divided_with(initiative, grant)
    spent = sum((one.spent for one in together), NOTHING)
    if spent + bill.more > share:
        refuse(
            "spent-beyond-share",
            f"The corporation's share of the costs is {said_euros(share)}, "
            f"of which {said_euros(spent)} is spent.",
            share=f"{share:.2f}",
            spent=f"{spent:.2f}",
        )


def named_grant(initiative: Initiative, request: int | None) -> Grant:
    """The grant that a command is about. Refuses where none or several could be meant.

    Without a number it is that of this round, or of before where this round has none.
    """
    if request is None:
        found = list(initiative.grants_now or initiative.grants)
    else:
        found = [grant for grant in initiative.grants if grant.request == request]
    if len(found) > 1:
        refuse("grant-not-named", "Several requests were granted: name the one this is spent on.")
    if not found:
        refuse("grant-exceeded", "Nothing was granted yet.")
    return found[0]


def day_of_delivery(grant: Grant, said: date | None, context: Context) -> date:
    """The day that was said, or today. Refuses days to come and days before the grant."""
    day = said or context.today
    if day > context.today:
        refuse("day-in-future", "Record a delivery when it has been made.")
    if day < grant.on:
        refuse(
            "delivered-before-grant",
            f"What was bought before {day_and_month(grant.on)} was not granted.",
        )
    return day


def _require_of_this_round(initiative: Initiative, grant: Grant) -> None:
    """In a later round a grant pays what was ordered in its own, and nothing new (INI-37)."""
    if grant.round != initiative.round:
        refuse(
            NO_ORDER,
            f"It was granted in round {grant.round}: only what was ordered in it is paid.",
        )


def spendable_line(grant: Grant, number: int, *, in_euros: bool) -> GrantedLine:
    """The line of this number. Refuses space, and euros of hours or the other way round."""
    line = grant.line(number)
    if line is None:
        refuse("unknown-line", f"The grant has no line {number}.")
    if line.kind is SupportKind.SPACE:
        refuse("wrong-kind", f"Line {number} is space: it is used by the week, and not spent.")
    if (line.kind in EUROS) != in_euros:
        unit = "euros" if line.kind in EUROS else "hours"
        refuse("wrong-kind", f"Line {number} is {line.kind.value}, which is spent in {unit}.")
    return line


def _require_left(initiative: Initiative, grant: Grant, bill: Bill) -> None:
    """Refuse what passes what is free, and what was ordered where it pays an order.

    Of a grant of an earlier round nothing is free.
    """
    line = bill.line
    free = grant.free(line.line) if grant.round == initiative.round else NOTHING
    left = free + (bill.order.left if bill.order else NOTHING)
    if bill.more <= left:
        return
    if line.kind in EUROS:
        refuse("grant-exceeded", f"{said_euros(left)} is left.", left=f"{left:.2f}")
    used = grant.used.get(line.line, Decimal(0))
    refuse(
        "grant-exceeded",
        f"{granted_of(line)} hours granted, {used} used.",
        left=int(left),
    )


@evolves(ObligationEntered)
def _(initiative: Initiative, event: ObligationEntered) -> Initiative:
    order = Order(event.line, event.amount, event.on)
    return initiative.with_grant(
        event.request,
        lambda grant: replace(grant, books=grant.books.order(event.obligation, order)),
    )


@evolves(SpendingRecorded)
def _(initiative: Initiative, event: SpendingRecorded) -> Initiative:
    used = Decimal(event.amount) if event.amount is not None else Decimal(event.hours or 0)
    spent = Spent(event.line, used, event.on, event.obligation, event.ordered)
    return initiative.with_grant(event.request, lambda grant: grant.spend(event.spending, spent))
