"""What `large_scale` needs beyond its gates: direction, partners, a plan, a long commitment.

Vision, sustainable pillar: structural effort reaches over council terms, and the municipality
directs (MON-36).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from leefwijk.events.dates import add_months
from leefwijk.events.decider import Faults
from leefwijk.events.event import Validity
from leefwijk.events.language.monitoring.effort_levels import Together
from leefwijk.gates.line import said_day
from monitoring.domain.area_roles import AreaRoles
from monitoring.domain.council import TERM_YEARS


@dataclass(frozen=True)
class Lack:
    """Something that `large_scale` lacks."""

    what: str
    says: str


def longer_than_a_term(first: date, through: date | None) -> bool:
    """Whether a commitment reaches over a council term: more than four years, to the day."""
    return through is None or through >= add_months(first, 12 * TERM_YEARS)


def lacking(period: Validity, plan: str | None, roles: AreaRoles, today: date) -> Iterator[Lack]:
    """Everything that `large_scale` of this period lacks; roles count on its first day."""
    day = max(period.from_, today)
    if roles.director(day) is None:
        yield Lack("director", f"a municipality that directs the area on {said_day(day)}")
    if not partners(roles, day):
        yield Lack("partners", "another partner with a role in the area")
    if plan is None:
        yield Lack("plan", "a plan: the neighbourhood vision with its programme")
    if period.through is not None and not longer_than_a_term(period.from_, period.through):
        yield Lack(
            "commitment",
            f"a commitment longer than {TERM_YEARS} years, a council term: from "
            f"{said_day(period.from_)} it ends on {said_day(period.through)}",
        )


def partners(roles: AreaRoles, day: date) -> tuple[str, ...]:
    """Who has a role in the area on a day, beside the director."""
    director = roles.director(day)
    directing = director.partner if director else None
    return tuple(sorted({one.partner for one in roles.on(day)} - {directing}))


def done_together(
    period: Validity, plan: str | None, roles: AreaRoles, today: date, faults: Faults
) -> Together | None:
    """With whom it is done and by which plan; notes `large-scale-incomplete` with all it lacks."""
    lacks = tuple(lacking(period, plan, roles, today))
    if lacks:
        faults.add(
            "large-scale-incomplete",
            f"Large scale lacks {'; '.join(one.says for one in lacks)}.",
            lacking=[one.what for one in lacks],
        )
    day = max(period.from_, today)
    director = roles.director(day)
    if plan is None or director is None:
        return None
    return Together(plan=plan, director=director.partner, partners=partners(roles, day))
