"""Stories: counted always, read only with consent; the words are in no fact (MON-22, MON-24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from leefwijk.events.decider import Command, Context, Fact, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, PersonalData, Theme
from leefwijk.events.language.monitoring.stories import (
    StoryConsentGiven,
    StoryConsentWithdrawn,
    StoryErased,
    StoryPublished,
    StoryRecorded,
    Teller,
    Tone,
)
from monitoring.domain.places import KnownPlace

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5000),
    PersonalData("the words belong to the teller"),
]


@dataclass(frozen=True)
class Story(State, kind="stories", shape=1):
    """That something was told, and what may be done with its words."""

    area: str | None = None
    municipalities: tuple[str, ...] = ()
    theme: str = ""
    tone: str = ""
    teller: str = ""
    month: date | None = None
    consent: bool = False
    published: bool = False
    withdrawn: bool = False
    """The teller took the agreement back: nobody reads the words any more."""
    erased: bool = False
    event: UUID | None = None

    def listing(self) -> Listing:
        """Found by area, theme and tone."""
        return Listing(
            self.area,
            self.municipalities,
            "published" if self.published else "recorded",
            facets={"theme": self.theme or (), "tone": self.tone or ()},
        )


class RecordStory(Command[Story]):
    """Record what somebody tells about an area; the words are kept encrypted beside the facts."""

    area: AreaId
    theme: Theme
    tone: Tone
    teller: Teller
    text: Words
    consent: bool = False
    """Whether the teller agrees that the words are shown."""
    month: date | None = None
    """When it was told; any day of the month."""
    concerns_one_household: Annotated[bool, Field(description="MON-23")] = False

    def decide(self, story: Story, context: Context) -> Iterator[Event]:
        """Refuses `story-about-household` (MON-23) and areas that are not registered."""
        if self.concerns_one_household:
            refuse(
                "story-about-household", "Raise a signal instead; this text has not been stored."
            )
        if story.area is not None:
            refuse("already-recorded", "This story exists already.")
        place = context.knowledge(KnownPlace)
        month = (self.month or context.today).replace(day=1)
        if month > context.today:
            refuse("day-in-future", "A story is recorded when it has been told.")
        yield StoryRecorded(
            area=self.area,
            municipalities=place.municipalities,
            theme=self.theme,
            tone=self.tone,
            teller=self.teller,
            month=month,
        )
        if self.consent:
            yield StoryConsentGiven()


class GiveStoryConsent(Command[Story]):
    """The teller agrees that the words are shown."""

    def decide(self, story: Story, _context: Context) -> Iterator[Event]:
        """Nothing where it was given before."""
        _require_words(story)
        if not story.consent:
            yield StoryConsentGiven()


class PublishStory(Command[Story]):
    """Show the words to everybody who may read the area."""

    def decide(self, story: Story, _context: Context) -> Iterator[Event]:
        """Refuses `story-consent-missing`."""
        _require_words(story)
        if not story.consent:
            refuse("story-consent-missing", "The teller has not agreed to publishing.")
        if not story.published:
            yield StoryPublished()


class WithdrawStoryConsent(Command[Story]):
    """Take the agreement back: the words go, the count stays."""

    def decide(self, story: Story, _context: Context) -> Iterator[Event]:
        """A second withdrawal changes nothing and is no error."""
        if story.consent:
            yield StoryConsentWithdrawn()


class EraseStory(Command[Story]):
    """Destroy the words with their key; only that something was told remains."""

    def decide(self, story: Story, _context: Context) -> Iterator[Event]:
        """Once."""
        if not story.erased:
            yield StoryErased()


def _require_words(story: Story) -> None:
    if story.erased:
        refuse("story-erased", "The words of this story were erased.")


@evolves(StoryRecorded)
def _(_story: Story, event: StoryRecorded, fact: Fact) -> Story:
    return Story(
        area=event.area,
        municipalities=event.municipalities,
        theme=event.theme.value,
        tone=event.tone.value,
        teller=event.teller.value,
        month=event.month,
        event=fact.id,
    )


@evolves(StoryConsentGiven)
def _(story: Story, _event: StoryConsentGiven) -> Story:
    return replace(story, consent=True, withdrawn=False)


@evolves(StoryPublished)
def _(story: Story, _event: StoryPublished) -> Story:
    return replace(story, published=True)


@evolves(StoryConsentWithdrawn)
def _(story: Story, _event: StoryConsentWithdrawn) -> Story:
    return replace(story, consent=False, published=False, withdrawn=True)


@evolves(StoryErased)
def _(story: Story, _event: StoryErased) -> Story:
    return replace(story, erased=True, consent=False, published=False)
