"""Proposing, making, reviewing and ending an agreement; residents make it, or it is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from leefwijk.events.dates import add_months, day_after
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Reason, ShortText
from leefwijk.events.language.participation.living_agreements import (
    AgreementEnded,
    AgreementMade,
    AgreementProposed,
    AgreementReviewed,
    AgreementReviewOverdue,
    Homes,
    Origin,
    ResponsesRecorded,
    ReviewOutcome,
    Topic,
)
from leefwijk.events.small_counts import SMALLEST
from participation.domain.living_agreement import LivingAgreement, Responses, Status
from participation.domain.living_agreement_origin import KnownOrigin
from participation.domain.places import KnownArea
from participation.domain.settings import AGREEING_PARTS, ANSWERED_PARTS, REVIEW_MONTHS
from participation.domain.wish import percent

_TOPICS = Field(min_length=1, max_length=len(Topic))


class ProposeAgreement(Command[LivingAgreement]):
    """Lay an agreement before the residents that it would hold for."""

    title: ShortText
    area: AreaId
    homes: Homes
    topics: Annotated[tuple[Topic, ...], _TOPICS]

    def decide(self, agreement: LivingAgreement, context: Context) -> Iterator[Event]:
        """Refuses `points-at-household` for fewer than k homes."""
        if agreement.status is not None:
            refuse("already-proposed", "This agreement exists already.")
        require_homes(self.homes)
        yield AgreementProposed(
            title=self.title,
            area=self.area,
            municipalities=context.knowledge(KnownArea).municipalities,
            homes=self.homes,
            topics=tuple(dict.fromkeys(self.topics)),
            on=context.today,
        )


class RecordResponses(Command[LivingAgreement]):
    """Record how many homes answered so far, and what."""

    answered: Homes
    agreeing: Homes
    objecting: Homes

    def decide(self, agreement: LivingAgreement, context: Context) -> Iterator[Event]:
        """Refuses counts that do not fit each other or the homes there are."""
        if agreement.status is not Status.PROPOSED:
            refuse("not-proposed", f"Responses are to a proposal; it is {agreement.status}.")
        if self.answered > agreement.homes:
            refuse(
                "more-answers-than-invited",
                f"{self.answered} homes answered of {agreement.homes}.",
            )
        if self.agreeing + self.objecting > self.answered:
            refuse(
                "counts-do-not-add-up",
                f"{self.agreeing} agree and {self.objecting} object, of {self.answered} answers.",
            )
        yield ResponsesRecorded(
            answered=self.answered,
            agreeing=self.agreeing,
            objecting=self.objecting,
            on=context.today,
        )


class MakeAgreement(Command[LivingAgreement]):
    """Record that residents made it: where, and by how many of them."""

    origin: Origin | None = None

    def decide(self, agreement: LivingAgreement, context: Context) -> Iterator[Event]:
        """Refuses `not-made-by-residents` and `no-resident-majority` (PAR-28)."""
        if agreement.status is not Status.PROPOSED:
            refuse("not-proposed", f"What is proposed is made; it is {agreement.status}.")
        if self.origin is None or (self.origin.moment is None) is (self.origin.panel is None):
            refuse(
                "not-made-by-residents",
                "Name the moment or the panel at which residents made it; ours alone are house "
                "rules.",
            )
        doubt = context.knowledge(KnownOrigin).doubt
        if doubt is not None:
            refuse("not-made-by-residents", doubt)
        said = agreement.responses or Responses(0, 0, 0)
        _require_majority(agreement.homes, said)
        shown = _shown(agreement.homes, said)
        yield AgreementMade(
            title=agreement.title,
            area=agreement.area,
            municipalities=agreement.municipalities,
            topics=agreement.topics,
            homes=agreement.homes,
            answered=said.answered if shown else None,
            agreeing=said.agreeing if shown else None,
            objecting=said.objecting if shown else None,
            origin=self.origin,
            review_by=add_months(context.today, REVIEW_MONTHS),
            on=context.today,
        )


class ReviewAgreement(Command[LivingAgreement]):
    """Record that residents looked at it again: kept as it is, or on fewer topics."""

    outcome: ReviewOutcome
    topics: Annotated[tuple[Topic, ...], _TOPICS] | None = None

    def decide(self, agreement: LivingAgreement, context: Context) -> Iterator[Event]:
        """It holds for another term, from the day of the review.

        Refuses `not-made-by-residents`: a new topic is proposed, with its moment and its majority.
        """
        if not agreement.holds:
            refuse("not-made", f"What was made is reviewed; it is {agreement.status}.")
        topics = tuple(dict.fromkeys(self.topics)) if self.topics else agreement.topics
        added = [topic.value for topic in topics if topic not in agreement.topics]
        if added:
            refuse(
                "not-made-by-residents",
                f"Residents made no agreement on {', '.join(added)}; propose one to them.",
            )
        changed = set(topics) != set(agreement.topics)
        if changed and self.outcome is ReviewOutcome.KEPT:
            refuse("outcome-does-not-fit", "Other topics are a change of it.")
        yield AgreementReviewed(
            outcome=self.outcome,
            topics=topics,
            review_by=add_months(context.today, REVIEW_MONTHS),
            on=context.today,
        )


class EndAgreement(Command[LivingAgreement]):
    """Record that it holds no longer, or that it came to nothing."""

    reason: Reason | None = None

    def decide(self, agreement: LivingAgreement, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`."""
        if agreement.status is Status.ENDED:
            refuse("already-ended", f"It ended on {agreement.ended}.")
        if self.reason is None:
            refuse("reason-missing", "Say why it ends.")
        yield AgreementEnded(reason=self.reason, on=context.today)


class JudgeAgreementByTime(Command[LivingAgreement], deadline=True):
    """Judge whether its review is overdue; issued by the ticker."""

    def decide(self, agreement: LivingAgreement, context: Context) -> Iterator[Event]:
        """Recorded once, on the day after the last one."""
        if agreement.status is not Status.MADE or agreement.review_by is None:
            return
        if agreement.overdue(context.today):
            yield AgreementReviewOverdue(
                due_on=agreement.review_by, on=day_after(agreement.review_by)
            )


def require_homes(homes: int) -> None:
    """Refuses `points-at-household` for fewer homes than k."""
    if homes < SMALLEST:
        refuse(
            "points-at-household",
            f"{homes} homes are people; an agreement is for at least {SMALLEST}. "
            "What must be said to one household is a signal.",
            homes=homes,
            least=SMALLEST,
        )


def _require_majority(homes: int, said: Responses) -> None:
    """At least a third of the homes answered, and more than half of those agree; unrounded."""
    figures = {"answered": said.answered, "agreeing": said.agreeing, "homes": homes}
    if ANSWERED_PARTS * said.answered < homes:
        share = percent(said.answered, homes)
        refuse(
            "no-resident-majority",
            f"{said.answered} of {homes} homes answered ({share} %); at least a third must.",
            **figures,
        )
    if AGREEING_PARTS * said.agreeing <= said.answered:
        refuse(
            "no-resident-majority",
            f"{said.agreeing} of {said.answered} homes agree; more than half must.",
            **figures,
        )


def _shown(homes: int, said: Responses) -> bool:
    """Whether no count, nor what can be subtracted from them, is smaller than k."""
    silent = homes - said.answered
    undecided = said.answered - said.agreeing - said.objecting
    counts = [said.answered, said.agreeing, said.objecting, silent]
    return min(counts) >= SMALLEST and (undecided == 0 or undecided >= SMALLEST)
