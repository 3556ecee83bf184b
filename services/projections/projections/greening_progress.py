"""Greening progress: planned beside realised, each measure in its own unit; pure.

Square metres are not trees: there is no total over units. What is made beyond the plan stays
visible and makes up for nothing else. A measure with two purposes is listed under both and summed
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from leefwijk.events.language.initiatives.greening import GreenPurpose, GreenUnit
from leefwijk.service.reads import Resource
from projections.folds.greening import LOST, MADE, PLANNED
from projections.places import Place
from projections.snapshot import Said
from projections.status.common import Asked, Evidence, evidence

KINDS = (PLANNED, MADE, LOST)
SHARE_DIGITS = Decimal("0.1")
"""Shares are shown to a tenth of a percent."""
LITRES_IN_M3 = 1000
TOLD_ONLY = frozenset({GreenUnit.ACTIVITY.value})
"""What leaves nothing on the ground is known by a report only: without one it is not nought."""
NOTHING = Decimal(0)


class Progress(Resource):
    """How far something has come, in one unit."""

    unit: str
    planned: Decimal
    realised: Decimal | None
    """None: nothing was reported, which is not nought."""
    share: Decimal | None
    """Realised of planned in percent; none where nothing was planned or reported."""
    not_planned: Decimal
    """Of what was realised: what nobody had planned."""
    lost: Decimal
    standing: Decimal | None
    """What was realised and is still there."""
    evidence: Evidence


class Measure(Progress):
    """A kind of measure in one unit."""

    measure: str
    purposes: list[str]
    """What it helps against, or for."""


class Shared(Resource):
    """An area as people live it that lies here for a part: shown in whole, counted nowhere here."""

    area: str
    shared_with: list[str]
    """Its parts elsewhere."""
    measures: list[Measure]


class GreeningProgress(Resource):
    """Greening planned, realised and lost in an area and in all that lies in it."""

    area: str
    name: str | None
    kind: str | None
    municipalities: list[str]
    as_of: date
    known_at: datetime | None
    built_through: datetime | None = None
    """Recording time of the newest event in the read model."""
    measures: list[Measure]
    square_metres: Progress | None
    """All measures in square metres together; none where there are none."""
    water_storage: Progress | None
    """Cubic metres, with the water that pieces such as barrels hold."""
    purposes: dict[str, list[Measure]]
    """By heat, water, drought and biodiversity: one measure may stand under several."""
    shared: list[Shared]
    held: list[str]
    """Streams of which an event is missing or faulty: figures from them are behind."""


Amount = Callable[[Said], Decimal]


def compose(
    asked: Asked, place: Place, rows: Sequence[Said], held: Mapping[str, str]
) -> GreeningProgress:
    """The progress on a day; `rows` are of what lies inside and of what is shared."""
    standing = [row for row in rows if row.kind in KINDS and row.holds_on(asked.as_of)]
    inside = set(place.inside)
    here = [row for row in standing if row.area in inside]
    own = place.own
    codes = {code for row in (own, *here) if row is not None for code in row.municipalities}
    return GreeningProgress(
        area=asked.area,
        name=own.body["name"] if own else None,
        kind=own.body["kind"] if own else None,
        municipalities=list(own.municipalities) if own else sorted(codes),
        as_of=asked.as_of,
        known_at=asked.known_at,
        measures=measures_of(here, asked.area),
        square_metres=_total(here, asked.area, GreenUnit.M2, _square_metres),
        water_storage=_total(here, asked.area, GreenUnit.M3, storage),
        purposes={
            purpose.value: measures_of(aiming, asked.area)
            for purpose in GreenPurpose
            if (aiming := [row for row in here if purpose.value in row.body["purposes"]])
        },
        shared=[
            Shared(area=area, shared_with=list(elsewhere), measures=found)
            for area, elsewhere in place.shared.items()
            if (found := measures_of([row for row in standing if row.area == area], asked.area))
        ],
        held=[
            f"{stream}: {reason}" if asked.internal else reason
            for stream, reason in sorted(held.items())
        ],
    )


def measures_of(rows: Sequence[Said], area: str) -> list[Measure]:
    """A line for each measure and unit, in the order of their names."""
    lines: dict[tuple[str, str], list[Said]] = {}
    for row in rows:
        lines.setdefault((row.body["measure"], row.body["unit"]), []).append(row)
    return [
        Measure(
            measure=measure,
            purposes=sorted({purpose for row in found for purpose in row.body["purposes"]}),
            **vars(_progress(found, area, unit, _quantity)),
        )
        for (measure, unit), found in sorted(lines.items())
    ]


def _total(rows: Sequence[Said], area: str, unit: GreenUnit, amount: Amount) -> Progress | None:
    found = [row for row in rows if amount(row)]
    return _progress(found, area, unit.value, amount) if found else None


def _progress(rows: Sequence[Said], area: str, unit: str, amount: Amount) -> Progress:
    planned, made, lost = ([row for row in rows if row.kind == kind] for kind in KINDS)
    aim, gone = _sum(planned, amount), _sum(lost, amount)
    realised = None if not made and unit in TOLD_ONLY else _sum(made, amount)
    return Progress(
        unit=unit,
        planned=aim,
        realised=realised,
        share=share(realised, aim),
        not_planned=_sum((row for row in made if not row.body["planned"]), amount),
        lost=gone,
        standing=None if realised is None else plain(realised - gone),
        evidence=evidence(rows, area),
    )


def share(realised: Decimal | None, planned: Decimal) -> Decimal | None:
    """Percent to a tenth, halves up; more than planned is more than a hundred."""
    if realised is None or not planned:
        return None
    return (realised * 100 / planned).quantize(SHARE_DIGITS, ROUND_HALF_UP)


def _quantity(row: Said) -> Decimal:
    return Decimal(row.body["quantity"])


def _square_metres(row: Said) -> Decimal:
    return _quantity(row) if row.body["unit"] == GreenUnit.M2 else NOTHING


def storage(row: Said) -> Decimal:
    """The water that it holds, in cubic metres; unpaved square metres hold none."""
    if row.body["unit"] == GreenUnit.M3:
        return _quantity(row)
    litres = row.body["litres"]
    return NOTHING if litres is None else _quantity(row) * Decimal(litres) / LITRES_IN_M3


def _sum(rows: Iterable[Said], amount: Amount) -> Decimal:
    return plain(sum((amount(row) for row in rows), NOTHING))


def plain(number: Decimal) -> Decimal:
    """The number without noughts behind its last digit."""
    return Decimal(f"{number.normalize():f}")
