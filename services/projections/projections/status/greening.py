"""Greening in short: per measure in its own unit; square metres are not trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin

ORIGIN = Origin(("green_planned", "green_made", "green_lost"), ("initiatives",), ("initiatives",))
NOTHING = Decimal(0)


class GreenMeasure(Resource):
    """One measure, counted in one unit."""

    measure: str
    unit: str
    planned: Decimal
    realised: Decimal | None
    """None: nothing was reported, which is not nought."""
    lost: Decimal
    standing: Decimal | None
    """What was made and is still there."""


class Greening(Resource):
    """What is planned, made and lost; there is no total over units."""

    measures: list[GreenMeasure]
    evidence: Evidence


def greening_of(found: Found) -> Greening:
    """Greening by the day."""
    planned, made, lost = (found.holding(kind) for kind in ORIGIN.kinds)
    sums = [_sums(rows) for rows in (planned, made, lost)]
    return Greening(
        measures=[
            _measure(place, *(each.get(place) for each in sums))
            for place in sorted({place for each in sums for place in each})
        ],
        evidence=found.evidence([*planned, *made, *lost]),
    )


def _sums(rows: Iterable[Said]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row.body["measure"], row.body["unit"]] += Decimal(row.body["quantity"])
    return sums


def _measure(
    place: tuple[str, str], planned: Decimal | None, made: Decimal | None, lost: Decimal | None
) -> GreenMeasure:
    return GreenMeasure(
        measure=place[0],
        unit=place[1],
        planned=planned or NOTHING,
        realised=made,
        lost=lost or NOTHING,
        standing=None if made is None else made - (lost or NOTHING),
    )
