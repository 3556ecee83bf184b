"""Stories count always and are read only with consent (MON-22, MON-23, MON-24)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leefwijk.events.decider import dump_state
from leefwijk.events.event import personal_fields
from leefwijk.events.fields import Theme
from leefwijk.events.language.monitoring.stories import (
    StoryConsentGiven,
    StoryConsentWithdrawn,
    StoryErased,
    StoryPublished,
    StoryRecorded,
    Teller,
    Tone,
)
from leefwijk.events.testing import Specification, given
from leefwijk.events.testing.specification import event_id
from monitoring.domain.places import KnownPlace
from monitoring.domain.story import (
    EraseStory,
    GiveStoryConsent,
    PublishStory,
    RecordStory,
    Story,
    WithdrawStoryConsent,
)

LIVED = "XA0123456789ab@1"
WORDS = "Wij koken elke dinsdag samen in het buurthuis"
TOLD = StoryRecorded(
    area=LIVED,
    municipalities=("GM0106",),
    theme=Theme.MEETING,
    tone=Tone.STRENGTH,
    teller=Teller.RESIDENT,
    month=date(2026, 4, 1),
)


def record(**more: Any) -> RecordStory:
    """A resident's strength on meeting, about Lariks en Pittelo."""
    told: dict[str, Any] = {
        "area": LIVED,
        "theme": Theme.MEETING,
        "tone": Tone.STRENGTH,
        "teller": Teller.RESIDENT,
        "text": WORDS,
        **more,
    }
    return RecordStory(**told)


@pytest.fixture
def nothing() -> Specification:
    """Lariks en Pittelo is drawn and nothing was told."""
    return given().knowing(KnownPlace(LIVED, "Lariks en Pittelo", ("GM0106",)))


class TestTelling:
    def test_a_story_is_recorded_without_its_words(self, nothing: Specification) -> None:
        """MON-22: area, theme, tone, kind of teller and month; no word of the text."""
        done = nothing.when(record())
        after = done.then(TOLD)
        kept = "".join(event.to_json() for event in done.events) + dump_state(after.state(Story))
        assert not [word for word in WORDS.split() if len(word) > 3 and word in kept]

    def test_the_words_can_enter_no_event(self) -> None:
        """MON-22: the text is marked as personal data, which no event may carry."""
        assert personal_fields(RecordStory) == ["text"]
        assert personal_fields(StoryRecorded) == []

    def test_consent_may_come_along(self, nothing: Specification) -> None:
        """MON-22: who agrees while telling need not be asked again."""
        nothing.when(record(consent=True)).then(TOLD, StoryConsentGiven())

    def test_only_the_month_is_kept(self, nothing: Specification) -> None:
        """MON-22: any day of a month is its first day; a month to come is refused."""
        (event,) = nothing.when(record(month=date(2026, 3, 17))).events
        assert isinstance(event, StoryRecorded)
        assert event.month == date(2026, 3, 1)
        nothing.when(record(month=date(2026, 5, 1))).refused("day-in-future")

    def test_a_story_of_one_household_is_a_signal(self, nothing: Specification) -> None:
        """MON-23: it is refused, points to a signal, and the refusal does not repeat the text."""
        refused = nothing.when(record(concerns_one_household=True))
        refused.refused("story-about-household", saying="this text has not been stored")
        assert WORDS not in str(refused.refusal)

    def test_a_story_is_told_once(self, nothing: Specification) -> None:
        """MON-22: the same stream holds one story."""
        nothing.when(record()).recorded().when(record()).refused("already-recorded")


class TestConsent:
    def test_no_publishing_without_consent(self) -> None:
        """MON-22: refused until the teller agrees, then published, once."""
        given(TOLD).when(PublishStory()).refused("story-consent-missing")
        agreed = given(TOLD).when(GiveStoryConsent()).then(StoryConsentGiven())
        agreed.when(GiveStoryConsent()).nothing()
        shown = agreed.when(PublishStory()).then(StoryPublished())
        shown.when(PublishStory()).nothing()
        assert shown.state(Story).listing().status == "published"

    def test_consent_is_as_easily_withdrawn(self) -> None:
        """MON-24: the words go and the count stays; a second withdrawal is no error."""
        before = given(TOLD, StoryConsentGiven(), StoryPublished())
        after = before.when(WithdrawStoryConsent()).then(StoryConsentWithdrawn())
        after.when(WithdrawStoryConsent()).nothing()
        story = after.state(Story)
        assert (story.published, story.withdrawn) == (False, True)
        assert (story.area, story.tone, story.event) == (LIVED, "strength", event_id(1))
        after.when(PublishStory()).refused("story-consent-missing")

    def test_consent_never_given_is_nothing_to_withdraw(self) -> None:
        """MON-24: withdrawing what was not given changes nothing."""
        given(TOLD).when(WithdrawStoryConsent()).nothing()

    def test_consent_given_anew_asks_for_publishing_anew(self) -> None:
        """MON-22: a teller who agrees again is not published by that alone."""
        before = given(TOLD, StoryConsentGiven(), StoryPublished(), StoryConsentWithdrawn())
        after = before.when(GiveStoryConsent()).then(StoryConsentGiven())
        assert not after.state(Story).published
        after.when(PublishStory()).then(StoryPublished())


class TestErasing:
    @pytest.mark.parametrize(
        "before",
        [
            (TOLD,),
            (TOLD, StoryConsentGiven()),
            (TOLD, StoryConsentGiven(), StoryPublished()),
            (TOLD, StoryConsentGiven(), StoryPublished(), StoryConsentWithdrawn()),
        ],
    )
    def test_only_that_something_was_told_remains(self, before: tuple[Any, ...]) -> None:
        """MON-24: after erasure nothing is shown again, and the count is the same."""
        after = given(*before).when(EraseStory()).then(StoryErased())
        story = after.state(Story)
        assert (story.erased, story.published) == (True, False)
        assert (story.area, story.theme, story.tone) == (LIVED, "meeting", "strength")
        after.when(EraseStory()).nothing()
        after.when(WithdrawStoryConsent()).nothing()
        after.when(GiveStoryConsent()).refused("story-erased")
        after.when(PublishStory()).refused("story-erased")


def test_strengths_and_concerns_are_found_alike() -> None:
    """MON-22: a story is found by area, theme and tone, published or not."""
    terms = given(TOLD).state(Story).listing().terms()
    assert terms == [
        f"area:{LIVED}",
        "municipality:GM0106",
        "status:recorded",
        "theme:meeting",
        "tone:strength",
    ]
