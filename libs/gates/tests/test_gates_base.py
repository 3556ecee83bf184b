"""The base in order: the narrowest place judged leads, and its cure is not stopped by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from leefwijk.events.language.gates import GateLine, GateOutcome, KnowledgeState
from leefwijk.gates.base import Base, Bases, FailingStep, base_in_order
from leefwijk.gates.line import At, Freshness
from leefwijk.gates.place import Place

BUURT, WIJK = "BU01060100@2020", "WK010601@2020"
NOW = datetime(2026, 4, 13, 9, tzinfo=UTC)
HERE = Place(BUURT, within=(WIJK, "GM0106@2020"))
LIGHTS = FailingStep("safe", ("f1",), ("lights out in the back path",))
HOMES = FailingStep("whole", ("f2", "f3"), ("condition 6", "condition 6"))
FINE = Base(BUURT, True, date(2026, 1, 20), ("m1",))
BROKEN = Base(BUURT, False, date(2026, 4, 10), ("m6",), (LIGHTS,))


def _line(*bases: Base, place: Place = HERE, repairs: tuple[str, ...] = ()) -> GateLine:
    return base_in_order(repairs, place, Bases(bases, Freshness(NOW)), At(NOW), ("plan",))


def test_the_narrowest_place_judged_leads_though_older() -> None:
    """INI-10: the complex over the buurt over the wijk, however long ago it was judged."""
    wijk = Base(WIJK, True, date(2026, 3, 1), ("wk",))
    complex_ = Base("c1", False, date(2026, 1, 15), ("c1",), (LIGHTS,))
    inside = replace(HERE, complex="c1")
    assert _line(wijk, complex_, place=inside).evidence == ("c1",)
    assert _line(wijk, complex_).evidence == ("wk",)
    assert _line(wijk, FINE).evidence == ("m1",)


def test_another_complex_is_shown_beside_and_does_not_stop_it() -> None:
    """INI-10: C1 is in order; the buurt is not, because of C2, where I1 is not."""
    complex_ = Base("c1", True, date(2026, 4, 1), ("c1",))
    buurt = replace(BROKEN, because_of=("c2",))
    line = _line(complex_, buurt, place=replace(HERE, complex="c1"))
    assert (line.outcome, line.evidence) == (GateOutcome.PASSED, ("c1",))
    assert "Beside it: c2 is not." in line.reason
    assert _line(complex_, buurt).code == "base-not-in-order"


@pytest.mark.parametrize(
    ("failing", "repairs", "idle"),
    [
        ((LIGHTS,), ("f1",), None),
        ((LIGHTS,), ("f1", "f9"), None),
        ((LIGHTS,), (), ("f1",)),
        ((LIGHTS,), ("f9",), ("f1",)),
        ((LIGHTS, HOMES), ("f1",), ("f2", "f3")),
        ((LIGHTS, HOMES), ("f1", "f2"), ("f3",)),
        ((LIGHTS, HOMES), ("f1", "f2", "f3"), None),
        ((FailingStep("safe"),), ("f1",), ()),
    ],
)
def test_work_on_every_failing_step_is_not_stopped(
    failing: tuple[FailingStep, ...], repairs: tuple[str, ...], idle: tuple[str, ...] | None
) -> None:
    """INI-13: every open finding of every failing step, and none that is not open."""
    line = _line(replace(BROKEN, failing=failing), repairs=repairs)
    if idle is None:
        steps = ", ".join(step.step for step in failing)
        said = "step" if len(failing) == 1 else "steps"
        assert line.reason == f"It works on the failing {said}: {steps}."
        assert (line.outcome, line.evidence) == (GateOutcome.PASSED, ("m6", "plan"))
        return
    assert (line.outcome, line.code) == (GateOutcome.FAILED, "base-not-in-order")
    assert line.evidence == ("m6",)
    assert {one for one in ("f1", "f2", "f3") if one in line.reason} == set(idle)


def test_a_finding_is_told_in_words_where_there_are_any() -> None:
    """INI-13: what was found is named with what was seen."""
    line = _line(BROKEN)
    assert line.reason == (
        f"The base of {BUURT} is not in order (safe: f1 (lights out in the back path))."
    )
    assert line.since == date(2026, 4, 10)


def test_an_assessment_that_is_too_old_is_not_known() -> None:
    """INI-08, MON-27: too long ago is unknown, not in order nor out of it; its last day counts."""
    old = replace(FINE, valid_through=date(2026, 4, 12))
    line = _line(old)
    assert (line.outcome, line.code) == (GateOutcome.UNKNOWN, "base-unknown")
    assert (line.since, line.evidence) == (date(2026, 4, 13), ("m1",))
    last = _line(replace(FINE, valid_through=date(2026, 4, 13)))
    assert (last.outcome, last.valid_through) == (GateOutcome.PASSED, date(2026, 4, 13))


def test_never_assessed_and_not_concluded_are_not_known() -> None:
    """INI-08: nothing heard has no evidence; a verdict of unknown has it. Neither passes."""
    never = _line()
    assert (never.outcome, never.knowledge) == (GateOutcome.UNKNOWN, KnowledgeState.UNKNOWN)
    assert never.evidence == ()
    open_ = _line(replace(FINE, in_order=None))
    assert (open_.outcome, open_.code) == (GateOutcome.UNKNOWN, "base-unknown")
    assert (open_.knowledge, open_.evidence) == (KnowledgeState.KNOWN, ("m1",))
