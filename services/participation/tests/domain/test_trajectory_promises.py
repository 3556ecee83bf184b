"""What was promised is kept by people who were there, lowered openly, or openly broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from trajectory_kit import AREA, OWNERS, TENANTS, WISHES, check, held, plan, running

from leefwijk.events.language.participation.ladder import Answers, OwnRole
from leefwijk.events.language.participation.trajectories import (
    FeedbackOutcome,
    FeedbackReason,
    PromiseBroken,
    PromiseKept,
    PromiseLowered,
    PromiseRaised,
    TrajectoryClosed,
)
from leefwijk.events.language.participation.words import Explanation, Form, Level
from leefwijk.events.testing.specification import Specification
from participation.domain.trajectory import Trajectory
from participation.domain.trajectory_feedback import GiveFeedback, ReviseFeedback
from participation.domain.trajectory_knowledge import CheckedGroup
from participation.domain.trajectory_life import CloseTrajectory
from participation.domain.trajectory_promises import LowerPromise, RaisePromise

MEETINGS = (
    (Form.LETTER, "2026-10-01T08:00:00Z", None),
    (Form.SURVEY, "2026-10-02T08:00:00Z", 61),
    (Form.MEETING, "2026-10-06T17:30:00Z", 34),
    (Form.MEETING, "2026-10-10T08:30:00Z", 21),
    (Form.DECISION_MEETING, "2026-10-15T17:30:00Z", 0),
)


def answer(spec: Specification, number: int, told: date) -> Specification:
    """People were told that a moment was held and nothing came."""
    command = GiveFeedback(
        moment=number, outcome=FeedbackOutcome.NOTHING_CAME, told_on=told, form=Form.LETTER
    )
    return spec.when(command).recorded()


def five_moments() -> Specification:
    """The trajectory of PAR-22, with all feedback given."""
    spec = running(tenants=Level.CO_DECIDE, owners=Level.INFORMED)
    for number, (form, at, count) in enumerate(MEETINGS, start=1):
        spec = plan(spec.at("2026-09-21T09:00:00Z"), form, at)
        spec = held(spec, number, "2026-10-16T09:00:00Z", count)
        spec = answer(spec, number, date(2026, 10, 16))
    return spec


def test_a_form_that_nobody_came_to_carries_nothing() -> None:
    """PAR-22: promised co_decide, carried advise; owners are fine; then 19 people decide."""
    spec = five_moments()
    spec.when(CloseTrajectory()).refused(
        "promise-not-kept", saying="tenants were promised co_decide; carried advise"
    )
    spec = plan(spec, Form.DECISION_MEETING, "2026-11-05T18:30:00Z")
    spec = held(spec, 6, "2026-11-06T09:00:00Z", 19)
    spec.when(CloseTrajectory()).refused("feedback-owed")
    spec = answer(spec, 6, date(2026, 11, 6))
    spec.when(CloseTrajectory()).then(
        TrajectoryClosed(
            area=AREA,
            check="c1",
            promises=(
                PromiseKept(group=TENANTS, promise=Level.CO_DECIDE, kept=True, broken=False),
                PromiseKept(group=OWNERS, promise=Level.INFORMED, kept=True, broken=False),
            ),
            on=date(2026, 11, 6),
        )
    )


def test_the_other_way_out_is_to_lower_it() -> None:
    """PAR-22: the other way out is lower-promise; none leaves the promise standing and unkept."""
    spec = five_moments().by("area_manager")
    lower = LowerPromise(
        group=TENANTS,
        to=Level.ADVISE,
        reason=Explanation.TIME,
        told_on=date(2026, 10, 16),
        form=Form.MEETING,
    )
    (closed,) = spec.when(lower).recorded().when(CloseTrajectory()).events
    assert isinstance(closed, TrajectoryClosed)
    tenants = closed.promises[0]
    assert (tenants.promise, tenants.lowered_from) == (Level.ADVISE, Level.CO_DECIDE)


@pytest.fixture
def decided() -> Specification:
    """The decision meeting of PAR-23, after a walk on a Saturday."""
    spec = running(tenants=Level.CO_DECIDE)
    spec = plan(spec, Form.NEIGHBOURHOOD_WALK, "2026-11-14T09:30:00Z")
    spec = plan(spec, Form.DECISION_MEETING, "2026-11-20T18:30:00Z")
    spec = held(spec, 1, "2026-11-15T09:00:00Z", 6)
    spec = answer(spec, 1, date(2026, 11, 15))
    return held(
        spec, 2, "2026-11-21T09:00:00Z", 19, "bankjes bij de vijver, geen parkeren", decided=True
    )


def told(reason: FeedbackReason, outcome: FeedbackOutcome, on: date | None) -> GiveFeedback:
    """What people are told about what they decided."""
    return GiveFeedback(
        moment=2, item=1, outcome=outcome, reason=reason, told_on=on, form=Form.MEETING
    )


NOT = FeedbackOutcome.NOT_TAKEN_OVER
DAY = date(2026, 11, 21)


def test_a_co_decision_is_binding(decided: Specification) -> None:
    """PAR-23: too costly is no reason, for nobody; lowering the promise does not undo it."""
    costly = told(FeedbackReason.MONEY, NOT, DAY)
    decided.when(costly).refused("co-decision-is-binding")
    decided.when(told(FeedbackReason.LAW, NOT, DAY)).refused("co-decision-is-binding")
    manager = decided.by("area_manager")
    manager.when(costly).refused("co-decision-is-binding")
    for outcome in (FeedbackOutcome.PARTLY_TAKEN_OVER, NOT):
        decided.when(told(FeedbackReason.OTHER, outcome, DAY)).refused("co-decision-is-binding")
    lower = LowerPromise(
        group=TENANTS,
        to=Level.ADVISE,
        reason=Explanation.MONEY,
        told_on=DAY,
        form=Form.MEETING,
    )
    lowered = manager.when(lower).recorded()
    lowered.when(costly).refused("co-decision-is-binding")


@pytest.mark.parametrize(
    "reason", [FeedbackReason.LAW, FeedbackReason.SAFETY, FeedbackReason.NOT_FEASIBLE]
)
def test_or_the_promise_is_openly_broken(decided: Specification, reason: FeedbackReason) -> None:
    """PAR-23: an area manager may for three reasons, told; then it closes as broken, not kept."""
    manager = decided.by("area_manager")
    manager.when(told(reason, NOT, None)).refused("feedback-not-told")
    given_, broken = manager.when(told(reason, NOT, DAY)).events
    assert broken == PromiseBroken(
        check="c1",
        group=TENANTS,
        moment=2,
        item=1,
        promise=Level.CO_DECIDE,
        reason=reason,
        on=DAY,
    )
    after = manager.when(told(reason, NOT, DAY)).recorded()
    assert after.state(Trajectory).listing().facets["broken"] == "yes"
    (closed,) = after.when(CloseTrajectory()).events
    assert isinstance(closed, TrajectoryClosed)
    assert closed.promises == (
        PromiseKept(group=TENANTS, promise=Level.CO_DECIDE, kept=False, broken=True),
    )
    assert given_.audience.value == broken.audience.value == "partners"


def test_a_revision_is_no_way_around_it(decided: Specification) -> None:
    """PAR-23: what was taken over cannot be revised away either."""
    taken = GiveFeedback(
        moment=2, item=1, outcome=FeedbackOutcome.TAKEN_OVER, told_on=DAY, form=Form.MEETING
    )
    spec = decided.when(taken).recorded()
    revise = ReviseFeedback(
        moment=2,
        item=1,
        outcome=NOT,
        reason=FeedbackReason.MONEY,
        told_on=DAY,
        form=Form.MEETING,
    )
    spec.when(revise).refused("co-decision-is-binding")
    spec.by("area_manager").when(revise).refused("co-decision-is-binding")


def test_what_was_decided_after_a_lowering_binds_nobody() -> None:
    """PAR-23: only decisions held before the lowering stay binding."""
    spec = running(tenants=Level.CO_DECIDE).by("area_manager")
    spec = plan(spec, Form.DECISION_MEETING, "2026-11-20T18:30:00Z")
    lower = LowerPromise(
        group=TENANTS,
        to=Level.ADVISE,
        reason=Explanation.MONEY,
        told_on=date(2026, 11, 9),
        form=Form.MEETING,
    )
    spec = spec.at("2026-11-10T09:00:00Z").when(lower).recorded()
    spec = held(spec, 1, "2026-11-21T09:00:00Z", 19, "bankjes", decided=True)
    costly = GiveFeedback(
        moment=1,
        item=1,
        outcome=NOT,
        reason=FeedbackReason.MONEY,
        told_on=DAY,
        form=Form.MEETING,
    )
    spec.by("neighbourhood_worker").when(costly).recorded()


LOWER = LowerPromise(group=TENANTS, to=Level.ADVISE, reason=Explanation.MONEY)


def told_lower(on: date) -> LowerPromise:
    """The lowering of PAR-26, told on a day."""
    return LOWER.model_copy(update={"told_on": on, "form": Form.MEETING})


def test_a_promise_never_comes_down_in_silence() -> None:
    """PAR-26: not told is refused; told it names share above and the check, and stays on show."""
    worker = running(tenants=Level.CO_DECIDE).at("2026-11-10T09:00:00Z")
    spec = worker.by("area_manager")
    spec.when(LOWER).refused("lowered-promise-not-told")
    spec.when(told_lower(date(2026, 11, 11))).refused("told-in-future")
    worker.when(told_lower(date(2026, 11, 9))).refused("decision-room-needs-area-manager")
    bare = told_lower(date(2026, 11, 9)).model_copy(update={"reason": None})
    spec.when(bare).refused("reason-missing")
    after = spec.when(told_lower(date(2026, 11, 9))).then(
        PromiseLowered(
            check="c1",
            group=TENANTS,
            from_=Level.CO_DECIDE,
            to=Level.ADVISE,
            reason=Explanation.MONEY,
            told_on=date(2026, 11, 9),
            form=Form.MEETING,
            share_above="36.1",
            on=date(2026, 11, 10),
        )
    )
    promise = after.state(Trajectory).promise(TENANTS)
    assert [one.level for one in promise.history] == [Level.CO_DECIDE, Level.ADVISE]
    after.when(told_lower(date(2026, 11, 9))).refused("promise-not-lower")


def test_a_lowering_is_told_after_what_was_promised() -> None:
    """PAR-26: nobody was told that a promise comes down before it was made, or raised."""
    spec = running(tenants=Level.CO_DECIDE).by("area_manager").at("2026-11-10T09:00:00Z")
    spec.when(told_lower(date(2026, 9, 19))).refused(
        "lowered-promise-not-told", saying="20 September"
    )
    spec.when(told_lower(date(2026, 9, 20))).recorded()
    low = running(tenants=Level.HELP).by("area_manager").at("2026-11-10T09:00:00Z")
    raised = low.when(RaisePromise(group=TENANTS, to=Level.CO_DECIDE, reason="er kan meer"))
    later = raised.recorded().at("2026-11-20T09:00:00Z")
    later.when(told_lower(date(2026, 11, 9))).refused("lowered-promise-not-told")
    later.when(told_lower(date(2026, 11, 10))).recorded()


def test_a_raised_promise_says_why_and_is_wished_for() -> None:
    """PAR-26: raising is for an area manager too; nobody gets what nobody asked to run."""
    worker = running(tenants=Level.ADVISE).at("2026-11-10T09:00:00Z")
    raised = RaisePromise(group=TENANTS, to=Level.HELP, reason="er is meer mogelijk")
    worker.when(raised).refused("decision-room-needs-area-manager")
    spec = worker.by("area_manager")
    spec.when(RaisePromise(group=TENANTS, to=Level.HELP)).refused("reason-missing")
    spec.when(raised).then(
        PromiseRaised(
            check="c1",
            group=TENANTS,
            from_=Level.ADVISE,
            to=Level.HELP,
            reason="er is meer mogelijk",
            on=date(2026, 11, 10),
        )
    )


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        (WISHES, "36.1"),
        (Answers(informed=40, help=4), None),
        (Answers(informed=4, help=40), None),
        (Answers(informed=40, help=5), "11.1"),
        (Answers(not_now=9), None),
    ],
)
def test_no_share_tells_of_fewer_than_five(answers: Answers, shown: str | None) -> None:
    """PAR-26: the fact is for partners, so neither the part nor the rest is below k."""
    group = CheckedGroup(TENANTS, Level.ADVISE, answers)
    assert group.share_above(Level.ADVISE) == shown


def test_a_promise_that_changes_fits_the_role_of_the_corporation() -> None:
    """PAR-08: who leads hands nothing over, and who has no part in it lets nobody advise."""
    known = check(tenants=Level.CO_DECIDE)
    spec = running(tenants=Level.CO_DECIDE).by("area_manager")
    raised = RaisePromise(group=TENANTS, to=Level.SELF_MANAGE, reason="Ze willen het zelf")
    leading = spec.knowing(replace(known, role=OwnRole.CO_INITIATE))
    leading.when(raised).refused("role-contradicts-promise")
    (event,) = spec.knowing(replace(known, role=OwnRole.SUPPORT)).when(raised).events
    assert isinstance(event, PromiseRaised)

    def lowered(to: Level) -> LowerPromise:
        return LowerPromise(
            group=TENANTS,
            to=to,
            reason=Explanation.TIME,
            told_on=date(2026, 9, 21),
            form=Form.MEETING,
        )

    no_part = spec.knowing(replace(known, role=OwnRole.NONE))
    no_part.when(lowered(Level.ADVISE)).refused("role-contradicts-promise")
    (event,) = no_part.when(lowered(Level.INFORMED)).events
    assert isinstance(event, PromiseLowered)
