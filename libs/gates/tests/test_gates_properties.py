"""What holds over any knowledge: unknown and held never pass, and an override stays red."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import Gate, GateOutcome, KnowledgeState
from leefwijk.events.language.initiatives.plans import ContributionCategory
from leefwijk.gates.agreements import Agreement, Agreements
from leefwijk.gates.base import Base, Bases, FailingStep
from leefwijk.gates.effect import Effect
from leefwijk.gates.involvement import Check, Checks
from leefwijk.gates.legal import Basis
from leefwijk.gates.levels import Level, Levels, Wanted
from leefwijk.gates.line import At, Freshness
from leefwijk.gates.parties import Claim, Parties, PartyRole
from leefwijk.gates.place import Place
from leefwijk.gates.setting_aside import LAW, Experiment, Override
from leefwijk.gates.support import Case, Known, judge_support
from leefwijk.gates.tenants import Dwellings, Reach

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
HERE = "BU01060100@2020"
DAYS = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))
FRESH = st.builds(
    Freshness,
    st.none() | st.integers(0, 72).map(lambda hours: NOW - timedelta(hours=hours)),
    st.booleans(),
)
CHECKS = st.builds(
    Checks,
    st.lists(
        st.builds(
            Check,
            st.just("p"),
            st.sampled_from([("meeting",), ("greening",)]),
            st.sampled_from([frozenset({HERE}), frozenset({"BU01060102@2020"})]),
            st.none(),
            DAYS,
            st.just(("e1",)),
            st.none() | DAYS,
        ),
        max_size=3,
    ).map(tuple),
    FRESH,
)
BASES = st.builds(
    Bases,
    st.lists(
        st.builds(
            Base,
            st.just(HERE),
            st.sampled_from([True, False, None]),
            DAYS,
            st.just(("e2",)),
            st.just((FailingStep("safe", ("f1",)),)),
            st.none() | DAYS,
        ),
        max_size=1,
    ).map(tuple),
    FRESH,
)
LEVELS = st.builds(
    Levels,
    st.lists(
        st.builds(
            Level,
            st.just("m2"),
            st.just(HERE),
            st.sampled_from(EffortLevelName),
            DAYS,
            st.none() | DAYS,
            st.sampled_from([{}, {2026: Decimal(1000)}, {2026: Decimal(0)}]),
            st.just(("e3",)),
        ),
        max_size=2,
    ).map(tuple),
    st.just({}),
    FRESH,
)
KNOWN = st.builds(
    Known,
    CHECKS,
    BASES,
    st.builds(
        Agreements,
        st.lists(
            st.builds(
                Agreement,
                st.just("GM0106"),
                st.just(2026),
                st.booleans(),
                st.sampled_from([(), ("meeting",)]),
                st.just(("e4",)),
            ),
            max_size=1,
        ).map(tuple),
        FRESH,
    ),
    st.builds(
        Parties,
        st.lists(
            st.builds(
                PartyRole,
                st.just("Assen"),
                st.just(HERE),
                st.just("public-space"),
                DAYS,
                st.just(("e5",)),
            ),
            max_size=1,
        ).map(tuple),
        FRESH,
    ),
    LEVELS,
    st.builds(Dwellings, st.none() | st.integers(0, 9), st.just(("e6",)), FRESH),
)
CASES = st.builds(
    lambda opened, subjects, category, aim: Case(
        place=Place(HERE, municipalities=("GM0106",)),
        themes=("meeting",),
        open_to_everyone=opened,
        effect=Effect("It", True, True, "0", aim, date(2026, 12, 31)),
        bases=(Basis("line 1", category, place="hall", moments="Tuesday", open_to="all"),),
        claim=Claim(subjects=subjects),
        reach=Reach(),
        wanted=Wanted(Decimal(100)),
    ),
    st.booleans(),
    st.sampled_from([(), ("public-space",)]),
    st.none() | st.sampled_from(ContributionCategory),
    st.none() | st.just("25"),
)
GROUNDS = st.lists(
    st.builds(
        Override,
        st.sampled_from(Gate),
        st.sampled_from(
            [
                "no-involvement-check",
                "base-unknown",
                "base-not-in-order",
                "knowledge-held",
                "no-collective-interest",
                "other-party-responsible",
                "own-dwellings-not-known",
            ]
        ),
        st.just("area_director"),
        st.just("why"),
        st.just(TODAY),
        DAYS,
    ),
    max_size=6,
).map(tuple)
_UNSURE = {KnowledgeState.UNKNOWN, KnowledgeState.HELD}


def _lines(case: Case, known: Known) -> dict[Gate, Any]:
    return {line.gate: line for line in judge_support(case, known, At(NOW))}


@given(CASES, KNOWN)
def test_unknown_and_held_never_pass(case: Case, known: Known) -> None:
    """INI-08: not known, or held by a message, is never a pass; and there are always nine lines."""
    lines = _lines(case, known)
    assert len(lines) == 9
    for line in lines.values():
        assert not (line.passes and line.knowledge in _UNSURE)
        assert (line.code is None) is line.passes


@given(CASES, KNOWN, GROUNDS)
def test_an_override_turns_no_line_green(
    case: Case, known: Known, overrides: tuple[Override, ...]
) -> None:
    """INI-11, INI-15: outcomes stay as they were, and what law forbids is never set aside."""
    before, after = _lines(case, known), _lines(case, replace(known, overrides=overrides))
    for gate, line in after.items():
        assert line.outcome is before[gate].outcome
        if line.set_aside is not None:
            assert gate not in LAW
            assert line.overridable_by == "area_director"
            assert any(one.gate is gate and one.code == line.code for one in overrides)


@given(CASES, KNOWN)
def test_an_experiment_sets_no_law_aside(case: Case, known: Known) -> None:
    """INI-34: whatever an experiment names, law and purpose stand."""
    all_of_them = Experiment(frozenset(Gate), "why?", "area_director", TODAY, TODAY)
    for gate, line in _lines(case, replace(known, experiment=all_of_them)).items():
        assert not (gate in LAW and line.set_aside)


@given(CASES, KNOWN, KNOWN)
def test_knowing_more_of_one_gate_hides_no_other(case: Case, known: Known, more: Known) -> None:
    """INI-10: each gate looks in its own place; another's knowledge changes nothing of it."""
    before = _lines(case, known)
    for name, gate in (
        ("checks", Gate.RESIDENTS_INVOLVEMENT),
        ("bases", Gate.BASE_IN_ORDER),
        ("agreements", Gate.PERFORMANCE_AGREEMENTS),
        ("parties", Gate.NO_OTHER_PARTY_RESPONSIBLE),
        ("levels", Gate.EFFORT_LEVEL_AND_BUDGET),
        ("dwellings", Gate.OWN_TENANTS_BENEFIT),
    ):
        after = _lines(case, replace(known, **{name: getattr(more, name)}))
        assert {g: li for g, li in after.items() if g is not gate} == {
            g: li for g, li in before.items() if g is not gate
        }


@given(CASES, KNOWN)
def test_held_is_neither_yes_nor_no(case: Case, known: Known) -> None:
    """DESIGN 8.8: while a message is held the line is unknown, whatever else is known."""
    held = replace(known, bases=replace(known.bases, fresh=Freshness(NOW, held=True)))
    line = _lines(case, held)[Gate.BASE_IN_ORDER]
    assert line.outcome is GateOutcome.UNKNOWN
    assert (line.code, line.knowledge) == ("knowledge-held", KnowledgeState.HELD)


SOUND = Check("sound", ("meeting",), frozenset({HERE}), None, TODAY, ("sound",))


@given(CASES, KNOWN)
def test_a_sound_check_opens_the_gate_whatever_else_is_known(case: Case, known: Known) -> None:
    """INI-10: no expired, withdrawn or other check hides it; only a held message does."""
    more = replace(known, checks=replace(known.checks, found=(*known.checks.found, SOUND)))
    line = _lines(case, more)[Gate.RESIDENTS_INVOLVEMENT]
    assert line.passes is not known.checks.fresh.held


FINDINGS = st.sampled_from(["f1", "f2", "f3", "f4"])
BROKEN = st.lists(
    st.builds(
        FailingStep,
        st.sampled_from(["clean", "whole", "safe"]),
        st.lists(FINDINGS, max_size=3, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=3,
).map(lambda failing: Base(HERE, False, TODAY, ("m6",), tuple(failing)))


@given(CASES, BROKEN, st.sets(FINDINGS), st.sets(FINDINGS))
def test_who_repairs_more_is_stopped_less(
    case: Case, base: Base, some: set[str], more: set[str]
) -> None:
    """INI-13: it passes exactly when every open finding of every step is repaired."""
    known = Known(bases=Bases((base,), Freshness(NOW)))

    def passes(repairs: set[str]) -> bool:
        planned = replace(case, repairs=tuple(sorted(repairs)))
        return bool(_lines(planned, known)[Gate.BASE_IN_ORDER].passes)

    open_ = {finding for step in base.failing for finding in step.findings}
    assert passes(some) is (open_ <= some and all(step.findings for step in base.failing))
    assert passes(some | more) >= passes(some)
