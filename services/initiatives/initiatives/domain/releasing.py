"""What goes back to the budgets that paid: how much, of which grant, and to which budget first.

An append reaches one budget. Where several get something back, the latest that paid gets it at
once and the others when the grant is settled by time, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from initiatives.domain.area_budget import budget_id
from initiatives.domain.grant_state import NOTHING
from initiatives.domain.grants import Grant
from initiatives.domain.initiative import Initiative
from leefwijk.events.language.initiatives.area_budgets import BudgetReleased
from leefwijk.events.language.initiatives.support_terms import BudgetShare

NO_BUDGET = budget_id("none", 0)
"""The second stream of a command by which nothing goes back."""


def budget_to_release(grant: Grant) -> str:
    """The latest budget that still has euros on the grant: what came last goes back first."""
    budgets = [budget for budget, amount in grant.charges if amount > NOTHING]
    return budgets[-1] if budgets else budget_id(grant.budget_area, grant.year)


def share_back(grant: Grant, amount: Decimal) -> tuple[BudgetShare, ...]:
    """What of these euros goes back to that budget, never more than it had given."""
    budget = budget_to_release(grant)
    back = min(amount, dict(grant.charges).get(budget, NOTHING))
    if back <= NOTHING:
        return ()
    area, _, year = budget.rpartition(".")
    return (BudgetShare(budget_area=area, year=int(year), amount=back, request=grant.request),)


def released(initiative: str, share: BudgetShare) -> BudgetReleased:
    """The fact on the budget."""
    assert share.request is not None  # noqa: S101 - `share_back` names it
    return BudgetReleased(
        area=share.budget_area,
        year=share.year,
        initiative=initiative,
        request=share.request,
        amount=share.amount,
    )


def release(initiative: Initiative, shares: Iterable[BudgetShare], request: int) -> Initiative:
    """The initiative after euros went back; of a share that names no grant it is this one."""

    def back(share: BudgetShare) -> Callable[[Grant], Grant]:
        budget = budget_id(share.budget_area, share.year)
        return lambda grant: replace(grant, books=grant.books.release(budget, share.amount))

    for share in shares:
        initiative = initiative.with_grant(share.request or request, back(share))
    return initiative


def surplus(grants: Sequence[Grant], stays: Decimal) -> dict[int, Decimal]:
    """What each of these grants gives back so that together no more than this stays charged.

    First what is neither spent nor ordered, then what is ordered, last what was spent; of each the
    latest grant before the one before (INI-30).
    """
    over = sum((grant.committed for grant in grants), NOTHING) - stays
    back = {grant.request: NOTHING for grant in grants}
    for part in (_free, _ordered, _spent):
        for grant in reversed(grants):
            more = max(min(over, part(grant)), NOTHING)
            back[grant.request] += more
            over -= more
    return back


def _free(grant: Grant) -> Decimal:
    return max(grant.committed - grant.spent - grant.books.ordered(), NOTHING)


def _ordered(grant: Grant) -> Decimal:
    return max(min(grant.books.ordered(), grant.committed - grant.spent), NOTHING)


def _spent(grant: Grant) -> Decimal:
    return min(grant.spent, grant.committed)


def first_back(grants: Sequence[Grant], stays: Decimal) -> tuple[str, tuple[BudgetShare, ...]]:
    """The budget that gets something of that back first, and what each grant gives back to it."""
    back = surplus(grants, stays)
    giving = [grant for grant in reversed(grants) if back[grant.request] > NOTHING]
    if not giving:
        return NO_BUDGET, ()
    budget = budget_to_release(giving[0])
    return budget, tuple(
        share
        for grant in giving
        if budget_to_release(grant) == budget
        for share in share_back(grant, back[grant.request])
    )


def divided_with(initiative: Initiative, grant: Grant) -> tuple[tuple[Grant, ...], Decimal]:
    """The grants that a grant is settled with, and what of them stays charged.

    By itself what was spent of it; where the costs were divided, the corporation's share for all
    grants of the round together.
    """
    share = grant.books.share
    if share is None:
        return (grant,), grant.spent
    together = tuple(
        one for one in initiative.grants if one.round == grant.round and one.books.share is not None
    )
    return together, share


def owed_back(initiative: Initiative, grant: Grant) -> Decimal:
    """What a grant gives back when no bill is waited for any more."""
    return surplus(*divided_with(initiative, grant))[grant.request]


def settled(initiative: Initiative, requests: Container[int], on: date) -> Initiative:
    """These grants are settled where they wait for no bill and owe nothing to a budget."""

    def settle(grant: Grant) -> Grant:
        books = grant.books
        if grant.request not in requests or books.closed_on(on) is None:
            return grant
        owes = owed_back(initiative, grant) > NOTHING
        return replace(grant, books=replace(books, settled=None if owes else books.settled or on))

    return replace(initiative, grants=tuple(settle(grant) for grant in initiative.grants))


def with_corrected(initiative: Initiative, corrected: Grant) -> Initiative:
    """The initiative with a grant of which a spending reads otherwise.

    What a supplier pays back after the costs were divided and settled is the corporation's: it
    lowers what stays charged, by what of its share it had paid itself.
    """
    (before,) = (one for one in initiative.grants if one.request == corrected.request)
    after = initiative.with_grant(corrected.request, lambda _: corrected)
    came_back, share = before.spent - corrected.spent, corrected.books.share
    if share is None or before.books.settled is None or came_back <= NOTHING:
        return after
    together, _ = divided_with(after, corrected)
    spent = sum((grant.spent for grant in together), NOTHING)
    lower = share - max(min(came_back, share - spent), NOTHING)
    for grant in together:
        after = after.with_grant(
            grant.request, lambda one: replace(one, books=replace(one.books, share=lower))
        )
    return after
