"""Specifications of the base: as good as the worst complex, also where only parts were assessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from projections_scenes import BUURT, LARIKS, only

from leefwijk.events.language.monitoring import base_conditions as base
from leefwijk.events.language.monitoring.areas import (
    AreaKind,
    AreaRegistered,
    ExperiencedAreaDrawn,
    Part,
)

OTHER = "BU01060102@2020"
LIVED = "XA0123456789ab@1"
IN_ASSEN = ("GM0106",)
GOOD, BAD = base.Finding.SUFFICIENT, base.Finding.INSUFFICIENT
FIRST = (base.Step.CLEAN, base.Step.WHOLE, base.Step.SAFE)
INFORMATION = base.Step.INFORMATION_AND_AGREEMENTS


def looked(
    on: str, area: str = LARIKS, complex_: str | None = None, **found: base.Finding
) -> base.BaseAssessed:
    """Somebody looked: the first steps are sufficient unless said otherwise."""
    day = date.fromisoformat(on)
    steps = {**dict.fromkeys((step.value for step in FIRST), GOOD), **found}
    return base.BaseAssessed(
        area=area,
        municipalities=IN_ASSEN,
        complex=complex_,
        on=day,
        steps=tuple(
            base.StepFound(step=base.Step(step), found=what) for step, what in steps.items()
        ),
        valid_through=day.replace(year=day.year + 1),
    )


def reads(
    said: base.Verdict,
    on: str,
    *because: base.FailingStep,
    area: str = LARIKS,
    step: int = 0,
    **more: Any,
) -> base.BaseVerdictChanged:
    """The base reads so from a day on."""
    day = date.fromisoformat(on)
    in_order = said is base.Verdict.IN_ORDER
    return base.BaseVerdictChanged(
        area=area,
        municipalities=IN_ASSEN,
        before=base.Verdict.UNKNOWN,
        verdict=said,
        step=step,
        because=because,
        assessed=day,
        valid_through=day.replace(year=day.year + 1) if in_order else None,
        on=day,
        **more,
    )


def places(history: Any) -> None:
    """Lariks with two buurten, and an area as people live it of both."""
    for id_, kind, parent in (
        (LARIKS, AreaKind.DISTRICT, "GM0106@2020"),
        (BUURT, AreaKind.NEIGHBOURHOOD, LARIKS),
        (OTHER, AreaKind.NEIGHBOURHOOD, LARIKS),
    ):
        known = AreaRegistered(
            area=id_, kind=kind, name=id_, parent=parent, municipalities=IN_ASSEN
        )
        history.say(id_, known, "2026-01-01", area=id_)
    drawn = ExperiencedAreaDrawn(
        area=LIVED,
        name="Rond het plein",
        parts=(Part(area=BUURT, inhabitants=10), Part(area=OTHER, inhabitants=10)),
        reason="Zo noemen bewoners het",
        municipalities=IN_ASSEN,
    )
    history.say("lived", drawn, "2026-01-01", area=LIVED)


def steps_of(said: Any) -> dict[str, str]:
    """The state of each step."""
    return {one.step: one.state for one in said.steps}


class TestSteps:
    @pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
    def test_a_step_above_the_base_is_as_good_as_its_worst_complex(
        self, history: Any, folded: Any, order: tuple[str, str]
    ) -> None:
        """MON-25, MON-27: one complex insufficient, another sufficient later: insufficient."""
        found = {"a": BAD, "b": GOOD}
        for day, name in zip(("2026-02-01", "2026-02-02"), order, strict=True):
            seen = looked(day, complex_=name, information_and_agreements=found[name])
            history.say(LARIKS, seen, day)
        history.say(LARIKS, reads(base.Verdict.IN_ORDER, "2026-02-02", step=1), "2026-02-02")
        said = folded(history.stored).status().base
        assert said.step == 1
        assert steps_of(said)["information_and_agreements"] == "insufficient"

    def test_a_complex_where_nobody_looked_at_a_step_leaves_it_unknown(
        self, history: Any, folded: Any
    ) -> None:
        """MON-27: sufficient in one complex says nothing of the other."""
        history.say(LARIKS, looked("2026-02-01", complex_="a"), "2026-02-01")
        seen = looked("2026-02-02", complex_="b", information_and_agreements=GOOD)
        history.say(LARIKS, seen, "2026-02-02")
        said = folded(history.stored).status().base
        assert steps_of(said)["information_and_agreements"] == "unknown"

    def test_the_newest_look_at_a_complex_counts_through_whatever_area(
        self, history: Any, folded: Any
    ) -> None:
        """MON-27: a complex that was looked at again reads as it was found last."""
        history.say(
            LARIKS, looked("2026-02-01", complex_="a", information_and_agreements=BAD), "2026-02-01"
        )
        again = looked("2026-03-01", BUURT, "a", information_and_agreements=GOOD)
        history.say(BUURT, again, "2026-03-01", area=BUURT)
        said = folded(history.stored).status(below=[BUURT]).base
        assert steps_of(said)["information_and_agreements"] == "sufficient"

    def test_the_step_reached_is_said_while_the_verdict_stands(
        self, history: Any, folded: Any
    ) -> None:
        """MON-25: step 2 through the last day on which it counts, after that none."""
        history.say(LARIKS, looked("2026-02-01", information_and_agreements=GOOD), "2026-02-01")
        history.say(LARIKS, reads(base.Verdict.IN_ORDER, "2026-02-01", step=2), "2026-02-01")
        rows = folded(history.stored)
        assert rows.status(as_of="2027-02-01").base.step == 2
        assert rows.status(as_of="2027-02-02").base.step == 0

    def test_homes_that_are_exempt_stand_beside_those_that_are_not(
        self, history: Any, folded: Any
    ) -> None:
        """MON-26: whole broken by 1 dwelling, 1 exempt."""
        broken = base.FailingStep(
            step=base.Step.WHOLE, lack=base.Lack.CONDITION, complex="c", homes=1, exempt=1
        )
        history.say(LARIKS, reads(base.Verdict.NOT_IN_ORDER, "2026-02-01", broken), "2026-02-01")
        failing = only(folded(history.stored).status().base.failing)
        assert (failing.homes, failing.exempt) == (1, 1)


class TestComposed:
    BELOW = (BUURT, OTHER)

    def broken(self, history: Any) -> None:
        """A buurt that somebody found unsafe."""
        history.say(BUURT, looked("2026-02-01", BUURT, safe=BAD), "2026-02-01", area=BUURT)
        lack = base.FailingStep(step=base.Step.SAFE, lack=base.Lack.INSUFFICIENT)
        said = reads(base.Verdict.NOT_IN_ORDER, "2026-02-01", lack, area=BUURT)
        history.say(BUURT, said, "2026-02-01", area=BUURT)

    def good(self, history: Any, area: str, complex_: str | None = None, step: int = 1) -> None:
        """A buurt that somebody found in order."""
        history.say(area, looked("2026-02-03", area, complex_), "2026-02-03", area=area)
        said = reads(base.Verdict.IN_ORDER, "2026-02-03", area=area, step=step)
        history.say(area, said, "2026-02-03", area=area)

    def test_a_wijk_that_nobody_assessed_is_as_good_as_its_worst_buurt(
        self, history: Any, folded: Any
    ) -> None:
        """MON-27: not in order because of a buurt; of the wijk itself nobody said anything."""
        places(history)
        self.broken(history)
        said = folded(history.stored).status(below=self.BELOW).base
        assert (said.verdict, said.step) == ("not_in_order", 0)
        assert steps_of(said)["safe"] == "insufficient"
        assert steps_of(said)["clean"] == "unknown"
        lacks = {(one.area, one.step, one.lack) for one in said.failing}
        assert (BUURT, "safe", "insufficient") in lacks
        assert (LARIKS, "clean", "never_assessed") in lacks
        assert said.assessed == date(2026, 2, 1)
        assert said.evidence.count == 1

    def test_a_look_at_one_buurt_says_nothing_of_the_wijk(self, history: Any, folded: Any) -> None:
        """MON-27: in order there, and the wijk unknown: nobody looked at the rest."""
        places(history)
        self.good(history, BUURT)
        said = folded(history.stored).status(below=self.BELOW).base
        assert (said.verdict, said.step, said.counts_through) == ("unknown", 0, None)

    def test_complexes_that_were_looked_at_are_the_wijk(self, history: Any, folded: Any) -> None:
        """MON-27: a wijk of which complexes were looked at is as good as they are."""
        places(history)
        self.good(history, BUURT, "a", step=3)
        self.good(history, OTHER, "b", step=1)
        said = folded(history.stored).status(below=self.BELOW).base
        assert (said.verdict, said.step) == ("in_order", 1)
        assert said.counts_through == date(2027, 2, 3)
        late = folded(history.stored).status(below=self.BELOW, as_of="2027-02-04").base
        assert (late.verdict, late.step) == ("unknown", 0)

    def test_what_people_live_in_needs_a_look_at_each_of_its_parts(
        self, history: Any, folded: Any
    ) -> None:
        """MON-27: one part in order and the other never assessed: unknown; both: in order."""
        places(history)
        self.good(history, BUURT)
        first = folded(history.stored).status(LIVED, below=self.BELOW).base
        assert first.verdict == "unknown"
        assert {one.area for one in first.failing} == {OTHER}
        self.good(history, OTHER)
        assert folded(history.stored).status(LIVED, below=self.BELOW).base.verdict == "in_order"

    def test_what_is_said_of_the_area_itself_leads(self, history: Any, folded: Any) -> None:
        """MON-25: the verdict of an area is its owner's as soon as there is one."""
        places(history)
        self.broken(history)
        self.good(history, LARIKS)
        assert folded(history.stored).status(below=self.BELOW).base.verdict == "in_order"

    def test_a_drawing_that_lies_in_the_area_has_no_part_in_its_verdict(
        self, history: Any, folded: Any
    ) -> None:
        """MON-27: the same homes are judged once, in the division that was looked at."""
        places(history)
        lack = base.FailingStep(step=base.Step.SAFE, lack=base.Lack.INSUFFICIENT)
        said = reads(base.Verdict.NOT_IN_ORDER, "2026-02-01", lack, area=LIVED)
        history.say(LIVED, said, "2026-02-01", area=LIVED)
        found = folded(history.stored).status(below=[*self.BELOW, LIVED]).base
        assert found.verdict == "unknown"
        assert [(one.area, one.verdict) for one in found.places] == [(LIVED, "not_in_order")]
