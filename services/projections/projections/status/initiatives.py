"""Initiatives: what residents do, and what the corporation does in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import Field

from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, day, last_of, until

ORIGIN = Origin(("initiative",), ("initiatives",), ("initiatives",))
RUNNING = frozenset({"supported", "self_reliant", "started"})
OPEN_TO_RESIDENTS = frozenset(
    {"self_reliant", "started", "completed", "effect_evaluated", "handed_over", "referred"}
)
NOT_AGREED = "not_agreed"
LABELS_NL = {
    CorporationRole.NONE: "geen rol: bewoners doen het zelf",
    CorporationRole.CONNECT: "verbinden",
    CorporationRole.SUPPORT: "ondersteunen",
    CorporationRole.CO_INITIATE: "mede-initiëren",
    CorporationRole.LEAD: "het voortouw nemen",
}


class Referral(Resource):
    """What became of pointing the way to the party whose work it is."""

    partner: str
    name: str | None = None
    said: str
    on: date


class InitiativeLine(Resource):
    """An initiative in the area or in a part of it."""

    id: str
    title: str
    area: str
    themes: list[str]
    taker: str
    role: str | None
    status: str
    since: date | None = None
    marks: list[str] = Field(default_factory=list)
    effect_overdue_since: date | None = None
    """Nobody looked back in time at what was expected; for people of the platform."""
    decision_late_since: date | None = None
    """A request waits for a decision past its term; for people of the platform."""
    experiment_until: date | None = None
    """The last day of an experiment that sets own rules aside; for people of the platform."""
    referral: Referral | None = None
    evidence: Evidence


class RoleCount(Resource):
    """How many initiatives run with one role of the corporation."""

    role: str
    """One of the five, or `not_agreed`."""
    label_nl: str
    running: int


def status_on(row: Said, on: date) -> str | None:
    """The status on a day, or none if it was not yet proposed."""
    found = last_of(row.body.get("life", ()), on)
    return str(found["status"]) if found else None


def role_on(row: Said, on: date) -> str | None:
    """The role of the corporation on a day."""
    found = last_of(row.body.get("roles", ()), on)
    return found["role"] if found else None


def initiatives_of(found: Found) -> list[InitiativeLine]:
    """Initiatives, newest last; residents see those that run or have run."""
    lines = [
        _line(found, row, status)
        for row in found.of("initiative")
        if (status := status_on(row, found.day)) is not None
    ]
    if found.asked.internal:
        return lines
    return [line for line in lines if line.status in OPEN_TO_RESIDENTS]


def _line(found: Found, row: Said, status: str) -> InitiativeLine:
    body, on, internal = row.body, found.day, found.asked.internal
    life = last_of(body.get("life", ()), on)
    return InitiativeLine(
        id=row.key,
        title=body["title"],
        area=row.area or found.asked.area,
        themes=body["themes"],
        taker=body["taker"],
        role=role_on(row, on),
        status=status,
        since=day(life["on"]) if life else None,
        marks=[*_marks(row, on), *_without_level(found, row, status)] if internal else [],
        effect_overdue_since=_effect_overdue(row, on) if internal else None,
        decision_late_since=_decision_late(row, on) if internal else None,
        experiment_until=_experiment(row, on) if internal else None,
        referral=_referral(found, row),
        evidence=found.evidence([row]),
    )


def _marks(row: Said, on: date) -> list[str]:
    return [f"{mark['gate']}: {mark['code']} since {mark['since']}" for mark in lost_gates(row, on)]


def _without_level(found: Found, row: Said, status: str) -> list[str]:
    """What runs on a grant stands when its level is over, and says so (MON-38)."""
    if status not in RUNNING:
        return []
    own = {
        grant.body.get("level")
        for grant in found.holding("grant")
        if grant.body["initiative"] == row.key
    }
    rests_on = [level for level in (*found.of("level"), *found.above) if level.key in own]
    if not rests_on or any(level.holds_on(found.day) for level in rests_on):
        return []
    last = max(level.valid_through or date.min for level in rests_on)
    return [f"without level since {last + timedelta(days=1)}"]


def lost_gates(row: Said, on: date) -> list[dict[str, str]]:
    """Gates that were lost after a grant and did not pass again by the day."""
    return [
        mark
        for mark in row.body["marks"]
        if by(mark["since"], on) and not by(mark.get("again"), on)
    ]


def _effect_overdue(row: Said, on: date) -> date | None:
    effect = row.body.get("effect") or {}
    overdue = by(effect.get("overdue"), on) and not by(effect.get("evaluated"), on)
    return day(effect["overdue"]) if overdue else None


def _decision_late(row: Said, on: date) -> date | None:
    late = row.body.get("decisionOverdue")
    return day(late) if by(late, on) else None


def _experiment(row: Said, on: date) -> date | None:
    running = [
        date.fromisoformat(one["until"])
        for one in until(row.body.get("experiments", ()), on)
        if date.fromisoformat(one["until"]) >= on and not by(one["concluded"], on)
    ]
    return max(running, default=None)


def _referral(found: Found, row: Said) -> Referral | None:
    said = last_of(row.body.get("referrals", ()), found.day)
    if said is None:
        return None
    return Referral(
        partner=said["partner"],
        name=found.name(said["partner"]),
        said=said["said"],
        on=date.fromisoformat(said["on"]),
    )


def by_role(lines: Sequence[InitiativeLine]) -> list[RoleCount]:
    """All five roles of the corporation, and initiatives of which none was agreed."""
    counts = Counter(line.role or NOT_AGREED for line in lines if line.status in RUNNING)
    labels = {role.value: label for role, label in LABELS_NL.items()}
    labels[NOT_AGREED] = "nog niet afgesproken"
    return [
        RoleCount(role=role, label_nl=label, running=counts[role]) for role, label in labels.items()
    ]
