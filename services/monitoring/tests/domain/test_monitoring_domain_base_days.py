"""The verdicts as told, day by day: facts read as of any day say what is read as of that day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from leefwijk.events.language.monitoring.base_conditions import (
    BaseAssessmentLapsed,
    BaseVerdictChanged,
    Finding,
    Step,
    StepFound,
    Verdict,
)
from leefwijk.events.testing import Specification, given
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Decided
from monitoring.domain.assessing import (
    AssessBase,
    CorrectBaseAssessment,
    JudgeBase,
    JudgeBaseByTime,
)
from monitoring.domain.base_condition import BaseCondition
from monitoring.domain.base_verdict import KnownBase, KnownComplex, Reading, read_area

PITTELO = "WK010604@2020"
ABC = ("a", "b", "c")
WELL = tuple(
    StepFound(step=step, found=Finding.SUFFICIENT) for step in (Step.CLEAN, Step.WHOLE, Step.SAFE)
)
UNSAFE = (StepFound(step=Step.SAFE, found=Finding.INSUFFICIENT),)


def _of(*complexes: str, bad: tuple[str, ...] = ()) -> tuple[KnownComplex, ...]:
    homes = {name: (UUID(int=900 + place),) for place, name in enumerate(ABC) if name in bad}
    return tuple(KnownComplex(name, PITTELO, homes.get(name, ())) for name in complexes)


def _facts(spec: Specification, complex_: str | None = None) -> list[BaseVerdictChanged]:
    """The verdicts on a place that stand: each ended those from its own day on."""
    found: list[BaseVerdictChanged] = []
    for event, _ in spec.events:
        if isinstance(event, BaseVerdictChanged) and event.complex == complex_:
            found = [*(one for one in found if one.on < event.on), event]
    return found


def _told(spec: Specification, day: date, complex_: str | None = None) -> BaseVerdictChanged | None:
    return next((one for one in reversed(_facts(spec, complex_)) if one.on <= day), None)


def _reads(spec: Specification, *days: str) -> list[str]:
    told = [_told(spec, date.fromisoformat(day)) for day in days]
    return [one.verdict.value if one else "nothing" for one in told]


def _assess(spec: Specification, day: str, complex_: str | None, *steps: StepFound) -> Decided:
    return spec.at(f"{day}T09:00:00Z").when(AssessBase(complex=complex_, steps=steps or WELL))


def _three() -> Specification:
    """A, B and C of Pittelo; C not in order in April and in order in May (MON-27)."""
    known = KnownBase(PITTELO, ("GM0106",), complexes=_of(*ABC))
    spec = given().by("neighbourhood_worker").knowing(known)
    spec = _assess(spec, "2026-01-10", "a").recorded()
    spec = _assess(spec, "2026-03-03", "b").recorded()
    spec = _assess(spec, "2026-04-20", "c", *WELL[:2], *UNSAFE).recorded()
    return _assess(spec, "2026-05-20", "c", WELL[2]).recorded()


def test_a_correction_of_the_day_leaves_the_days_between_as_they_were() -> None:
    """MON-28, MON-27: A was seen on 12 January; C stays unknown in February, broken in April."""
    spec = _three().at("2026-06-01T09:00:00Z")
    (first, *_) = spec.state(BaseCondition).assessments
    moved = CorrectBaseAssessment(assessment=first.id, on=date(2026, 1, 12), reason="Typed wrong")
    corrected = spec.when(moved).recorded()
    days = ("2026-01-11", "2026-01-12", "2026-02-01", "2026-04-25", "2026-05-20")
    assert _reads(corrected, *days) == ["unknown", "unknown", "unknown", "not_in_order", "in_order"]
    a = [_told(corrected, date.fromisoformat(day), "a") for day in days[:2]]
    assert [one.verdict for one in a if one] == [Verdict.UNKNOWN, Verdict.IN_ORDER]
    last = _told(corrected, date(2026, 6, 1))
    assert last is not None
    assert last.valid_through == date(2027, 1, 12)


def test_a_backdated_look_says_nothing_of_the_days_that_were_told_since() -> None:
    """MON-27: that B was seen again on 5 March does not make April what May is."""
    spec = _three().at("2026-06-01T09:00:00Z")
    look = AssessBase(complex="b", on=date(2026, 3, 5), steps=WELL)
    looked = spec.when(look).recorded()
    days = ("2026-03-04", "2026-03-05", "2026-04-25", "2026-05-20", "2026-06-01")
    assert _reads(looked, *days) == ["unknown", "unknown", "not_in_order", "in_order", "in_order"]


def test_a_home_measured_before_the_first_look_begins_no_verdict() -> None:
    """MON-27: measured well on 1 March, first looked at on 1 April: in March it was unknown."""
    known = KnownBase(PITTELO, ("GM0106",), complexes=_of("a"))
    spec = given().by("neighbourhood_worker").knowing(known)
    spec = _assess(spec, "2026-04-01", "a").recorded().at("2026-04-10T09:00:00Z")
    heard = spec.when(JudgeBase(on=date(2026, 3, 1))).nothing()
    assert _reads(heard, "2026-03-15", "2026-04-01") == ["nothing", "in_order"]


def test_a_home_that_was_bad_for_a_while_breaks_those_days_only() -> None:
    """MON-26, MON-27: a 6 of 1 March was measured anew on 1 April: told later, told of each day."""
    march, april = date(2026, 3, 1), date(2026, 4, 1)
    earlier = ((march, _of("a", bad=("a",))), (april, _of("a")))
    known = KnownBase(PITTELO, ("GM0106",), complexes=_of("a"))
    spec = given().by("neighbourhood_worker").knowing(known)
    spec = _assess(spec, "2026-01-10", "a").recorded().at("2026-05-01T09:00:00Z")
    heard = spec.knowing(replace(known, earlier=earlier)).when(JudgeBase(on=march))
    told = [(e.complex, e.on, e.before.value, e.verdict.value) for e in heard.events]  # type: ignore[attr-defined]
    assert told == [
        ("a", march, "in_order", "not_in_order"),
        (None, march, "in_order", "not_in_order"),
        ("a", april, "not_in_order", "in_order"),
        (None, april, "not_in_order", "in_order"),
    ]


def test_what_was_told_of_a_later_day_is_what_changes_there() -> None:
    """MON-27, MON-29: in order since April by what was told; that it is not, is a loss of April."""
    known = KnownBase(PITTELO, ("GM0106",), complexes=_of("a"))
    spec = given().by("neighbourhood_worker").knowing(known)
    spec = _assess(spec, "2026-04-01", "a").recorded().at("2026-05-01T09:00:00Z")
    bad = replace(known, complexes=_of("a", bad=("a",)))
    heard = spec.knowing(bad).when(JudgeBase(on=date(2026, 3, 1))).recorded()
    march, april = _facts(heard)
    assert (march.before, march.verdict) == (Verdict.UNKNOWN, Verdict.NOT_IN_ORDER)
    assert (april.before, april.verdict) == (Verdict.IN_ORDER, Verdict.NOT_IN_ORDER)
    assert april.on == date(2026, 4, 1)


def test_each_lapse_has_its_own_day_however_late_it_is_noticed() -> None:
    """MON-27: noticed on 10 March 2027, A lapsed on 11 January and B on 4 March."""
    late = _three().at("2027-03-10T09:00:00Z").when(JudgeBaseByTime())
    lapsed = [(one.complex, one.on) for one in late.events if isinstance(one, BaseAssessmentLapsed)]
    assert lapsed == [("a", date(2027, 1, 11)), ("b", date(2027, 3, 4))]
    facts = [one for one in _facts(late.recorded()) if one.on.year == 2027]
    told = [(one.on, one.before, {lack.complex for lack in one.because}) for one in facts]
    assert told == [
        (date(2027, 1, 11), Verdict.IN_ORDER, {"a"}),
        (date(2027, 3, 4), Verdict.UNKNOWN, {"a", "b"}),
    ]
    late.recorded().when(JudgeBaseByTime()).nothing()


def test_a_lapse_that_nobody_noticed_is_told_with_the_next_look() -> None:
    """MON-27: looked at again on 1 March before the lapse of 11 January was told: both stand."""
    spec = _assess(_three(), "2027-03-01", "a").recorded()
    days = ("2027-01-10", "2027-01-11", "2027-02-28", "2027-03-01")
    assert _reads(spec, *days) == ["in_order", "unknown", "unknown", "in_order"]


def test_a_corrected_assessment_lapses_by_its_own_day() -> None:
    """MON-27, MON-28: lapsed on 11 January 2027, really of 10 June 2026: it lapses in June."""
    spec = _three().at("2027-01-12T09:00:00Z").when(JudgeBaseByTime()).recorded()
    (first, *_) = spec.state(BaseCondition).assessments
    move = CorrectBaseAssessment(assessment=first.id, on=date(2026, 6, 10), reason="Typed wrong")
    corrected = spec.at("2027-01-20T09:00:00Z").when(move).recorded()
    assert _told(corrected, date(2027, 1, 20), "a").verdict is Verdict.IN_ORDER  # type: ignore[union-attr]
    assert corrected.state(BaseCondition).due() == moment("2027-03-03T23:00:00Z")
    over = corrected.at("2027-07-01T09:00:00Z").when(JudgeBaseByTime())
    lapsed = {one.complex: one.on for one in over.events if isinstance(one, BaseAssessmentLapsed)}
    assert lapsed["a"] == date(2027, 6, 11)
    a = _told(over.recorded(), date(2027, 6, 11), "a")
    assert a is not None
    assert (a.verdict, a.on) == (Verdict.UNKNOWN, date(2027, 6, 11))
    # corrected in what was found only, it lapsed on the day that was told
    again = CorrectBaseAssessment(assessment=first.id, steps=UNSAFE, reason="Dark after all")
    spec.when(again).recorded().when(JudgeBaseByTime()).nothing()


@dataclass(frozen=True)
class Happening:
    """Something that happens: some days later, about a complex, on a day some days before."""

    what: str
    later: int
    back: int
    complex: str | None
    good: bool
    step: Step


_steps = st.lists(
    st.builds(
        Happening,
        st.sampled_from(["assess", "all-well", "correct", "measure", "tick", "judge"]),
        st.sampled_from([0, 1, 20, 100, 366]),
        st.sampled_from([0, 0, 1, 30, 120, 400]),
        st.sampled_from([None, *ABC]),
        st.booleans(),
        st.sampled_from([Step.CLEAN, Step.SAFE, Step.ACTIVE_RESIDENTS]),
    ),
    min_size=1,
    max_size=9,
)
_FIRST = date(2026, 1, 1)


class _Homes:
    """Measurements of one home in each of A, B and C, as the service would know of them."""

    def __init__(self) -> None:
        self.scores: dict[str, dict[date, bool]] = {name: {} for name in ABC}

    def on(self, day: date) -> tuple[KnownComplex, ...]:
        bad = []
        for name, scores in self.scores.items():
            known = [one for one in sorted(scores) if one <= day]
            bad += [name] if known and not scores[known[-1]] else []
        return _of(*ABC, bad=tuple(bad))

    def known(self, today: date) -> KnownBase:
        days = sorted({day for scores in self.scores.values() for day in scores if day <= today})
        earlier = tuple((day, self.on(day)) for day in (date(2020, 1, 1), *days))
        return KnownBase(PITTELO, ("GM0106",), complexes=self.on(today), earlier=earlier)


def _happens(spec: Specification, homes: _Homes, one: Happening, today: date) -> Specification:
    day = max(today - timedelta(days=one.back), _FIRST)
    base = spec.state(BaseCondition)
    command: AssessBase | CorrectBaseAssessment | JudgeBase | JudgeBaseByTime
    if one.what == "measure":
        homes.scores[one.complex or "a"][day] = one.good
        command = JudgeBase(on=day)
    elif one.what == "judge":
        command = JudgeBase(on=day)
    elif one.what == "tick":
        command = JudgeBaseByTime()
    elif one.what == "correct" and base.assessments:
        said = base.assessments[one.later % len(base.assessments)]
        whole = one.complex is None
        command = CorrectBaseAssessment(
            assessment=said.id, complex=one.complex, area_as_a_whole=whole, on=day, reason="Wrong"
        )
    else:
        found = Finding.SUFFICIENT if one.good else Finding.INSUFFICIENT
        steps = WELL if one.what == "all-well" else (StepFound(step=one.step, found=found),)
        command = AssessBase(complex=one.complex, on=day, steps=steps)
    return spec.knowing(homes.known(today)).when(command).recorded()


def _same(told: BaseVerdictChanged | None, read: Reading | None) -> bool:
    if told is None:
        return read is None or not read.rests_on_something
    if read is None:
        return told.verdict is Verdict.UNKNOWN
    return (told.verdict, told.step, told.because, told.evidence, told.valid_through) == (
        read.verdict,
        read.step,
        read.because,
        read.evidence,
        read.valid_through,
    )


@settings(deadline=None)
@for_all(_steps)
def test_facts_read_as_of_any_day_are_what_is_read_as_of_it(steps: list[Happening]) -> None:
    """MON-27, MON-28: whatever is looked at, corrected, measured or noticed late, in any order."""
    homes, today = _Homes(), _FIRST
    known = homes.known(today)
    spec = given().by("neighbourhood_worker").at(f"{today}T12:00:00Z").knowing(known)
    spec = spec.when(AssessBase(complex="a", steps=WELL)).recorded()
    for one in steps:
        today += timedelta(days=one.later)
        spec = _happens(spec.at(f"{today}T12:00:00Z"), homes, one, today)
    spec = spec.knowing(homes.known(today)).when(JudgeBaseByTime()).recorded()
    base, known = spec.state(BaseCondition), homes.known(today)
    turns = {_FIRST, today}
    for assessment in base.assessments:
        for said in assessment.said:
            turns |= {said.on, said.valid_through, said.valid_through + timedelta(days=1)}
    turns |= {day for scores in homes.scores.values() for day in scores}
    turns |= {day - timedelta(days=1) for day in turns}
    for day in sorted(day for day in turns if _FIRST <= day <= today):
        read = read_area(base, known.as_of(day), day)
        assert _same(_told(spec, day), read.area), day
        for name in ABC:
            if name in base.complexes:
                assert _same(_told(spec, day, name), read.complexes.get(name)), (day, name)
