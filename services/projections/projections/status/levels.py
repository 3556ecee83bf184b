"""The effort level on the day: agreed, bridged, questioned, or `basic` that nobody agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from leefwijk.events.clock import day_of
from leefwijk.gates.within import EXPERIENCED_AREA_LEADS, is_lived_in
from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Asked, Evidence, Origin, Shared, by, day, evidence, until

ORIGIN = Origin(("level",), ("effort-levels",), ("monitoring",))


class Told(Resource):
    """A level that is proposed or still to come."""

    id: str
    level: str
    status: str
    valid_from: date | None = None
    valid_through: date | None = None
    reactions: dict[str, Any] | None = None


class Bridge(Resource):
    """A level that holds on past its last day until what follows is agreed, once."""

    last_day: date
    """The last day of the agreement, as it stays."""
    through: date
    reason: str
    role: str
    """The role that answers for it, never who."""
    on: date


class Together(Resource):
    """What `large_scale` effort rests on: a plan, a municipality that directs, and partners."""

    plan: str
    director: str
    partners: list[str]


class Question(Resource):
    """A ground of an agreed level that fell away; the level stays until somebody answers."""

    ground: str
    because: str
    since: date
    status: str
    """`open` or `answered`."""
    answer: str | None = None
    reason: str | None = None
    answered_on: date | None = None


class Touching(Resource):
    """A level in force of an area as people live it that lies here for a part only."""

    area: str
    name: str | None
    id: str
    level: str
    valid_from: date | None = None
    valid_through: date | None = None


class Level(Resource):
    """The effort level on the day."""

    level: str
    agreed: bool
    id: str | None = None
    mode: dict[str, str] | None = None
    valid_from: date | None = None
    valid_through: date | None = None
    recorded_at: datetime | None = None
    note: str | None = None
    effects: list[dict[str, Any]] = Field(default_factory=list)
    budgets: dict[str, str] | None = None
    end_announced: date | None = None
    bridged: Bridge | None = None
    """A director lets it hold past its last day."""
    together: Together | None = None
    """Of `large_scale`: by which plan and with whom."""
    questions: list[Question] | None = None
    """What it rested on and lost; for people of the platform."""
    by_area: str | None = None
    """The area around it whose level holds here: it has none itself, or one that does not lead."""
    by_name: str | None = None
    by_level: str | None = None
    by_code: str | None = None
    """`experienced-area-leads` where that is an area as people live it: it leads (MON-06)."""
    leading_level: str
    """What holds here: the level by that area, else its own."""
    touching: list[Touching] = Field(default_factory=list)
    """Levels of areas as people live them that lie here for a part only; they do not lead."""
    upcoming: list[Told] = Field(default_factory=list)
    proposals: list[Told] = Field(default_factory=list)
    evidence: Evidence


def level_of(
    rows: Sequence[Said],
    inherited: Sequence[Said],
    asked: Asked,
    shared: Sequence[Shared] = (),
) -> Level:
    """The level on the day: agreed, else `basic` that nobody agreed, with what ran out.

    `inherited` are levels of what the area lies in, those of the nearest first, with what is said
    of those areas themselves. Over the level of
    an administrative area leads that of an area as people live it that it lies in; over no level
    of its own, that of the nearest (MON-06).
    """
    own = _own_level(rows, asked)
    around = [row for row in inherited if not own.agreed or is_lived_in(row.area or "")]
    above = _leading(around, asked)
    by_level = above.body["level"] if above else None
    lived_in = above is not None and is_lived_in(above.area or "")
    return own.model_copy(
        update={
            "by_area": above.area if above else None,
            "by_name": _name(inherited, above.area) if above else None,
            "by_level": by_level,
            "by_code": EXPERIENCED_AREA_LEADS if lived_in else None,
            "leading_level": by_level or own.level,
            "touching": [one for each in shared for one in _touching(each, asked)],
        }
    )


def _name(rows: Sequence[Said], area: str | None) -> str | None:
    """How an area is called, where its own facts have arrived."""
    own = (row.body["name"] for row in rows if row.kind == "area" and row.area == area)
    return next(own, None)


def _leading(around: Sequence[Said], asked: Asked) -> Said | None:
    """Of the levels around an area the one that leads in the nearest of them."""
    over_it = [row for row in around if row.body.get("agreement") and row.holds_on(asked.as_of)]
    nearest = [row for row in over_it if row.area == over_it[0].area]
    return max(nearest, key=_precedence, default=None)


def _touching(shared: Shared, asked: Asked) -> Iterator[Touching]:
    name = _name(shared.rows, shared.area)
    levels = [row for row in shared.rows if row.kind == "level"]
    leading = _leading(levels, asked)
    if leading is not None:
        yield Touching(
            area=shared.area,
            name=name,
            id=leading.key,
            level=leading.body["level"],
            valid_from=leading.valid_from,
            valid_through=leading.valid_through,
        )


def _own_level(rows: Sequence[Said], asked: Asked) -> Level:
    agreed = [row for row in rows if row.body.get("agreement")]
    in_force = [row for row in agreed if row.holds_on(asked.as_of)]
    if in_force:
        return _agreed(max(in_force, key=_precedence), rows, asked)
    over = [row for row in agreed if row.valid_through and row.valid_through < asked.as_of]
    last = max(over, key=lambda row: row.valid_through or date.min, default=None)
    return Level(
        level="basic",
        leading_level="basic",
        agreed=False,
        note=_over(last),
        upcoming=_upcoming(agreed, asked),
        proposals=_proposals(rows) if asked.discusses else [],
        questions=[] if asked.internal else None,
        evidence=evidence([last] if last else [], asked.area),
    )


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
        leading_level=body["level"],
        agreed=True,
        id=row.key,
        mode=body["mode"],
        valid_from=row.valid_from,
        valid_through=row.valid_through,
        recorded_at=datetime.fromisoformat(body["agreedAt"]),
        note=_backdated(row),
        effects=list(body["effects"]),
        budgets=dict(body["budgets"]) if asked.discusses else None,
        end_announced=body.get("endAnnounced"),
        together=Together(**body["together"]) if body.get("together") else None,
        bridged=_bridge(body.get("bridge"), asked.as_of),
        questions=_questions(row, asked.as_of) if asked.internal else None,
        upcoming=_upcoming([other for other in rows if other.body.get("agreement")], asked),
        proposals=_proposals(rows) if asked.discusses else [],
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


def _bridge(said: Mapping[str, Any] | None, on: date) -> Bridge | None:
    """A level that goes on past its last day says so from the day on which that was decided."""
    if said is None or not by(said["on"], on):
        return None
    return Bridge(
        last_day=date.fromisoformat(said["lastDay"]),
        through=date.fromisoformat(said["through"]),
        reason=said["reason"],
        role=said["role"],
        on=date.fromisoformat(said["on"]),
    )


def _questions(row: Said, on: date) -> list[Question]:
    """What the level rested on and lost, with the answer where there was one by the day."""
    return [_question(said, on) for said in until(row.body.get("questions", ()), on)]


def _question(said: Mapping[str, Any], on: date) -> Question:
    answer = said["answer"] if said["answer"] and by(said["answer"]["on"], on) else None
    return Question(
        ground=said["ground"],
        because=said["because"],
        since=date.fromisoformat(said["on"]),
        status="answered" if answer else "open",
        answer=answer["answer"] if answer else None,
        reason=answer["reason"] if answer else None,
        answered_on=day(answer["on"]) if answer else None,
    )
