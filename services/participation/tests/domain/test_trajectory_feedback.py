"""Everyone hears what was done with what they said, or it does not close."""

from __future__ import annotations

from datetime import date

import pytest
from trajectory_kit import AREA, advices, check, given, held, plan, running

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.participation.trajectories import (
    FeedbackGiven,
    FeedbackOutcome,
    FeedbackOverdue,
    FeedbackReason,
    FeedbackRevised,
    Promise,
    TrajectoryOpened,
    TrajectoryReopened,
    TrajectoryStopped,
)
from leefwijk.events.language.participation.words import Form, Group, LeadingWish, Level
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Specification
from participation.domain.trajectory import Status, Trajectory
from participation.domain.trajectory_feedback import GiveFeedback, ReviseFeedback
from participation.domain.trajectory_knowledge import KnownAdvices, KnownCheck
from participation.domain.trajectory_life import (
    CloseTrajectory,
    JudgeTrajectoryByTime,
    OpenTrajectory,
    StopTrajectory,
)
from participation.domain.trajectory_moments import PlanMoment
from participation.domain.trajectory_reading import coverage

HELD = (
    (Form.MEETING, "2026-10-06T17:30:00Z", 12),
    (Form.NEIGHBOURHOOD_WALK, "2026-10-10T08:30:00Z", 9),
    (Form.DROP_IN, "2026-10-15T12:00:00Z", 6),
)
TAKEN = FeedbackOutcome.TAKEN_OVER


def give(number: int, item: int, told: str = "2026-10-20") -> GiveFeedback:
    """An item was taken over, and people were told."""
    return GiveFeedback(
        moment=number, item=item, outcome=TAKEN, told_on=date.fromisoformat(told), form=Form.LETTER
    )


def three_moments(level: EffortLevelName | None = None) -> Specification:
    """The three moments of PAR-25, held and recorded the day after, with nothing answered."""
    spec = running(level, tenants=Level.ADVISE)
    for form, at, _ in HELD:
        spec = plan(spec, form, at)
    for number, (_, at, items) in enumerate(HELD, start=1):
        now = at.replace(at[8:10], f"{int(at[8:10]) + 1:02}", 1)
        spec = held(spec, number, now, 20, *(f"punt {n}" for n in range(items)))
    return spec.at("2026-10-21T09:00:00Z")


@pytest.fixture
def four_owed() -> Specification:
    """23 of 27 answered; four of the first moment are not."""
    spec = three_moments()
    for number, (_, _, items) in enumerate(HELD, start=1):
        for item in range(1, items + 1):
            if number > 1 or item <= 8:
                spec = spec.when(give(number, item)).recorded()
    return spec


def test_it_closes_at_27_of_27_and_not_before(four_owed: Specification) -> None:
    """PAR-25: refused naming the four; coverage 23/27 = 85.2 %, and only 27/27 closes."""
    refusal = four_owed.when(CloseTrajectory()).refusal
    assert refusal is not None
    (fault,) = refusal.faults
    assert fault.code == "feedback-owed"
    assert fault.figures["owed"] == [{"moment": 1, "items": [9, 10, 11, 12]}]
    assert (fault.figures["answered"], fault.figures["of"]) == (23, 27)
    assert fault.figures["percentage"] == "85.2"
    spec = four_owed
    for item in (9, 10, 11, 12):
        spec.when(CloseTrajectory()).refused("feedback-owed")
        spec = spec.when(give(1, item)).recorded()
    assert coverage(spec.state(Trajectory)).percentage == "100.0"
    assert spec.when(CloseTrajectory()).recorded().state(Trajectory).status is Status.CLOSED


@pytest.mark.parametrize(
    "outcome",
    [
        FeedbackOutcome.PARTLY_TAKEN_OVER,
        FeedbackOutcome.NOT_TAKEN_OVER,
        FeedbackOutcome.PASSED_ON,
    ],
)
def test_what_is_not_taken_over_says_why(
    four_owed: Specification, outcome: FeedbackOutcome
) -> None:
    """PAR-25: the last three outcomes need a reason, passed_on the party too."""
    bare = give(1, 9).model_copy(update={"outcome": outcome, "to_party": "Gemeente Assen"})
    four_owed.when(bare).refused("outcome-needs-reason")
    whole = bare.model_copy(update={"reason": FeedbackReason.MONEY})
    (given_,) = four_owed.when(whole).events
    assert isinstance(given_, FeedbackGiven)
    if outcome is FeedbackOutcome.PASSED_ON:
        four_owed.when(whole.model_copy(update={"to_party": None})).refused("outcome-needs-reason")


def test_noting_it_inside_is_not_telling(four_owed: Specification) -> None:
    """PAR-25: without toldOn and form it was not told; told in the future it was not either."""
    for missing in ("told_on", "form"):
        four_owed.when(give(1, 9).model_copy(update={missing: None})).refused("feedback-not-told")
    four_owed.when(give(1, 9, "2026-10-22")).refused("told-in-future")
    four_owed.when(give(1, 9, "2026-10-05")).refused("feedback-not-told")


def test_a_moment_without_input_is_answered_once() -> None:
    """PAR-25: a moment without any input still needs one answer: held, and nothing came."""
    spec = plan(running(tenants=Level.ADVISE), Form.MEETING, "2026-10-06T17:30:00Z")
    spec = held(spec, 1, "2026-10-07T09:00:00Z", 4)
    assert coverage(spec.state(Trajectory)).owed == 1
    spec.when(give(1, 1, "2026-10-07")).refused("no-such-item")
    nothing = GiveFeedback(
        moment=1,
        outcome=FeedbackOutcome.NOTHING_CAME,
        told_on=date(2026, 10, 7),
        form=Form.NOTICE,
    )
    spec.when(nothing.model_copy(update={"outcome": TAKEN})).refused("outcome-does-not-fit")
    spec = spec.when(nothing).recorded()
    spec.when(nothing).refused("already-answered")
    assert coverage(spec.state(Trajectory)).answered == 1


def test_late_feedback_is_told_once_and_shown_as_late(four_owed: Specification) -> None:
    """PAR-25: 28 days passed: feedback-overdue once, naming the day; later answers show as late."""
    four_owed.at("2026-11-03T22:59:00Z").when(JudgeTrajectoryByTime()).nothing()
    assert four_owed.state(Trajectory).due() == moment("2026-11-03T23:00:00Z")
    late = four_owed.at("2026-11-09T09:00:00Z").when(JudgeTrajectoryByTime())
    spec = late.then(
        FeedbackOverdue(moment=1, owed=4, due_on=date(2026, 11, 3), on=date(2026, 11, 4))
    )
    spec.when(JudgeTrajectoryByTime()).nothing()
    spec = spec.when(give(1, 9, "2026-11-05")).recorded()
    assert spec.state(Trajectory).moments[0].answers[9].days_late == 2


def test_stopping_does_not_cancel_the_debt(four_owed: Specification) -> None:
    """PAR-25: what is owed stays owed after stopping, falls due, and is still answered."""
    four_owed.when(StopTrajectory()).refused("reason-missing")
    spec = four_owed.when(StopTrajectory(reason="het project gaat niet door")).then(
        TrajectoryStopped(area=AREA, reason="het project gaat niet door", on=date(2026, 10, 21))
    )
    assert spec.state(Trajectory).listing().facets["feedback"] == "owed"
    spec = spec.at("2026-11-04T09:00:00Z").when(JudgeTrajectoryByTime()).recorded()
    assert isinstance(spec.events[-1][0], FeedbackOverdue)
    for item in (9, 10, 11, 12):
        spec = spec.when(give(1, item, "2026-11-04")).recorded()
    assert coverage(spec.state(Trajectory)).percentage == "100.0"
    spec.when(PlanMoment(form=Form.MEETING, at=moment("2026-12-01T09:00:00Z"))).refused(
        "not-running"
    )


def test_a_revision_after_closing_opens_it_again(four_owed: Specification) -> None:
    """PAR-25: feedback-revised after closing comes with trajectory-reopened; it closes anew."""
    spec = four_owed
    for item in (9, 10, 11, 12):
        spec = spec.when(give(1, item)).recorded()
    before = len(spec.events)
    spec = spec.when(CloseTrajectory()).recorded()
    revise = ReviseFeedback(
        moment=1,
        item=12,
        outcome=FeedbackOutcome.PARTLY_TAKEN_OVER,
        reason=FeedbackReason.MONEY,
        told_on=date(2026, 10, 21),
        form=Form.MEETING,
    )
    spec.when(revise.model_copy(update={"told_on": None})).refused("feedback-not-told")
    revised, reopened = spec.when(revise).events
    assert isinstance(revised, FeedbackRevised)
    assert revised.corrects.int == before
    assert reopened == TrajectoryReopened(area=AREA, moment=1, item=12, on=date(2026, 10, 21))
    again = spec.when(revise).recorded()
    assert again.state(Trajectory).status is Status.RUNNING
    again.when(CloseTrajectory()).recorded()


@pytest.mark.parametrize("today", ["2027-04-16", "2027-04-17"])
def test_closing_waits_for_formal_advice(today: str) -> None:
    """PAR-27: closing on 16 April fails, from 17 April it passes; never asked fails always."""
    spec = three_moments(EffortLevelName.LARGE_SCALE)
    for number, (_, _, items) in enumerate(HELD, start=1):
        for item in range(1, items + 1):
            spec = spec.when(give(number, item)).recorded()
    spec = spec.at(f"{today}T09:00:00Z")
    spec.knowing(KnownAdvices()).when(CloseTrajectory()).refused(
        "formal-advice-not-settled", saying="not asked"
    )
    spec.knowing(advices(None)).when(CloseTrajectory()).refused("formal-advice-not-settled")
    closing = spec.knowing(advices(date(2027, 4, 17))).when(CloseTrajectory())
    if today == "2027-04-16":
        closing.refused("formal-advice-not-settled")
    else:
        closing.recorded()


def test_it_opens_on_a_valid_check_only() -> None:
    """PAR-21: a trajectory is opened on a concluded check that still counts on that day."""
    known = check(tenants=Level.ADVISE)
    spec = given(at="2026-09-20T09:00:00Z").by("neighbourhood_worker")
    command = OpenTrajectory(check="c1", title="De vijver")
    for standing in ("open", "in doubt", "withdrawn", "expired", "superseded"):
        spec.knowing(KnownCheck("c1", standing)).when(command).refused("check-not-valid")
    spec.at("2027-09-16T09:00:00Z").knowing(known).when(command).refused("check-not-valid")
    last = spec.at("2027-09-15T21:00:00Z").knowing(known)
    (opened,) = last.when(command).events
    assert isinstance(opened, TrajectoryOpened)
    assert opened.promises == (
        Promise(group=Group.TENANTS, level=Level.ADVISE, leading_wish=LeadingWish.CO_DECIDE),
    )


def test_ordinary_feedback_is_for_a_neighbourhood_worker(four_owed: Specification) -> None:
    """PAR-25: an area manager answers only for a decision of residents that is not carried out."""
    manager = four_owed.by("area_manager")
    manager.when(give(1, 9)).refused("role-not-allowed")
    spec = four_owed.when(give(1, 9)).recorded()
    revise = ReviseFeedback(
        moment=1, item=9, outcome=TAKEN, told_on=date(2026, 10, 21), form=Form.MEETING
    )
    spec.by("area_manager").when(revise).refused("role-not-allowed")
    spec.when(revise).recorded()
