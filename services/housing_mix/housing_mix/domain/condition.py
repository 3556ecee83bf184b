"""Maintenance condition by NEN 2767: only a measurement changes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from housing_mix.domain.unit import Unit, UnitStatus
from leefwijk.events.decider import Command, Context, Faults, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason
from leefwijk.events.language.housing_mix.dwellings import (
    ConditionCorrected,
    ConditionRecorded,
    Score,
)

BEST, WORST = 1, 6
Delivered = Annotated[int, Field(ge=0, le=99)]
"""A score as it is given; which ones there are is for the decision to say."""


def _judge(score: int, measured: date, context: Context, faults: Faults) -> None:
    if not BEST <= score <= WORST:
        faults.add(
            "score-out-of-range", f"A condition is {BEST} (excellent) to {WORST} (very bad)."
        )
    if measured > context.today:
        faults.add("day-in-future", "A condition is recorded when it was measured.")


class RecordCondition(Command[Unit]):
    """Record a measured condition; finished works do not raise a score (MIX-28)."""

    score: Delivered
    measured: date

    def decide(self, unit: Unit, context: Context) -> Iterator[Event]:
        """Refuses `score-out-of-range`, `day-in-future` and `left-stock`; again is no news."""
        faults = Faults()
        _judge(self.score, self.measured, context, faults)
        if unit.status is UnitStatus.LEFT_STOCK:
            faults.add("left-stock", "It left the stock.")
        faults.refuse_any()
        if any(one.on == self.measured and one.score == self.score for one in unit.measured):
            return
        yield ConditionRecorded(
            area=unit.place.area,
            complex=unit.place.complex,
            condition=Score(score=self.score, measured=self.measured),
            on=self.measured,
        )


class CorrectCondition(Command[Unit]):
    """Say what was really measured; the first record stays readable."""

    corrects: UUID
    score: Delivered
    measured: date
    reason: Reason | None = None

    def decide(self, unit: Unit, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, `score-out-of-range` and `unknown-measurement`."""
        faults = Faults()
        if self.reason is None:
            faults.add("reason-missing", "Say why the recorded condition is wrong.")
        _judge(self.score, self.measured, context, faults)
        faults.refuse_any()
        assert self.reason is not None  # noqa: S101 - refused above
        said = next((one for one in unit.measured if one.event == self.corrects), None)
        if said is None:
            refuse("unknown-measurement", "This unit has no measurement of that id.")
        yield ConditionCorrected(
            area=unit.place.area,
            complex=unit.place.complex,
            corrects=self.corrects,
            condition=Score(score=self.score, measured=self.measured),
            on=self.measured,
            reason=self.reason,
            was=said.on if said.on != self.measured else None,
        )
