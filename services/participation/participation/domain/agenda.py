"""What a worker has to do about a check yet: tell why, conclude again, ask again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from leefwijk.events.language.participation.words import Group
from participation.domain.involvement_check import InvolvementCheck, Status
from participation.domain.settings import EXPIRY_NOTICE


class Todo(StrEnum):
    """What is to be done."""

    ASK_GROUP_AGAIN = "ask_group_again"
    """A day was named to ask the group again, as is due where everybody said not now."""
    TELL_WHY = "tell_why"
    """The group was not told yet why less is promised than it wished; the gate waits for it."""
    CONCLUDE_AGAIN = "conclude_again"
    """A corrected count puts the conclusion in doubt."""
    ASK_ANEW = "ask_anew"
    """The check soon counts no longer."""


@dataclass(frozen=True)
class Task:
    """Something to be done by a day."""

    what: Todo
    by: date
    group: Group | None = None


def agenda(check: InvolvementCheck, today: date) -> tuple[Task, ...]:
    """What is to be done about a check that stands, judged by the calendar."""
    said = check.conclusion
    if said is None or not check.standing or today > said.valid_until:
        return ()
    tasks = [
        Task(Todo.ASK_GROUP_AGAIN, one.ask_again_on, one.group)
        for one in said.groups
        if one.ask_again_on is not None
    ]
    tasks += [
        Task(Todo.TELL_WHY, said.on, one.group)
        for one in said.groups
        if one.below_wish and one.group.value not in check.told
    ]
    if check.status is Status.IN_DOUBT and check.doubted is not None:
        tasks.append(Task(Todo.CONCLUDE_AGAIN, check.doubted))
    if today >= said.valid_until - EXPIRY_NOTICE:
        tasks.append(Task(Todo.ASK_ANEW, said.valid_until))
    return tuple(tasks)
