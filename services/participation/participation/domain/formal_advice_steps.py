"""Asking a tenants' organisation for advice, recording it and answering it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from leefwijk.events.dates import day_and_month
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier, ShortText
from leefwijk.events.language.participation.formal_advices import (
    Advice,
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
    Subject,
    SubjectKind,
)
from leefwijk.gates import advice_terms
from participation.domain.formal_advice import FormalAdvice, Status
from participation.domain.parties import KnownParty
from participation.domain.places import KnownArea
from participation.domain.roles import PARTNER, PORTFOLIO_MANAGER


class AskFormalAdvice(Command[FormalAdvice]):
    """Ask a tenants' organisation for its advice on a level, a conclusion or a plan of homes."""

    about: Subject
    title: ShortText
    area: AreaId
    organisation: Identifier
    trajectory: Identifier | None = None
    informed_on: date
    advise_by: date

    def decide(self, advice: FormalAdvice, context: Context) -> Iterator[Event]:
        """Refuses `advice-term-too-short`; on a plan of homes a portfolio manager asks.

        And who is no registered tenants' organisation of the place (Wohv art. 3).
        """
        if advice.status is not None:
            refuse("already-asked", "This advice was asked already.")
        _require_role(self.about, context)
        if self.informed_on > context.today:
            refuse("day-in-future", "Ask once they were informed in writing.")
        earliest = advice_terms.earliest_term(self.informed_on)
        if self.advise_by < earliest:
            refuse(
                "advice-term-too-short",
                f"Six weeks from {day_and_month(self.informed_on)} is {day_and_month(earliest)}.",
                days=(self.advise_by - self.informed_on).days,
                least=advice_terms.TO_ADVISE.days,
            )
        if self.advise_by < context.today:
            refuse(
                "advice-term-too-short",
                f"The term was over on {day_and_month(self.advise_by)}, before they were asked.",
                days=(self.advise_by - context.today).days,
                least=0,
            )
        municipalities = context.knowledge(KnownArea).municipalities
        context.knowledge(KnownParty).require_tenants_of(municipalities)
        yield FormalAdviceAsked(
            about=self.about,
            title=self.title,
            area=self.area,
            municipalities=municipalities,
            organisation=self.organisation,
            trajectory=self.trajectory,
            informed_on=self.informed_on,
            advise_by=self.advise_by,
            on=context.today,
        )


class RecordFormalAdvice(Command[FormalAdvice]):
    """Record the advice that was received in writing; the organisation asked may do so itself."""

    advice: Advice
    received_on: date

    def decide(self, advice: FormalAdvice, context: Context) -> Iterator[Event]:
        """Refuses another partner than the one that was asked, and a day that cannot be."""
        if context.actor.role == PARTNER:
            if context.actor.partner != advice.organisation:
                refuse("role-not-allowed", "This advice was asked of another organisation.")
        else:
            _require_role(advice.about, context)
        if advice.status is not Status.ASKED or advice.advise_by is None:
            refuse("not-asked", f"An advice is recorded once it was asked; it is {advice.status}.")
        if self.received_on > context.today:
            refuse("day-in-future", f"{self.received_on} is still to come.")
        if advice.informed_on is not None and self.received_on < advice.informed_on:
            refuse("day-before-start", f"They were informed on {advice.informed_on}.")
        yield FormalAdviceReceived(
            advice=self.advice,
            on=self.received_on,
            answer_by=advice_terms.answer_by(self.advice, self.received_on, advice.advise_by),
        )


class AnswerFormalAdvice(Command[FormalAdvice]):
    """Record that the tenants' organisation received the answer to its advice."""

    followed: bool
    reasons: ShortText | None = None
    """Where the reasons stand, such as the mark of the letter; the fact says only that they do."""
    received_on: date
    """The day on which they received it."""

    def decide(self, advice: FormalAdvice, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing` where the advice is not followed."""
        _require_role(advice.about, context)
        if advice.status is not Status.RECEIVED or advice.received_on is None:
            refuse("not-received", f"An answer follows an advice; it is {advice.status}.")
        if not self.followed and self.reasons is None:
            refuse("reason-missing", "Say why the advice is not followed (Wohv art. 5(2)).")
        if self.received_on > context.today:
            refuse("day-in-future", f"{self.received_on} is still to come.")
        if self.received_on < advice.received_on:
            refuse("day-before-start", f"The advice was received on {advice.received_on}.")
        late = (self.received_on - advice.answer_by).days if advice.answer_by else 0
        yield FormalAdviceAnswered(
            followed=self.followed,
            reasons_given=self.reasons is not None,
            on=self.received_on,
            effect_from=advice_terms.effect_from(
                self.received_on, advice.settled_from, followed=self.followed
            ),
            days_late=max(0, late),
        )


def _require_role(about: Subject | None, context: Context) -> None:
    """Each is asked and answered by who decides on it: a plan of homes by a portfolio manager."""
    plan = about is not None and about.kind is SubjectKind.PLAN
    if plan is not (context.actor.role == PORTFOLIO_MANAGER):
        refuse(
            "role-not-allowed",
            "Advice on a plan of homes is for a portfolio manager, on anything else for an "
            "area manager.",
        )
