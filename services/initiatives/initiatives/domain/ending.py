"""Ending support: what is neither spent nor ordered goes back; late bills are waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from initiatives.domain.area_budget import AreaBudget
from initiatives.domain.grants import Grant
from initiatives.domain.initiative import Initiative
from initiatives.domain.releasing import (
    budget_to_release,
    owed_back,
    release,
    released,
    settled,
    share_back,
)
from initiatives.domain.settings import LATE_INVOICES
from initiatives.domain.spending import named_grant
from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, OnSecond, evolves, on, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason
from leefwijk.events.language.initiatives.support_terms import SupportEnded, SupportSettled


class EndSupport(Command[Initiative], beside=AreaBudget):
    """End a grant; what is neither spent nor ordered goes back to the area (INI-28)."""

    request: Annotated[int, Field(ge=1)] | None = None
    """Number of the granted request; needed where several were granted."""
    reason: Reason

    def second(self, initiative: Initiative, _context: Context) -> str:
        """The budget that gets it back."""
        return budget_to_release(named_grant(initiative, self.request))

    def decide(
        self, initiative: Initiative, budget: AreaBudget, context: Context
    ) -> Iterator[Event | OnSecond]:
        """Refuses `already-ended`."""
        grant = named_grant(initiative, self.request)
        if grant.books.ended is not None:
            refuse("already-ended", f"Support ended on {grant.books.ended}.")
        ordered = grant.books.ordered()
        share = share_back(grant, grant.committed - grant.spent - ordered)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield SupportEnded(
            request=grant.request,
            area=initiative.area,
            spent=grant.spent,
            ordered=ordered,
            released=share,
            settles_on=day_after(context.today + LATE_INVOICES),
            reason=self.reason,
            on=context.today,
        )
        for back in share:
            yield on(budget, released(context.stream, back))


def to_settle(initiative: Initiative, context: Context) -> Grant | None:
    """The first ended grant for which no late bill is expected any more."""
    return next(
        (
            grant
            for grant in initiative.grants
            if grant.books.settled is None
            and grant.books.settles_on is not None
            and grant.books.settles_on <= context.today
        ),
        None,
    )


def settle_by_time(initiative: Initiative, context: Context) -> Iterator[Event | OnSecond]:
    """Eight weeks after the end: what is left of the orders goes back, once to each budget."""
    grant = to_settle(initiative, context)
    if grant is None:
        return
    assert grant.books.settles_on is not None  # noqa: S101 - found by it
    share = share_back(grant, owed_back(initiative, grant))
    yield SupportSettled(
        request=grant.request, spent=grant.spent, released=share, on=grant.books.settles_on
    )
    for back in share:
        yield on(AreaBudget(), released(context.stream, back))


@evolves(SupportEnded)
def _(initiative: Initiative, event: SupportEnded) -> Initiative:
    def ended(grant: Grant) -> Grant:
        books = replace(grant.books, ended=event.on, settles_on=event.settles_on)
        return replace(grant, books=books)

    back = release(initiative, event.released, event.request)
    after = back.with_grant(event.request, ended)
    return replace(after, gates=after.gates.end_reviews(event.request))


@evolves(SupportSettled)
def _(initiative: Initiative, event: SupportSettled) -> Initiative:
    back = release(initiative, event.released, event.request)
    return settled(back, {event.request}, event.on)
