"""Living agreements of residents: evidence for the second step of the base, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from leefwijk.events.event import Event
from leefwijk.events.language.participation.living_agreements import (
    AgreementEnded,
    AgreementMade,
    AgreementReviewed,
)


@dataclass(frozen=True)
class StandingAgreement:
    """An agreement that residents made and that stands. It binds nobody in law (PAR-28)."""

    agreement: str
    title: str
    area: str
    topics: tuple[str, ...]
    made: date
    review_by: date
    evidence: tuple[str, ...]
    """Ids of the facts that it was made, and looked at again, by."""

    def review_overdue(self, day: date) -> bool:
        """Whether residents should have looked at it again before this day."""
        return self.review_by < day


def standing(
    agreement: str, facts: Iterable[tuple[Event, str]], day: date
) -> StandingAgreement | None:
    """The agreement as it stood on a day; none: it was not made yet, or had ended."""
    found: StandingAgreement | None = None
    for event, id_ in facts:
        if event.on is None or event.on > day:
            continue
        if isinstance(event, AgreementMade):
            topics = tuple(topic.value for topic in event.topics)
            found = StandingAgreement(
                agreement, event.title, event.area, topics, event.on, event.review_by, (id_,)
            )
        elif found is not None and isinstance(event, AgreementReviewed):
            found = replace(
                found,
                topics=tuple(topic.value for topic in event.topics),
                review_by=event.review_by,
                evidence=(*found.evidence, id_),
            )
        elif isinstance(event, AgreementEnded):
            found = None
    return found
