"""Who is primarily responsible, and what became of a referral to that party."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event
from leefwijk.events.fields import AreaId, Identifier, Reason, ShortText

_PARTNERS = Audience.PARTNERS


class ResponsibilityAssessed(Event, type="nl.leefbaarheid.initiatives.responsibility-assessed.v1"):
    """Somebody looked at who is primarily responsible for this very initiative."""

    partner: Identifier | None = None
    """The partner that is responsible; none: the corporation itself."""
    party: ShortText | None = None
    """The partner's name."""
    because: ShortText
    evidence: tuple[str, ...] = ()
    """Ids of the events that were looked at: the return of a referral."""
    on: date


class InitiativeReferred(
    Event, type="nl.leefbaarheid.initiatives.initiative-referred.v1", audience=_PARTNERS
):
    """It is another party's work: that party is asked to take it up, before a day."""

    title: ShortText
    area: AreaId
    partner: Identifier
    subject: Identifier | None = None
    """The field of work that makes it theirs: `public-space`."""
    reason: Reason
    due: date
    """The last day for an answer."""
    on: date


class InitiativeReferralAccepted(
    Event, type="nl.leefbaarheid.initiatives.initiative-referral-accepted.v1", audience=_PARTNERS
):
    """The party takes it up."""

    area: AreaId
    partner: Identifier
    on: date


class InitiativeReferralReturned(
    Event, type="nl.leefbaarheid.initiatives.initiative-referral-returned.v1", audience=_PARTNERS
):
    """The party says it is not theirs; it is back with the corporation."""

    area: AreaId
    partner: Identifier
    reason: Reason
    times: Annotated[int, Field(ge=1)]
    """How often this party returned it; from 2 on it is a friction to evaluate together."""
    on: date


class InitiativeReferralUnanswered(
    Event, type="nl.leefbaarheid.initiatives.initiative-referral-unanswered.v1", audience=_PARTNERS
):
    """The last day for an answer passed in silence."""

    area: AreaId
    partner: Identifier
    due: date
    on: date
