"""Gates: which are open, which were set aside by whom and why, which were lost after a grant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, day, until
from projections.status.initiatives import (
    by_residents_alone,
    experiment_over,
    lost_gates,
    status_on,
)

ORIGIN = Origin(
    ("gates", "override"), ("initiatives", "effort-levels"), ("initiatives", "monitoring")
)
OVER = frozenset({"completed", "effect_evaluated", "handed_over", "stopped", "self_reliant", None})
"""An initiative of which no gate is asked any more."""


class OpenGate(Resource):
    """A gate that does not pass and that nobody set aside."""

    initiative: str
    request: int | None = None
    gate: str
    outcome: str
    """`failed`, `unknown`, or `lost`: it passed when support was granted, which stands."""
    code: str
    reason: str | None = None
    """In plain words, as it was judged."""
    knowledge: str | None = None
    """How good the knowledge was when it was judged."""
    judged_on: date | None = None
    since: date | None = None
    passed_on: date | None = None
    """Of a gate that was lost: when it was last judged and passed."""
    evidence: Evidence


class SetAside(Resource):
    """A gate that somebody answers for; it does not pass by that, and stays visible."""

    about: str
    """`support`, `effort_level` or `experiment`."""
    id: str
    """Of the initiative or the level."""
    request: int | None = None
    gate: str
    code: str | None = None
    """The ground that it was given for, and for no other."""
    reason: str
    """Of an experiment: the learning question."""
    role: str
    """The role that answers for it, never who."""
    on: date
    until: date | None = None
    """The last day on which it holds."""
    status: str
    """`in_force`, `lapsed` or `withdrawn`."""
    over_since: date | None = None
    because: str | None = None
    """Why it is over."""
    evidence: Evidence


class Gates(Resource):
    """What keeps efforts in the area from going ahead, and what was set aside."""

    open: list[OpenGate]
    set_aside: list[SetAside]
    evidence: Evidence


def gates_of(found: Found) -> Gates:
    """The gates on the day, as they were last judged."""
    judged, overrides = found.holding("gates"), found.begun("override")
    aside = [*_overrides(found, overrides), *_of_levels(found), *_experiments(found)]
    failing = [*_failing(found, judged), *_lost(found, judged)]
    return Gates(
        open=[gate for gate in failing if not _answered(aside, gate)],
        set_aside=aside,
        evidence=found.evidence([*judged, *overrides]),
    )


def _asked(found: Found) -> dict[str, Said]:
    """Initiatives of which gates still matter on the day.

    What residents do by themselves asks nothing of anybody: gates do not apply to it (INI-03).
    """
    return {
        row.key: row
        for row in found.of("initiative")
        if status_on(row, found.day) not in OVER and not by_residents_alone(row, found.day)
    }


def _answered(aside: list[SetAside], gate: OpenGate) -> bool:
    """Whether somebody answers for a gate that fails on this ground.

    An override is given for one ground and one request; an experiment sets aside the rule, whatever
    it fails on and whatever is asked for.
    """
    mine = (
        one
        for one in aside
        if (one.id, one.gate, one.status) == (gate.initiative, gate.gate, "in_force")
    )
    return any(
        one.about == "experiment" or (one.code == gate.code and gate.request in {None, one.request})
        for one in mine
    )


def _failing(found: Found, judged: list[Said]) -> Iterator[OpenGate]:
    asked = _asked(found)
    for row in judged:
        initiative = row.body["initiative"]
        if initiative not in asked:
            continue
        for line in row.body["lines"]:
            if line["outcome"] == "passed" or line.get("setAside"):
                continue
            yield OpenGate(
                initiative=initiative,
                request=row.body["request"],
                gate=line["gate"],
                outcome=line["outcome"],
                code=line.get("code") or line["outcome"],
                reason=line.get("reason"),
                knowledge=line.get("knowledge"),
                judged_on=row.valid_from,
                since=day(line.get("since")),
                evidence=found.evidence([row]),
            )


def _lost(found: Found, judged: list[Said]) -> Iterator[OpenGate]:
    passed = {
        (row.body["initiative"], line["gate"]): row.valid_from
        for row in judged
        for line in row.body["lines"]
        if line["outcome"] == "passed"
    }
    for row in _asked(found).values():
        for mark in lost_gates(row, found.day):
            yield OpenGate(
                initiative=row.key,
                request=mark.get("request"),
                gate=mark["gate"],
                outcome="lost",
                code=mark["code"],
                since=day(mark["since"]),
                passed_on=passed.get((row.key, mark["gate"])),
                evidence=found.evidence([row]),
            )


def _overrides(found: Found, rows: list[Said]) -> Iterator[SetAside]:
    for row in rows:
        body, on = row.body, found.day
        last = date.fromisoformat(body["until"])
        over = body["over"] if body["over"] and by(body["over"]["on"], on) else None
        passed = over is None and last < on
        yield SetAside(
            about="support",
            id=body["initiative"],
            request=body["request"],
            gate=body["gate"],
            code=body["code"],
            reason=body["reason"],
            role=body["role"],
            on=row.valid_from or last,
            until=last,
            status=over["status"] if over else "lapsed" if passed else "in_force",
            over_since=day(over["on"]) if over else None,
            because=over["because"] if over else "date-passed" if passed else None,
            evidence=found.evidence([row]),
        )


def _of_levels(found: Found) -> Iterator[SetAside]:
    """Set aside for a level: visible while the level is proposed, and as long as it holds."""
    for row in found.of("level"):
        standing = row.body.get("agreement") or row.body["status"] == "proposed"
        if row.area != found.asked.area or not standing:
            continue
        if row.valid_through is not None and row.valid_through < found.day:
            continue
        for one in until(row.body.get("overrides", ()), found.day):
            yield SetAside(
                about="effort_level",
                id=row.key,
                gate=one["gate"],
                code=one["code"],
                reason=one["reason"],
                role=one["role"],
                on=date.fromisoformat(one["on"]),
                until=row.valid_through,
                status="in_force",
                evidence=found.evidence([row]),
            )


def _experiments(found: Found) -> Iterator[SetAside]:
    for row in found.of("initiative"):
        for one in until(row.body.get("experiments", ()), found.day):
            last = date.fromisoformat(one["until"])
            over = experiment_over(one, found.day)
            status = "lapsed" if over or last < found.day else "in_force"
            for gate in one["gates"]:
                yield SetAside(
                    about="experiment",
                    id=row.key,
                    gate=gate,
                    reason=one["question"],
                    role=one["role"],
                    on=date.fromisoformat(one["on"]),
                    until=last,
                    status=status,
                    over_since=over,
                    evidence=found.evidence([row]),
                )
