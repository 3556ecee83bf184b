"""What is another party's work is referred to it, and comes back with its evidence (INI-05)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from initiatives.domain.gates import KnownParty
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.judging_again import judged_again, standing_lines
from initiatives.domain.referral_state import Assessed, Referral, ReferralStatus
from initiatives.domain.settings import REFERRAL_TERM
from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, Fact, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason, ShortText
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.referral import (
    InitiativeReferralAccepted,
    InitiativeReferralReturned,
    InitiativeReferralUnanswered,
    InitiativeReferred,
    ResponsibilityAssessed,
)

BEFORE_SUPPORT = frozenset({Status.PROPOSED, Status.ASSESSED, Status.DECLINED})
WITH_SUPPORT = frozenset({Status.SUPPORTED, Status.STARTED})


class AssessResponsibility(Command[Initiative]):
    """Say who is primarily responsible, after looking at this very initiative.

    What was granted is judged on it at once (INI-19).
    """

    partner: Identifier | None = None
    """The partner that is responsible; none: the corporation itself."""
    because: ShortText

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `unknown-partner`, by the knowledge of the route."""
        party = context.knowledge(KnownParty).name if self.partner else None
        evidence = initiative.referrals.return_events
        yield ResponsibilityAssessed(
            partner=self.partner,
            party=party,
            because=self.because,
            evidence=evidence,
            on=context.today,
        )
        if initiative.open_grants:
            assessed = Assessed(party, self.because, context.today, evidence)
            found = replace(initiative.referrals, assessed=assessed)
            lines = standing_lines(replace(initiative, referrals=found), context)
            touched = frozenset({Gate.NO_OTHER_PARTY_RESPONSIBLE})
            yield from judged_again(initiative, lines, touched, context)


class ReferInitiative(Command[Initiative]):
    """Refer it to the party that is primarily responsible, and ask for an answer."""

    partner: Identifier
    subject: Identifier | None = None
    """The field of work that makes it theirs."""
    reason: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses what is with a party already, or past deciding."""
        context.knowledge(KnownParty)
        if initiative.referrals.waiting is not None:
            refuse("already-referred", "It waits for the answer of the party it was referred to.")
        waits = initiative.reviews_now or _support_is_over(initiative)
        if initiative.status not in BEFORE_SUPPORT and not waits:
            refuse("not-to-be-referred", f"It is {initiative.status}; end its support first.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield InitiativeReferred(
            title=initiative.title,
            area=initiative.area,
            partner=self.partner,
            subject=self.subject,
            reason=self.reason,
            due=context.today + REFERRAL_TERM,
            on=context.today,
        )


def _support_is_over(initiative: Initiative) -> bool:
    """What was granted has ended, which comes before referring it (INI-19)."""
    return initiative.status in WITH_SUPPORT and not initiative.open_grants


def _mine(initiative: Initiative, context: Context) -> Referral:
    referral = initiative.referrals.referral
    if referral is None or referral.partner != context.actor.partner:
        refuse("not-your-referral", "It was not referred to you.")
    if referral.status is not ReferralStatus.WAITS:
        refuse("already-answered", f"It was {referral.status} on {referral.answered}.")
    return referral


class AcceptInitiativeReferral(Command[Initiative]):
    """As the party it was referred to: take it up."""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `not-your-referral` for anybody else."""
        referral = _mine(initiative, context)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield InitiativeReferralAccepted(
            area=initiative.area, partner=referral.partner, on=context.today
        )


class ReturnInitiativeReferral(Command[Initiative]):
    """As the party it was referred to: say why it is not yours."""

    reason: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `not-your-referral` for anybody else."""
        referral = _mine(initiative, context)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield InitiativeReferralReturned(
            area=initiative.area,
            partner=referral.partner,
            reason=self.reason,
            times=initiative.referrals.returns.get(referral.partner, 0) + 1,
            on=context.today,
        )


def judge_referral_by_time(initiative: Initiative, context: Context) -> Iterator[Event]:
    """The last day for an answer passed in silence; recorded once."""
    referral = initiative.referrals.waiting
    if referral is None or referral.told or context.today <= referral.due:
        return
    assert initiative.area is not None  # noqa: S101 - every proposal names one
    yield InitiativeReferralUnanswered(
        area=initiative.area,
        partner=referral.partner,
        due=referral.due,
        on=day_after(referral.due),
    )


def _answered(initiative: Initiative, **changes: object) -> Initiative:
    state = initiative.referrals
    assert state.referral is not None  # noqa: S101 - an answer follows a referral
    referral = replace(state.referral, **changes)  # type: ignore[arg-type]  # names of its fields
    return replace(initiative, referrals=replace(state, referral=referral))


@evolves(ResponsibilityAssessed)
def _(initiative: Initiative, event: ResponsibilityAssessed, fact: Fact) -> Initiative:
    party = event.party or event.partner
    assessed = Assessed(party, event.because, event.on, (*event.evidence, str(fact.id)))
    return replace(initiative, referrals=replace(initiative.referrals, assessed=assessed))


@evolves(InitiativeReferred)
def _(initiative: Initiative, event: InitiativeReferred) -> Initiative:
    referral = Referral(event.partner, event.on, event.due)
    # what runs already, or is still paid for, goes on as it is until the party has answered
    waits = initiative.status in BEFORE_SUPPORT or (
        initiative.status is Status.SUPPORTED and _support_is_over(initiative)
    )
    return replace(
        initiative,
        status=Status.REFERRED if waits else initiative.status,
        referrals=replace(initiative.referrals, referral=referral),
    )


@evolves(InitiativeReferralAccepted)
def _(initiative: Initiative, event: InitiativeReferralAccepted) -> Initiative:
    return _answered(initiative, status=ReferralStatus.ACCEPTED, answered=event.on)


@evolves(InitiativeReferralReturned)
def _(initiative: Initiative, event: InitiativeReferralReturned, fact: Fact) -> Initiative:
    back = _answered(
        initiative, status=ReferralStatus.RETURNED, answered=event.on, reason=event.reason
    )
    state = back.referrals
    referred = initiative.status is Status.REFERRED
    return replace(
        back,
        status=Status.ASSESSED if referred else initiative.status,
        referrals=replace(
            state,
            returns={**state.returns, event.partner: event.times},
            return_events=(*state.return_events, str(fact.id)),
        ),
    )


@evolves(InitiativeReferralUnanswered)
def _(initiative: Initiative, _event: InitiativeReferralUnanswered) -> Initiative:
    return _answered(initiative, told=True)
