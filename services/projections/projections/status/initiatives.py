"""Initiatives: what residents do, and what the corporation does in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import Field

from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, day, last_of, until

ORIGIN = Origin(("initiative",), ("initiatives",), ("initiatives",))
RUNNING = frozenset({"supported", "self_reliant", "started"})
STRENGTHS = frozenset({"self_reliant", "started", "completed"})
"""What residents do by themselves is a strength, also once it was done."""
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


OVER = frozenset({"handed_over", "stopped"})
"""Nothing is asked of its takers any more, and nothing of it is late (INI-37)."""


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


def was_over(row: Said, on: date, since: str = "") -> bool:
    """Whether it was handed over or stopped by a day, on or after another."""
    life = until(row.body.get("life", ()), on)
    return any(one["status"] in OVER and one["on"] >= since for one in life)


def role_on(row: Said, on: date) -> str | None:
    """The role of the corporation on a day."""
    found = last_of(row.body.get("roles", ()), on)
    return found["role"] if found else None


def by_residents_alone(row: Said, on: date) -> bool:
    """Whether the corporation has no role in it on a day; not so while none was agreed."""
    return role_on(row, on) == CorporationRole.NONE


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
    """In words, once for all grants that lost the gate by the same ground."""
    said = (f"{mark['gate']}: {mark['code']} since {mark['since']}" for mark in lost_gates(row, on))
    return list(dict.fromkeys(said))


def _without_level(found: Found, row: Said, status: str) -> list[str]:
    """What runs on a grant stands when its level is over with no successor, and says so (MON-38).

    A successor is an agreed level of the same area, or of the area that the budget is of.
    """
    if status not in RUNNING:
        return []
    grants = [grant.body for grant in found.holding("grant") if grant.body["initiative"] == row.key]
    own = {grant.get("level") for grant in grants}
    known = [*found.of("level"), *found.above]
    places = {level.area for level in known if level.key in own}
    if not places:
        return []
    places |= {grant["budgetArea"] for grant in grants}
    levels = [
        level
        for level in known
        if level.key in own or (level.area in places and level.body.get("agreement"))
    ]
    ends = [level.valid_through for level in levels if level.valid_through is not None]
    over = [last for last in ends if last < found.day]
    if not over or any(level.holds_on(found.day) for level in levels):
        return []
    return [f"without level since {max(over) + timedelta(days=1)}"]


def lost_gates(row: Said, on: date) -> list[dict[str, str]]:
    """Gates that were lost after a grant of this round and did not pass again by the day."""
    return [
        mark
        for mark in row.body["marks"]
        if by(mark["since"], on) and not by(mark.get("again"), on) and not by(mark.get("over"), on)
    ]


def _effect_overdue(row: Said, on: date) -> date | None:
    if status_on(row, on) in OVER or by_residents_alone(row, on):
        return None
    return _since(row.body.get("effects", ()), "overdue", on)


def _decision_late(row: Said, on: date) -> date | None:
    if status_on(row, on) in OVER:
        return None
    return _since(row.body.get("lateDecisions", ()), "since", on)


def _since(late: Iterable[Mapping[str, str]], name: str, on: date) -> date | None:
    """Since when something is late that was not over by the day."""
    days = [one[name] for one in late if by(one.get(name), on) and not by(one.get("over"), on)]
    return day(days[-1]) if days else None


def _experiment(row: Said, on: date) -> date | None:
    running = [
        date.fromisoformat(one["until"])
        for one in until(row.body.get("experiments", ()), on)
        if date.fromisoformat(one["until"]) >= on and experiment_over(one, on) is None
    ]
    return max(running, default=None)


def experiment_over(said: Mapping[str, Any], on: date) -> date | None:
    """The day on which it was concluded, or its round was over before its last day."""
    ended = said.get("over")
    if by(said["concluded"], on):
        return day(said["concluded"])
    early = by(ended, on) and by(ended, date.fromisoformat(said["until"]))
    return day(ended) if early else None


def _referral(found: Found, row: Said) -> Referral | None:
    said = last_of(row.body.get("referrals", ()), found.day)
    if said is None or by(said.get("over"), found.day):
        return None
    return Referral(
        partner=said["partner"],
        name=found.name(said["partner"]),
        said=said["said"],
        on=date.fromisoformat(said["on"]),
    )


def self_reliant(lines: Sequence[InitiativeLine]) -> int:
    """How many residents do by themselves: it runs or was done, and the corporation has no role."""
    return sum(
        1 for line in lines if line.role == CorporationRole.NONE and line.status in STRENGTHS
    )


def by_role(lines: Sequence[InitiativeLine]) -> list[RoleCount]:
    """All five roles of the corporation, and initiatives of which none was agreed."""
    counts = Counter(line.role or NOT_AGREED for line in lines if line.status in RUNNING)
    labels = {role.value: label for role, label in LABELS_NL.items()}
    labels[NOT_AGREED] = "nog niet afgesproken"
    return [
        RoleCount(role=role, label_nl=label, running=counts[role]) for role, label in labels.items()
    ]
