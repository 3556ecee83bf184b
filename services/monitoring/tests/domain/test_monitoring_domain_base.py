"""The base: assessed per step, derived per complex, corrected in the open, stale after a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import strategies as st

from leefwijk.events.language.monitoring.base_conditions import (
    BaseActionBecameOverdue,
    BaseActionCompleted,
    BaseAssessmentCorrected,
    BaseAssessmentLapsed,
    BaseVerdictChanged,
    Finding,
    Lack,
    Step,
    StepFound,
    Verdict,
)
from leefwijk.events.testing import Specification, given
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Decided
from monitoring.domain.assessing import (
    AssessBase,
    CompleteBaseAction,
    CorrectBaseAssessment,
    JudgeBase,
    JudgeBaseByTime,
    PlanBaseAction,
)
from monitoring.domain.base_condition import BaseCondition
from monitoring.domain.base_verdict import KnownBase, KnownComplex, read_area

PITTELO = "WK010604@2020"
NOBODY = KnownBase(PITTELO, ("GM0106",))
FACTS = (UUID(int=51), UUID(int=52), UUID(int=53))
ALL_WELL: dict[str, bool] = {"clean": True, "whole": True, "safe": True}


def _steps(**found: bool) -> tuple[StepFound, ...]:
    return tuple(
        StepFound(step=Step(name), found=Finding.SUFFICIENT if good else Finding.INSUFFICIENT)
        for name, good in found.items()
    )


def _of(*complexes: str, **more: Any) -> KnownBase:
    homes = tuple(KnownComplex(name, PITTELO, **more) for name in complexes)
    return replace(NOBODY, complexes=homes)


def _assess(complex_: str | None = None, on: date | None = None, **found: bool) -> AssessBase:
    return AssessBase(complex=complex_, on=on, steps=_steps(**found))


def _verdict(spec: Specification, complex_: str | None = None) -> BaseVerdictChanged:
    """The verdict last told of a place."""
    told = [
        event
        for event, _ in spec.events
        if isinstance(event, BaseVerdictChanged) and event.complex == complex_
    ]
    return told[-1]


def _told(decided: Decided) -> list[tuple[str | None, Verdict, Verdict]]:
    return [
        (event.complex, event.before, event.verdict)
        for event in decided.events
        if isinstance(event, BaseVerdictChanged)
    ]


def _empty(at: str = "2026-04-13T09:00:00Z") -> Specification:
    return given(at=at).by("neighbourhood_worker").knowing(NOBODY)


def test_an_area_that_nobody_looked_at_is_unknown() -> None:
    """MON-25: never assessed is unknown, on all three of clean, whole and safe."""
    read = read_area(BaseCondition(), NOBODY, date(2026, 4, 13)).area
    assert read.verdict is Verdict.UNKNOWN
    assert {lack.lack for lack in read.because} == {Lack.NEVER_ASSESSED}
    assert [lack.step for lack in read.because] == [Step.CLEAN, Step.WHOLE, Step.SAFE]
    assert read.evidence == ()


def test_each_of_clean_whole_and_safe_must_be_found_sufficient() -> None:
    """MON-25: not looked at is unknown, insufficient is not in order, and then it is repaired."""
    first = _empty().when(_assess(clean=True, whole=True)).recorded()
    unknown = _verdict(first)
    assert (unknown.verdict, unknown.step) == (Verdict.UNKNOWN, 0)
    assert [(lack.step, lack.lack) for lack in unknown.because] == [(Step.SAFE, Lack.NOT_LOOKED_AT)]
    dark = first.when(_assess(safe=False, information_and_agreements=True)).recorded()
    broken = _verdict(dark)
    assert (broken.before, broken.verdict, broken.step) == (
        Verdict.UNKNOWN,
        Verdict.NOT_IN_ORDER,
        0,
    )
    (lack,) = broken.because
    assert (lack.step, lack.lack) == (Step.SAFE, Lack.INSUFFICIENT)
    planned = dark.when(
        PlanBaseAction(step=Step.SAFE, what="Lights in the back path", by=date(2026, 12, 1))
    ).recorded()
    action = next(iter(planned.state(BaseCondition).actions))
    assert planned.state(BaseCondition).actions[action].assessment == lack.findings[0]
    done = planned.at("2026-11-20T09:00:00Z").when(CompleteBaseAction(action=action))
    after = done.then(BaseActionCompleted(action=action, on=date(2026, 11, 20)))
    assert _verdict(after) == broken
    mended = after.when(_assess(safe=True)).recorded()
    whole = _verdict(mended)
    assert (whole.before, whole.verdict, whole.step) == (
        Verdict.NOT_IN_ORDER,
        Verdict.IN_ORDER,
        2,
    )
    assert whole.because == ()
    # clean and whole were seen first, and count twelve months from then
    assert whole.valid_through == date(2027, 4, 13)


def test_the_verdict_cites_the_assessment_of_the_same_append() -> None:
    """MON-25: a verdict names the events it rests on, also the one recorded with it."""
    assessed = _empty().when(_assess(**ALL_WELL)).recorded()
    (one,) = assessed.state(BaseCondition).assessments
    assert _verdict(assessed).evidence == (one.id,)


def test_work_that_is_not_done_becomes_overdue_once() -> None:
    """MON-25: 1 December passes without completion: overdue, once, whatever day it is noticed."""
    planned = (
        _empty()
        .when(_assess(safe=False))
        .recorded()
        .when(PlanBaseAction(step=Step.SAFE, what="Lights", by=date(2026, 12, 1)))
        .recorded()
    )
    action = next(iter(planned.state(BaseCondition).actions))
    assert planned.state(BaseCondition).due() == moment("2026-12-01T23:00:00Z")
    planned.at("2026-12-01T22:59:59Z").when(JudgeBaseByTime()).nothing()
    late = (
        planned.at("2026-12-04T09:00:00Z")
        .when(JudgeBaseByTime())
        .then(BaseActionBecameOverdue(action=action, on=date(2026, 12, 2)))
    )
    late.when(JudgeBaseByTime()).nothing()
    late.when(CompleteBaseAction(action=action)).recorded()


def test_work_is_planned_on_what_was_found_insufficient() -> None:
    """MON-25: an action belongs to a finding, ends on a day to come, and is completed once."""
    assessed = _empty().when(_assess(safe=False, clean=True)).recorded()
    by = date(2026, 12, 1)
    for step in (Step.CLEAN, Step.WHOLE):
        assessed.when(PlanBaseAction(step=step, what="Sweep", by=by)).refused("nothing-to-repair")
    late = PlanBaseAction(step=Step.SAFE, what="Lights", by=date(2026, 4, 12))
    assessed.when(late).refused("term-in-past")
    planned = assessed.when(PlanBaseAction(step=Step.SAFE, what="Lights", by=by)).recorded()
    action = next(iter(planned.state(BaseCondition).actions))
    tomorrow = date(2026, 4, 14)
    planned.when(CompleteBaseAction(action=action, on=tomorrow)).refused("day-in-future")
    planned.when(CompleteBaseAction(action="other")).refused("unknown-action")
    done = planned.when(CompleteBaseAction(action=action)).recorded()
    done.when(CompleteBaseAction(action=action)).refused("already-completed")


def test_nobody_assesses_a_day_to_come() -> None:
    """MON-25: an assessment says what was seen."""
    _empty().when(_assess(on=date(2026, 4, 14), clean=True)).refused("day-in-future")


def test_homes_in_condition_5_or_6_break_whole_whatever_the_eye_says() -> None:
    """MON-26: only a decided plan with its date exempts a home; the worker's word does not."""
    seen = _empty().knowing(_of("c")).when(_assess("c", **ALL_WELL)).recorded()
    assert _verdict(seen).verdict is Verdict.IN_ORDER
    five, six, _ = FACTS
    reported = seen.knowing(_of("c", bad=(five,), exempt=(six,))).when(JudgeBase()).recorded()
    broken = _verdict(reported)
    assert broken.verdict is Verdict.NOT_IN_ORDER
    (lack,) = broken.because
    assert (lack.step, lack.lack, lack.homes, lack.exempt) == (Step.WHOLE, Lack.CONDITION, 1, 1)
    assert lack.findings == (five,)
    assert set(broken.evidence) >= {five, six}
    assert _verdict(reported, "c").verdict is Verdict.NOT_IN_ORDER
    withdrawn = reported.knowing(_of("c", bad=(five, six))).when(JudgeBase()).recorded()
    assert _verdict(withdrawn).because[0].homes == 2
    mended = withdrawn.knowing(_of("c", bad=(six,))).when(JudgeBase()).recorded()
    assert _verdict(mended).because[0].homes == 1
    mended.when(JudgeBase()).nothing()
    told = mended.when(_assess("c", whole=True)).recorded()
    assert _verdict(told).verdict is Verdict.NOT_IN_ORDER
    decided = told.knowing(_of("c", exempt=(six,))).when(JudgeBase())
    assert (None, Verdict.NOT_IN_ORDER, Verdict.IN_ORDER) in _told(decided)


def _three() -> Specification:
    """A and B in order, C never looked at."""
    first = _empty("2026-01-10T09:00:00Z").knowing(_of("a", "b", "c"))
    second = first.when(_assess("a", **ALL_WELL)).recorded().at("2026-03-03T09:00:00Z")
    return second.when(_assess("b", **ALL_WELL)).recorded()


def test_an_area_is_as_good_as_its_worst_complex() -> None:
    """MON-27: C was never assessed: unknown, naming C; then not in order; then in order."""
    unknown = _verdict(_three())
    assert unknown.verdict is Verdict.UNKNOWN
    assert {(lack.complex, lack.lack) for lack in unknown.because} == {("c", Lack.NEVER_ASSESSED)}
    april = _three().at("2026-04-20T09:00:00Z").when(_assess("c", **{**ALL_WELL, "safe": False}))
    assert _told(april) == [
        ("c", Verdict.UNKNOWN, Verdict.NOT_IN_ORDER),
        (None, Verdict.UNKNOWN, Verdict.NOT_IN_ORDER),
    ]
    assert {lack.complex for lack in _verdict(april.recorded()).because} == {"c"}
    may = april.recorded().at("2026-05-20T09:00:00Z").when(_assess("c", safe=True))
    assert _told(may)[-1] == (None, Verdict.NOT_IN_ORDER, Verdict.IN_ORDER)
    assert _verdict(may.recorded()).valid_through == date(2027, 1, 10)


def test_an_assessment_lapses_after_twelve_months_and_only_its_own_complex_can_cure_it() -> None:
    """MON-27: A lapses on 11 January 2027 and makes the area unknown; B does not cure A."""
    whole = _three().at("2026-05-20T09:00:00Z").when(_assess("c", **ALL_WELL)).recorded()
    assert whole.state(BaseCondition).due() == moment("2027-01-10T23:00:00Z")
    whole.at("2027-01-10T22:00:00Z").when(JudgeBaseByTime()).nothing()
    over = whole.at("2027-01-14T09:00:00Z").when(JudgeBaseByTime())
    lapsed, *_ = over.events
    assert isinstance(lapsed, BaseAssessmentLapsed)
    assert (lapsed.complex, lapsed.on) == ("a", date(2027, 1, 11))
    after = over.recorded()
    unknown = _verdict(after)
    assert (unknown.verdict, unknown.on) == (Verdict.UNKNOWN, date(2027, 1, 11))
    assert {(lack.complex, lack.lack) for lack in unknown.because} == {("a", Lack.TOO_LONG_AGO)}
    after.when(JudgeBaseByTime()).nothing()
    still = after.when(_assess("b", **ALL_WELL)).recorded()
    assert _verdict(still).verdict is Verdict.UNKNOWN
    assert _verdict(still.when(_assess("a", **ALL_WELL)).recorded()).verdict is Verdict.IN_ORDER


def test_a_look_at_the_whole_area_covers_complexes_that_nobody_looked_at_by_themselves() -> None:
    """MON-27: a complex falls under its area as a whole, until it is looked at or breaks."""
    whole = _empty().knowing(_of("a", "b")).when(_assess(**ALL_WELL)).recorded()
    assert _verdict(whole).verdict is Verdict.IN_ORDER
    one = whole.when(_assess("b", clean=False)).recorded()
    assert {lack.complex for lack in _verdict(one).because if lack.lack is Lack.INSUFFICIENT} == {
        "b"
    }
    assert _verdict(one).verdict is Verdict.NOT_IN_ORDER


def test_the_base_of_a_part_counts_for_the_area_it_lies_in() -> None:
    """MON-27: what is wrong in a buurt is wrong in its wijk."""
    buurt = "BU01060401@2020"
    below = given(at="2026-04-01T09:00:00Z").knowing(KnownBase(buurt, ("GM0106",)))
    dirty = below.when(_assess(**{**ALL_WELL, "clean": False})).recorded().state(BaseCondition)
    wijk = _empty().knowing(replace(NOBODY, below=(dirty,))).when(_assess(**ALL_WELL)).recorded()
    assert _verdict(wijk).verdict is Verdict.NOT_IN_ORDER
    assert _verdict(wijk).because[0].says == buurt


def test_a_mistaken_assessment_is_corrected_in_the_open_on_two_clocks() -> None:
    """MON-28: A is in order again as of 15 September; as known on that day it was not."""
    before = _empty("2026-08-01T09:00:00Z").knowing(_of("a", "b"))
    whole = before.when(_assess("a", **ALL_WELL)).recorded()
    whole = whole.when(_assess("b", **ALL_WELL)).recorded()
    mistaken = whole.at("2026-09-01T09:00:00Z").when(_assess("a", safe=False)).recorded()
    wrong = mistaken.state(BaseCondition).assessments[-1].id
    later = mistaken.at("2026-09-20T09:00:00Z")
    later.when(CorrectBaseAssessment(assessment=wrong, complex="b")).refused("reason-missing")
    corrected = later.when(
        CorrectBaseAssessment(assessment=wrong, complex="b", reason="Wrong complex")
    )
    event = corrected.events[0]
    assert isinstance(event, BaseAssessmentCorrected)
    assert (event.corrects, event.complex, event.on) == (wrong, "b", date(2026, 9, 1))
    assert _told(corrected)[:2] == [
        ("a", Verdict.NOT_IN_ORDER, Verdict.IN_ORDER),
        ("b", Verdict.IN_ORDER, Verdict.NOT_IN_ORDER),
    ]
    state = corrected.recorded().state(BaseCondition)
    day, then = date(2026, 9, 15), moment("2026-09-15T21:00:00Z")
    for known_at, expected in ((None, ("b",)), (then, ("a",))):
        read = read_area(state, _of("a", "b"), day, known_at)
        broken = [name for name, one in read.complexes.items() if one.step == 0]
        assert tuple(broken) == expected
    # the refusal of 10 September rests on what was known then, which can still be asked for
    assert read_area(state, _of("a", "b"), date(2026, 9, 10), then).area.step == 0
    assert state.assessments[-1].now.reason == "Wrong complex"
    assert len(state.assessments[-1].said) == 2


def test_a_finding_counts_where_its_complex_lies() -> None:
    """MON-28: looked at through Pittelo, B lies in Lariks: it counts there, and not here."""
    here = replace(_of("a"), elsewhere=frozenset({"b"}))
    seen = _empty().knowing(here).when(_assess("a", **ALL_WELL)).recorded()
    other = seen.when(_assess("b", safe=False))
    assert _told(other) == []
    after = other.recorded()
    assert read_area(after.state(BaseCondition), here, date(2026, 4, 13)).complexes.keys() == {"a"}
    homes = (KnownComplex("b", "WK010601@2020"),)
    lariks = KnownBase(
        "WK010601@2020", ("GM0106",), complexes=homes, beside=(after.state(BaseCondition),)
    )
    read = read_area(BaseCondition(), lariks, date(2026, 4, 13))
    assert read.complexes["b"].verdict is Verdict.NOT_IN_ORDER
    assert read.area.verdict is Verdict.NOT_IN_ORDER
    # a look at Pittelo as a whole says nothing of Lariks
    whole = after.when(_assess(**ALL_WELL)).recorded().state(BaseCondition)
    told = read_area(BaseCondition(), replace(lariks, beside=(whole,)), date(2026, 4, 13))
    assert {lack.complex for lack in told.area.because} == {"b"}


def test_a_correction_that_says_the_same_records_nothing() -> None:
    """MON-28: and what is no assessment here cannot be corrected."""
    whole = _empty().when(_assess("a", **ALL_WELL)).recorded()
    mine = whole.state(BaseCondition).assessments[0].id
    same = CorrectBaseAssessment(assessment=mine, complex="a", reason="Looked again")
    whole.when(same).nothing()
    other = CorrectBaseAssessment(assessment=UUID(int=9), reason="Looked again")
    whole.when(other).refused("unknown-assessment")
    future = CorrectBaseAssessment(assessment=mine, on=date(2027, 1, 1), reason="Later")
    whole.when(future).refused("day-in-future")
    to_area = CorrectBaseAssessment(assessment=mine, area_as_a_whole=True, reason="All of it")
    moved = whole.when(to_area).recorded()
    assert _verdict(moved).verdict is Verdict.IN_ORDER
    assert _verdict(moved, "a").verdict is Verdict.UNKNOWN


def test_who_read_an_older_version_hears_what_the_other_found() -> None:
    """MON-28: two workers assess A at once; the second sees the first one's finding."""
    before = _empty().when(_assess("a", clean=True)).recorded()
    after = before.when(_assess("a", clean=False)).recorded()
    said = after.state(BaseCondition).changed_since(before.state(BaseCondition))
    assert said == "Meanwhile a was found: clean insufficient."


_NAMES = ("a", "b", "c")
_looks = st.lists(
    st.tuples(
        st.sampled_from(_NAMES),
        st.dictionaries(
            st.sampled_from([step.value for step in Step]), st.booleans(), min_size=1, max_size=6
        ),
        st.integers(0, 500),
    ),
    max_size=8,
)


@for_all(_looks, st.sets(st.sampled_from(_NAMES), max_size=3))
def test_the_area_is_never_better_than_any_complex(
    looks: list[tuple[str, dict[str, bool], int]], broken: set[str]
) -> None:
    """MON-27: whatever was found, in whatever order: the worst complex is what the area reads."""
    homes = tuple(
        KnownComplex(name, PITTELO, bad=FACTS[:1] if name in broken else ()) for name in _NAMES
    )
    known = replace(NOBODY, complexes=homes)
    spec = _empty("2026-01-01T09:00:00Z").knowing(known)
    for name, found, days in sorted(looks, key=lambda look: look[2]):
        day = date.fromordinal(date(2026, 1, 1).toordinal() + days)
        spec = spec.at(f"{day}T12:00:00Z").when(_assess(name, **found)).recorded()
    day = date(2027, 6, 1)
    read = read_area(spec.state(BaseCondition), known, day)
    rank = [Verdict.IN_ORDER, Verdict.UNKNOWN, Verdict.NOT_IN_ORDER].index
    assert rank(read.area.verdict) == max(rank(one.verdict) for one in read.complexes.values())
    assert (read.area.verdict is Verdict.IN_ORDER) == (not read.area.because)
    assert (read.area.step == 0) == bool(read.area.because)
    for name in broken:
        assert read.complexes[name].verdict is Verdict.NOT_IN_ORDER
