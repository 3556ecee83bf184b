"""`/v1/trajectories`: a line per command, the list and the single trajectory."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.fields import Theme
from leefwijk.events.handling import Loaded
from leefwijk.service.commands import Commands
from leefwijk.service.context import context_of
from leefwijk.service.places import areas_within
from leefwijk.service.reads import Page, Reader, Resource, load_visible, page_of, tag
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet
from participation.api.lists import TitlePaging
from participation.domain.trajectory import GroupPromise, Status, Trajectory
from participation.domain.trajectory_feedback import GiveFeedback, ReviseFeedback
from participation.domain.trajectory_life import (
    CloseTrajectory,
    OpenTrajectory,
    StartTrajectory,
    StopTrajectory,
)
from participation.domain.trajectory_moment import WHOLE, Moment
from participation.domain.trajectory_moments import (
    CancelMoment,
    MoveMoment,
    PlanMoment,
    RecordHeldMoment,
)
from participation.domain.trajectory_promises import LowerPromise, RaisePromise
from participation.domain.trajectory_reading import attendance, coverage, is_broken
from participation.knowledge.trajectories import known_advices, known_check

WORKER, MANAGER = Role.NEIGHBOURHOOD_WORKER, Role.AREA_MANAGER
BOTH = (WORKER, MANAGER)
_ONE = "/{trajectoryId}"

commands = Commands("/trajectories", Trajectory, tag="trajectories")
commands.create("", OpenTrajectory, role=WORKER, knows=known_check)
commands.post(f"{_ONE}/moments", PlanMoment, role=WORKER)
commands.post(f"{_ONE}/moment-moves", MoveMoment, role=WORKER)
commands.post(f"{_ONE}/moment-cancellations", CancelMoment, role=WORKER)
commands.post(f"{_ONE}/starts", StartTrajectory, role=WORKER, knows=known_check)
commands.post(f"{_ONE}/held-moments", RecordHeldMoment, role=WORKER)
commands.post(f"{_ONE}/feedback", GiveFeedback, role=BOTH)
commands.post(f"{_ONE}/feedback-revisions", ReviseFeedback, role=BOTH)
commands.post(f"{_ONE}/promise-lowerings", LowerPromise, role=BOTH, knows=known_check)
commands.post(f"{_ONE}/promise-raises", RaisePromise, role=BOTH, knows=known_check)
commands.post(f"{_ONE}/closings", CloseTrajectory, role=WORKER, knows=known_advices)
commands.post(f"{_ONE}/stops", StopTrajectory, role=MANAGER)

router = APIRouter(tags=["trajectories"])


class AnswerResource(Resource):
    """What people were told about an item; without one, about the moment as a whole."""

    item: int | None
    outcome: str
    reason: str | None
    told_on: date
    form: str
    to_party: str | None
    days_late: int
    revised: int


class MomentResource(Resource):
    """A moment; how many came and what came out of it stay inside the corporation."""

    moment: int
    form: str
    at: datetime
    groups: list[str]
    status: str
    answers: list[AnswerResource]
    days_late: int
    unreported: bool
    feedback_overdue: bool
    attendance: int | None = None
    input: dict[int, str] | None = None
    owed: int | None = None


class PromiseResource(Resource):
    """What a group wished and was promised, in the order of time: never edited, only added to."""

    group: str
    wished: str | None
    """None: not shown, for a group of fewer than five answers."""
    promised: list[str]
    lowered: bool
    broken: bool


class TrajectoryResource(Resource):
    """A trajectory as it stands."""

    id: str
    version: int
    title: str
    area: str
    municipalities: list[str]
    themes: list[str]
    check: str
    status: str | None
    opened: date | None
    started: date | None
    ended: date | None
    reopened: int
    promises: list[PromiseResource]
    moments: list[MomentResource]
    attendance: str | None = None
    coverage: str | None = None
    """Percent of what people said that was answered; inside the corporation."""


def _promise(state: Trajectory, promise: GroupPromise) -> PromiseResource:
    return PromiseResource(
        group=promise.group.value,
        wished=promise.leading_wish.value if promise.leading_wish else None,
        promised=[one.level.value for one in promise.history],
        lowered=promise.highest is not promise.level,
        broken=is_broken(state, promise.group),
    )


def _moment(moment: Moment, *, inside: bool) -> MomentResource:
    return MomentResource(
        moment=moment.number,
        form=moment.form.value,
        at=moment.at,
        groups=[group.value for group in moment.groups],
        status=moment.status.value,
        answers=[
            AnswerResource(
                item=None if item == WHOLE else item,
                outcome=answer.outcome.value,
                reason=answer.reason.value if answer.reason else None,
                told_on=answer.told_on,
                form=answer.form.value,
                to_party=answer.to_party,
                days_late=answer.days_late,
                revised=answer.revised,
            )
            for item, answer in sorted(moment.answers.items())
        ],
        days_late=moment.days_late,
        unreported=moment.unreported,
        feedback_overdue=moment.overdue,
        attendance=moment.attendance if inside else None,
        input={one.item: one.what for one in moment.input} if inside else None,
        owed=len(moment.owed) if inside else None,
    )


def _resource(id_: str, loaded: Loaded[Trajectory], *, inside: bool) -> TrajectoryResource:
    state = loaded.state
    return TrajectoryResource(
        id=id_,
        version=loaded.version,
        title=state.title,
        area=state.area,
        municipalities=list(state.municipalities),
        themes=[theme.value for theme in state.themes],
        check=state.check,
        status=state.status.value if state.status else None,
        opened=state.opened,
        started=state.started,
        ended=state.ended,
        reopened=state.reopened,
        promises=[_promise(state, one) for one in state.promises],
        moments=[_moment(one, inside=inside) for one in state.moments],
        attendance=attendance(state).sentence if inside else None,
        coverage=coverage(state).percentage if inside else None,
    )


class TrajectoryQuery(TitlePaging):
    """What to list; every condition given must hold."""

    theme: Theme | None = None
    status: Status | None = None
    check: Annotated[str | None, Query(max_length=100)] = None
    feedback: Annotated[str | None, Query(pattern=r"^owed$")] = None
    """Those in which people still wait for an answer."""


SHEET = Sheet(
    TrajectoryResource,
    id="Kenmerk",
    title="Titel",
    area="Gebied",
    municipalities="Gemeenten",
    themes="Thema's",
    status="Status",
    opened="Geopend",
    started="Gestart",
    ended="Geëindigd",
)
"""Columns of the sheet."""


@router.get("/trajectories")
async def list_trajectories(
    request: Request, response: Response, reader: Reader, query: Annotated[TrajectoryQuery, Query()]
) -> Page[TrajectoryResource]:
    """Trajectories by area with what lies in it, theme, status and title, newest first."""
    return await page_of(
        request,
        response,
        Trajectory,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded, inside=reader.inside),
        {
            "theme": query.theme,
            "status": query.status,
            "check": query.check,
            "feedback": query.feedback,
            "municipality": query.municipality,
        },
        title=query.title,
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
    )


@router.get("/trajectories/{trajectoryId}")
async def get_trajectory(
    request: Request,
    response: Response,
    reader: Reader,
    trajectory_id: Annotated[str, Path(alias="trajectoryId", max_length=100)],
) -> TrajectoryResource:
    """One trajectory; its ETag is what If-Match asks for."""
    loaded = await load_visible(context_of(request), Trajectory, trajectory_id, reader)
    tag(response, loaded.version)
    return _resource(trajectory_id, loaded, inside=reader.inside)
