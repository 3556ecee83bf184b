"""Agreements are made by residents, and people are addressed on them step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from leefwijk.events.language.participation.ladder import Answers
from leefwijk.events.language.participation.living_agreements import (
    AddressedBy,
    AddressingOutcome,
    AgreementAddressed,
    AgreementMade,
    AgreementReviewOverdue,
    Danger,
    Manner,
    MomentOrigin,
    Origin,
    ReviewOutcome,
    SkippedFor,
    Step,
    Topic,
)
from leefwijk.events.language.participation.wish_panels import GroupTally
from leefwijk.events.language.participation.words import Form, Group
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Specification, given
from participation.domain.living_agreement import STEPS, LivingAgreement, Status
from participation.domain.living_agreement_life import (
    EndAgreement,
    JudgeAgreementByTime,
    MakeAgreement,
    ProposeAgreement,
    RecordResponses,
    ReviewAgreement,
)
from participation.domain.living_agreement_origin import KnownOrigin
from participation.domain.living_agreement_steps import AddressAgreement, EndAddressing
from participation.domain.places import KnownArea, KnownPlaces
from participation.domain.trajectory_moment import Moment, MomentStatus
from participation.domain.wish_panel import PanelStatus, WishPanel

AREA = "XA0123456789ab@1"
PROPOSE = ProposeAgreement(
    title="Trappenhuis en geluid",
    area=AREA,
    homes=48,
    topics=(Topic.STAIRWELL, Topic.NOISE, Topic.WASTE),
)
DROP_IN = Origin(moment=MomentOrigin(trajectory="t1", moment=1))
ATTENDED = Moment(
    1,
    Form.DROP_IN,
    moment("2026-08-20T12:00:00Z"),
    status=MomentStatus.HELD,
    attendance=22,
)
START = (
    given(at="2026-09-01T09:00:00Z")
    .by("neighbourhood_worker")
    .knowing(KnownArea(AREA, ("GM0106",)), KnownPlaces(), KnownOrigin(ATTENDED, here=True))
)


def responses(spec: Specification, answered: int, agreeing: int, objecting: int) -> Specification:
    """So many homes answered."""
    command = RecordResponses(answered=answered, agreeing=agreeing, objecting=objecting)
    return spec.when(command).recorded()


@pytest.fixture
def proposed() -> Specification:
    """Proposed for 48 homes."""
    return START.when(PROPOSE).recorded()


@pytest.fixture
def made(proposed: Specification) -> Specification:
    """Made on 1 September 2026 by 31 of 48 homes."""
    return responses(proposed, 31, 24, 7).when(MakeAgreement(origin=DROP_IN)).recorded()


def test_ours_alone_are_house_rules(proposed: Specification) -> None:
    """PAR-28: without a moment or panel of residents behind it, it is not made by residents."""
    spec = responses(proposed, 31, 24, 7)
    spec.when(MakeAgreement()).refused("not-made-by-residents")
    spec.when(MakeAgreement(origin=Origin())).refused("not-made-by-residents")
    both = DROP_IN.model_copy(update={"panel": "p1"})
    spec.when(MakeAgreement(origin=both)).refused("not-made-by-residents")


COUNTED = GroupTally(group=Group.TENANTS, answers=Answers(help=6), tokens=48)
NOBODYS = ("not-made-by-residents",)


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        (KnownOrigin(), NOBODYS),
        (KnownOrigin(ATTENDED), NOBODYS),
        (KnownOrigin(replace(ATTENDED, attendance=0), here=True), NOBODYS),
        (KnownOrigin(replace(ATTENDED, attendance=None), here=True), NOBODYS),
        (KnownOrigin(replace(ATTENDED, form=Form.LETTER), here=True), NOBODYS),
        (
            KnownOrigin(replace(ATTENDED, status=MomentStatus.PLANNED), here=True),
            NOBODYS,
        ),
        (KnownOrigin(ATTENDED, here=True), ()),
        (KnownOrigin(panel=WishPanel(PanelStatus.OPEN), here=True), NOBODYS),
        (KnownOrigin(panel=WishPanel(PanelStatus.CLOSED), here=True), NOBODYS),
        (KnownOrigin(panel=WishPanel(PanelStatus.CLOSED, tally=(COUNTED,)), here=True), ()),
    ],
)
def test_residents_of_the_place_were_there(
    proposed: Specification, known: KnownOrigin, codes: tuple[str, ...]
) -> None:
    """PAR-28: a moment they came to, or a panel they answered, about this place."""
    spec = responses(proposed, 31, 24, 7).knowing(known)
    made = spec.when(MakeAgreement(origin=DROP_IN))
    assert (made.refusal.codes if made.refusal else ()) == codes


@pytest.mark.parametrize(("answered", "agreeing"), [(15, 13), (16, 8)])
def test_a_third_answers_and_more_than_half_agree(
    proposed: Specification, answered: int, agreeing: int
) -> None:
    """PAR-28: 15/48 is below a third; with 16 homes 8 agreeing is not more than half."""
    said = "31.3 %" if answered == 15 else "8 of 16"
    spec = responses(proposed, answered, agreeing, answered - agreeing)
    spec.when(MakeAgreement(origin=DROP_IN)).refused("no-resident-majority", saying=said)
    one_more = responses(proposed, 16, 9, 7)
    one_more.when(MakeAgreement(origin=DROP_IN)).recorded()


def test_objections_stay_visible_beside_it(proposed: Specification) -> None:
    """PAR-28: 31 homes, 24 agreeing, 7 objecting: made, to be reviewed in twelve months."""
    spec = responses(proposed, 31, 24, 7).when(MakeAgreement(origin=DROP_IN))
    after = spec.then(
        AgreementMade(
            title="Trappenhuis en geluid",
            area=AREA,
            municipalities=("GM0106",),
            topics=(Topic.STAIRWELL, Topic.NOISE, Topic.WASTE),
            homes=48,
            answered=31,
            agreeing=24,
            objecting=7,
            origin=DROP_IN,
            review_by=date(2027, 9, 1),
            on=date(2026, 9, 1),
        )
    )
    assert after.state(LivingAgreement).responses.objecting == 7


@pytest.mark.parametrize("counts", [(31, 28, 3), (46, 30, 16), (31, 24, 5), (31, 31, 0)])
def test_no_count_below_five_reaches_partners(
    proposed: Specification, counts: tuple[int, int, int]
) -> None:
    """PAR-28: nor one that could be had by subtraction; inside, the responses are whole."""
    (event,) = responses(proposed, *counts).when(MakeAgreement(origin=DROP_IN)).events
    assert isinstance(event, AgreementMade)
    assert (event.answered, event.agreeing, event.objecting) == (None, None, None)


def test_counts_fit_each_other(proposed: Specification) -> None:
    """PAR-28: fewer than k homes are people; more answers than homes, or than answers, are none."""
    START.when(PROPOSE.model_copy(update={"homes": 4})).refused("points-at-household")
    wrong = RecordResponses(answered=49, agreeing=10, objecting=0)
    proposed.when(wrong).refused("more-answers-than-invited")
    wrong = RecordResponses(answered=10, agreeing=8, objecting=3)
    proposed.when(wrong).refused("counts-do-not-add-up")


def address(step: Step, topic: Topic = Topic.WASTE, **more: object) -> AddressAgreement:
    """Address 48 homes on a topic."""
    by = AddressedBy.AREA_MANAGER if step in {Step.WARNED, Step.ACTED} else AddressedBy.RESIDENTS
    command = AddressAgreement(topic=topic, step=step, homes=48, by=by, manner=Manner.LETTER)
    return command.model_copy(update=more)


@pytest.fixture
def spoken_to(made: Specification) -> Specification:
    """Informed on 5 October, spoken to by residents themselves on 19 October."""
    spec = made.at("2026-10-05T09:00:00Z").when(address(Step.INFORMED)).recorded()
    return spec.at("2026-10-19T09:00:00Z").when(address(Step.SPOKEN_TO)).recorded()


def test_each_step_leaves_time_to_improve(spoken_to: Specification) -> None:
    """PAR-29: warned on 26 October is too soon; on 2 November it is recorded."""
    manager = spoken_to.by("area_manager")
    manager.at("2026-10-26T09:00:00Z").when(address(Step.WARNED)).refused(
        "too-soon-for-next-step",
        saying="Spoken to on 19 October; give it until 2 November.",
    )
    second = manager.at("2026-11-02T09:00:00Z")
    second.when(address(Step.ACTED)).refused("step-skipped", saying="warned")
    spoken_to.at("2026-11-02T09:00:00Z").when(address(Step.WARNED)).refused(
        "step-needs-area-manager"
    )
    second.when(address(Step.WARNED)).then(
        AgreementAddressed(
            topic=Topic.WASTE,
            step=Step.WARNED,
            area=AREA,
            homes=48,
            by=AddressedBy.AREA_MANAGER,
            manner=Manner.LETTER,
            on=date(2026, 11, 2),
        )
    )


def test_steps_count_per_topic(spoken_to: Specification) -> None:
    """PAR-29: for noise in the same stairwell the line starts at informed."""
    spoken_to.when(address(Step.SPOKEN_TO, Topic.NOISE)).refused("step-skipped", saying="informed")
    spoken_to.when(address(Step.INFORMED, Topic.NOISE)).recorded()


def test_a_step_addresses_an_area_and_nobody_in_it(made: Specification) -> None:
    """PAR-29: at least k homes, by whom as a role or as residents, and no text at all."""
    made.when(address(Step.INFORMED, homes=4)).refused("points-at-household")
    fields = AgreementAddressed.model_fields
    assert [name for name, field in fields.items() if field.annotation is str] == ["area"]
    assert {one.value for one in AddressedBy} == {
        "residents",
        "neighbourhood_worker",
        "area_manager",
        "partner",
    }


def test_a_step_goes_toward_the_area_or_a_part_of_it(made: Specification) -> None:
    """PAR-29: each step says toward which area; one that lies elsewhere is refused."""
    part, elsewhere = "BU01060105@2020", "BU01060400@2020"
    spec = made.knowing(
        KnownPlaces({part: frozenset({part, AREA}), elsewhere: frozenset({elsewhere})})
    )
    (event,) = spec.when(address(Step.INFORMED, area=part, homes=12)).events
    assert isinstance(event, AgreementAddressed)
    assert (event.area, event.homes) == (part, 12)
    spec.when(address(Step.INFORMED, area=elsewhere)).refused("unknown-area", saying="no part of")
    spec.when(address(Step.INFORMED, area="BU01069999@2020")).refused("unknown-area")


def test_danger_is_the_only_shortcut(spoken_to: Specification) -> None:
    """PAR-29: scooters in the escape route: acted at once, showing what was skipped and why."""
    spec = spoken_to.when(address(Step.INFORMED, Topic.STAIRWELL)).recorded()
    manager = spec.by("area_manager")
    act = address(Step.ACTED, Topic.STAIRWELL, danger=Danger.ESCAPE_ROUTE_BLOCKED)
    spec.when(act).refused("step-needs-area-manager")
    manager.when(act.model_copy(update={"danger": None})).refused("step-skipped")
    warn = address(Step.WARNED, Topic.STAIRWELL, danger=Danger.FIRE)
    manager.when(warn).refused("step-skipped")
    (event,) = manager.when(act).events
    assert isinstance(event, AgreementAddressed)
    assert event.skipped == (Step.SPOKEN_TO, Step.WARNED)
    assert (event.reason, event.danger) == (SkippedFor.DANGER, Danger.ESCAPE_ROUTE_BLOCKED)
    assert "skipped" in event.to_json()


def test_past_its_review_date_it_carries_the_light_steps_only(spoken_to: Specification) -> None:
    """PAR-29: review-overdue by the calendar, recorded or not; a review carries all steps again."""
    spec = spoken_to.by("area_manager").at("2027-09-02T09:00:00Z")
    spec.when(address(Step.WARNED)).refused("review-overdue")
    spec.when(address(Step.SPOKEN_TO)).recorded()
    spec.when(address(Step.INFORMED, Topic.NOISE)).recorded()
    assert spec.state(LivingAgreement).due() == moment("2027-09-01T22:00:00Z")
    late = spec.at("2027-09-05T09:00:00Z").when(JudgeAgreementByTime())
    overdue = late.then(AgreementReviewOverdue(due_on=date(2027, 9, 1), on=date(2027, 9, 2)))
    overdue.when(JudgeAgreementByTime()).nothing()
    overdue.when(address(Step.WARNED)).refused("review-overdue")
    review = ReviewAgreement(outcome=ReviewOutcome.KEPT)
    reviewed = overdue.when(review).recorded()
    assert reviewed.state(LivingAgreement).review_by == date(2028, 9, 5)
    reviewed.when(address(Step.WARNED)).recorded()


def test_no_step_is_dated_before_the_agreement(made: Specification) -> None:
    """PAR-29: nobody is addressed on what was not made yet, not even in danger."""
    spec = made.by("area_manager").at("2026-10-05T09:00:00Z")
    early = {"on": date(2026, 8, 31)}
    spec.when(address(Step.INFORMED, **early)).refused("day-before-start", saying="1 September")
    act = address(Step.ACTED, danger=Danger.FIRE, **early)
    spec.when(act).refused("day-before-start")
    spec.when(address(Step.INFORMED, on=date(2026, 9, 1))).recorded()


def test_an_earlier_date_is_no_way_around_the_fourteen_days(spoken_to: Specification) -> None:
    """PAR-29: a step is not dated before one that was taken on the topic, in an ended line too."""
    spec = spoken_to.by("area_manager").at("2026-10-20T09:00:00Z")
    early = date(2026, 10, 6)
    spec.when(address(Step.SPOKEN_TO, on=early)).refused("day-before-start", saying="19 October")
    spec.when(address(Step.WARNED, on=date(2026, 10, 18))).refused("day-before-start")
    spec.when(address(Step.INFORMED, Topic.NOISE, on=early)).recorded()
    ended = spec.when(EndAddressing(topic=Topic.WASTE, outcome=AddressingOutcome.IMPROVED))
    anew = ended.recorded()
    anew.when(address(Step.INFORMED, on=early)).refused("day-before-start")
    anew.when(address(Step.INFORMED, on=date(2026, 10, 19))).recorded()


def test_speaking_to_them_again_gives_time_anew(spoken_to: Specification) -> None:
    """PAR-29: the fourteen days run from the last time."""
    again = spoken_to.at("2026-10-30T09:00:00Z").when(address(Step.SPOKEN_TO)).recorded()
    manager = again.by("area_manager")
    manager.at("2026-11-12T09:00:00Z").when(address(Step.WARNED)).refused(
        "too-soon-for-next-step", saying="give it until 13 November"
    )
    manager.at("2026-11-13T09:00:00Z").when(address(Step.WARNED)).recorded()


def test_an_earlier_date_is_no_way_around_the_review(spoken_to: Specification) -> None:
    """PAR-29: whether it waits for its review is judged on the day of recording."""
    spec = spoken_to.by("area_manager").at("2027-10-01T09:00:00Z")
    spec.when(address(Step.WARNED, on=date(2027, 8, 31))).refused("review-overdue")
    spec.when(address(Step.SPOKEN_TO, on=date(2027, 8, 31))).recorded()


def test_danger_lifts_nothing_from_a_light_step(made: Specification) -> None:
    """PAR-29: danger is for acting at once; no other step carries it, on no topic."""
    manager = made.by("area_manager")
    fire = {"danger": Danger.FIRE}
    manager.when(address(Step.INFORMED, Topic.PETS, **fire)).refused("no-such-topic")
    manager.when(address(Step.INFORMED, **fire)).refused("danger-is-for-acting")
    manager.when(address(Step.ACTED, Topic.PETS, **fire)).recorded()


def test_a_review_makes_no_rules(made: Specification) -> None:
    """PAR-28: what residents did not agree on is proposed to them; less can be kept of it."""
    changed = ReviewAgreement(outcome=ReviewOutcome.CHANGED)
    more = (Topic.STAIRWELL, Topic.NOISE, Topic.WASTE, Topic.PETS)
    made.when(changed.model_copy(update={"topics": more})).refused(
        "not-made-by-residents", saying="pets"
    )
    fewer = made.when(changed.model_copy(update={"topics": (Topic.NOISE,)})).recorded()
    fewer.when(changed.model_copy(update={"topics": (Topic.WASTE,)})).refused(
        "not-made-by-residents"
    )


def test_an_ended_line_begins_anew(spoken_to: Specification) -> None:
    """PAR-29: after it ended, a topic starts at informed; from warned on a manager ends it."""
    end = EndAddressing(topic=Topic.WASTE, outcome=AddressingOutcome.IMPROVED)
    warned = spoken_to.by("area_manager").at("2026-11-02T09:00:00Z").when(address(Step.WARNED))
    warned.recorded().by("neighbourhood_worker").when(end).refused("step-needs-area-manager")
    spec = spoken_to.when(end).recorded()
    spec.when(address(Step.SPOKEN_TO)).refused("step-skipped")
    spec.when(EndAgreement()).refused("reason-missing")
    spec = spec.when(EndAgreement(reason="iedereen is verhuisd")).recorded()
    spec.when(address(Step.INFORMED)).refused("not-made")
    assert spec.state(LivingAgreement).due() is None


@settings(max_examples=40, deadline=None)
@examples(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from(Step),
            st.sampled_from([*Danger, None]),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_no_order_of_commands_skips_a_step_without_danger(
    tries: list[tuple[int, Step, Danger | None, bool]],
) -> None:
    """PAR-29: whatever is tried, steps recorded go up one at a time, 14 days apart, or danger."""
    spec = responses(START.when(PROPOSE).recorded(), 31, 24, 7)
    spec = spec.when(MakeAgreement(origin=DROP_IN)).recorded()
    day = date(2026, 9, 2).toordinal()
    for wait, step, danger, manager in tries:
        day += wait
        spec = spec.at(f"{date.fromordinal(day)}T12:00:00Z")
        spec = spec.by("area_manager" if manager else "neighbourhood_worker")
        decided = spec.when(address(step, danger=danger))
        spec = decided.recorded() if decided.refusal is None else spec
    state = spec.state(LivingAgreement)
    assert state.status in {Status.MADE, Status.REVIEW_OVERDUE}
    before: AgreementAddressed | None = None
    for one in state.line(Topic.WASTE):
        rank = STEPS.index(one.step)
        if one.danger is None:
            assert not one.skipped
            assert rank - (STEPS.index(before.step) if before else -1) in {0, 1}
            if before and before.step is not one.step:
                assert (one.on - before.on).days >= 14
        else:
            assert one.step is Step.ACTED
        before = one
