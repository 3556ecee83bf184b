"""Performance agreements of a municipality and year: the local triangle signs (MON-46, MON-47)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Command, Context, Fact, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Euro, Municipality, Reason
from leefwijk.events.language.monitoring import performance_agreements as facts
from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.events.language.monitoring.performance_agreements import Listed, Party, Year
from monitoring.domain.proposing import KnownPartners

TRIANGLE = (Party.CORPORATION, Party.MUNICIPALITY, Party.TENANTS)
"""Who must sign (Woningwet 44); care and welfare take part, not in the place of one of them."""
_PARTY = {
    PartnerKind.MUNICIPALITY: Party.MUNICIPALITY,
    PartnerKind.TENANTS_ORGANISATION: Party.TENANTS,
}


@dataclass(frozen=True)
class TenantsOrganised:
    """Whether a tenants' organisation works in the municipality."""

    there: bool


@dataclass(frozen=True)
class Text:
    """What is to be signed."""

    listed: tuple[str, ...] = ()
    listing_required: bool = False
    maximum_per_home: Decimal | None = None


@dataclass(frozen=True)
class PerformanceAgreement(State, kind="performance-agreements", shape=1):
    """The agreements of a municipality for a year, edition by edition."""

    municipality: str = ""
    year: int = 0
    edition: int = 0
    text: Text = Text()
    signed: dict[str, Party] = field(default_factory=dict)
    """Who signed the present edition; the corporation under the empty name."""
    binding: Text | None = None
    """What was concluded last; an amendment binds when it is concluded itself."""
    concluded: UUID | None = None
    no_policy: bool = False
    due_on: date | None = None
    overdue: bool = False

    @property
    def missing(self) -> tuple[Party, ...]:
        """Parties of the triangle that have not signed the present edition."""
        return tuple(party for party in TRIANGLE if party not in self.signed.values())

    def due(self) -> datetime | None:
        """When it becomes overdue; without housing policy there is no duty (Woningwet 44(3))."""
        if self.due_on is None or self.overdue or self.no_policy or self.concluded is not None:
            return None
        return begin_of(day_after(self.due_on))

    def listing(self) -> Listing:
        """Found by municipality and year."""
        if not self.municipality:
            return Listing()
        status = "concluded" if self.concluded else "drafted"
        facets = {"year": str(self.year)}
        return Listing(municipalities=(self.municipality,), status=status, facets=facets)


class DraftPerformanceAgreement(Command[PerformanceAgreement]):
    """Put a text on the table for a municipality and year."""

    municipality: Municipality
    year: Year
    listed: Listed = ()
    listing_required: bool = False
    maximum_per_home: Euro | None = None
    no_policy_supplied: bool = False

    def stream(self, _context: Context) -> str:
        """One per municipality and year."""
        return f"{self.municipality.lower()}-{self.year}"

    def decide(self, agreement: PerformanceAgreement, _context: Context) -> Iterator[Event]:
        """Refuses `already-drafted`; a newer text is an amendment."""
        if agreement.edition:
            refuse("already-drafted", f"There is a text for {self.year} already; amend it.")
        yield facts.PerformanceAgreementDrafted(
            municipality=self.municipality,
            year=self.year,
            listed=self.listed,
            listing_required=self.listing_required,
            maximum_per_home=self.maximum_per_home,
            no_policy_supplied=self.no_policy_supplied,
            due=date(self.year - 1, 12, 15),
        )


class SignPerformanceAgreement(Command[PerformanceAgreement]):
    """Sign the text as it stands: a partner for itself, the analyst for the corporation."""

    def decide(self, agreement: PerformanceAgreement, context: Context) -> Iterator[Event]:
        """Refuses `unknown-partner`; who signs again records nothing."""
        partner = context.actor.partner
        party = Party.CORPORATION
        if context.actor.role == "partner":
            known = context.knowledge(KnownPartners).found.get(partner or "")
            if known is None:
                refuse("unknown-partner", "This partner is not registered.")
            party = _PARTY.get(PartnerKind(known.kind), Party.PARTICIPANT)
        if (partner or "") in agreement.signed:
            return
        yield facts.PerformanceAgreementSigned(
            party=party, partner=partner, edition=agreement.edition, on=context.today
        )


class ConcludePerformanceAgreement(Command[PerformanceAgreement]):
    """Say that the triangle signed: from now on it binds."""

    without_tenants: Reason | None = None
    """Why no tenants signed, where no organisation of them is there to sign."""

    def decide(self, agreement: PerformanceAgreement, context: Context) -> Iterator[Event]:
        """Refuses `triangle-incomplete`, naming who is missing (MON-46)."""
        missing = list(agreement.missing)
        organised = context.knowledge(TenantsOrganised).there
        if Party.TENANTS in missing and not organised and self.without_tenants is not None:
            missing.remove(Party.TENANTS)
        if missing:
            names = {
                Party.TENANTS: "the tenants' organisation has not signed",
                Party.MUNICIPALITY: "the municipality has not signed",
                Party.CORPORATION: "the corporation has not signed",
            }
            refuse(
                "triangle-incomplete",
                f"{', '.join(names[party] for party in missing)}.".capitalize(),
                missing=[party.value for party in missing],
            )
        if agreement.concluded is not None and agreement.binding == agreement.text:
            refuse("already-concluded", "This text binds already.")
        assert agreement.due_on is not None  # noqa: S101 - every draft has one
        first = agreement.concluded is None
        late = max(0, (context.today - agreement.due_on).days) if first else 0
        yield facts.PerformanceAgreementConcluded(
            municipality=agreement.municipality,
            year=agreement.year,
            edition=agreement.edition,
            listed=agreement.text.listed,
            listing_required=agreement.text.listing_required,
            maximum_per_home=agreement.text.maximum_per_home,
            days_late=0 if agreement.no_policy else late,
            without_tenants=self.without_tenants if Party.TENANTS in agreement.missing else None,
            on=context.today,
        )


class AmendPerformanceAgreement(Command[PerformanceAgreement]):
    """Put a newer text on the table; signatures are needed again, the earlier one counts on."""

    listed: Listed = ()
    listing_required: bool = False
    maximum_per_home: Euro | None = None
    reason: Reason | None = None

    def decide(self, agreement: PerformanceAgreement, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`."""
        if self.reason is None:
            refuse("reason-missing", "Say why the agreements are amended.")
        yield facts.PerformanceAgreementAmended(
            municipality=agreement.municipality,
            year=agreement.year,
            edition=agreement.edition + 1,
            listed=self.listed,
            listing_required=self.listing_required,
            maximum_per_home=self.maximum_per_home,
            reason=self.reason,
            on=context.today,
        )


class JudgeAgreementByTime(Command[PerformanceAgreement], deadline=True):
    """15 December passed without a conclusion (Woningwet 44a)."""

    def decide(self, agreement: PerformanceAgreement, context: Context) -> Iterator[Event]:
        """Overdue, once, with who is missing."""
        due = agreement.due()
        if due is None or context.now < due or agreement.due_on is None:
            return
        yield facts.PerformanceAgreementBecameOverdue(
            municipality=agreement.municipality,
            year=agreement.year,
            missing=agreement.missing,
            on=day_after(agreement.due_on),
        )


@evolves(facts.PerformanceAgreementDrafted)
def _(
    _agreement: PerformanceAgreement, event: facts.PerformanceAgreementDrafted
) -> PerformanceAgreement:
    return PerformanceAgreement(
        event.municipality,
        event.year,
        1,
        Text(event.listed, event.listing_required, event.maximum_per_home),
        no_policy=event.no_policy_supplied,
        due_on=event.due,
    )


@evolves(facts.PerformanceAgreementSigned)
def _(
    agreement: PerformanceAgreement, event: facts.PerformanceAgreementSigned
) -> PerformanceAgreement:
    return replace(agreement, signed={**agreement.signed, event.partner or "": event.party})


@evolves(facts.PerformanceAgreementConcluded)
def _(
    agreement: PerformanceAgreement, event: facts.PerformanceAgreementConcluded, fact: Fact
) -> PerformanceAgreement:
    text = Text(event.listed, event.listing_required, event.maximum_per_home)
    return replace(agreement, binding=text, concluded=fact.id)


@evolves(facts.PerformanceAgreementAmended)
def _(
    agreement: PerformanceAgreement, event: facts.PerformanceAgreementAmended
) -> PerformanceAgreement:
    text = Text(event.listed, event.listing_required, event.maximum_per_home)
    return replace(agreement, edition=event.edition, text=text, signed={})


@evolves(facts.PerformanceAgreementBecameOverdue)
def _(
    agreement: PerformanceAgreement, _event: facts.PerformanceAgreementBecameOverdue
) -> PerformanceAgreement:
    return replace(agreement, overdue=True)
