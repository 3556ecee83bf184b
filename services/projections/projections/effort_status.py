"""Composing the effort status of an area from its rows: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from leefwijk.events.clock import day_of
from projections.answers import (
    Count,
    EffortStatus,
    Evidence,
    InitiativeLine,
    Level,
    Money,
    Point,
    Stories,
    Told,
)
from projections.rows import EVIDENCE
from projections.snapshot import Said

RUNNING = frozenset({"supported", "self_reliant", "started"})
KINDS = ("area", "figures", "story", "level", "initiative", "grant", "spending")


@dataclass(frozen=True)
class Asked:
    """For which moment, and who looks."""

    area: str
    as_of: date
    known_at: datetime | None
    internal: bool
    """Whether euros, requests and unpublished counts are shown."""


def evidence(rows: Iterable[Said], area: str) -> Evidence:
    """Up to twenty ids of the events beneath, and where all of them can be read."""
    found = list(rows)
    ids = [id_ for row in found for id_ in row.events]
    streams = sorted({row.stream_id for row in found})
    return Evidence(
        events=ids[-EVIDENCE:],
        count=len(ids),
        more=f"/v1/areas/{area}/evidence?streams={','.join(streams)}"
        if len(ids) > EVIDENCE
        else None,
    )


def compose(
    asked: Asked,
    rows: Sequence[Said],
    inherited: Sequence[Said],
    indicators: Mapping[str, Mapping[str, Any]],
    held: Mapping[str, str],
) -> EffortStatus:
    """The status: `rows` are of the area and what lies in it, `inherited` levels of areas above."""
    by_kind: dict[str, list[Said]] = {kind: [] for kind in KINDS}
    for row in rows:
        by_kind[row.kind].append(row)
    own = next((row for row in by_kind["area"] if row.area == asked.area), None)
    stories = [row for row in by_kind["story"] if _told_by(row, asked.as_of)]
    if not asked.internal:
        stories = [row for row in stories if row.body["published"]]
    levels = [row for row in by_kind["level"] if row.area == asked.area]
    lines = initiatives_of(by_kind["initiative"], asked)
    return EffortStatus(
        area=asked.area,
        name=own.body["name"] if own else None,
        name_known=own is not None and own.body["name"] is not None,
        kind=own.body["kind"] if own else None,
        municipalities=municipalities_of(rows, asked.area),
        as_of=asked.as_of,
        known_at=asked.known_at,
        level=level_of(levels, inherited, asked),
        counts=counts_of(
            [row for row in by_kind["figures"] if row.area == asked.area], indicators, asked
        ),
        stories=stories_of(stories, asked),
        initiatives=lines,
        initiatives_running=sum(1 for line in lines if line.status in RUNNING),
        money=money_of(by_kind["grant"], by_kind["spending"], asked) if asked.internal else None,
        held=[
            f"{stream}: {reason}" if asked.internal else reason
            for stream, reason in sorted(held.items())
        ],
    )


def level_of(rows: Sequence[Said], inherited: Sequence[Said], asked: Asked) -> Level:
    """The level on the day: agreed, else `basic` that nobody agreed, with what ran out."""
    agreed = [row for row in rows if row.body.get("agreement")]
    in_force = [row for row in agreed if row.holds_on(asked.as_of)]
    if in_force:
        return _agreed(max(in_force, key=_precedence), rows, asked)
    over = [row for row in agreed if row.valid_through and row.valid_through < asked.as_of]
    last = max(over, key=lambda row: row.valid_through or date.min, default=None)
    above = [row for row in inherited if row.body.get("agreement") and row.holds_on(asked.as_of)]
    return Level(
        level="basic",
        agreed=False,
        note=_over(last),
        by_area=above[0].area if above else None,
        by_level=above[0].body["level"] if above else None,
        upcoming=_upcoming(agreed, asked),
        proposals=_proposals(rows) if asked.internal else [],
        evidence=evidence([last] if last else [], asked.area),
    )


def municipalities_of(rows: Sequence[Said], area: str) -> list[str]:
    """What facts about the area say of them, also where its own have not arrived yet."""
    return sorted({code for row in rows if row.area == area for code in row.municipalities})


def _precedence(row: Said) -> tuple[date, datetime]:
    """Of two levels in force the one that began later leads, then the one agreed later."""
    return row.valid_from or date.min, datetime.fromisoformat(row.body["agreedAt"])


def _over(last: Said | None) -> str:
    """Not agreed, and which level went before (MON-38)."""
    if last is None:
        return "not agreed"
    level = last.body["level"]
    if "ended" in last.body:
        return f"not agreed; {level} ended on {last.body['ended']}: {last.body['endedBecause']}"
    return f"not agreed; {level} ran out on {last.valid_through}"


def _agreed(row: Said, rows: Sequence[Said], asked: Asked) -> Level:
    body = row.body
    return Level(
        level=body["level"],
        agreed=True,
        id=row.key,
        mode=body["mode"],
        valid_from=row.valid_from,
        valid_through=row.valid_through,
        recorded_at=datetime.fromisoformat(body["agreedAt"]),
        note=_backdated(row),
        effects=list(body["effects"]),
        budgets=dict(body["budgets"]) if asked.internal else None,
        end_announced=body.get("endAnnounced"),
        upcoming=_upcoming([other for other in rows if other.body.get("agreement")], asked),
        proposals=_proposals(rows) if asked.internal else [],
        evidence=evidence([row], asked.area),
    )


def _backdated(row: Said) -> str | None:
    said = row.body.get("backdating")
    recorded = day_of(datetime.fromisoformat(row.body["agreedAt"]))
    if row.valid_from is None or recorded <= row.valid_from:
        return None
    return f"recorded on {recorded}" + (f": {said}" if said else "")


def _upcoming(agreed: Sequence[Said], asked: Asked) -> list[Told]:
    later = [row for row in agreed if row.valid_from and row.valid_from > asked.as_of]
    return [
        Told(
            id=row.key,
            level=row.body["level"],
            status="to_come",
            valid_from=row.valid_from,
            valid_through=row.valid_through,
        )
        for row in sorted(later, key=lambda row: row.valid_from or date.max)
    ]


def _proposals(rows: Sequence[Said]) -> list[Told]:
    return [
        Told(
            id=row.key,
            level=row.body["level"],
            status="proposed",
            valid_from=row.valid_from,
            valid_through=row.valid_through,
            reactions=dict(row.body["reactions"]),
        )
        for row in rows
        if row.body["status"] == "proposed"
    ]


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


def _told_by(row: Said, day: date) -> bool:
    return row.valid_from is None or row.valid_from <= day


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


def _status_on(row: Said, day: date) -> str | None:
    """The status on a day, or none if it was not yet proposed."""
    body = row.body
    for status in ("completed", "started", "supported"):
        if body[status] and date.fromisoformat(body[status]) <= day:
            return status
    if date.fromisoformat(body["proposed"]) > day:
        return None
    status = str(body["status"])
    return "proposed" if status in {"completed", "started", "supported"} else status


def initiatives_of(rows: Sequence[Said], asked: Asked) -> list[InitiativeLine]:
    """Initiatives, newest last; residents see those that run or have run."""
    lines = [
        InitiativeLine(
            id=row.key,
            title=row.body["title"],
            area=row.area or asked.area,
            themes=row.body["themes"],
            taker=row.body["taker"],
            role=row.body["role"],
            status=status,
            marks=[
                f"{mark['gate']}: {mark['code']} since {mark['since']}"
                for mark in row.body["marks"]
            ]
            if asked.internal
            else [],
            evidence=evidence([row], asked.area),
        )
        for row in rows
        if (status := _status_on(row, asked.as_of)) is not None
    ]
    if asked.internal:
        return lines
    return [line for line in lines if line.status in {"self_reliant", "started", "completed"}]


def money_of(grants: Sequence[Said], spendings: Sequence[Said], asked: Asked) -> Money:
    """Euros granted and spent by the day, exact to the cent; each names its events."""
    granted = [row for row in grants if row.holds_on(asked.as_of)]
    spent = [row for row in spendings if row.holds_on(asked.as_of)]
    return Money(
        granted=_sum(granted),
        spent=_sum(spent),
        granted_evidence=evidence(granted, asked.area),
        spent_evidence=evidence(spent, asked.area),
    )


def _sum(rows: Sequence[Said]) -> Decimal:
    return sum((Decimal(row.body["euros"]) for row in rows), Decimal("0.00"))
