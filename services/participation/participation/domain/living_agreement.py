"""A living agreement with and between residents: its state and how facts change it.

The commands stand beside: proposing to ending in `living_agreement_life`, addressing in
`living_agreement_steps`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Listing, State, evolves
from leefwijk.events.language.participation import living_agreements as facts
from leefwijk.events.language.participation.living_agreements import (
    AgreementAddressed,
    Origin,
    Step,
    Topic,
)


class Status(StrEnum):
    """Where an agreement stands; that it waits for review follows from the day."""

    PROPOSED = "proposed"
    MADE = "made"
    REVIEW_OVERDUE = "review_overdue"
    ENDED = "ended"


@dataclass(frozen=True)
class Responses:
    """How many homes answered, and what."""

    answered: int
    agreeing: int
    objecting: int


@dataclass(frozen=True)
class LivingAgreement(State, kind="living-agreements", shape=1):
    """An agreement as it stands; the empty one has no status yet."""

    status: Status | None = None
    title: str = ""
    area: str = ""
    municipalities: tuple[str, ...] = ()
    homes: int = 0
    topics: tuple[Topic, ...] = ()
    responses: Responses | None = None
    origin: Origin | None = None
    made: date | None = None
    review_by: date | None = None
    reviewed: date | None = None
    ended: date | None = None
    lines: dict[Topic, tuple[AgreementAddressed, ...]] = field(default_factory=dict)
    """What was done in the line that runs, per topic; steps count per topic."""
    earlier: tuple[AgreementAddressed, ...] = ()
    """Steps of lines that have ended."""

    @property
    def holds(self) -> bool:
        """Whether residents made it and it has not ended."""
        return self.status in {Status.MADE, Status.REVIEW_OVERDUE}

    def overdue(self, today: date) -> bool:
        """Whether it waits for its review on this day, recorded or not."""
        return self.holds and self.review_by is not None and self.review_by < today

    def line(self, topic: Topic) -> tuple[AgreementAddressed, ...]:
        """The steps taken on a topic, in the order recorded."""
        return self.lines.get(topic, ())

    def last(self, topic: Topic) -> AgreementAddressed | None:
        """The last step on a topic."""
        line = self.line(topic)
        return line[-1] if line else None

    def due(self) -> datetime | None:
        """When its review is overdue."""
        if self.status is not Status.MADE or self.review_by is None:
            return None
        return begin_of(day_after(self.review_by))

    def listing(self) -> Listing:
        """Found by area, topic and status, and by the step reached on any topic."""
        steps: set[str] = {line[-1].step.value for line in self.lines.values() if line}
        facets: dict[str, Any] = {
            "topic": sorted({topic.value for topic in self.topics}),
            "step": sorted(steps),
        }
        return Listing(
            self.area or None,
            self.municipalities,
            self.status.value if self.status else None,
            self.title or None,
            facets,
        )


STEPS = tuple(Step)


@evolves(facts.AgreementProposed)
def _(_agreement: LivingAgreement, event: facts.AgreementProposed) -> LivingAgreement:
    return LivingAgreement(
        status=Status.PROPOSED,
        title=event.title,
        area=event.area,
        municipalities=event.municipalities,
        homes=event.homes,
        topics=event.topics,
    )


@evolves(facts.ResponsesRecorded)
def _(agreement: LivingAgreement, event: facts.ResponsesRecorded) -> LivingAgreement:
    said = Responses(event.answered, event.agreeing, event.objecting)
    return replace(agreement, responses=said)


@evolves(facts.AgreementMade)
def _(agreement: LivingAgreement, event: facts.AgreementMade) -> LivingAgreement:
    return replace(
        agreement,
        status=Status.MADE,
        origin=event.origin,
        made=event.on,
        review_by=event.review_by,
    )


@evolves(facts.AgreementReviewed)
def _(agreement: LivingAgreement, event: facts.AgreementReviewed) -> LivingAgreement:
    return replace(
        agreement,
        status=Status.MADE,
        topics=event.topics,
        reviewed=event.on,
        review_by=event.review_by,
    )


@evolves(facts.AgreementReviewOverdue)
def _(agreement: LivingAgreement, _event: facts.AgreementReviewOverdue) -> LivingAgreement:
    return replace(agreement, status=Status.REVIEW_OVERDUE)


@evolves(facts.AgreementEnded)
def _(agreement: LivingAgreement, event: facts.AgreementEnded) -> LivingAgreement:
    return replace(agreement, status=Status.ENDED, ended=event.on)


@evolves(facts.AgreementAddressed)
def _(agreement: LivingAgreement, event: facts.AgreementAddressed) -> LivingAgreement:
    line = (*agreement.line(event.topic), event)
    return replace(agreement, lines={**agreement.lines, event.topic: line})


@evolves(facts.AddressingEnded)
def _(agreement: LivingAgreement, event: facts.AddressingEnded) -> LivingAgreement:
    lines = {topic: line for topic, line in agreement.lines.items() if topic is not event.topic}
    return replace(
        agreement, lines=lines, earlier=(*agreement.earlier, *agreement.line(event.topic))
    )
