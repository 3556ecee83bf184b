"""What specifications of trajectories start from."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from leefwijk.events.event import Event
from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.participation.ladder import Answers
from leefwijk.events.language.participation.trajectories import (
    Promise,
    TrajectoryOpened,
    TrajectoryStarted,
)
from leefwijk.events.language.participation.words import Form, Group, Level
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Specification, given
from participation.domain.trajectory_knowledge import (
    CheckedGroup,
    KnownAdvice,
    KnownAdvices,
    KnownCheck,
)
from participation.domain.trajectory_moments import PlanMoment, RecordHeldMoment, SaidInput

AREA = "WK010601@2020"
CONCLUDED = UUID(int=77)
TENANTS, OWNERS = Group.TENANTS, Group.OWNERS
WISHES = Answers(informed=12, consulted=14, advise=20, help=6, co_decide=18, self_manage=2)
"""The tenants' answers of PAR-26: a ladder of 72."""


def check(**groups: Level) -> KnownCheck:
    """A concluded check that promises groups something."""
    return KnownCheck(
        "c1",
        "concluded",
        AREA,
        ("GM0106",),
        (Theme.GREENING,),
        CONCLUDED,
        date(2027, 9, 15),
        tuple(CheckedGroup(Group(name), level, WISHES) for name, level in groups.items()),
    )


def opened(effort_level: EffortLevelName | None = None, **groups: Level) -> TrajectoryOpened:
    """A trajectory that was opened on that check."""
    return TrajectoryOpened(
        title="De vijver",
        area=AREA,
        municipalities=("GM0106",),
        themes=(Theme.GREENING,),
        check="c1",
        concluded=CONCLUDED,
        promises=tuple(Promise(group=Group(name), level=level) for name, level in groups.items()),
        effort_level=effort_level,
        on=date(2026, 9, 20),
    )


def running(effort_level: EffortLevelName | None = None, **groups: Level) -> Specification:
    """A trajectory that runs since 21 September 2026; nothing is known of advices."""
    return (
        given(opened(effort_level, **groups), at="2026-09-20T09:00:00Z")
        .at("2026-09-21T09:00:00Z")
        .and_(started())
        .knowing(KnownAdvices(), check(**groups))
        .by("neighbourhood_worker")
    )


def started() -> Event:
    """It runs."""
    return TrajectoryStarted(area=AREA, on=date(2026, 9, 21))


def plan(spec: Specification, form: Form, at: str, *groups: Group) -> Specification:
    """The trajectory with a moment planned."""
    return spec.when(PlanMoment(form=form, at=moment(at), groups=groups)).recorded()


def held(
    spec: Specification, number: int, now: str, attendance: int | None, *said: str, **more: Any
) -> Specification:
    """The trajectory with a moment recorded as held, some day."""
    command = RecordHeldMoment(
        moment=number,
        attendance=attendance,
        input=tuple(SaidInput(what=what, **more) for what in said),
    )
    return spec.at(now).when(command).recorded()


def advices(settled_from: date | None, stands: str = "asked on 1 March 2027") -> KnownAdvices:
    """One advice that belongs to the trajectory."""
    return KnownAdvices((KnownAdvice("a1", settled_from, stands),))
