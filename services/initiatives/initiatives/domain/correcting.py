"""Correcting a spending: what it adds is judged as a spending, what comes back goes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from initiatives.domain.area_budget import AreaBudget
from initiatives.domain.grant_state import Spent
from initiatives.domain.grants import EUROS, Grant
from initiatives.domain.initiative import Initiative
from initiatives.domain.releasing import (
    NO_BUDGET,
    divided_with,
    first_back,
    release,
    released,
    settled,
    with_corrected,
)
from initiatives.domain.review import require_ordered_before
from initiatives.domain.spending import (
    NO_ORDER,
    Bill,
    day_of_delivery,
    require_payable,
    spendable_line,
)
from leefwijk.events.dates import day_and_month
from leefwijk.events.decider import Command, Context, OnSecond, evolves, on, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Euro, Identifier, Reason
from leefwijk.events.language.initiatives.spending import SpendingCorrected
from leefwijk.events.language.initiatives.support_terms import BudgetShare


class CorrectSpending(Command[Initiative], beside=AreaBudget):
    """Correct a spending: to another amount, 0.00 included, or another day of delivery."""

    spending: Identifier
    amount: Euro | None = None
    hours: Annotated[int, Field(ge=0, le=10_000)] | None = None
    reason: Reason
    on: date | None = None

    def second(self, initiative: Initiative, _context: Context) -> str:
        """The budget that gets back what a supplier paid back after all was settled."""
        found = self._found(initiative)
        return NO_BUDGET if found is None else self._back(initiative, *found)[0]

    def decide(
        self, initiative: Initiative, budget: AreaBudget, context: Context
    ) -> Iterator[Event | OnSecond]:
        """Refuses `unknown-spending`, and more or later than a new spending could be."""
        found = self._found(initiative)
        if found is None:
            refuse("unknown-spending", "No spending of this name is recorded here.")
        grant, before = found
        in_euros = _in_euros(grant, before)
        if (self.hours if in_euros else self.amount) is not None:
            spendable_line(grant, before.line, in_euros=not in_euros)
        day = day_of_delivery(grant, self.on or before.on, context)
        after = replace(before, amount=self._amount(grant, before), on=day)
        _require_payable(initiative, grant, before, after, context.today)
        _, back = self._back(initiative, grant, before)
        yield SpendingCorrected(
            spending=self.spending,
            request=grant.request,
            line=before.line,
            amount=after.amount if in_euros else None,
            hours=None if in_euros else int(after.amount),
            reason=self.reason,
            released=back or None,
            on=day,
        )
        for one in back:
            yield on(budget, released(context.stream, one))

    def _found(self, initiative: Initiative) -> tuple[Grant, Spent] | None:
        for grant in initiative.grants:
            spent = grant.books.spendings.get(self.spending)
            if spent is not None:
                return grant, spent
        return None

    def _amount(self, grant: Grant, before: Spent) -> Decimal:
        said = self.amount if _in_euros(grant, before) else self.hours
        return before.amount if said is None else Decimal(said)

    def _back(
        self, initiative: Initiative, grant: Grant, before: Spent
    ) -> tuple[str, tuple[BudgetShare, ...]]:
        """Until a grant is settled nothing goes back: the bill may still be recorded anew."""
        if grant.books.settled is None:
            return NO_BUDGET, ()
        amount = min(self._amount(grant, before), before.amount)
        corrected = grant.spend(self.spending, replace(before, amount=amount))
        after = with_corrected(initiative, corrected)
        (now,) = (one for one in after.grants if one.request == grant.request)
        return first_back(*divided_with(after, now))


def _in_euros(grant: Grant, spent: Spent) -> bool:
    line = grant.line(spent.line)
    assert line is not None  # noqa: S101 - it was spent on a granted line
    return line.kind in EUROS


def _require_payable(
    initiative: Initiative, grant: Grant, before: Spent, after: Spent, today: date
) -> None:
    """What is more than before is judged as a spending of it; what is later, by its new day.

    Less than before, or sooner, asks nothing that was not asked already.
    """
    line = grant.line(after.line)
    assert line is not None  # noqa: S101 - it was spent on a granted line
    order = grant.books.orders.get(after.order or "")
    if after.amount > before.amount:
        bill = Bill(line, after.amount - before.amount, after.on, order, after.ordered)
        require_payable(initiative, grant, bill, today)
    elif order is None and after.ordered is None and after.on > before.on:
        require_ordered_before(initiative, grant.request, after.on)
        ended = grant.books.ended
        if ended is not None and after.on > ended:
            refuse(
                NO_ORDER,
                f"Support ended on {day_and_month(ended)} and this was not ordered before.",
            )


@evolves(SpendingCorrected)
def _(initiative: Initiative, event: SpendingCorrected) -> Initiative:
    used = Decimal(event.amount) if event.amount is not None else Decimal(event.hours or 0)
    (grant,) = (one for one in initiative.grants if one.request == event.request)
    before = grant.books.spendings[event.spending]
    corrected = grant.spend(event.spending, replace(before, amount=used, on=event.on))
    after = with_corrected(initiative, corrected)
    back = release(after, event.released or (), event.request)
    over = {one.request for one in back.grants if one.books.settled is not None}
    return settled(back, over, event.on)
