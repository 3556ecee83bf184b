"""Trajectories that run, with their next moment, what people must still hear, what was broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.language.participation.terms import FEEDBACK_DAYS, HELD_DAYS
from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, last_of, shown, until

ORIGIN = Origin(("trajectory",), ("trajectories",), ("participation",))
RUNNING = frozenset({"prepared", "running"})
REPORTED = frozenset({"running", "stopped"})
"""Where somebody still has to say what became of a moment; of what is closed, that was said."""


class PromiseChange(Resource):
    """A promise that came down or went up."""

    from_level: str
    to_level: str
    lowered: bool
    reason: str
    on: date


class PromiseBroken(Resource):
    """What a group decided and is not carried out."""

    promise: str
    reason: str
    on: date


class TrajectoryPromise(Resource):
    """What a group was promised, and what became of it."""

    group: str
    leading_wish: str
    promised: str | None
    """As first made."""
    level: str | None
    """As it stands on the day."""
    reads: str
    """`stands`, `lowered`, or `broken`, which is never shown as kept."""
    changes: list[PromiseChange]
    broken: list[PromiseBroken]


class NextMoment(Resource):
    """When people can come, or will hear."""

    moment: int
    form: str
    at: datetime
    groups: list[str]
    """For whom; none: for every group."""


class Late(Resource):
    """A moment of which something is late."""

    moment: int
    since: date
    """The first day after the last one."""
    owed: int
    """How many answers, or the report of the moment itself."""


class Trajectory(Resource):
    """One trajectory."""

    id: str
    title: str
    area: str | None
    themes: list[str]
    check: str
    status: str
    promises: list[TrajectoryPromise]
    next_moment: NextMoment | None = None
    moments_held: int
    feedback_owed: int | None = None
    """Answers that people did not get yet, late or not; for people of the platform."""
    feedback_overdue: list[Late] | None = None
    unreported: list[Late] | None = None
    """Moments that are over, of which nobody said what became of them."""
    evidence: Evidence


class Trajectories(Resource):
    """What runs, and what is over but not done with: a debt, or a promise that was broken."""

    running: int
    over: int
    items: list[Trajectory]
    evidence: Evidence


def trajectories_of(found: Found) -> Trajectories:
    """The trajectories on the day."""
    rows = found.begun("trajectory")
    lines = [_trajectory(found, row) for row in rows]
    return Trajectories(
        running=sum(1 for line in lines if line.status in RUNNING),
        over=sum(1 for line in lines if line.status not in RUNNING),
        items=[line for line in lines if line.status in RUNNING or _matters(line)],
        evidence=found.evidence(rows),
    )


def _matters(line: Trajectory) -> bool:
    broken = any(promise.broken for promise in line.promises)
    return broken or bool(line.feedback_owed)


def _trajectory(found: Found, row: Said) -> Trajectory:
    body, on = row.body, found.day
    life = last_of(body["life"], on)
    moments = [
        (int(number), moment)
        for number, moment in body["moments"].items()
        if not moment.get("cancelled")
    ]
    owed = {number: _owed(moment, on) for number, moment in moments}
    internal = found.asked.internal
    status = life["status"] if life else "prepared"
    return Trajectory(
        id=row.key,
        title=body["title"],
        area=row.area,
        themes=body["themes"],
        check=body["check"],
        status=status,
        promises=[
            _promise(group, promise, on) for group, promise in sorted(body["promises"].items())
        ],
        next_moment=_next(moments, on, found.beside.now) if status in RUNNING else None,
        moments_held=sum(1 for _, moment in moments if by(moment.get("held"), on)),
        feedback_owed=sum(owed.values()) if internal else None,
        feedback_overdue=list(_overdue(moments, owed, on)) if internal else None,
        unreported=list(_unreported(_to_report(moments, body["life"], on), on))
        if internal
        else None,
        evidence=found.evidence([row]),
    )


def _promise(group: str, said: Mapping[str, Any], on: date) -> TrajectoryPromise:
    changes = list(until(said["changes"], on))
    broken = list(until(said["broken"], on))
    level = changes[-1]["to"] if changes else said["level"]
    lowered = any(change["lowered"] for change in changes)
    return TrajectoryPromise(
        group=group,
        leading_wish=shown(said["leadingWish"]),
        promised=said["level"] or (changes[0]["from"] if changes else None),
        level=level,
        reads="broken" if broken else "lowered" if lowered else "stands",
        changes=[
            PromiseChange(
                from_level=change["from"],
                to_level=change["to"],
                lowered=change["lowered"],
                reason=change["reason"],
                on=date.fromisoformat(change["on"]),
            )
            for change in changes
        ],
        broken=[
            PromiseBroken(
                promise=one["promise"], reason=one["reason"], on=date.fromisoformat(one["on"])
            )
            for one in broken
        ],
    )


def _at(moment: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(moment["at"])


def _next(
    moments: list[tuple[int, Mapping[str, Any]]], on: date, now: datetime
) -> NextMoment | None:
    """The first moment that is still to come, as of the day; today counts by the clock."""
    to_come = [
        (_at(moment), number, moment)
        for number, moment in moments
        if not by(moment.get("held"), on)
        and (_at(moment) >= now if day_of(now) == on else day_of(_at(moment)) >= on)
    ]
    if not to_come:
        return None
    at, number, moment = min(to_come, key=lambda one: one[:2])
    return NextMoment(moment=number, form=moment["form"], at=at, groups=moment["groups"])


def _owed(moment: Mapping[str, Any], on: date) -> int:
    """How many answers people did not have by the day on a moment that was held."""
    if not by(moment.get("held"), on):
        return 0
    return sum(1 for item in moment["items"] if not by(moment["answers"].get(item), on))


def _overdue(
    moments: list[tuple[int, Mapping[str, Any]]], owed: Mapping[int, int], on: date
) -> Iterator[Late]:
    for number, moment in moments:
        since = day_of(_at(moment)) + timedelta(days=FEEDBACK_DAYS + 1)
        if owed[number] and since <= on:
            yield Late(moment=number, since=since, owed=owed[number])


def _to_report(
    moments: list[tuple[int, Mapping[str, Any]]], life: Iterable[Mapping[str, Any]], on: date
) -> list[tuple[int, Mapping[str, Any]]]:
    """Moments that should have been held: none before it ran, and none planned for after a stop."""
    lived = list(until(life, on))
    last = last_of(lived, on)
    ran = any(one["status"] == "running" for one in lived)
    if last is None or not ran or last["status"] not in REPORTED:
        return []
    if last["status"] == "running":
        return moments
    stop = _stopped(last)
    return [(number, moment) for number, moment in moments if _at(moment) <= stop]


def _stopped(said: Mapping[str, Any]) -> datetime:
    """When it was stopped; a row that was folded before moments were kept names the day only."""
    if "at" in said:
        return datetime.fromisoformat(said["at"])
    return begin_of(day_after(date.fromisoformat(said["on"])))


def _unreported(moments: list[tuple[int, Mapping[str, Any]]], on: date) -> Iterator[Late]:
    for number, moment in moments:
        since = day_of(_at(moment)) + timedelta(days=HELD_DAYS + 1)
        if not by(moment.get("held"), on) and since <= on:
            yield Late(moment=number, since=since, owed=1)
