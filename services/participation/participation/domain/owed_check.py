"""Owed checks: acting first in danger is right, not asking afterwards is not (PAR-15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Command, Context, Listing, State, evolves
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier, Municipality, Reason, Theme
from leefwijk.events.language.participation.owed_checks import (
    CheckOwed,
    CheckOwedOverdue,
    CheckOwedSettled,
    OwedFor,
)
from participation.domain.settings import OWED_TERM


@dataclass(frozen=True)
class OwedCheck(State, kind="owed-checks", shape=1):
    """A debt to residents, of one override."""

    area: str = ""
    municipalities: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    owed_for: str = ""
    subject: str | None = None
    decided_on: date | None = None
    due_on: date | None = None
    because_of: UUID | None = None
    role: str = ""
    reason: str = ""
    overdue: bool = False
    settled_by: str | None = None
    settled_on: date | None = None

    @property
    def status(self) -> str | None:
        """Where the debt stands, as recorded."""
        if self.due_on is None:
            return None
        if self.settled_by is not None:
            return "settled"
        return "overdue" if self.overdue else "owed"

    def passed(self, today: date) -> bool:
        """Whether the last day passed before a check was concluded, recorded or not; for good."""
        if self.due_on is None or self.settled_by is not None:
            return False
        return self.overdue or self.due_on < today

    def due(self) -> datetime | None:
        """The begin of the day after the last one to conclude a check."""
        if self.due_on is None or self.overdue or self.settled_by is not None:
            return None
        return begin_of(day_after(self.due_on))

    def listing(self) -> Listing:
        """Found by area and status."""
        return Listing(
            self.area or None, self.municipalities, self.status, facets={"theme": self.themes}
        )


@dataclass(frozen=True)
class SettlingCheck:
    """The first check on the same place and subject that was concluded after the override."""

    check: str | None = None
    on: date | None = None


@dataclass(frozen=True)
class KnownSubject:
    """What went ahead is about; no themes: any subject."""

    themes: tuple[str, ...] = ()


class OweCheck(Command[OwedCheck]):
    """Book the debt of an override, once."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    owed_for: OwedFor
    subject: Identifier | None = None
    decided_on: date
    because_of: UUID
    role: str
    reason: Reason

    def decide(self, owed: OwedCheck, context: Context) -> Iterator[Event]:
        """Nothing where it was booked before."""
        if owed.due_on is None:
            themes = tuple(Theme(theme) for theme in context.knowledge(KnownSubject).themes)
            yield CheckOwed(
                area=self.area,
                municipalities=self.municipalities,
                theme=themes[0] if len(themes) == 1 else None,
                themes=themes,
                owed_for=self.owed_for,
                subject=self.subject,
                decided_on=self.decided_on,
                due_on=self.decided_on + OWED_TERM,
                because_of=self.because_of,
                role=self.role,
                reason=self.reason,
            )


def _settled(owed: OwedCheck, context: Context) -> CheckOwedSettled | None:
    """The fact that residents were asked in time, if they were."""
    found = context.knowledge(SettlingCheck)
    if owed.due_on is None or found.check is None or found.on is None or found.on > owed.due_on:
        return None
    return CheckOwedSettled(area=owed.area, check=found.check, concluded_on=found.on)


class SettleOwedCheck(Command[OwedCheck]):
    """A check was concluded near here: it may settle the debt at once."""

    def decide(self, owed: OwedCheck, context: Context) -> Iterator[Event]:
        """Nothing where it is about something else, or the debt is no longer open."""
        if owed.due() is not None and (settled := _settled(owed, context)) is not None:
            yield settled


class JudgeOwedByTime(Command[OwedCheck], deadline=True):
    """After the last day: settled by a check that was concluded by then, or overdue."""

    def decide(self, owed: OwedCheck, context: Context) -> Iterator[Event]:
        """Once; a check that is concluded later does not take back that it was overdue."""
        if owed.due() is None or owed.due_on is None or owed.because_of is None:
            return
        if context.now < begin_of(day_after(owed.due_on)):
            return
        settled = _settled(owed, context)
        if settled is not None:
            yield settled
        else:
            yield CheckOwedOverdue(
                area=owed.area,
                due_on=owed.due_on,
                because_of=owed.because_of,
                on=day_after(owed.due_on),
            )


@evolves(CheckOwed)
def _(_owed: OwedCheck, event: CheckOwed) -> OwedCheck:
    return OwedCheck(
        area=event.area,
        municipalities=event.municipalities,
        themes=tuple(theme.value for theme in event.themes),
        owed_for=event.owed_for.value,
        subject=event.subject,
        decided_on=event.decided_on,
        due_on=event.due_on,
        because_of=event.because_of,
        role=event.role,
        reason=event.reason,
    )


@evolves(CheckOwedSettled)
def _(owed: OwedCheck, event: CheckOwedSettled) -> OwedCheck:
    return replace(owed, settled_by=event.check, settled_on=event.concluded_on)


@evolves(CheckOwedOverdue)
def _(owed: OwedCheck, _event: CheckOwedOverdue) -> OwedCheck:
    return replace(owed, overdue=True)
