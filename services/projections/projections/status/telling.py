"""Counting and telling: figures with their course, strengths beside concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from leefwijk.events.clock import day_of
from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Asked, Evidence, Found, Origin, evidence

COUNTED = Origin(("figures",), ("measurements",), ("monitoring",))
TOLD = Origin(("story",), ("stories",), ("monitoring",))


class Point(Resource):
    """One figure of a series."""

    period: str
    number: str | None = None
    label: str | None = None
    missing: str | None = None
    revised: list[str] = Field(default_factory=list)


class Count(Resource):
    """An indicator: its latest figure, its series, and the change since the period before."""

    indicator: str
    label: str | None = None
    label_nl: str | None = None
    unit: str | None = None
    direction: str | None = None
    estimate: bool
    latest: Point
    series: list[Point]
    change: str | None = None
    """Never an effect: an area estimate cannot prove what one action did."""
    evidence: Evidence


class Stories(Resource):
    """Strengths beside concerns."""

    strengths: int
    concerns: int
    themes: dict[str, dict[str, int]]
    evidence: Evidence


def told_of(found: Found) -> list[Said]:
    """Stories that were told by the day; outside the corporation only what was published."""
    rows = [row for row in found.of("story") if _told_by(row, found.day)]
    return rows if found.asked.internal else [row for row in rows if row.body["published"]]


def _told_by(row: Said, day: date) -> bool:
    return row.valid_from is None or row.valid_from <= day


def counts_of(
    rows: Sequence[Said], indicators: Mapping[str, Mapping[str, Any]], asked: Asked
) -> list[Count]:
    """Latest figure and trend per indicator, of periods that had begun on the day."""
    series: dict[str, list[tuple[str, Mapping[str, Any], Said]]] = {}
    for row in rows:
        for indicator, periods in row.body["figures"].items():
            for period, figure in periods.items():
                if int(period[-4:]) <= asked.as_of.year:
                    series.setdefault(indicator, []).append((period, figure, row))
    return [
        _count(
            indicator, sorted(points, key=lambda point: point[0]), indicators.get(indicator), asked
        )
        for indicator, points in sorted(series.items())
    ]


def _count(
    indicator: str,
    points: list[tuple[str, Mapping[str, Any], Said]],
    meaning: Mapping[str, Any] | None,
    asked: Asked,
) -> Count:
    shown = [
        Point(
            period=period,
            number=figure.get("number"),
            label=figure.get("label"),
            missing=figure.get("missing"),
            revised=_revisions(row, indicator, period),
        )
        for period, figure, row in points
    ]
    known = [point for point in shown if point.number is not None]
    change = None
    if len(known) > 1 and known[-1] is shown[-1] and known[-2] is shown[-2]:
        change = str(Decimal(known[-1].number or 0) - Decimal(known[-2].number or 0))
    meaning = meaning or {}
    return Count(
        indicator=indicator,
        label=meaning.get("label"),
        label_nl=meaning.get("labelNl"),
        unit=meaning.get("unit"),
        direction=meaning.get("direction"),
        estimate=any(row.body["estimate"] for _, _, row in points),
        latest=shown[-1],
        series=shown,
        change=change,
        evidence=evidence({row.stream_id: row for _, _, row in points}.values(), asked.area),
    )


def _revisions(row: Said, indicator: str, period: str) -> list[str]:
    return [
        f"revised on {day_of(datetime.fromisoformat(revision['on']))}, "
        f"was {_figure(revision['was'])}"
        for revision in row.body["revised"].get(f"{indicator}/{period}", ())
    ]


def _figure(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "nothing"
    return str(figure.get("number") or figure.get("label") or figure.get("missing"))


def stories_of(rows: Sequence[Said], asked: Asked) -> Stories:
    """Strengths and concerns, always together."""
    tones = Counter(row.body["tone"] for row in rows)
    return Stories(
        strengths=tones["strength"],
        concerns=tones["concern"],
        themes={
            tone: dict(Counter(row.body["theme"] for row in rows if row.body["tone"] == tone))
            for tone in ("strength", "concern")
        },
        evidence=evidence(rows, asked.area),
    )
