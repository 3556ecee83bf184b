"""Whatever is tried in whatever order, nothing closes in silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st
from trajectory_kit import OWNERS, TENANTS, plan, running

from leefwijk.events.decider import Command
from leefwijk.events.language.participation.ladder import rung
from leefwijk.events.language.participation.trajectories import (
    FeedbackOutcome,
    FeedbackReason,
    PromiseBroken,
    TrajectoryClosed,
)
from leefwijk.events.language.participation.words import Explanation, Form, Level
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Specification
from participation.domain.trajectory import Trajectory
from participation.domain.trajectory_feedback import GiveFeedback
from participation.domain.trajectory_life import CloseTrajectory, JudgeTrajectoryByTime
from participation.domain.trajectory_moments import (
    CancelMoment,
    PlanMoment,
    RecordHeldMoment,
    SaidInput,
)
from participation.domain.trajectory_promises import LowerPromise
from participation.domain.trajectory_reading import carried, coverage

FIRST = date(2026, 9, 29)
PLANNED = (
    (Form.MEETING, "2026-09-22T17:30:00Z"),
    (Form.DECISION_MEETING, "2026-09-26T09:00:00Z"),
)
"""Varied enough, so that only what is tried stands in the way of closing."""


@dataclass(frozen=True)
class Try:
    """One thing that somebody tries, so many days later."""

    what: str
    days: int
    number: int
    form: Form
    count: int | None
    decided: bool
    outcome: FeedbackOutcome
    reason: FeedbackReason | None
    level: Level


def _tries(what: st.SearchStrategy[str], number: st.SearchStrategy[int]) -> st.SearchStrategy[Try]:
    return st.builds(
        Try,
        what,
        st.integers(0, 3),
        number,
        st.sampled_from([Form.LETTER, Form.MEETING, Form.DECISION_MEETING]),
        st.sampled_from([19, 19, 3, None, 0]),
        st.booleans(),
        st.sampled_from([FeedbackOutcome.TAKEN_OVER, FeedbackOutcome.NOT_TAKEN_OVER]),
        st.sampled_from([FeedbackReason.LAW, FeedbackReason.LAW, FeedbackReason.MONEY, None]),
        st.sampled_from([Level.INFORMED, Level.ADVISE]),
    )


ANY = st.lists(
    _tries(
        st.sampled_from(["plan", "held", "feedback", "cancel", "lower", "close"]), st.integers(1, 3)
    ),
    max_size=8,
)
USUAL = st.tuples(
    *(_tries(st.just(what), st.just(n)) for n in (1, 2) for what in ("held", "feedback"))
)
"""What takes a trajectory further, so that many of them come to their end."""
COURSES = st.tuples(ANY, USUAL, ANY).map(lambda parts: [one for part in parts for one in part])


def _command(one: Try, today: date, state: Trajectory) -> Command[Trajectory]:
    match one.what:
        case "plan":
            at = moment(f"{today + timedelta(days=1)}T{10 + 3 * one.number}:30:00Z")
            return PlanMoment(form=one.form, at=at)
        case "held":
            said = (SaidInput(what="bankjes", decided=one.decided),) if one.count != 3 else ()
            return RecordHeldMoment(moment=one.number, attendance=one.count, input=said)
        case "feedback":
            found = state.moment(one.number)
            silent = found is not None and not found.input
            return GiveFeedback(
                moment=one.number,
                item=None if silent else 1,
                outcome=FeedbackOutcome.NOTHING_CAME if silent else one.outcome,
                reason=one.reason,
                to_party="Gemeente Assen",
                told_on=today,
                form=Form.LETTER,
            )
        case "cancel":
            return CancelMoment(moment=one.number, reason="ziek")
        case "lower":
            return LowerPromise(
                group=TENANTS,
                to=one.level,
                reason=Explanation.MONEY,
                told_on=today,
                form=Form.LETTER,
            )
    return CloseTrajectory()


def _tried(tries: list[Try]) -> Specification:
    spec = running(tenants=Level.CO_DECIDE, owners=Level.INFORMED).by("area_manager")
    for form, at in PLANNED:
        spec = plan(spec, form, at)
    today = FIRST
    for one in tries:
        today += timedelta(days=one.days)
        spec = spec.at(f"{today}T12:00:00Z")
        by_time = spec.when(JudgeTrajectoryByTime())
        spec = by_time.recorded() if by_time.events else spec
        command = _command(one, today, spec.state(Trajectory))
        decided = spec.by("neighbourhood_worker").when(command)
        if decided.refusal is not None:
            decided = spec.when(command)
        spec = decided.recorded().by("area_manager") if decided.refusal is None else spec
    closing = spec.when(CloseTrajectory())
    return closing.recorded() if closing.refusal is None else spec


@settings(max_examples=60, deadline=None)
@examples(COURSES)
def test_nothing_closes_in_silence(tries: list[Try]) -> None:
    """PAR-22 to PAR-26: closed means all heard, promises carried, and broken ones said so."""
    spec = _tried(tries)
    state = spec.state(Trajectory)
    facts = [event for event, _ in spec.events]
    said = coverage(state)
    assert 0 <= said.answered <= said.owed
    closed = next((one for one in facts if isinstance(one, TrajectoryClosed)), None)
    if closed is None:
        return
    assert said.answered == said.owed
    broken = {one.group for one in facts if isinstance(one, PromiseBroken)}
    for kept in closed.promises:
        found = carried(state, kept.group)
        assert found is not None
        assert rung(found) >= rung(kept.promise)
        assert kept.broken is (kept.group in broken)
        assert kept.kept is not kept.broken
    owners = next(one for one in closed.promises if one.group is OWNERS)
    assert (owners.promise, owners.lowered_from) == (Level.INFORMED, None)
