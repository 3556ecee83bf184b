"""The base of an area: clean, whole, safe; what keeps it from being in order, and what is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from leefwijk.events.clock import day_of
from leefwijk.events.language.monitoring.base_conditions import Lack, Step, Verdict
from leefwijk.service.reads import Resource
from projections.folds.base_conditions import WHOLE_AREA
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by

ORIGIN = Origin(("base", "base_assessment", "base_action"), ("base-conditions",), ("monitoring",))
BASE_STEPS = (Step.CLEAN, Step.WHOLE, Step.SAFE)
BROKEN = frozenset({Lack.INSUFFICIENT.value, Lack.CONDITION.value})


class StepState(StrEnum):
    """What is known of a step."""

    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"
    UNKNOWN = "unknown"
    """Never, not fully or too long ago looked at: never read as in order."""


class BaseStep(Resource):
    """One step of the base."""

    step: str
    state: StepState


class Failing(Resource):
    """What keeps the base from being in order, in one place."""

    step: str
    lack: str
    complex: str | None = None
    homes: int | None = None
    """Of a condition: own homes in it, which are stock."""


class Place(Resource):
    """The base of a complex, or of an area that lies in this one."""

    area: str | None
    complex: str | None = None
    verdict: Verdict


class BaseAction(Resource):
    """Something that will be done about a step."""

    id: str
    area: str | None
    complex: str | None = None
    step: str
    what: str
    by: date
    status: str
    overdue_since: date | None = None


class BaseCondition(Resource):
    """Whether the base is in order; never or too long ago assessed reads unknown."""

    verdict: Verdict
    steps: list[BaseStep]
    """Clean, whole and safe, then the steps above them."""
    failing: list[Failing]
    since: date | None = None
    assessed: date | None = None
    counts_through: date | None = None
    """The last day on which the verdict holds by what is known."""
    corrected_on: date | None = None
    """When an assessment of the area was last corrected (MON-28)."""
    places: list[Place]
    actions: list[BaseAction]
    actions_completed: int
    evidence: Evidence


def base_of(found: Found) -> BaseCondition:
    """The base on the day."""
    rows = found.holding("base")
    own = [row for row in rows if row.area == found.asked.area]
    area = next((row for row in own if row.link == WHOLE_AREA), None)
    assessments = [
        row
        for row in found.begun("base_assessment")
        if row.area == found.asked.area and row.body["countsThrough"] >= found.day.isoformat()
    ]
    actions = [
        row
        for row in found.of("base_action")
        if day_of(datetime.fromisoformat(row.body["planned"])) <= found.day
    ]
    verdict = _verdict(area, found.day)
    return BaseCondition(
        verdict=verdict,
        steps=_steps(area, verdict, assessments, found.day),
        failing=[
            Failing(
                step=one["step"],
                lack=one["lack"],
                complex=one.get("complex"),
                homes=one.get("homes"),
            )
            for one in (area.body.get("because", ()) if area else ())
        ],
        since=area.valid_from if area else None,
        assessed=area.body.get("assessed") if area else None,
        counts_through=area.body["countsThrough"] if area else None,
        corrected_on=max(
            (
                date.fromisoformat(row.body["correctedOn"])
                for row in assessments
                if row.body.get("correctedOn")
            ),
            default=None,
        ),
        places=[
            Place(area=row.area, complex=row.body.get("complex"), verdict=_verdict(row, found.day))
            for row in rows
            if row is not area
        ],
        actions=[_action(row, found.day) for row in actions if not _done(row, found.day)],
        actions_completed=sum(1 for row in actions if _done(row, found.day)),
        evidence=found.evidence([*([area] if area else ()), *actions]),
    )


def _lapsed(row: Said, on: date) -> bool:
    through = row.body["countsThrough"]
    return through is not None and date.fromisoformat(through) < on


def _verdict(row: Said | None, on: date) -> Verdict:
    """What was found stays a finding; what was found in order too long ago is unknown."""
    if row is None:
        return Verdict.UNKNOWN
    said = Verdict(row.body["verdict"])
    return Verdict.UNKNOWN if said is Verdict.IN_ORDER and _lapsed(row, on) else said


def _steps(
    area: Said | None, verdict: Verdict, assessments: Sequence[Said], on: date
) -> list[BaseStep]:
    lacks: dict[str, set[str]] = {}
    for one in area.body.get("because", ()) if area else ():
        lacks.setdefault(one["step"], set()).add(one["lack"])
    stale = area is None or _lapsed(area, on)
    steps = []
    for step in BASE_STEPS:
        lack = lacks.get(step.value, set())
        if lack & BROKEN:
            state = StepState.INSUFFICIENT
        elif lack or stale or (verdict is Verdict.UNKNOWN and not lacks):
            state = StepState.UNKNOWN
        else:
            state = StepState.SUFFICIENT
        steps.append(BaseStep(step=step.value, state=state))
    return [
        *steps,
        *(
            BaseStep(step=step.value, state=_looked_at(assessments, step))
            for step in Step
            if step not in BASE_STEPS
        ),
    ]


def _looked_at(assessments: Sequence[Said], step: Step) -> StepState:
    """What the newest assessment that looked at it found."""
    newest = sorted(assessments, key=lambda row: row.valid_from or date.min)
    found = [row.body["steps"][step.value] for row in newest if step.value in row.body["steps"]]
    return StepState(found[-1]) if found else StepState.UNKNOWN


def _done(row: Said, on: date) -> bool:
    return by(row.body["completed"], on)


def _action(row: Said, on: date) -> BaseAction:
    last = date.fromisoformat(row.body["by"])
    overdue = last < on
    return BaseAction(
        id=row.key,
        area=row.area,
        complex=row.body["complex"],
        step=row.body["step"],
        what=row.body["what"],
        by=last,
        status="overdue" if overdue else "planned",
        overdue_since=last + timedelta(days=1) if overdue else None,
    )
