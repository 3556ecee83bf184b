"""The base of an area: clean, whole, safe; what keeps it from being in order, and what is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.events.language.monitoring.base_conditions import Lack, Step, Verdict
from leefwijk.service.reads import Resource
from projections.folds.base_conditions import WHOLE_AREA
from projections.places import parts_of
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin, by, day

ORIGIN = Origin(("base", "base_assessment", "base_action"), ("base-conditions",), ("monitoring",))
BASE_STEPS = (Step.CLEAN, Step.WHOLE, Step.SAFE)
BROKEN = frozenset({Lack.INSUFFICIENT.value, Lack.CONDITION.value})


class StepState(StrEnum):
    """What is known of a step."""

    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"
    UNKNOWN = "unknown"
    """Never, not fully or too long ago looked at: never read as in order."""


_POOR = {StepState.INSUFFICIENT: 2, StepState.UNKNOWN: 1, StepState.SUFFICIENT: 0}
_BAD = {Verdict.NOT_IN_ORDER: 2, Verdict.UNKNOWN: 1, Verdict.IN_ORDER: 0}


class BaseStep(Resource):
    """One step of the base."""

    step: str
    state: StepState


class Failing(Resource):
    """What keeps the base from being in order, in one place."""

    step: str
    lack: str
    area: str | None = None
    """The area in this one of which it is said, where nothing was said of this one itself."""
    complex: str | None = None
    homes: int | None = None
    """Of a condition: own homes in it, which are stock."""
    exempt: int | None = None
    """Of a condition: further own homes, in a decided demolition plan."""


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
    step: int
    """The step reached, counted from below: 1 is clean, whole and safe; 0: not even those."""
    steps: list[BaseStep]
    """Clean, whole and safe, then the steps above them; each as good as in its worst place."""
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


@dataclass(frozen=True)
class _Reading:
    """A verdict on the day, with what it rests on."""

    verdict: Verdict = Verdict.UNKNOWN
    step: int = 0
    failing: Sequence[Failing] = ()
    since: date | None = None
    assessed: date | None = None
    counts_through: date | None = None
    lapsed: bool = True
    """Whether something beneath it was found too long ago to count, or never."""
    rows: Sequence[Said] = ()


def base_of(found: Found) -> BaseCondition:
    """The base on the day."""
    lived = {row.key for row in found.of("area") if row.body["kind"] == "experienced"}
    lived.discard(found.asked.area)
    rows = found.holding("base")
    own = next(
        (row for row in rows if row.area == found.asked.area and row.link == WHOLE_AREA), None
    )
    looked = [row for row in found.begun("base_assessment") if row.area not in lived]
    if own is not None:
        reading = _own(own, found.day)
    else:
        wholes = [row for row in rows if row.link == WHOLE_AREA and row.area not in lived]
        reading = _composed(found, wholes, looked)
    assessments = [
        row
        for row in looked
        if row.area == found.asked.area and row.body["countsThrough"] >= found.day.isoformat()
    ]
    actions = [
        row
        for row in found.of("base_action")
        if day_of(datetime.fromisoformat(row.body["planned"])) <= found.day
    ]
    return BaseCondition(
        verdict=reading.verdict,
        step=reading.step,
        steps=_steps(reading, looked, found.day),
        failing=list(reading.failing),
        since=reading.since,
        assessed=reading.assessed,
        counts_through=reading.counts_through,
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
            if row is not own
        ],
        actions=[_action(row, found.day) for row in actions if not _done(row, found.day)],
        actions_completed=sum(1 for row in actions if _done(row, found.day)),
        evidence=found.evidence([*reading.rows, *actions]),
    )


def _own(row: Said, on: date) -> _Reading:
    """What was said of the area itself."""
    return _Reading(
        _verdict(row, on),
        _step(row, on),
        [_failing(one) for one in row.body.get("because", ())],
        row.valid_from,
        day(row.body.get("assessed")),
        day(row.body["countsThrough"]),
        _lapsed(row, on),
        [row],
    )


def _composed(found: Found, wholes: Sequence[Said], looked: Sequence[Said]) -> _Reading:
    """Where nobody said anything of the area itself: as good as the worst of what lies in it.

    As the owner reads it: what no look reaches, a complex in it or the whole, was never assessed,
    and a look at one area says nothing of the one around it (MON-27).
    """
    if not wholes:
        return _Reading()
    on = found.day
    parents = {row.key: row.link for row in found.of("area")}
    said = {row.area for row in wholes}
    # of an area around another both say the same lacks: the one around says all of them
    outer = [row for row in wholes if said.isdisjoint(_around(row.area, parents))]
    never = _never_looked_at(found, looked, parents)
    verdicts = {_verdict(row, on) for row in wholes} | ({Verdict.UNKNOWN} if never else set())
    verdict = max(verdicts, key=_BAD.__getitem__)
    days = [day(row.body.get("assessed")) for row in wholes]
    through = [day(row.body["countsThrough"]) for row in wholes]
    return _Reading(
        verdict,
        min(_step(row, on) for row in wholes) if verdict is Verdict.IN_ORDER else 0,
        [
            *(_failing(one, row.area) for row in outer for one in row.body.get("because", ())),
            *(
                Failing(step=step.value, lack=Lack.NEVER_ASSESSED.value, area=area)
                for area in never
                for step in BASE_STEPS
            ),
        ],
        assessed=max((one for one in days if one is not None), default=None),
        counts_through=min((one for one in through if one is not None), default=None)
        if verdict is Verdict.IN_ORDER
        else None,
        lapsed=any(_lapsed(row, on) for row in wholes),
        rows=wholes,
    )


def _never_looked_at(
    found: Found, looked: Sequence[Said], parents: Mapping[str, str | None]
) -> list[str]:
    """The area, or those of its parts, of which no whole and no complex was looked at."""
    own = [row for row in found.of("area") if row.key == found.asked.area]
    wholes = {row.area for row in looked if row.body["complex"] is None}
    within: set[str | None] = set()
    for row in looked:
        if row.body["complex"] is not None:
            within |= {row.area, *_around(row.area, parents)}
    return [
        area
        for area in parts_of(own) or [found.asked.area]
        if area not in within and wholes.isdisjoint({area, *_around(area, parents)})
    ]


def _around(area: str | None, parents: Mapping[str, str | None]) -> list[str]:
    """The areas around an area, as far as they lie in the one that is asked about."""
    found: list[str] = []
    link = parents.get(area or "")
    while link is not None and link not in found:
        found.append(link)
        link = parents.get(link)
    return found


def _failing(one: Mapping[str, Any], area: str | None = None) -> Failing:
    return Failing(
        step=one["step"],
        lack=one["lack"],
        area=area,
        complex=one.get("complex"),
        homes=one.get("homes"),
        exempt=one.get("exempt"),
    )


def _lapsed(row: Said, on: date) -> bool:
    through = row.body["countsThrough"]
    return through is not None and date.fromisoformat(through) < on


def _verdict(row: Said, on: date) -> Verdict:
    """What was found stays a finding; what was found in order too long ago is unknown."""
    said = Verdict(row.body["verdict"])
    return Verdict.UNKNOWN if said is Verdict.IN_ORDER and _lapsed(row, on) else said


def _step(row: Said, on: date) -> int:
    """The step reached, as long as the verdict is that the first one is."""
    return int(row.body["step"]) if _verdict(row, on) is Verdict.IN_ORDER else 0


def _steps(reading: _Reading, looked: Sequence[Said], on: date) -> list[BaseStep]:
    lacks: dict[str, set[str]] = {}
    for one in reading.failing:
        lacks.setdefault(one.step, set()).add(one.lack)
    steps = []
    for step in BASE_STEPS:
        lack = lacks.get(step.value, set())
        if lack & BROKEN:
            state = StepState.INSUFFICIENT
        elif lack or reading.lapsed or (reading.verdict is Verdict.UNKNOWN and not lacks):
            state = StepState.UNKNOWN
        else:
            state = StepState.SUFFICIENT
        steps.append(BaseStep(step=step.value, state=state))
    return [
        *steps,
        *(
            BaseStep(step=step.value, state=_worst_found(looked, step, on))
            for step in Step
            if step not in BASE_STEPS
        ),
    ]


def _worst_found(looked: Sequence[Said], step: Step, on: date) -> StepState:
    """What was found last of a step in each complex, and in each area as a whole: the worst."""
    newest: dict[str, Said | None] = {}
    for row in sorted(looked, key=lambda row: row.valid_from or date.min):
        place = row.body["complex"] or f"={row.area}"
        newest.setdefault(place, None)
        if step.value in row.body["steps"]:
            newest[place] = row
    states = [
        StepState.UNKNOWN
        if row is None or _lapsed(row, on)
        else StepState(row.body["steps"][step.value])
        for row in newest.values()
    ]
    return max(states, key=_POOR.__getitem__, default=StepState.UNKNOWN)


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
