"""What a trajectory says when it is looked at: who came, who was answered, what was carried."""

from __future__ import annotations

from dataclasses import dataclass

from leefwijk.events.language.participation.ladder import rung
from leefwijk.events.language.participation.trajectories import FeedbackOutcome
from leefwijk.events.language.participation.words import Group, Level
from participation.domain.trajectory import Trajectory
from participation.domain.trajectory_moment import Moment
from participation.domain.wish import percent


@dataclass(frozen=True)
class Attendance:
    """How many came, without an average: zero is a result, unknown is not zero (PAR-24)."""

    people: int
    counted: int
    """Moments at which somebody was counted."""
    held: int
    empty: int
    unknown: int

    @property
    def sentence(self) -> str:
        """As people read it: `34 at 1 of 3 moments, 1 without visitors, 1 not counted`."""
        said = [f"{self.people} at {self.counted} of {self.held} moments"]
        if self.empty:
            said.append(f"{self.empty} without visitors")
        if self.unknown:
            said.append(f"{self.unknown} not counted")
        return ", ".join(said)


@dataclass(frozen=True)
class Coverage:
    """How many of the answers that are owed were given."""

    answered: int
    owed: int

    @property
    def percentage(self) -> str | None:
        """With one decimal; none where nothing is owed."""
        return percent(self.answered, self.owed) if self.owed else None


def attendance(trajectory: Trajectory) -> Attendance:
    """How many came to the moments that were held."""
    held = [one.attendance for one in trajectory.moments if one.held]
    counts = [count for count in held if count is not None]
    return Attendance(
        people=sum(counts),
        counted=sum(count > 0 for count in counts),
        held=len(held),
        empty=counts.count(0),
        unknown=len(held) - len(counts),
    )


def coverage(trajectory: Trajectory) -> Coverage:
    """How many of the items of all held moments were answered."""
    owed = sum(len(one.to_answer) for one in trajectory.moments)
    left = sum(len(one.owed) for one in trajectory.moments)
    return Coverage(owed - left, owed)


def carried(trajectory: Trajectory, group: Group) -> Level | None:
    """The most influence that a group really had; none: nobody was there (PAR-22)."""
    levels = [
        one.carries for one in trajectory.moments if one.is_for(group) and one.carries is not None
    ]
    return max(levels, key=rung, default=None)


def binding(trajectory: Trajectory, moment: Moment, item: int) -> tuple[Group, ...]:
    """The groups that decided this item, by what was promised when they did (PAR-23).

    Lowering the promise afterwards does not undo it.
    """
    found = moment.item(item)
    lowest = rung(Level.CO_DECIDE)
    if (
        found is None
        or not found.decided
        or moment.carries is None
        or rung(moment.carries) < lowest
    ):
        return ()
    return tuple(
        one.group
        for one in trajectory.promises
        if moment.is_for(one.group) and rung(one.at(moment.at)) >= lowest
    )


def is_broken(trajectory: Trajectory, group: Group) -> bool:
    """Whether something that the group decided is not carried out, as people were told last."""
    for moment in trajectory.moments:
        for item, answer in moment.answers.items():
            if answer.outcome is FeedbackOutcome.TAKEN_OVER:
                continue
            if group in binding(trajectory, moment, item):
                return True
    return False
