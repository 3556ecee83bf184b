"""Specifications of the answer as a whole: what it shows, to whom, how old, in any order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from projections.effort_status import KINDS, PARTS
from projections.read_models import AREA_EFFORT_STATUS
from projections.status.common import AGGREGATES

LARIKS = "WK010601@2020"
BUURT = "BU01060100@2020"
INSIDE = {"base", "gates", "effortSpent"}
OUTSIDE_DISCUSSION = {"money", "formalAdvice"}


def asked(folded: Any, history: Any, **more: Any) -> Any:
    """The status of Lariks with its buurt."""
    return folded(history.stored).status(below=[BUURT], **more)


class TestWhole:
    def test_every_part_is_there_with_its_events(self, whole_life: Any, folded: Any) -> None:
        """EVA-23: every part shows what is known and names the events beneath it."""
        status = asked(folded, whole_life)
        assert status.level.level == "extra"
        assert status.base.verdict == "in_order"
        assert status.strengths_and_concerns.model_dump() == {
            "assets": 1,
            "self_reliant_initiatives": 0,
            "strength_stories": 1,
            "concern_stories": 1,
        }
        assert [one.label for one in status.social_base.places] == ["De hal"]
        assert [one.status for one in status.involvement.checks] == ["concluded"]
        assert [one.status for one in status.involvement.owed] == ["overdue"]
        assert [one.answers for one in status.involvement.panels] == [53]
        assert status.trajectories.items[0].next_moment.moment == 2
        assert [one.owed for one in status.trajectories.items[0].feedback_overdue] == [1]
        assert status.agreements.items[0].answered == "not_shown"
        assert [one.status for one in status.formal_advice] == ["asked"]
        assert [one.role for one in status.initiatives] == ["support"]
        assert str(status.money.spent) == "602.00"
        assert {one.gate for one in status.gates.open} == {"effort-level-and-budget"}
        assert {one.about for one in status.gates.set_aside} == {"support", "effort_level"}
        assert status.area_roles.director == "assen"
        assert status.greening.measures[0].planned == 6
        assert str(status.effort_spent.euros) == "6675.50"
        assert [one.status for one in status.level.questions] == ["open"]
        ids = {one.id for one in whole_life.stored}
        for part in (status.base, status.social_base, status.involvement, status.trajectories):
            assert set(part.evidence.events) <= ids
            assert part.evidence.count > 0

    def test_every_part_says_how_old_its_knowledge_is(self, whole_life: Any, folded: Any) -> None:
        """EVA-23: for each part when its newest event was recorded, and through when was read."""
        knowledge = asked(folded, whole_life).knowledge
        assert knowledge.keys() == PARTS.keys()
        assert {one.state for one in knowledge.values()} == {"known"}
        assert all(one.newest is not None for one in knowledge.values())

    def test_an_area_of_which_nothing_is_known_reads_unknown_everywhere(self, folded: Any) -> None:
        """INI-08: on the first day nothing reads as good, as nought or as empty."""
        status = folded([]).status(read_through=None)
        assert {one.state for one in status.knowledge.values()} == {"unknown"}
        assert status.base.verdict == "unknown"
        assert status.involvement.standing == "unknown"
        assert status.area_roles.director is None
        assert status.effort_spent.euros is None

    def test_what_was_read_and_is_not_there_is_nothing_recorded(self, folded: Any) -> None:
        """EVA-23: once everything was read it says that nothing was recorded up to that moment."""
        status = folded([]).status(read_through="2026-06-30")
        assert {one.state for one in status.knowledge.values()} == {"nothing_recorded"}
        assert all(one.read_through is not None for one in status.knowledge.values())

    def test_knowledge_grows_stale(self, whole_life: Any, folded: Any) -> None:
        """INI-24: shown, and stale once nobody proved for a day that all of it was read."""
        fresh = asked(folded, whole_life, read_through="2026-06-29T12:00:00+01:00")
        assert {one.state for one in fresh.knowledge.values()} == {"known"}
        stale = asked(folded, whole_life, read_through="2026-06-29T11:59:59+01:00")
        assert {one.state for one in stale.knowledge.values()} == {"stale"}
        assert stale.base.verdict == "in_order"

    def test_a_past_moment_was_read_through_that_moment(self, whole_life: Any, folded: Any) -> None:
        """EVA-24: as known on a day, knowledge reaches no further than that day."""
        status = asked(folded, whole_life, known_at="2026-02-15")
        through = {one.read_through for one in status.knowledge.values()}
        assert through == {status.known_at}
        newest = [one.newest for one in status.knowledge.values() if one.newest]
        assert max(newest) <= status.known_at

    @pytest.mark.parametrize(
        ("stream", "parts"),
        [
            ("base-conditions-WK010601@2020", {"base"}),
            ("involvement-checks-c1", {"involvement"}),
            ("trajectories-t1", {"trajectories"}),
            ("formal-advices-f1", {"formalAdvice"}),
            ("living-agreements-g1", {"agreements"}),
            ("efforts-e1", {"effortSpent"}),
            ("effort-levels-l1", {"level", "gates"}),
            ("initiatives-i1", {"initiatives", "money", "gates", "greening"}),
            ("assets-a1", {"socialBase"}),
            ("area-roles-WK010601@2020", {"areaRoles"}),
        ],
    )
    def test_parts_of_a_stream_that_waits_read_held(
        self, whole_life: Any, folded: Any, stream: str, parts: set[str]
    ) -> None:
        """EVA-34: what rests on a stream with a gap reads held, and nothing else does."""
        status = asked(folded, whole_life, held={stream: "held: version 4 is missing"})
        held = {part for part, said in status.knowledge.items() if said.state == "held"}
        assert held == parts
        assert status.held == [f"{stream}: held: version 4 is missing"]

    def test_every_fold_is_read_and_every_row_belongs_to_a_part(
        self, whole_life: Any, folded: Any
    ) -> None:
        """EVA-23: no row is written that no part reads; no aggregate is left out of `held`."""
        rows = folded(whole_life.stored).rows()
        assert {row.kind for row in rows} - {"partner", "indicator"} <= set(KINDS)
        handled = {event.aggregate for event in AREA_EFFORT_STATUS.projection().handles}
        assert handled - {"indicators"} <= set(AGGREGATES)


class TestWhoSeesWhat:
    def test_residents_see_what_is_open_and_what_is_withheld_is_named(
        self, whole_life: Any, folded: Any
    ) -> None:
        """EVA-38: level, strengths, promises, agreements and green; no euros, gates or base."""
        status = asked(folded, whole_life, internal=False)
        assert set(status.withheld) == INSIDE | OUTSIDE_DISCUSSION
        assert (status.base, status.gates, status.effort_spent, status.money) == (None,) * 4
        assert status.social_base.places
        assert status.involvement.checks
        assert status.trajectories.items
        assert status.agreements.items
        assert status.greening.measures
        assert status.level.questions is None
        assert status.level.budgets is None
        assert set(status.knowledge) == PARTS.keys() - INSIDE - OUTSIDE_DISCUSSION
        assert {one.newest for one in status.knowledge.values()} == {None}

    def test_knowledge_tells_outsiders_nothing_of_what_they_do_not_see(
        self, whole_life: Any, folded: Any
    ) -> None:
        """EVA-38: unpublished stories cannot be told from none at all."""
        with_stories = asked(folded, whole_life, internal=False)
        whole_life.stored = [
            one for one in whole_life.stored if not one.stream_id.startswith("stories-")
        ]
        without = asked(folded, whole_life, internal=False)
        assert with_stories.knowledge["stories"] == without.knowledge["stories"]
        assert with_stories.stories == without.stories

    @pytest.mark.parametrize("internal", [True, False])
    def test_no_reference_to_a_person_and_no_small_count(
        self, whole_life: Any, folded: Any, *, internal: bool
    ) -> None:
        """PAR-18: neither a group nor a holder can be read; no count of people below five."""
        status = asked(folded, whole_life, internal=internal)
        said = status.model_dump_json(by_alias=True)
        assert "secret" not in said
        wishes = [
            count
            for panel in status.involvement.panels
            for group in panel.results
            for count in (group.answers, *group.wishes.values())
        ]
        assert all(count == "not_shown" or count >= 5 for count in wishes)
        rows = json.dumps([dict(row.body) for row in folded(whole_life.stored).rows()])
        assert "secret" not in rows
        assert "attendance" not in rows


MOMENTS = ("2026-01-15", "2026-03-15", "2026-05-19", "2026-06-30")


def shuffled(events: list[Any], choose: Any) -> list[Any]:
    """The events in another order, with that of each stream kept."""
    waiting: dict[str, list[Any]] = {}
    for event in events:
        waiting.setdefault(event.stream_id, []).append(event)
    order = []
    while waiting:
        stream = choose(sorted(waiting))
        order.append(waiting[stream].pop(0))
        if not waiting[stream]:
            del waiting[stream]
    return order


class TestOrder:
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @for_all(data=st.data())
    def test_any_order_between_streams_gives_the_same_answer(
        self, whole_life: Any, folded: Any, data: Any
    ) -> None:
        """EVA-34: rows and answers are equal for every order of arrival between streams."""

        def choose(streams: list[str]) -> str:
            return data.draw(st.sampled_from(streams))

        straight = folded(whole_life.stored)
        mixed = folded(shuffled(whole_life.stored, choose))

        def said(rows: Any) -> list[str]:
            return sorted(map(str, rows.rows()))

        assert said(mixed) == said(straight)
        for moment in MOMENTS:
            first = straight.status(below=[BUURT], as_of=moment, known_at=moment)
            second = mixed.status(below=[BUURT], as_of=moment, known_at=moment)
            assert _in_order(second) == _in_order(first)

    def test_a_day_in_the_past_does_not_know_what_came_later(
        self, whole_life: Any, folded: Any
    ) -> None:
        """EVA-24: as known on a day the answer is that of the events recorded by then."""
        for moment in MOMENTS:
            later = asked(folded, whole_life, as_of=moment, known_at=moment)
            by_then = [one for one in whole_life.stored if one.recorded_at <= later.known_at]
            then = folded(by_then).status(below=[BUURT], as_of=moment, known_at=moment)
            assert then == later


def _in_order(status: Any) -> Any:
    """The answer with its lists in one order: rows of one moment have none between streams."""

    def settled(said: Any) -> Any:
        if isinstance(said, dict):
            return {name: settled(value) for name, value in said.items()}
        if isinstance(said, list):
            return sorted((settled(value) for value in said), key=repr)
        return said

    return settled(status.model_dump(mode="json"))
