"""Specifications of the effort status: events in, what people read out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from leefwijk.events.event import Validity
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring import effort_levels as levels
from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.language.monitoring.indicators import Direction, IndicatorDefined
from leefwijk.events.language.monitoring.measurements import (
    Figure,
    Measured,
    MeasurementsRecorded,
    MeasurementsRevised,
    MeasurementsWithdrawn,
    Missing,
    Revised,
)

LARIKS = "WK010601@2020"
BUURT = "BU01060100@2020"
ASSEN = "GM0106@2020"
MONEY = "rivm-moeite-met-rondkomen-18plus"
REACTIVE = levels.Mode(stance=levels.Stance.REACTIVE, rhythm=levels.Rhythm.INCIDENTAL)


def proposed(
    level: str = "extra",
    start: str = "2022-01-01",
    end: str | None = "2027-12-31",
    area: str = LARIKS,
) -> levels.EffortLevelProposed:
    """A complete proposal."""
    return levels.EffortLevelProposed(
        area=area,
        municipalities=("GM0106",),
        level=EffortLevelName(level),
        mode=REACTIVE,
        valid=Validity(from_=start, through=end),
        measurements=(
            levels.MeasurementGround(
                area=area,
                source_edition="rivm-2020",
                indicator=MONEY,
                period="2020",
                figure="18.4",
                event_id=uuid4(),
            ),
        ),
        stories=(levels.StoryGround(story="s1", event_id=uuid4()),),
        effects=(
            levels.ExpectedEffect(
                indicator=MONEY, movement=levels.Movement.DOWN, by=date(2027, 12, 31)
            ),
        ),
        invited=("p1",),
        reaction_through=date(2022, 2, 1),
        lapses_on=date(2022, 8, 2),
    )


def agreed(
    level: str = "extra",
    start: str = "2022-01-01",
    end: str | None = "2027-12-31",
    **more: Any,
) -> levels.EffortLevelAgreed:
    """An agreement."""
    return levels.EffortLevelAgreed(
        area=LARIKS,
        level=EffortLevelName(level),
        mode=REACTIVE,
        valid=Validity(from_=start, through=end),
        **more,
    )


def figures(value: str | None, *, edition: str = "rivm-2020", period: str = "2020") -> Any:
    """One figure of one source edition."""
    figure = Figure(number=Decimal(value)) if value else Figure(missing=Missing.NOT_PUBLISHED)
    return MeasurementsRecorded(
        area=LARIKS,
        source_edition=edition,
        import_id="i1",
        estimate=True,
        figures=(Measured(indicator=MONEY, period=period, figure=figure),),
    )


def change(
    before: str | None, after: str | None, kind: Any = MeasurementsRevised, **more: Any
) -> Any:
    """A revision of that figure."""
    return kind(
        area=LARIKS,
        source_edition="rivm-2020",
        import_id="i2",
        changes=(
            Revised(
                indicator=MONEY,
                period="2020",
                before=Figure(number=Decimal(before)) if before else None,
                after=Figure(number=Decimal(after)) if after else None,
            ),
        ),
        **more,
    )


@pytest.fixture
def two_clocks(history: Any) -> Any:
    """EVA-24: a level agreed late, a figure that was revised."""
    history.say("e1", proposed(), "2022-01-05")
    history.say("rivm-2020", figures("8.9"), "2022-01-10")
    history.say("e1", agreed(), "2022-02-14T10:00:00+01:00")
    history.say("rivm-2020", change("8.9", "18.4"), "2022-09-01")
    return history


class TestTwoClocks:
    def test_a_past_day_is_read_with_todays_knowledge(self, two_clocks: Any, folded: Any) -> None:
        """EVA-24: as of 31 January the level reads extra and 18.4, marked late and revised."""
        status = folded(two_clocks.stored).status(as_of="2022-01-31")
        assert (status.level.level, status.level.agreed) == ("extra", True)
        assert "recorded on 2022-02-14" in (status.level.note or "")
        (count,) = status.counts
        assert count.latest.number == "18.4"
        assert count.latest.revised == ["revised on 2022-09-01, was 8.9"]

    @pytest.mark.parametrize(
        ("known_at", "level", "number"),
        [
            ("2022-01-31T23:59:59+01:00", "basic", "8.9"),
            ("2022-02-14T23:59:59+01:00", "extra", "8.9"),
            ("2022-09-01T23:59:59+02:00", "extra", "18.4"),
        ],
    )
    def test_a_past_day_is_read_as_known_then(
        self, two_clocks: Any, folded: Any, known_at: str, level: str, number: str
    ) -> None:
        """EVA-24: knownAt answers with what a reader could see at that moment."""
        status = folded(two_clocks.stored).status(as_of="2022-01-31", known_at=known_at)
        assert (status.level.level, status.counts[0].latest.number) == (level, number)

    def test_marks_name_the_day_in_the_netherlands(self, history: Any, folded: Any) -> None:
        """EVA-24: what is recorded in the evening in UTC is marked with the Dutch day."""
        history.say("e1", proposed(), "2022-01-05")
        history.say("e1", agreed(), "2022-02-13T23:30:00+00:00")
        history.say("rivm-2020", figures("8.9"), "2022-01-10")
        history.say("rivm-2020", change("8.9", "18.4"), "2022-08-31T22:30:00+00:00")
        status = folded(history.stored).status(as_of="2022-01-31")
        assert status.level.note == "recorded on 2022-02-14"
        assert status.counts[0].latest.revised == ["revised on 2022-09-01, was 8.9"]

    def test_an_event_that_arrives_late_answers_alike(self, two_clocks: Any, folded: Any) -> None:
        """EVA-24: knowledge is the moment of recording, so the order of arrival changes nothing."""
        first, figure, late, revised = two_clocks.stored
        for known in (None, "2022-01-31", "2022-02-14T23:00:00+01:00"):
            in_time = folded(two_clocks.stored).status(as_of="2022-01-31", known_at=known)
            shuffled = folded([figure, revised, first, late]).status(
                as_of="2022-01-31", known_at=known
            )
            assert shuffled == in_time


def test_level_and_counts_name_their_events(two_clocks: Any, folded: Any) -> None:
    """EVA-23: level and counts name exactly the events they rest on."""
    status = folded(two_clocks.stored).status()
    ids: dict[str, list[UUID]] = {}
    for one in two_clocks.stored:
        ids.setdefault(one.stream_id, []).append(one.id)
    assert status.level.evidence.events == ids["effort-levels-e1"]
    assert status.counts[0].evidence.events == ids["measurements-rivm-2020"]


class TestLevels:
    def test_an_area_without_a_level_is_basic_and_not_agreed(self, folded: Any) -> None:
        """MON-38: nothing agreed reads as basic that nobody agreed."""
        level = folded([]).status().level
        assert (level.level, level.agreed, level.note) == ("basic", False, "not agreed")

    def test_a_level_that_ran_out_says_so(self, history: Any, folded: Any) -> None:
        """MON-38: after its last day the status is basic, not agreed, and names what ran out."""
        history.say("e1", proposed(), "2022-01-05")
        history.say("e1", agreed(), "2022-01-06")
        last = folded(history.stored).status(as_of="2027-12-31").level
        gone = folded(history.stored).status(as_of="2028-01-01").level
        assert (last.level, last.agreed) == ("extra", True)
        assert (gone.level, gone.agreed) == ("basic", False)
        assert gone.note == "not agreed; extra ran out on 2027-12-31"
        assert gone.evidence.count == 2

    def test_no_expiry_fact_is_needed_for_a_level_to_be_over(
        self, history: Any, folded: Any
    ) -> None:
        """MON-38: an expiry that is recorded days late changes nothing in what is read."""
        history.say("e1", proposed(), "2022-01-05")
        history.say("e1", agreed(), "2022-01-06")
        before = folded(history.stored).status(as_of="2028-01-02").level
        history.say(
            "e1",
            levels.EffortLevelExpired(
                area=LARIKS, level=EffortLevelName.EXTRA, on=date(2028, 1, 1)
            ),
            "2028-01-03",
        )
        after = folded(history.stored).status(as_of="2028-01-02").level
        assert (after.level, after.note) == (before.level, before.note)

    def test_an_announced_end_is_shown(self, history: Any, folded: Any) -> None:
        """MON-38: ninety days before its end the level says that its end was announced."""
        history.say("e1", proposed(), "2022-01-05")
        history.say("e1", agreed(), "2022-01-06")
        history.say(
            "e1",
            levels.EffortLevelExpiryAnnounced(on=date(2027, 10, 2), last_day=date(2027, 12, 31)),
            "2027-10-02",
        )
        level = folded(history.stored).status(as_of="2027-10-03").level
        assert (level.level, level.end_announced) == ("extra", date(2027, 10, 2))

    def test_a_replaced_level_holds_until_its_successor_begins(
        self, history: Any, folded: Any
    ) -> None:
        """MON-37: as of 30 June extra, as of 1 July large_scale; before it both are visible."""
        history.say("old", proposed("extra", "2026-01-01", "2027-12-31"), "2025-12-01")
        history.say("old", agreed("extra", "2026-01-01", "2027-12-31"), "2025-12-15")
        history.say("new", proposed("large_scale", "2027-07-01", "2031-12-31"), "2027-04-01")
        history.say(
            "new", agreed("large_scale", "2027-07-01", "2031-12-31", replaces="old"), "2027-05-01"
        )
        history.say(
            "old",
            levels.EffortLevelEnded(
                area=LARIKS,
                level=EffortLevelName.EXTRA,
                on=date(2027, 7, 1),
                superseded_by="new",
            ),
            "2027-05-01",
        )
        rows = folded(history.stored)
        before = rows.status(as_of="2027-06-30").level
        assert before.level == "extra"
        assert [told.level for told in before.upcoming] == ["large_scale"]
        assert rows.status(as_of="2027-07-01").level.level == "large_scale"

    def test_the_later_agreement_leads_where_two_overlap(self, history: Any, folded: Any) -> None:
        """MON-37: a successor leads from its first day, also if its predecessor speaks later."""
        history.say("old", proposed("extra", "2026-01-01", "2027-12-31"), "2025-12-01")
        history.say("old", agreed("extra", "2026-01-01", "2027-12-31"), "2025-12-15")
        history.say("new", proposed("large_scale", "2027-07-01", "2031-12-31"), "2027-04-01")
        history.say("new", agreed("large_scale", "2027-07-01", "2031-12-31"), "2027-05-01")
        history.say(
            "old",
            levels.EffortLevelExpiryAnnounced(on=date(2027, 10, 2), last_day=date(2027, 12, 31)),
            "2027-10-02",
        )
        assert folded(history.stored).status(as_of="2027-10-03").level.level == "large_scale"

    def test_backdating_is_told_with_its_reason(self, history: Any, folded: Any) -> None:
        """MON-37: as of 1 February extra, recorded 10 March; known on 1 February not agreed."""
        history.say("e1", proposed("extra", "2026-01-01"), "2026-01-20")
        history.say(
            "e1", agreed("extra", "2026-01-01", backdating="minutes came late"), "2026-03-10"
        )
        rows = folded(history.stored)
        today = rows.status(as_of="2026-02-01").level
        assert (today.level, today.note) == ("extra", "recorded on 2026-03-10: minutes came late")
        then = rows.status(as_of="2026-02-01", known_at="2026-02-01").level
        assert (then.level, then.note) == ("basic", "not agreed")

    def test_a_level_ended_early_is_over_from_that_day(self, history: Any, folded: Any) -> None:
        """MON-37: a level that was ended is not said to have run out."""
        history.say("e1", proposed(), "2022-01-05")
        history.say("e1", agreed(), "2022-01-06")
        history.say(
            "e1",
            levels.EffortLevelEnded(
                area=LARIKS,
                level=EffortLevelName.EXTRA,
                on=date(2024, 3, 1),
                reason="the base fell away",
            ),
            "2024-02-20",
        )
        rows = folded(history.stored)
        assert rows.status(as_of="2024-02-29").level.level == "extra"
        gone = rows.status(as_of="2024-03-01").level
        assert gone.level == "basic"
        assert gone.note == "not agreed; extra ended on 2024-03-01: the base fell away"

    def test_a_level_above_is_named_and_not_taken_over(self, history: Any, folded: Any) -> None:
        """MON-06: a buurt under a level of its wijk reads basic, with the wijk's level beside."""
        history.say("e1", proposed(), "2022-01-05")
        history.say("e1", agreed(), "2022-01-06")
        level = folded(history.stored).status(BUURT, above=[LARIKS]).level
        assert (level.level, level.agreed) == ("basic", False)
        assert (level.by_area, level.by_level) == (LARIKS, "extra")

    def test_proposals_show_what_partners_said(self, history: Any, folded: Any) -> None:
        """MON-33: an objection stays visible with its answer; residents see no proposals."""
        history.say("e1", proposed(), "2026-11-02")
        history.say(
            "e1", levels.EffortLevelObjected(partner="p1", reason="no youth work"), "2026-11-05"
        )
        history.say(
            "e1",
            levels.EffortLevelObjectionAnswered(partner="p1", answer="start in April"),
            "2026-11-06",
        )
        history.say("e1", levels.EffortLevelEndorsed(partner="p2"), "2026-11-07")
        rows = folded(history.stored)
        (told,) = rows.status().level.proposals
        assert told.reactions == {
            "p1": {"stance": "objects", "reason": "no youth work", "answer": "start in April"},
            "p2": {"stance": "endorses"},
        }
        assert rows.status(internal=False).level.proposals == []

    @pytest.mark.parametrize(
        "end",
        [
            levels.EffortLevelProposalWithdrawn(reason="not now"),
            levels.EffortLevelProposalLapsed(on=date(2027, 6, 1)),
        ],
    )
    def test_a_proposal_that_came_to_nothing_is_gone(
        self, history: Any, folded: Any, end: Any
    ) -> None:
        """MON-33: a proposal that was withdrawn or lapsed is not proposed any more."""
        history.say("e1", proposed(), "2026-11-02")
        history.say("e1", end, "2027-06-01")
        level = folded(history.stored).status(as_of="2027-06-02").level
        assert (level.level, level.proposals) == ("basic", [])


class TestCounting:
    def test_a_figure_before_a_later_delivery(self, history: Any, folded: Any) -> None:
        """MON-17: today 40; as known before delivery 3 it is 41, and the mark says so."""
        history.say("kwb-2022", figures("41", period="2022"), "2023-02-01")
        revised = change("41", "40").model_copy(update={"source_edition": "rivm-2020"})
        changes = tuple(one.model_copy(update={"period": "2022"}) for one in revised.changes)
        history.say("kwb-2022", revised.model_copy(update={"changes": changes}), "2024-11-01")
        rows = folded(history.stored)
        now = rows.status(as_of="2026-01-01").counts[0].latest
        assert (now.number, now.revised) == ("40", ["revised on 2024-11-01, was 41"])
        then = rows.status(as_of="2026-01-01", known_at="2024-10-31").counts[0].latest
        assert (then.number, then.revised) == ("41", [])

    def test_a_withdrawn_import_is_gone_today_and_stays_known_then(
        self, history: Any, folded: Any
    ) -> None:
        """MON-18: no list uses withdrawn figures any more; as known yesterday they are shown."""
        history.say("rivm-2020", figures("18.4"), "2022-01-10")
        history.say(
            "rivm-2020",
            change("18.4", None, MeasurementsWithdrawn, reason="edition was 2022"),
            "2022-01-12",
        )
        rows = folded(history.stored)
        assert rows.status().counts == []
        (then,) = rows.status(known_at="2022-01-11").counts
        assert then.latest.number == "18.4"

    def test_missing_is_no_zero_and_no_change(self, history: Any, folded: Any) -> None:
        """MON-11: a year without a value is a gap: no figure and no change over it."""
        history.say("rivm-2016", figures(None, edition="rivm-2016", period="2016"), "2022-01-09")
        history.say("rivm-2020", figures("18.4"), "2022-01-10")
        (count,) = folded(history.stored).status().counts
        assert [(point.period, point.number, point.missing) for point in count.series] == [
            ("2016", None, "not_published"),
            ("2020", "18.4", None),
        ]
        assert count.change is None
        assert count.estimate

    def test_change_is_between_the_last_two_years(self, history: Any, folded: Any) -> None:
        """MON-11: two published years in a row give a change, and what the figure means."""
        history.say(
            MONEY,
            IndicatorDefined(
                label="Difficulty making ends meet",
                label_nl="Moeite met rondkomen",
                unit="percent",
                direction=Direction.LOWER,
                dimension="quality_of_life",
                source="RIVM",
            ),
            "2022-01-01",
            area=None,
            municipalities=(),
        )
        history.say("rivm-2016", figures("15.0", edition="rivm-2016", period="2016"), "2022-01-09")
        history.say("rivm-2020", figures("18.4"), "2022-01-10")
        (count,) = folded(history.stored).status().counts
        assert (count.change, count.direction) == ("3.4", "lower_is_better")
        assert count.label_nl == "Moeite met rondkomen"

    def test_a_year_that_had_not_begun_is_not_shown(self, history: Any, folded: Any) -> None:
        """EVA-24: as of a day in 2018 there is no figure about 2020."""
        history.say("rivm-2016", figures("15.0", edition="rivm-2016", period="2016"), "2022-01-09")
        history.say("rivm-2020", figures("18.4"), "2022-01-10")
        (count,) = folded(history.stored).status(as_of="2018-05-01").counts
        assert [point.period for point in count.series] == ["2016"]


def test_an_area_without_its_own_facts_is_not_named_yet(history: Any, folded: Any) -> None:
    """EVA-34: figures stand under the area's code until its own facts arrive."""
    history.say("rivm-2020", figures("18.4"), "2022-01-10")
    early = folded(history.stored).status()
    assert (early.name, early.name_known, early.municipalities) == (None, False, ["GM0106"])
    history.say(
        LARIKS,
        AreaRegistered(
            area=LARIKS,
            kind=AreaKind.DISTRICT,
            name="Wijk 01 Lariks",
            parent=ASSEN,
            municipalities=("GM0106",),
        ),
        "2021-12-01",
    )
    later = folded(history.stored).status()
    assert (later.name, later.name_known) == ("Wijk 01 Lariks", True)
    assert later.counts == early.counts
