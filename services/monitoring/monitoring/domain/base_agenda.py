"""What a neighbourhood worker has to do about the base (MON-27)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from leefwijk.events.language.monitoring.base_conditions import Step
from monitoring.domain.base_condition import BaseCondition
from monitoring.domain.settings import TERMS

ASSESS_AGAIN = "assess again"
"""What an assessment that lapses asks for; planned work is told in the words of who planned it."""


@dataclass(frozen=True)
class Item:
    """One thing to do, with its last day."""

    area: str
    complex: str | None
    what: str
    step: Step | None
    """Of planned work; none: an assessment."""
    due: date
    overdue: bool


def agenda(base: BaseCondition, today: date) -> Iterator[Item]:
    """Assessments that lapse soon or have lapsed, and planned work that is not done."""
    soon = today + timedelta(days=TERMS.base_notice_days)
    for one in base.in_use():
        said = one.now
        if said.valid_through <= soon:
            over = said.valid_through < today
            yield Item(base.area, said.complex, ASSESS_AGAIN, None, said.valid_through, over)
    for action in base.actions.values():
        if action.completed is None:
            late = action.by < today
            yield Item(base.area, action.complex, action.what, action.step, action.by, late)
