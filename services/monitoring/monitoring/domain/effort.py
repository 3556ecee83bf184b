"""Effort spent outside initiatives: each euro and hour under one contribution (MON-41, MON-43)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from leefwijk.events.decider import (
    Command,
    Context,
    Fact,
    Faults,
    Listing,
    State,
    evolves,
    refuse,
)
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Euro, Reason, ShortText
from leefwijk.events.language.initiatives.plans import ContributionCategory, ServiceKind
from leefwijk.events.language.monitoring.efforts import (
    CostCategory,
    EffortSpentCorrected,
    EffortSpentRecorded,
    Hours,
)
from monitoring.domain.places import KnownPlace


@dataclass(frozen=True)
class Booked:
    """What a booking says, by the event that said it."""

    event: UUID
    area: str
    on: date
    amount: Decimal | None
    hours: Decimal | None
    contribution: ContributionCategory
    category: CostCategory
    reason: str | None = None
    """Why it was corrected."""


@dataclass(frozen=True)
class Effort(State, kind="efforts", shape=1):
    """One booking with its corrections; all lines stay visible."""

    description: str | None = None
    reference: str | None = None
    municipalities: tuple[str, ...] = ()
    booked: tuple[Booked, ...] = ()

    @property
    def now(self) -> Booked | None:
        """What it says today."""
        return self.booked[-1] if self.booked else None

    def listing(self) -> Listing:
        """Found by area, year and contribution."""
        now = self.now
        if now is None:
            return Listing()
        return Listing(
            now.area,
            self.municipalities,
            title=self.description,
            facets={"year": str(now.on.year), "contribution": now.contribution.value},
        )


class RecordEffort(Command[Effort]):
    """Record euros or hours that were spent; what fits the law is always recorded."""

    area: AreaId
    on: date
    """The day on which it was made: it belongs to that year, not to the year of typing."""
    amount: Euro | None = None
    hours: Hours | None = None
    contribution: ContributionCategory | None = None
    """None: no kind fits, which the law does not allow."""
    category: CostCategory
    description: ShortText
    reference: ShortText | None = None
    own_tenants_only: bool = False
    """Social work: only for own tenants."""
    near_own_property: bool = False
    """Infrastructure: right next to own homes or other own property."""
    service: ServiceKind | None = None
    """The kind of service, where it is one that belongs to others: care, meals, schooling."""

    def decide(self, effort: Effort, context: Context) -> Iterator[Event]:
        """Refuses with every fault at once what the four contributions do not allow (MON-41)."""
        if effort.now is not None:
            refuse("already-recorded", "This booking exists already; correct it.")
        place = context.knowledge(KnownPlace)
        contribution = self._lawful(context)
        yield EffortSpentRecorded(
            area=self.area,
            municipalities=place.municipalities,
            year=self.on.year,
            amount=self.amount,
            hours=self.hours,
            contribution=contribution,
            category=self.category,
            description=self.description,
            reference=self.reference,
            on=self.on,
        )

    def _lawful(self, context: Context) -> ContributionCategory:
        faults = Faults()
        _countable(self.amount, self.hours, self.on, context, faults)
        another = self.service is not None and self.service is not ServiceKind.OTHER
        if self.contribution is None or another:
            faults.add(
                "outside-btiv-51",
                "Care and meals are not livability work of a corporation; "
                "refer to the party responsible.",
            )
        social = self.contribution is ContributionCategory.SOCIAL_WORK
        if social and not self.own_tenants_only:
            faults.add("not-for-own-tenants", "Housing social work is for own tenants only.")
        small = self.contribution is ContributionCategory.INFRASTRUCTURE
        if small and not self.near_own_property:
            faults.add(
                "not-near-own-property",
                "Small infrastructure lies right next to own homes or other own property.",
            )
        faults.refuse_any()
        assert self.contribution is not None  # noqa: S101 - refused just above
        return self.contribution


class CorrectEffort(Command[Effort]):
    """A booking was mistaken: say what it should have said. Both lines stay visible."""

    area: AreaId | None = None
    on: date | None = None
    amount: Euro | None = None
    hours: Hours | None = None
    contribution: ContributionCategory | None = None
    category: CostCategory | None = None
    reason: Reason | None = None

    def decide(self, effort: Effort, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`; a correction that says the same records nothing."""
        if self.reason is None:
            refuse("reason-missing", "Say why the booking is corrected.")
        now = effort.now
        assert now is not None  # noqa: S101 - a booking begins with what it books
        stated = self.amount is not None or self.hours is not None
        after = replace(
            now,
            area=self.area or now.area,
            on=self.on or now.on,
            amount=self.amount if stated else now.amount,
            hours=self.hours if stated else now.hours,
            contribution=self.contribution or now.contribution,
            category=self.category or now.category,
        )
        faults = Faults()
        _countable(after.amount, after.hours, after.on, context, faults)
        faults.refuse_any()
        if after == now:
            return
        yield EffortSpentCorrected(
            corrects=effort.booked[0].event,
            area=after.area,
            municipalities=context.knowledge(KnownPlace).municipalities,
            year=after.on.year,
            amount=after.amount,
            hours=after.hours,
            contribution=after.contribution,
            category=after.category,
            reason=self.reason,
            on=after.on,
        )


def _countable(
    amount: Decimal | None, hours: Decimal | None, day: date, context: Context, faults: Faults
) -> None:
    """Hours are hours and never turned into euros by a guessed rate."""
    if amount is None and hours is None:
        faults.add("nothing-spent", "Say how many euros or hours were spent.")
    if day > context.today:
        faults.add("day-in-future", "It is recorded when it was spent.")


@evolves(EffortSpentRecorded)
def _(_effort: Effort, event: EffortSpentRecorded, fact: Fact) -> Effort:
    booked = Booked(
        fact.id,
        event.area,
        event.on,
        event.amount,
        event.hours,
        event.contribution,
        event.category,
    )
    return Effort(event.description, event.reference, event.municipalities, (booked,))


@evolves(EffortSpentCorrected)
def _(effort: Effort, event: EffortSpentCorrected, fact: Fact) -> Effort:
    booked = Booked(
        fact.id,
        event.area,
        event.on,
        event.amount,
        event.hours,
        event.contribution,
        event.category,
        event.reason,
    )
    municipalities = tuple(sorted({*effort.municipalities, *event.municipalities}))
    return replace(effort, municipalities=municipalities, booked=(*effort.booked, booked))
