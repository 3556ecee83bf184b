"""Inhabitants by age, in percent, by monitoring's figures; what is blank stays unknown."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.event import Event
from leefwijk.events.language.monitoring.measurements import (
    Figure,
    MeasurementsRecorded,
    MeasurementsRevised,
    MeasurementsWithdrawn,
)
from leefwijk.events.language.participation.words import Group
from leefwijk.service.context import ServiceContext
from participation.domain.places import AgeShares

TABLE = "known_ages"
CHILDREN = "cbs-pop-0-14"
GROUPS = {
    "cbs-pop-15-24": Group.RESIDENTS_15_24,
    "cbs-pop-25-44": Group.RESIDENTS_25_44,
    "cbs-pop-45-64": Group.RESIDENTS_45_64,
    "cbs-pop-65plus": Group.RESIDENTS_65PLUS,
}

_KEEP = text("""
insert into known_ages (area, indicator, period, number)
select :area, indicator, period, number
from unnest(cast(:indicators as text[]), cast(:periods as text[]), cast(:numbers as numeric[]))
    as t (indicator, period, number)
on conflict (area, indicator, period) do update set number = excluded.number
""")
_FIND = text("""
select distinct on (indicator) indicator, number from known_ages where area = :area
order by indicator, period desc
""")


def _figures(event: Event) -> list[tuple[str, str, Figure | None]]:
    if isinstance(event, MeasurementsRecorded):
        return [(one.indicator, one.period, one.figure) for one in event.figures]
    assert isinstance(event, (MeasurementsRevised, MeasurementsWithdrawn))  # noqa: S101
    return [(one.indicator, one.period, one.after) for one in event.changes]


def _keep(change: Change) -> Write | None:
    told = [
        figure for figure in _figures(change.event) if figure[0] == CHILDREN or figure[0] in GROUPS
    ]
    if not told:
        return None
    return _KEEP, {
        "area": change.event.area,  # type: ignore[attr-defined]  # all three have one
        "indicators": [indicator for indicator, _, _ in told],
        "periods": [period for _, period, _ in told],
        "numbers": [figure.number if figure else None for _, _, figure in told],
    }


WRITES: Writes = {
    MeasurementsRecorded: _keep,
    MeasurementsRevised: _keep,
    MeasurementsWithdrawn: _keep,
}


async def age_shares(service: ServiceContext, area: str) -> AgeShares:
    """What is known of the ages in an area, in its own edition."""
    async with service.reading.connect() as connection:
        rows: list[Any] = list((await connection.execute(_FIND, {"area": area})).all())
    numbers = {row.indicator: float(row.number) for row in rows if row.number is not None}
    return AgeShares(
        numbers.get(CHILDREN),
        {group.value: numbers[name] for name, group in GROUPS.items() if name in numbers},
    )
