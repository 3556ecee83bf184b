"""Meeting is offered, never imposed: who stays away loses nothing (INI-31)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from initiatives.domain.initiative import OVER, Initiative
from leefwijk.events.decider import Command, Context, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, ShortText
from leefwijk.events.language.initiatives.meeting import MeetingActivityHeld


class RecordMeetingActivity(Command[Initiative]):
    """Record that people could meet, and how many came; nobody is an answer too."""

    activity: ShortText
    place: Identifier | None = None
    """The asset where it was."""
    people: Annotated[int, Field(ge=0, le=100_000)]
    hours: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2)]
    on: date | None = None

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses a day to come, and what is over."""
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Record an activity when it has been held.")
        if initiative.status in OVER and initiative.over is not None and day > initiative.over:
            refuse("initiative-is-over", f"It is {initiative.status}; nothing is asked of it.")
        yield MeetingActivityHeld(
            activity=self.activity,
            place=self.place,
            people=self.people,
            hours=self.hours,
            on=day,
        )


@evolves(MeetingActivityHeld)
def _(initiative: Initiative, _event: MeetingActivityHeld) -> Initiative:
    # no gate, list or decision looks at who came
    return initiative
