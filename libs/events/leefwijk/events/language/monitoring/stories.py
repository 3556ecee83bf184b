"""Telling: stories by residents and professionals. The words themselves are in no fact (MON-22)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Municipality, Theme


class Tone(StrEnum):
    """Strengths are told as well as concerns, and shown beside them."""

    STRENGTH = "strength"
    CONCERN = "concern"


class Teller(StrEnum):
    """What kind of person tells; never who."""

    RESIDENT = "resident"
    PROFESSIONAL = "professional"


class StoryRecorded(Event, type="nl.leefbaarheid.stories.story-recorded.v1"):
    """Somebody told something about an area; the text stands encrypted beside."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    theme: Theme
    tone: Tone
    teller: Teller
    month: date
    """First day of the month in which it was told."""


class StoryConsentGiven(Event, type="nl.leefbaarheid.stories.story-consent-given.v1"):
    """The teller agrees that the words are shown (AVG art. 7)."""


class StoryPublished(Event, type="nl.leefbaarheid.stories.story-published.v1"):
    """The words may be read by everybody who may read the area."""


class StoryConsentWithdrawn(Event, type="nl.leefbaarheid.stories.story-consent-withdrawn.v1"):
    """The teller took the agreement back (AVG art. 7(3)); the count stays, the words go."""


class StoryErased(Event, type="nl.leefbaarheid.stories.story-erased.v1"):
    """The words were destroyed with their key; only that something was told remains."""
