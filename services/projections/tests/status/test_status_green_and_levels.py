"""Specifications of green and of effort levels in the effort status."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from initiative_scenes import proposal
from projections_scenes import (
    BUURT,
    LARIKS,
    extra_agreed,
    extra_proposed,
    gate_set_aside,
    only,
    questioned_for_the_base,
)

from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives import greening
from leefwijk.events.language.monitoring import effort_levels as levels

GREEN = proposal("Groen", themes=(Theme.GREENING,), on=date(2026, 1, 1))
FINDING = UUID("55555555-5555-4555-8555-555555555555")


class TestGreening:
    def test_each_unit_counts_for_itself_and_what_died_is_kept(
        self, history: Any, folded: Any
    ) -> None:
        """EVA-32: 290 of 400 m2, 14 trees made of 12 planned and 11 standing, m3 not reported."""
        history.say("i1", GREEN)
        aims = (greening.GreenPurpose.HEAT, greening.GreenPurpose.WATER)
        items = (
            ("g1", greening.GreenMeasure.UNPAVED, "400", greening.GreenUnit.M2),
            ("g2", greening.GreenMeasure.TREE, "12", greening.GreenUnit.PIECE),
            ("g3", greening.GreenMeasure.INFILTRATION_CRATE, "30", greening.GreenUnit.M3),
        )
        for item, measure, quantity, unit in items:
            planned = greening.GreeningPlanned(
                area=LARIKS,
                item=item,
                measure=measure,
                quantity=Decimal(quantity),
                counted_in=unit,
                purposes=aims,
                on=date(2026, 1, 5),
            )
            history.say("i1", planned, "2026-01-05")
        for name, item, quantity, on in (
            ("r1", items[0], "310", "2026-04-18"),
            ("r2", items[1], "14", "2026-11-20"),
        ):
            made = greening.GreeningRealised(
                area=LARIKS,
                realised=name,
                item=item[0],
                measure=item[1],
                quantity=Decimal(quantity),
                counted_in=item[3],
                purposes=aims,
                on=date.fromisoformat(on),
            )
            history.say("i1", made, on)
        fixed = greening.GreeningCorrected(
            area=LARIKS,
            realised="r1",
            quantity=Decimal(290),
            reason="Measured again",
            on=date(2026, 12, 1),
        )
        history.say("i1", fixed, "2026-12-01")
        died = greening.GreeningLost(
            area=LARIKS,
            realised="r2",
            quantity=Decimal(3),
            reason="A dry summer",
            on=date(2027, 8, 1),
        )
        history.say("i1", died, "2027-08-01")
        rows = folded(history.stored)
        said = {
            one.measure: (one.planned, one.realised, one.standing)
            for one in rows.status(as_of="2027-09-01").greening.measures
        }
        assert said == {
            "unpaved": (400, 290, 290),
            "tree": (12, 14, 11),
            "infiltration_crate": (30, None, None),
        }
        before = rows.status(as_of="2027-07-31", internal=False).greening.measures
        assert {one.measure: one.standing for one in before}["tree"] == 14
        known = rows.status(as_of="2026-11-30", known_at="2026-11-30").greening.measures
        assert {one.measure: one.realised for one in known}["unpaved"] == 310

    def test_an_item_planned_anew_reads_so_from_then(self, history: Any, folded: Any) -> None:
        """INI-32: the item as it is planned from now on, once; before, as it was planned."""
        history.say("i1", GREEN)
        for on, quantity in (("2026-01-05", "216"), ("2026-03-01", "180")):
            planned = greening.GreeningPlanned(
                area=LARIKS,
                item="g1",
                measure=greening.GreenMeasure.UNPAVED,
                quantity=Decimal(quantity),
                counted_in=greening.GreenUnit.M2,
                purposes=(greening.GreenPurpose.HEAT,),
                on=date.fromisoformat(on),
            )
            history.say("i1", planned, on)
        rows = folded(history.stored)
        assert only(rows.status().greening.measures).planned == 180
        assert only(rows.status(as_of="2026-02-28").greening.measures).planned == 216


@pytest.fixture
def extra(history: Any) -> Any:
    """`extra` agreed for Lariks through 2026, with a gate that a director set aside."""
    proposed = extra_proposed(
        date(2025, 1, 1),
        date(2026, 12, 31),
        reaction_through=date(2024, 12, 20),
        lapses_on=date(2025, 6, 1),
    )
    history.say("l1", proposed, "2024-11-01")
    why = "Lighting ordered, done within six weeks"
    aside = gate_set_aside(Gate.BASE_IN_ORDER, "base-not-in-order", why, "2024-11-10")
    history.say("l1", aside, "2024-11-10")
    agreed = extra_agreed(proposed)
    history.say("l1", agreed, "2024-12-01")
    return history


class TestLevels:
    @pytest.mark.parametrize("first", ["GM0106@2020", LARIKS])
    def test_the_level_of_the_nearest_area_above_is_named(
        self, history: Any, folded: Any, first: str
    ) -> None:
        """MON-06: under a level of its wijk and one of Assen, a buurt names that of its wijk."""
        recorded = {"GM0106@2020": "2025-02-01", LARIKS: "2025-02-01", first: "2025-01-01"}
        for area, on in sorted(recorded.items(), key=lambda one: one[1]):
            proposed = extra_proposed(
                date(2025, 3, 1),
                date(2026, 12, 31),
                area=area,
                reaction_through=date(2025, 2, 20),
                lapses_on=date(2025, 6, 1),
            )
            history.say(area, proposed, on, area=area)
            history.say(area, extra_agreed(proposed), on, area=area)
        rows = folded(history.stored)
        said = rows.status(BUURT, above=[LARIKS, "GM0106@2020"]).level
        assert (said.agreed, said.by_area, said.by_level) == (False, LARIKS, "extra")

    def test_of_two_levels_above_the_one_that_leads_there_is_named(
        self, history: Any, folded: Any
    ) -> None:
        """MON-06: the buurt names the level that its wijk itself reads."""
        for name, level, first in (
            ("l1", EffortLevelName.EXTRA, date(2025, 1, 1)),
            ("l2", EffortLevelName.LARGE_SCALE, date(2026, 1, 1)),
        ):
            proposed = extra_proposed(
                first,
                date(2026, 12, 31),
                reaction_through=date(2024, 12, 20),
                lapses_on=date(2026, 6, 1),
            ).model_copy(update={"level": level})
            history.say(name, proposed, "2024-11-01")
            history.say(name, extra_agreed(proposed), "2024-12-01")
        rows = folded(history.stored)
        own = rows.status(as_of="2026-06-01").level.level
        said = rows.status(BUURT, above=[LARIKS], as_of="2026-06-01").level
        assert (own, said.by_level) == ("large_scale", "large_scale")

    def test_a_gate_set_aside_shows_for_the_whole_validity(self, extra: Any, folded: Any) -> None:
        """MON-34: gate, code, reason and role stay visible as long as the level holds."""
        rows = folded(extra.stored)
        for day in ("2024-11-10", "2025-06-01", "2026-12-31"):
            said = only(rows.status(as_of=day).gates.set_aside)
            assert (said.about, said.gate, said.code, said.role) == (
                "effort_level",
                "base-in-order",
                "base-not-in-order",
                "area_director",
            )
            assert said.reason == "Lighting ordered, done within six weeks"
            assert said.until == date(2026, 12, 31)
        assert rows.status(as_of="2024-11-09").gates.set_aside == []
        assert rows.status(as_of="2027-01-01").gates.set_aside == []

    def test_a_bridged_level_says_so(self, extra: Any, folded: Any) -> None:
        """EVA-12: bridged until 30 June 2027 with its reason; after that it is over."""
        bridge = levels.EffortLevelBridged(
            area=LARIKS,
            level=EffortLevelName.EXTRA,
            last_day=date(2026, 12, 31),
            through=date(2027, 6, 30),
            budgets=(levels.YearBudget(year=2027, amount=Decimal("12000.00")),),
            reason="The evaluation is not concluded",
            role="area_director",
            on=date(2026, 12, 10),
        )
        extra.say("l1", bridge, "2026-12-10")
        rows = folded(extra.stored)
        said = rows.status(as_of="2027-01-01").level
        assert (said.level, said.agreed, said.bridged.through) == (
            "extra",
            True,
            date(2027, 6, 30),
        )
        assert said.bridged.reason == "The evaluation is not concluded"
        assert said.budgets == {"2026": "24000.00", "2027": "12000.00"}
        over = rows.status(as_of="2027-07-01").level
        assert (over.level, over.agreed) == ("basic", False)
        known = rows.status(as_of="2027-01-01", known_at="2026-12-09").level
        assert known.agreed is False
        assert rows.status(as_of="2026-12-09").level.bridged is None

    def test_a_question_stays_until_it_is_answered(self, extra: Any, folded: Any) -> None:
        """MON-29: the level stays in force, questioned; the director's answer is visible."""
        extra.say("l1", questioned_for_the_base(), "2026-05-18")
        answer = levels.EffortLevelQuestionAnswered(
            area=LARIKS,
            level=EffortLevelName.EXTRA,
            ground=levels.Ground.BASE,
            answer=levels.Answer.CONTINUE,
            reason="Repairs are ordered",
            on=date(2026, 6, 1),
        )
        extra.say("l1", answer, "2026-06-01")
        rows = folded(extra.stored)
        open_ = rows.status(as_of="2026-05-31").level
        assert (open_.agreed, only(open_.questions).status) == (True, "open")
        said = only(rows.status(as_of="2026-06-01").level.questions)
        assert (said.status, said.answer, said.reason, said.since) == (
            "answered",
            "continue",
            "Repairs are ordered",
            date(2026, 5, 18),
        )
        assert rows.status(as_of="2026-05-17").level.questions == []
        assert rows.status(as_of="2026-06-01", internal=False).level.questions is None
