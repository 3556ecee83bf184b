"""Effort level and budget: what kind of support fits, on which level, with which euros."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import GateLine, GateOutcome, KnowledgeState
from leefwijk.gates.levels import Level, Levels, Wanted, budget_alone, effort_level_and_budget
from leefwijk.gates.line import At, Freshness

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
AFTER = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
"""2027-01-01 at 00:30 in Assen."""
WIJK = "WK010601@2020"
M2 = Level(
    "m2",
    WIJK,
    EffortLevelName.EXTRA,
    date(2025, 1, 1),
    date(2028, 12, 31),
    {2026: Decimal("24000.00"), 2027: Decimal("24000.00")},
    ("m2", "m3"),
)
ENDING = replace(M2, valid_through=date(2026, 12, 31))
R1 = Wanted(Decimal("1500.00"))


def _line(*levels: Level, wanted: Wanted = R1, now: datetime = NOW) -> GateLine:
    return effort_level_and_budget(wanted, Levels(levels, fresh=Freshness(now)), At(now))


YEARLY = Wanted(Decimal("2000.00"), structural=True)


@pytest.mark.parametrize(
    ("level", "wanted", "says"),
    [
        ("basic", R1, None),
        ("basic", replace(R1, proactive=True), "Basic is reactive"),
        ("basic", YEARLY, "structural support needs large scale"),
        ("extra", replace(R1, proactive=True), None),
        ("extra", YEARLY, "structural support needs large scale"),
        ("large_scale", YEARLY, None),
        ("large_scale", replace(R1, proactive=True), None),
    ],
)
def test_the_level_decides_what_kind_of_support_fits(
    level: str, wanted: Wanted, says: str | None
) -> None:
    """INI-20: basic reactive and incidental, extra proactive too, large scale structural too."""
    line = _line(replace(M2, level=EffortLevelName(level)), wanted=wanted)
    if says is None:
        assert line.outcome is GateOutcome.PASSED
        return
    assert (line.code, line.overridable_by) == ("nature-beyond-effort-level", "area_director")
    assert says in line.reason


def test_structural_support_passes_for_the_years_of_the_agreement() -> None:
    """INI-20: every year without an end passes, and the line says through which year."""
    line = _line(replace(M2, level=EffortLevelName.LARGE_SCALE), wanted=YEARLY)
    assert "for the years within the agreement, through 2028" in line.reason


def test_a_level_that_ended_is_not_prolonged() -> None:
    """INI-23: at 00:30 on 1 January 2027 it is over, since that day, by its own agreement."""
    line = _line(ENDING, now=AFTER)
    assert (line.outcome, line.code) == (GateOutcome.FAILED, "effort-level-expired")
    assert line.reason == "The agreed level ended on 31 December 2026."
    assert (line.since, line.evidence) == (date(2027, 1, 1), ("m2", "m3"))
    before = _line(ENDING, now=datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    assert (before.outcome, before.valid_through) == (GateOutcome.PASSED, date(2026, 12, 31))


def test_a_bridge_keeps_it_open_with_its_own_euros() -> None:
    """INI-23: bridged until 30 June 2027, with euros for 2027; on 1 July it is over."""
    bridged = replace(ENDING, bridged_through=date(2027, 6, 30))
    line = _line(bridged, now=AFTER)
    assert line.outcome is GateOutcome.PASSED
    assert line.reason.startswith("extra, bridged until 30 June 2027, 24,000.00 left")
    assert line.valid_through == date(2027, 6, 30)
    without = replace(bridged, budgets={2026: Decimal("24000.00")})
    assert _line(without, now=AFTER).code == "budget-not-known"
    over = _line(bridged, now=datetime(2027, 6, 30, 22, 0, tzinfo=UTC))
    assert over.code == "effort-level-expired"
    assert over.reason == "The agreed level ended on 30 June 2027."


def test_no_figure_is_not_the_figure_nothing() -> None:
    """INI-23: no euros named is unknown, without a word of what is left; 0.00 is exceeded."""
    unknown = _line(M2, now=datetime(2028, 2, 1, 9, tzinfo=UTC))
    assert (unknown.outcome, unknown.code) == (GateOutcome.UNKNOWN, "budget-not-known")
    assert "left" not in unknown.reason
    zero = _line(replace(M2, budgets={2026: Decimal("0.00")}))
    assert (zero.outcome, zero.code) == (GateOutcome.FAILED, "budget-exceeded")
    assert zero.reason == "0.00 is left of the budget for 2026."


def test_what_is_left_may_lie_below_nothing() -> None:
    """INI-23: 1,000.00, and 1,500.00 was promised by override: -500.00, and never unknown."""
    levels = Levels((M2,), {f"{WIJK}.2026": Decimal("23000.00")})
    assert levels.left_of(M2, 2026, Decimal("0.00")) == Decimal("1000.00")
    assert levels.left_of(M2, 2026, Decimal("1500.00")) == Decimal("-500.00")
    assert levels.left_of(M2, 2028, Decimal("0.00")) is None


def test_a_large_scale_level_without_its_director_takes_no_new_support() -> None:
    """MON-45: `effort-level-without-director`, until one is assigned."""
    alone = replace(M2, level=EffortLevelName.LARGE_SCALE, without_director=True)
    line = _line(alone)
    assert (line.outcome, line.code) == (GateOutcome.FAILED, "effort-level-without-director")
    assert (line.evidence, line.overridable_by) == (("m2", "m3"), "area_director")


def test_the_nearest_level_in_force_pays() -> None:
    """INI-10, INI-23: the wijk before the municipality; where the wijk's is over, the other."""
    assen = replace(M2, level_id="gm", area="GM0106@2020", evidence=("gm",))
    assert _line(M2, assen).evidence == ("m2", "m3")
    assert _line(ENDING, assen, now=AFTER).evidence == ("gm",)
    assert _line(assen).evidence == ("gm",)


def test_knowledge_says_how_old_it_is() -> None:
    """INI-24: the last known level is used, stale with its moment; never blank, never fresh."""
    proved = datetime(2026, 4, 17, 8, tzinfo=UTC)
    line = effort_level_and_budget(R1, Levels((M2,), fresh=Freshness(proved)), At(NOW))
    assert (line.outcome, line.knowledge, line.as_of) == (
        GateOutcome.PASSED,
        KnowledgeState.STALE,
        proved,
    )
    never = effort_level_and_budget(R1, Levels((M2,)), At(NOW))
    assert (never.knowledge, never.as_of) == (KnowledgeState.STALE, None)


def test_euros_alone_are_asked_where_an_assessment_stands_in() -> None:
    """INI-22, DESIGN 8.8: the level is not judged, its euros are; without them it is unknown."""
    basic = replace(M2, level=EffortLevelName.BASIC, budgets={2026: Decimal("1499.99")})
    levels = Levels((basic,))
    proactive = replace(R1, proactive=True)
    assert budget_alone(proactive, levels, At(NOW)).code == "budget-exceeded"
    less = replace(proactive, euros=Decimal("1499.99"))
    assert budget_alone(less, levels, At(NOW)).outcome is GateOutcome.PASSED
    assert budget_alone(R1, Levels(), At(NOW)).code == "budget-not-known"
    assert budget_alone(Wanted(), Levels(), At(NOW)).outcome is GateOutcome.PASSED
