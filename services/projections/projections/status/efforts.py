"""Effort of the corporation outside initiatives: euros and hours, counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, Shared

ORIGIN = Origin(("effort",), ("efforts",), ("monitoring",))
NOTHING = Decimal("0.00")


class SharedEffort(Resource):
    """Effort in an area as people live it that lies here for a part: not added (MON-42)."""

    area: str
    name: str | None
    shared_with: list[str]
    """Its parts elsewhere."""
    euros: Decimal | None
    hours: Decimal | None
    evidence: Evidence


class EffortSpent(Resource):
    """What was spent, by the day on which the effort was made."""

    euros: Decimal | None
    """None: nothing was recorded, which is not nought."""
    hours: Decimal | None
    """Beside the euros, never turned into them."""
    by_year: dict[str, Decimal]
    by_contribution: dict[str, Decimal]
    """By the four contributions that the law knows (Btiv 51(1))."""
    by_category: dict[str, Decimal]
    bookings: int
    corrected: int
    """Bookings that were otherwise than first recorded."""
    shared: list[SharedEffort]
    """What was spent where only a part lies here: in none of the figures above."""
    evidence: Evidence


def efforts_of(found: Found) -> EffortSpent:
    """Effort spent by the day; exact to the cent."""
    rows = found.holding("effort")
    return EffortSpent(
        euros=_sum(rows, "euros"),
        hours=_sum(rows, "hours"),
        by_year=_per(rows, "year"),
        by_contribution=_per(rows, "contribution"),
        by_category=_per(rows, "category"),
        bookings=len(rows),
        corrected=sum(1 for row in rows if row.body["corrected"]),
        shared=[line for one in found.beside.shared if (line := _shared(found, one)) is not None],
        evidence=found.evidence(rows),
    )


def _shared(found: Found, of: Shared) -> SharedEffort | None:
    rows = [row for row in of.rows if row.kind == "effort" and row.holds_on(found.day)]
    if not rows:
        return None
    own = next((row for row in of.rows if row.kind == "area"), None)
    return SharedEffort(
        area=of.area,
        name=own.body["name"] if own else None,
        shared_with=list(of.elsewhere),
        euros=_sum(rows, "euros"),
        hours=_sum(rows, "hours"),
        evidence=found.evidence(rows),
    )


def _sum(rows: Sequence[Said], what: str) -> Decimal | None:
    known = [Decimal(row.body[what]) for row in rows if row.body[what] is not None]
    return sum(known, NOTHING) if known else None


def _per(rows: Sequence[Said], what: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.body["euros"] is not None:
            sums[str(row.body[what])] += Decimal(row.body["euros"])
    return dict(sorted(sums.items()))
