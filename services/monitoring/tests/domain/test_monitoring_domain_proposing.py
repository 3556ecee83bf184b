"""A level is proposed on counting and telling, with expected effects up front (MON-30)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.monitoring.effort_levels import (
    EffortLevelProposed,
    MeasurementGround,
    Mode,
    Movement,
    Rhythm,
    Stance,
)
from leefwijk.events.testing import Specification, given
from monitoring.domain.effort_level import MODES, EffortLevel
from monitoring.domain.other_levels import AreaLevels
from monitoring.domain.places import KnownPlace
from monitoring.domain.proposing import (
    CitedMeasurement,
    Grounds,
    KnownFigure,
    KnownPartners,
    KnownStory,
    ProposeEffortLevel,
    StatedEffect,
    StatedPeriod,
)

BOSKAMP = "BU01060501@2020"
LARIKS = "WK010601@2020"
LONELY = "rivm-eenzaam-18plus"
EDITION = "rivm-gezondheid-18plus-2020"
CITED = CitedMeasurement(source_edition=EDITION, indicator=LONELY, period="2020")
EFFECT = StatedEffect(indicator=LONELY, movement=Movement.DOWN, by=date(2028, 12, 31))


def proposal(**more: Any) -> ProposeEffortLevel:
    """A complete proposal of `extra` for Lariks; anything in it may differ."""
    told: dict[str, Any] = {
        "area": LARIKS,
        "level": EffortLevelName.EXTRA,
        "valid": StatedPeriod(from_=date(2027, 1, 1), through=date(2028, 12, 31)),
        "measurements": (CITED,),
        "stories": ("s1",),
        "effects": (EFFECT,),
        "invited": ("assen", "welfare", "tenants"),
        **more,
    }
    return ProposeEffortLevel(**told)


@pytest.fixture
def complete(all_known: tuple[Any, ...]) -> Specification:
    """All grounds are known on 2 November 2026."""
    return given(at="2026-11-02T09:00:00Z").knowing(*all_known)


@pytest.fixture
def boskamp(partners: KnownPartners) -> Callable[..., Specification]:
    """De Boskamp, with a story of May 2026 and no published value."""

    def known(figures: tuple[KnownFigure, ...] = (), **more: Any) -> Specification:
        stories = (KnownStory("s1", (BOSKAMP,), date(2026, 5, 1), more.pop("told")),)
        place = KnownPlace(BOSKAMP, "De Boskamp", ("GM0106",))
        before = given(at="2026-11-02T09:00:00Z")
        return before.knowing(place, Grounds(figures, stories), partners, AreaLevels())

    return known


class TestComplete:
    def test_a_complete_proposal_names_its_grounds(
        self, complete: Specification, proposed_as: Callable[..., EffortLevelProposed]
    ) -> None:
        """MON-30, MON-33: with measurement and story ids, mode, and a term through 30 November."""
        complete.when(proposal()).then(proposed_as())

    def test_a_proposal_is_made_once(self, complete: Specification) -> None:
        """MON-30: the same stream holds one proposal."""
        complete.when(proposal()).recorded().when(proposal()).refused("already-proposed")


class TestCounting:
    def test_a_missing_figure_is_no_measurement(
        self, boskamp: Callable[..., Specification], figure: KnownFigure, story: KnownStory
    ) -> None:
        """MON-30, MON-10: De Boskamp has no published value to rest a level on."""
        missing = replace(figure, area=BOSKAMP, figure=None)
        refused = boskamp((missing,), told=story.event_id).when(proposal(area=BOSKAMP))
        refused.refused("counting-missing", saying="De Boskamp has no published value")

    def test_another_areas_figure_is_no_measurement(
        self, boskamp: Callable[..., Specification], figure: KnownFigure, story: KnownStory
    ) -> None:
        """MON-30: Assen's 46.4 says nothing of De Boskamp."""
        assen = replace(figure, area="GM0106@2020", figure="46.4")
        cited = CITED.model_copy(update={"area": "GM0106@2020"})
        before = boskamp((assen,), told=story.event_id)
        before.when(proposal(area=BOSKAMP, measurements=(cited,))).refused("counting-missing")

    def test_a_part_speaks_for_an_experienced_area(
        self, complete: Specification, figure: KnownFigure, story: KnownStory
    ) -> None:
        """MON-30, MON-06: no source publishes for an experienced area; its parts are measured."""
        lived = "XA0123456789ab@1"
        place = KnownPlace(lived, "Lariks en Pittelo", ("GM0106",), parts=(LARIKS,))
        told = replace(story, areas=(LARIKS, lived))
        known = complete.knowing(place, Grounds((figure,), (told,)))
        cited = CITED.model_copy(update={"area": LARIKS})
        (event,) = known.when(proposal(area=lived, measurements=(cited,))).events
        assert isinstance(event, EffortLevelProposed)
        assert [ground.area for ground in event.measurements] == [LARIKS]
        other = complete.knowing(
            replace(place, parts=("WK010604@2020",)), Grounds((figure,), (told,))
        )
        other.when(proposal(area=lived, measurements=(cited,))).refused("counting-missing")

    def test_only_what_counts_is_named(
        self, complete: Specification, figure: KnownFigure, story: KnownStory
    ) -> None:
        """MON-30: a missing figure cited beside a published one is no ground."""
        missing = replace(figure, period="2012", figure=None)
        known = complete.knowing(Grounds((missing, figure), (story,)))
        (event,) = known.when(proposal(measurements=(CITED, CITED))).events
        assert isinstance(event, EffortLevelProposed)
        assert event.measurements == (
            MeasurementGround(
                area=LARIKS,
                source_edition=EDITION,
                indicator=LONELY,
                period="2020",
                figure="54.1",
                event_id=figure.event_id,
            ),
        )


class TestTelling:
    @pytest.mark.parametrize(
        ("areas", "month"),
        [
            (("WK010604@2020",), date(2026, 5, 1)),
            (("WK010601@2016",), date(2026, 5, 1)),
            ((LARIKS,), date(2024, 10, 1)),
        ],
        ids=["another area", "another edition", "25 months ago"],
    )
    def test_an_old_or_foreign_story_does_not_count(
        self,
        complete: Specification,
        figure: KnownFigure,
        story: KnownStory,
        areas: tuple[str, ...],
        month: date,
    ) -> None:
        """MON-30: a story about Pittelo, or one told 25 months ago, is no telling of Lariks."""
        known = complete.knowing(Grounds((figure,), (replace(story, areas=areas, month=month),)))
        known.when(proposal()).refused("telling-missing")

    def test_a_story_counts_for_twenty_four_months(
        self, complete: Specification, figure: KnownFigure, story: KnownStory
    ) -> None:
        """MON-30: a story of November 2024 still counts in November 2026."""
        old = replace(story, month=date(2024, 11, 1))
        complete.knowing(Grounds((figure,), (old,))).when(proposal()).recorded()

    def test_no_story_at_all(self, complete: Specification, figure: KnownFigure) -> None:
        """MON-30: counting alone is not enough."""
        complete.knowing(Grounds((figure,), ())).when(proposal(stories=())).refused(
            "telling-missing"
        )


class TestEffects:
    def test_no_effort_without_an_expected_effect(self, complete: Specification) -> None:
        """MON-30: what should change is said before any effort is made."""
        complete.when(proposal(effects=())).refused("expected-effect-missing")

    @pytest.mark.parametrize("about", [{}, {"indicator": LONELY, "theme": Theme.MEETING}])
    def test_an_effect_is_about_one_thing(self, about: dict[str, Any]) -> None:
        """MON-30: an effect names an indicator or a theme."""
        with pytest.raises(ValidationError, match="an indicator or a theme"):
            StatedEffect(movement=Movement.DOWN, by=date(2028, 12, 31), **about)


def test_all_that_is_missing_is_named_at_once(complete: Specification) -> None:
    """MON-30: counting, telling and effect are refused together, nobody finds them one by one."""
    nothing = proposal(measurements=(), stories=(), effects=())
    refused = complete.knowing(Grounds()).when(nothing)
    refused.refused("counting-missing", "telling-missing", "expected-effect-missing")


class TestMode:
    @pytest.mark.parametrize(
        ("level", "stance", "rhythm"),
        [
            ("basic", "reactive", "incidental"),
            ("extra", "proactive", "incidental"),
            ("large_scale", "proactive", "structural"),
        ],
    )
    def test_the_mode_follows_from_the_level(
        self, complete: Specification, level: str, stance: str, rhythm: str
    ) -> None:
        """MON-30: the vision says what a level means; another mode is refused."""
        right = Mode(stance=Stance(stance), rhythm=Rhythm(rhythm))
        for mode in MODES.values():
            stated = complete.when(proposal(level=EffortLevelName(level), mode=mode))
            if mode == right:
                (event,) = stated.events
                assert isinstance(event, EffortLevelProposed)
                assert event.mode == right
            else:
                stated.refused("mode-follows-level", saying=f"{stance} and {rhythm}")


class TestWhoAndWhere:
    def test_partners_are_invited_from_the_registry(self, complete: Specification) -> None:
        """MON-33: who is not registered, or works elsewhere, is not invited."""
        refused = complete.when(proposal(invited=("assen", "nobody", "hoogeveen")))
        refused.refused("unknown-partner", "outside-own-municipality")

    def test_a_country_has_no_level(self, complete: Specification, place: KnownPlace) -> None:
        """MON-10: NL01 is a reference and gets no effort level."""
        refused = complete.knowing(replace(place, reference_only=True)).when(proposal())
        refused.refused("reference-area")

    def test_a_reversed_period_is_refused(self, complete: Specification) -> None:
        """MON-37: the end does not lie before the start; it is told with all other faults."""
        reversed_ = StatedPeriod(from_=date(2028, 1, 1), through=date(2027, 1, 1))
        refused = complete.when(proposal(valid=reversed_, effects=()))
        refused.refused("validity-reversed", "expected-effect-missing")

    def test_a_term_does_not_end_before_it_begins(self, complete: Specification) -> None:
        """MON-33: partners have until a day to come."""
        refused = complete.when(proposal(reaction_through=date(2026, 11, 1)))
        refused.refused("term-in-past")

    def test_the_state_awaits_its_lapse(self, complete: Specification) -> None:
        """MON-33: a proposal that nobody touches lapses six months after its term."""
        state = complete.when(proposal()).recorded().state(EffortLevel)
        assert state.lapses_on == date(2027, 5, 31)
