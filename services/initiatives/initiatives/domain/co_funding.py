"""Several parties pay together: each its own part, and a windfall is everybody's (INI-29, 30)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from initiatives.domain.area_budget import AreaBudget
from initiatives.domain.funding_state import Cover, Pledge, divided
from initiatives.domain.grant_state import NOTHING
from initiatives.domain.grants import Grant
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.releasing import first_back, release, released, settled
from initiatives.domain.settings import LATE_INVOICES
from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, OnSecond, evolves, on, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Euro, Reason
from leefwijk.events.language.initiatives.co_funding import (
    CoFundingPromised,
    CoFundingWithdrawn,
    CostShare,
    CostsSettled,
    Hours,
)
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.gates.line import said_euros

SETTLED = "costs-settled-already"


class PromiseCoFunding(Command[Initiative]):
    """As a partner: promise your part, raise it, or say what you have paid of it."""

    amount: Euro
    hours: Hours = 0
    paid: Euro = NOTHING
    """What you have paid of it so far."""

    @model_validator(mode="after")
    def _paid_of_it(self) -> Self:
        if self.paid > self.amount:
            raise ValueError("more cannot be paid than is promised")
        return self

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses less than was promised before: that is a withdrawal, with a reason."""
        partner = _partner(context)
        _require_unsettled(initiative)
        before = initiative.funding.of(partner)
        if before is not None and (self.amount < before.amount or self.paid < before.paid):
            refuse("less-than-promised", "Withdraw the pledge with a reason, then promise anew.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield CoFundingPromised(
            area=initiative.area,
            partner=partner,
            amount=self.amount,
            hours=self.hours,
            paid=self.paid,
            on=context.today,
        )


class WithdrawCoFunding(Command[Initiative]):
    """As a partner: take your pledge back; what you paid stays paid."""

    reason: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `nothing-promised` where nothing is left to take back."""
        partner = _partner(context)
        _require_unsettled(initiative)
        pledge = initiative.funding.of(partner)
        if pledge is None or (pledge.amount == pledge.paid and not pledge.hours):
            refuse("nothing-promised", "Nothing is promised that could be taken back.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield CoFundingWithdrawn(
            area=initiative.area,
            partner=partner,
            amount=pledge.amount - pledge.paid,
            left=pledge.paid,
            reason=self.reason,
            on=context.today,
        )


class SettleCosts(Command[Initiative], beside=AreaBudget):
    """Divide the real costs over who promised, in proportion, to the cent."""

    costs: Euro

    def second(self, initiative: Initiative, _context: Context) -> str:
        """The budget that gets something back first."""
        return first_back(initiative.grants_now, self._shares(initiative)[0])[0]

    def _shares(self, initiative: Initiative) -> tuple[Decimal, ...]:
        """Who pays what: the corporation, by what it granted, and then partners (INI-30)."""
        pledges = (one.amount for one in initiative.funding.pledges)
        return divided(self.costs, [_pledged(initiative), *pledges])

    def decide(
        self, initiative: Initiative, budget: AreaBudget, context: Context
    ) -> Iterator[Event | OnSecond]:
        """Refuses what is not completed, was settled before, or has no partner that pays."""
        _require_unsettled(initiative)
        if initiative.completed is None:
            refuse("not-completed", "Costs are settled when it is completed.")
        if not initiative.funding.pledges:
            refuse("nothing-promised", "Nobody else pays; end the support instead.")
        shares = self._shares(initiative)
        _, back = first_back(initiative.grants_now, shares[0])
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield CostsSettled(
            area=initiative.area,
            costs=self.costs,
            shares=(
                CostShare(pledge=_pledged(initiative), share=shares[0]),
                *(
                    CostShare(
                        partner=pledge.partner,
                        pledge=pledge.amount,
                        share=part,
                        hours=pledge.hours,
                    )
                    for pledge, part in zip(initiative.funding.pledges, shares[1:], strict=True)
                ),
            ),
            released=back,
            on=context.today,
        )
        for one in back:
            yield on(budget, released(context.stream, one))


def _pledged(initiative: Initiative) -> Decimal:
    """What the corporation granted in this round, whatever went back since."""
    return sum((grant.euros for grant in initiative.grants_now), NOTHING)


def granted_together(initiative: Initiative) -> Decimal:
    """The corporation's part: euros of its grants of this round that were not given back."""
    return sum((grant.committed for grant in initiative.grants_now), NOTHING)


def cover_of(initiative: Initiative) -> Cover | None:
    """How far the planned costs are covered; none where several parties are not needed."""
    if initiative.costs is None:
        return None
    return Cover(initiative.costs, granted_together(initiative) + initiative.funding.total)


def require_covered(initiative: Initiative) -> None:
    """Refuses `co-funding-incomplete`: what nobody pays for does not start (INI-29).

    Costs that are not known are not covered. Without money of the corporation it does not decide
    over what others do by their own means.
    """
    alone = initiative.role in {None, CorporationRole.NONE}
    if alone and not granted_together(initiative):
        return
    if not (initiative.funding.pledges or initiative.needs_complete_funding):
        return
    cover = cover_of(initiative)
    if cover is None:
        refuse(
            "co-funding-incomplete",
            "What all of it costs is not known: state the planned costs, then see who pays them.",
        )
    if cover.gap:
        refuse(
            "co-funding-incomplete",
            f"{said_euros(cover.gap)} of {said_euros(cover.costs)} is not covered.",
            gap=f"{cover.gap:.2f}",
            costs=f"{cover.costs:.2f}",
        )


def _partner(context: Context) -> str:
    if context.actor.partner is None:
        refuse("role-not-allowed", "A pledge is a partner's own.")
    return context.actor.partner


def _require_unsettled(initiative: Initiative) -> None:
    if initiative.funding.settled is not None:
        refuse(SETTLED, f"The costs were settled on {initiative.funding.settled}.")
    if initiative.status in {Status.STOPPED, Status.HANDED_OVER}:
        refuse("initiative-is-over", f"It is {initiative.status}.")


@evolves(CoFundingPromised)
def _(initiative: Initiative, event: CoFundingPromised) -> Initiative:
    pledge = Pledge(event.partner, event.amount, event.hours, event.paid, event.on)
    return replace(initiative, funding=initiative.funding.put(pledge))


@evolves(CoFundingWithdrawn)
def _(initiative: Initiative, event: CoFundingWithdrawn) -> Initiative:
    pledge = Pledge(event.partner, event.left, 0, event.left, event.on)
    return replace(initiative, funding=initiative.funding.put(pledge))


@evolves(CostsSettled)
def _(initiative: Initiative, event: CostsSettled) -> Initiative:
    mine = {grant.request for grant in initiative.grants_now}
    gates = initiative.gates
    for request in mine:
        gates = gates.end_reviews(request)
    share = next((one.share for one in event.shares if one.partner is None), NOTHING)
    charged = [grant.request for grant in initiative.grants_now if grant.committed > NOTHING]
    divided_now = replace(
        initiative,
        gates=gates,
        grants=tuple(
            _divided(grant, share, event.on) if grant.request in mine else grant
            for grant in initiative.grants
        ),
        funding=replace(
            initiative.funding, settled=event.on, costs=event.costs, shares=event.shares
        ),
    )
    back = release(divided_now, event.released, charged[-1] if charged else 0)
    return settled(back, mine, event.on)


def _divided(grant: Grant, share: Decimal, on: date) -> Grant:
    """A grant after the costs were divided: it ends, and waits for late bills on its orders."""
    books = replace(grant.books, share=share)
    if books.ended is None:
        last = day_after(on + LATE_INVOICES) if books.ordered() else on
        books = replace(books, ended=on, settles_on=last)
    return replace(grant, books=books)
