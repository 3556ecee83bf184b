"""Formal advice of a tenants' organisation: asked, received, answered, each with its own term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Command, Context, Listing, State, evolves
from leefwijk.events.event import Event
from leefwijk.events.language.participation import formal_advices as facts
from leefwijk.events.language.participation.formal_advices import Advice, Subject
from leefwijk.gates import advice_terms


class Status(StrEnum):
    """Where an advice stands."""

    ASKED = "asked"
    RECEIVED = "received"
    ANSWERED = "answered"


@dataclass(frozen=True)
class FormalAdvice(State, kind="formal-advices", shape=1):
    """An advice as it stands; the empty one has no status yet."""

    status: Status | None = None
    about: Subject | None = None
    title: str = ""
    area: str = ""
    municipalities: tuple[str, ...] = ()
    organisation: str = ""
    trajectory: str | None = None
    informed_on: date | None = None
    advise_by: date | None = None
    advice: Advice | None = None
    received_on: date | None = None
    answer_by: date | None = None
    followed: bool | None = None
    answered_on: date | None = None
    effect_from: date | None = None
    days_late: int = 0
    overdue: bool = False
    """The fact that the answer is overdue was recorded."""

    @property
    def settled_from(self) -> date | None:
        """The first day on which it stands in the way no longer, as far as is known."""
        if self.advise_by is None:
            return None
        return advice_terms.settled_from(
            self.advise_by, self.advice, self.received_on, self.effect_from
        )

    @property
    def stands(self) -> str:
        """Where it stands, in words."""
        if self.informed_on is None or self.advise_by is None:
            return "it was not asked"
        return advice_terms.stands(
            self.informed_on, self.advise_by, self.advice, self.received_on, self.effect_from
        )

    def due(self) -> datetime | None:
        """When reasons are overdue."""
        if self.answer_by is None or self.answered_on is not None or self.overdue:
            return None
        return begin_of(day_after(self.answer_by))

    def listing(self) -> Listing:
        """Found by area, status, subject, organisation and trajectory."""
        return Listing(
            self.area or None,
            self.municipalities,
            self.status.value if self.status else None,
            self.title or None,
            {
                "subject": self.about.kind.value if self.about else (),
                "about": f"{self.about.kind.value}/{self.about.id}" if self.about else (),
                "organisation": self.organisation or (),
                "trajectory": self.trajectory or (),
            },
        )


@evolves(facts.FormalAdviceAsked)
def _(_advice: FormalAdvice, event: facts.FormalAdviceAsked) -> FormalAdvice:
    return FormalAdvice(
        status=Status.ASKED,
        about=event.about,
        title=event.title,
        area=event.area,
        municipalities=event.municipalities,
        organisation=event.organisation,
        trajectory=event.trajectory,
        informed_on=event.informed_on,
        advise_by=event.advise_by,
    )


@evolves(facts.FormalAdviceReceived)
def _(advice: FormalAdvice, event: facts.FormalAdviceReceived) -> FormalAdvice:
    return replace(
        advice,
        status=Status.RECEIVED,
        advice=event.advice,
        received_on=event.on,
        answer_by=event.answer_by,
    )


@evolves(facts.FormalAdviceAnswered)
def _(advice: FormalAdvice, event: facts.FormalAdviceAnswered) -> FormalAdvice:
    return replace(
        advice,
        status=Status.ANSWERED,
        followed=event.followed,
        answered_on=event.on,
        effect_from=event.effect_from,
        days_late=event.days_late,
    )


@evolves(facts.FormalAdviceAnswerOverdue)
def _(advice: FormalAdvice, _event: facts.FormalAdviceAnswerOverdue) -> FormalAdvice:
    return replace(advice, overdue=True)


class JudgeFormalAdviceByTime(Command[FormalAdvice], deadline=True):
    """Judge whether reasons are overdue; issued by the ticker."""

    def decide(self, advice: FormalAdvice, context: Context) -> Iterator[Event]:
        """Recorded once, on the day after the last one."""
        if advice.due() is None or advice.answer_by is None or advice.answer_by >= context.today:
            return
        yield facts.FormalAdviceAnswerOverdue(
            due_on=advice.answer_by, on=day_after(advice.answer_by)
        )
