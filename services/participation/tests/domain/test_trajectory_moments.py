"""Moments of a trajectory: varied, held, counted, and never about who came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError
from trajectory_kit import AREA, check, held, opened, plan, running

from leefwijk.events.language.participation.trajectories import (
    MomentCancelled,
    MomentHeld,
    MomentMoved,
    MomentUnreported,
    TrajectoryStarted,
)
from leefwijk.events.language.participation.words import Form, Group, Level
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Specification, given
from participation.domain.trajectory import Trajectory
from participation.domain.trajectory_forms import Daypart, daypart
from participation.domain.trajectory_life import (
    CloseTrajectory,
    JudgeTrajectoryByTime,
    StartTrajectory,
    StopTrajectory,
)
from participation.domain.trajectory_moments import (
    CancelMoment,
    MoveMoment,
    PlanMoment,
    RecordHeldMoment,
)
from participation.domain.trajectory_reading import attendance, carried

EVENINGS = ((Form.MEETING, "2026-10-06T17:30:00Z"), (Form.KITCHEN_TABLE, "2026-11-03T16:30:00Z"))


def prepared(**groups: Level) -> Specification:
    """A trajectory with nothing planned yet."""
    return given(opened(**groups), at="2026-09-20T09:00:00Z").knowing(check(**groups))


def with_evenings() -> Specification:
    """Two moments, both on a weekday evening by local time."""
    spec = prepared(tenants=Level.ADVISE)
    for form, at in EVENINGS:
        spec = plan(spec, form, at)
    return spec


def test_two_weekday_evenings_are_not_varied() -> None:
    """PAR-21: dayparts are local: 16:30Z is 17:30 in Assen in November, an evening too."""
    with_evenings().when(StartTrajectory()).refused(
        "moments-not-varied", saying="Both moments are on a weekday evening."
    )


@pytest.mark.parametrize(
    ("at", "part"),
    [
        ("2026-10-06T14:59:59Z", Daypart.WEEKDAY),
        ("2026-10-06T15:00:00Z", Daypart.EVENING),
        ("2026-11-03T15:59:59Z", Daypart.WEEKDAY),
        ("2026-11-03T16:00:00Z", Daypart.EVENING),
        ("2026-10-09T21:59:59Z", Daypart.EVENING),
        ("2026-10-09T22:00:00Z", Daypart.WEEKEND),
        ("2026-10-11T21:59:59Z", Daypart.WEEKEND),
        ("2026-10-11T22:00:00Z", Daypart.WEEKDAY),
    ],
)
def test_dayparts_turn_on_the_hour_in_assen(at: str, part: Daypart) -> None:
    """PAR-21: weekday before 17:00, from 17:00, weekend: by local time, summer and winter."""
    assert daypart(moment(at)) is part


def test_a_walk_on_saturday_makes_the_difference() -> None:
    """PAR-21: with a neighbourhood walk on Saturday it starts; Saturday evening is weekend too."""
    spec = plan(with_evenings(), Form.NEIGHBOURHOOD_WALK, "2026-10-10T08:30:00Z")
    spec = spec.when(StartTrajectory()).then(TrajectoryStarted(area=AREA, on=date(2026, 9, 20)))
    at = moment("2026-10-10T18:00:00Z")
    spec = spec.when(MoveMoment(moment=3, at=at, reason="de zaal is bezet")).then(
        MomentMoved(moment=3, at=at, was=moment("2026-10-10T08:30:00Z"), reason="de zaal is bezet")
    )
    assert spec.state(Trajectory).moments[2].at == at


def test_it_starts_on_a_check_that_still_counts_and_on_what_is_to_come() -> None:
    """PAR-21: a check that fell away meanwhile carries no start, nor do moments that passed."""
    spec = plan(with_evenings(), Form.NEIGHBOURHOOD_WALK, "2026-10-10T08:30:00Z")
    for standing in ("in doubt", "withdrawn", "expired", "superseded"):
        fallen = replace(check(tenants=Level.ADVISE), standing=standing)
        spec.knowing(fallen).when(StartTrajectory()).refused("check-not-valid", saying=standing)
    spec.at("2027-09-16T09:00:00Z").when(StartTrajectory()).refused("check-not-valid")
    spec.at("2026-10-10T08:00:00Z").when(StartTrajectory()).recorded()
    spec.at("2026-10-10T08:30:00Z").when(StartTrajectory()).refused("moments-not-varied")


def test_what_never_ran_has_nothing_to_report() -> None:
    """PAR-24: stopped before it was started, no moment of it was held."""
    spec = plan(with_evenings(), Form.NEIGHBOURHOOD_WALK, "2026-10-10T08:30:00Z")
    stopped = spec.at("2026-11-10T09:00:00Z").when(StopTrajectory(reason="Er is geen geld"))
    assert stopped.recorded().state(Trajectory).due() is None
    stopped.recorded().at("2026-12-10T09:00:00Z").when(JudgeTrajectoryByTime()).nothing()


def test_a_cancelled_moment_is_replaced_before_closing(varied: Specification) -> None:
    """PAR-21: cancelled after the start, its place must be filled before it closes."""
    spec = varied.when(CancelMoment(moment=2, reason="te weinig tijd")).then(
        MomentCancelled(moment=2, reason="te weinig tijd")
    )
    spec = held(spec, 1, "2026-10-07T09:00:00Z", 34)
    assert "moments-not-varied" in _codes(spec)
    spec = plan(spec, Form.NEIGHBOURHOOD_WALK, "2026-10-17T08:30:00Z")
    spec = held(spec, 3, "2026-10-18T09:00:00Z", 8)
    assert "moments-not-varied" not in _codes(spec)


def _codes(spec: Specification) -> tuple[str, ...]:
    refusal = spec.when(CloseTrajectory()).refusal
    return refusal.codes if refusal else ()


@pytest.fixture
def varied() -> Specification:
    """It runs, with a meeting in the evening and a walk on Saturday."""
    spec = plan(running(tenants=Level.ADVISE), Form.MEETING, "2026-10-06T17:30:00Z")
    return plan(spec, Form.NEIGHBOURHOOD_WALK, "2026-10-10T08:30:00Z")


def test_what_is_over_moves_no_more(varied: Specification) -> None:
    """PAR-21: moving or cancelling a moment that is over, or into the past, is refused."""
    after = varied.at("2026-10-06T17:31:00Z")
    late = moment("2026-10-20T17:30:00Z")
    after.when(MoveMoment(moment=1, at=late, reason="x")).refused("moment-already-over")
    after.when(CancelMoment(moment=1, reason="x")).refused("moment-already-over")
    past = moment("2026-10-06T08:00:00Z")
    after.when(MoveMoment(moment=2, at=past, reason="x")).refused("moment-already-over")
    after.when(PlanMoment(form=Form.MEETING, at=past)).refused("moment-already-over")
    after.when(MoveMoment(moment=2, at=late)).refused("reason-missing")
    after.when(CancelMoment(moment=2)).refused("reason-missing")


def test_one_letter_is_enough_to_inform() -> None:
    """PAR-21: where every promise is `informed`, one letter is enough."""
    spec = prepared(tenants=Level.INFORMED, owners=Level.INFORMED)
    spec.when(StartTrajectory()).refused("moments-not-varied")
    plan(spec, Form.LETTER, "2026-10-06T08:00:00Z").when(StartTrajectory()).recorded()
    other = prepared(tenants=Level.INFORMED, owners=Level.CONSULTED)
    plan(other, Form.LETTER, "2026-10-06T08:00:00Z").when(StartTrajectory()).refused(
        "moments-not-varied"
    )


def test_two_times_of_day_in_one_form_are_not_varied_either() -> None:
    """PAR-21: two forms and two dayparts; the same form twice is one form."""
    spec = prepared(tenants=Level.ADVISE)
    for at in ("2026-10-06T17:30:00Z", "2026-10-10T08:30:00Z"):
        spec = plan(spec, Form.MEETING, at)
    spec.when(StartTrajectory()).refused("moments-not-varied", saying="have the form meeting")


def three() -> Specification:
    """The walk, the drop-in and the meeting of PAR-24."""
    spec = plan(running(tenants=Level.ADVISE), Form.NEIGHBOURHOOD_WALK, "2026-10-10T08:30:00Z")
    spec = plan(spec, Form.DROP_IN, "2026-10-13T12:00:00Z")
    return plan(spec, Form.MEETING, "2026-10-15T17:30:00Z")


def test_zero_is_a_result_and_unknown_is_not_zero() -> None:
    """PAR-24: 34 at 1 of 3 moments, 1 without visitors, 1 not counted, and no average."""
    spec = held(three(), 1, "2026-10-11T09:00:00Z", 0)
    spec = held(spec, 2, "2026-10-14T09:00:00Z", None)
    spec = held(spec, 3, "2026-10-16T09:00:00Z", 34)
    assert [event.attendance for event, _ in spec.events if isinstance(event, MomentHeld)] == [
        0,
        None,
        34,
    ]
    said = attendance(spec.state(Trajectory))
    assert said.sentence == "34 at 1 of 3 moments, 1 without visitors, 1 not counted"


@pytest.mark.parametrize(
    ("count", "said", "level"),
    [(None, (), None), (None, ("een bankje",), Level.ADVISE), (0, (), None), (1, (), Level.ADVISE)],
)
def test_unknown_carries_only_with_input(
    count: int | None, said: tuple[str, ...], level: Level | None
) -> None:
    """PAR-24: unknown attendance carries a promise only if input was recorded; zero never does."""
    spec = held(three(), 2, "2026-10-14T09:00:00Z", count, *said)
    assert carried(spec.state(Trajectory), Group.TENANTS) is level


def test_names_are_refused_without_being_repeated() -> None:
    """PAR-24: an `attendees` field names itself in the fault, and its value stands nowhere."""
    body = '{"moment": 1, "attendance": 1, "attendees": ["Jan de Vries"]}'
    with pytest.raises(ValidationError) as caught:
        RecordHeldMoment.model_validate_json(body, strict=True, by_alias=True)
    (fault,) = caught.value.errors(include_input=False)
    assert fault["loc"] == ("attendees",)
    assert "Vries" not in str(fault)


def test_nothing_is_recorded_before_it_began() -> None:
    """PAR-24: recording before the start is refused."""
    three().at("2026-10-10T08:29:59Z").when(RecordHeldMoment(moment=1, attendance=3)).refused(
        "moment-not-yet-held"
    )


def test_what_nobody_reports_is_told_once_and_stands_in_the_way() -> None:
    """PAR-24: nothing by the end of day 7: moment-unreported, no closing; late is accepted."""
    spec = three().at("2026-10-17T21:59:00Z")  # 23:59 in Assen, the last day
    spec.when(JudgeTrajectoryByTime()).nothing()
    assert spec.state(Trajectory).due() == moment("2026-10-17T22:00:00Z")
    later = spec.at("2026-10-19T12:00:00Z")
    told = later.when(JudgeTrajectoryByTime()).then(
        MomentUnreported(moment=1, due_on=date(2026, 10, 17), on=date(2026, 10, 18))
    )
    told.when(JudgeTrajectoryByTime()).nothing()
    assert "moment-unreported" in _codes(told)
    told = told.when(RecordHeldMoment(moment=1, attendance=12)).then(
        MomentHeld(moment=1, on=date(2026, 10, 10), attendance=12, days_late=2)
    )
    assert told.state(Trajectory).moments[0].days_late == 2
