"""Commands on spending: never above the grant, not by a cent, not by two people, not by a retry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from initiatives.domain.initiative import EUROS, Grant, Initiative, euros, granted_of
from initiatives.domain.review import require_ordered_before
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Euro, ShortText
from leefwijk.events.language.initiatives.initiatives import SpendingRecorded, SupportKind


class RecordSpending(Command[Initiative]):
    """Record what was spent of a granted line, on the day of delivery."""

    request: Annotated[int, Field(ge=1)] | None = None
    """Number of the granted request; needed where several were granted."""
    line: Annotated[int, Field(ge=1, le=50)] = 1
    amount: Annotated[Euro, Field(gt=0)] | None = None
    hours: Annotated[int, Field(ge=1, le=10_000)] | None = None
    reference: ShortText | None = None
    ordered: date | None = None
    """The day of the order, where that was another day than that of delivery."""
    on: date | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.amount is None) == (self.hours is None):
            raise ValueError("spending is an amount or hours: one of the two")
        return self

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `grant-exceeded`, `wrong-kind` and `delivered-before-grant` (INI-27)."""
        grant = _grant(initiative, self.request)
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Record a delivery when it has been made.")
        if day < grant.on:
            refuse(
                "delivered-before-grant",
                f"What was bought before {grant.on.day} {grant.on:%B} was not granted.",
            )
        require_ordered_before(initiative, grant.request, self.ordered or day)
        _require_left(grant, self.line, self.amount, self.hours)
        yield SpendingRecorded(
            spending=str(context.new_id()),
            request=grant.request,
            line=self.line,
            amount=self.amount,
            hours=self.hours,
            reference=self.reference,
            on=day,
        )


def _grant(initiative: Initiative, request: int | None) -> Grant:
    if request is None and len(initiative.grants) > 1:
        refuse("grant-not-named", "Several requests were granted: name the one this is spent on.")
    found = [grant for grant in initiative.grants if request in {None, grant.request}]
    if not found:
        refuse("grant-exceeded", "Nothing was granted yet.")
    return found[0]


def _require_left(grant: Grant, number: int, amount: Decimal | None, hours: int | None) -> None:
    line = grant.line(number)
    if line is None:
        refuse("unknown-line", f"The grant has no line {number}.")
    if line.kind is SupportKind.SPACE:
        refuse("wrong-kind", f"Line {number} is space: it is used by the week, and not spent.")
    in_euros = line.kind in EUROS
    if in_euros != (amount is not None):
        unit = "euros" if in_euros else "hours"
        refuse("wrong-kind", f"Line {number} is {line.kind.value}, which is spent in {unit}.")
    left = grant.left(number)
    if (amount if amount is not None else Decimal(hours or 0)) <= left:
        return
    if in_euros:
        refuse("grant-exceeded", f"{euros(left)} is left.", left=f"{left:.2f}")
    used = grant.used.get(number, Decimal(0))
    refuse(
        "grant-exceeded",
        f"{granted_of(line)} hours granted, {used} used.",
        left=int(left),
    )
