"""The base in order: clean, whole, safe come first, and work that repairs them is not stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import DIRECTOR, UNPROVED, At, Freshness, Rule, said_day
from leefwijk.gates.place import Place

RULE = Rule(
    Gate.BASE_IN_ORDER, "own rule of Leefwijk (vision: clean, whole, safe come first)", DIRECTOR
)

UNKNOWN = "base-unknown"
NOT_IN_ORDER = "base-not-in-order"


@dataclass(frozen=True)
class FailingStep:
    """A step of the base that is not in order, with its open findings."""

    step: str
    findings: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    """The findings in words, in the same order, where they were told."""


@dataclass(frozen=True)
class Base:
    """The latest verdict on one place: an area or a complex."""

    place: str
    in_order: bool | None
    """None: the assessment lapsed or cannot be concluded."""
    assessed: date
    evidence: tuple[str, ...]
    failing: tuple[FailingStep, ...] = ()
    valid_through: date | None = None
    because_of: tuple[str, ...] = ()
    """Complexes that make an area read not in order."""


@dataclass(frozen=True)
class Bases:
    """The latest verdicts on the place and what it lies in, with how fresh that knowledge is."""

    found: tuple[Base, ...] = ()
    fresh: Freshness = UNPROVED

    def narrowest(self, place: Place) -> Base | None:
        """The verdict on the narrowest assessed place that holds the effort, however old."""
        by_place = {base.place: base for base in self.found}
        narrow = ((place.complex,) if place.complex else ()) + place.nearest
        return next((by_place[name] for name in narrow if name in by_place), None)


def base_in_order(
    repairs: tuple[str, ...],
    place: Place,
    bases: Bases,
    at: At,
    stated_in: tuple[str, ...] = (),
) -> GateLine:
    """Whether the narrowest place judged is in order, or every failing step is worked on.

    `repairs` names the findings that the effort repairs, stated in these events; a finding that is
    not open counts for nothing, and a step is repaired when each of its findings is.
    """
    knowing = at.knowing(bases.fresh)
    base = bases.narrowest(place)
    if base is None:
        return RULE.unknown(UNKNOWN, "No assessment of the base here is known yet.", knowing)
    if base.valid_through is not None and at.today > base.valid_through:
        return RULE.unknown(
            UNKNOWN,
            f"The base was assessed on {said_day(base.assessed)}; that is too long ago.",
            knowing,
            base.evidence,
            since=base.valid_through + timedelta(days=1),
            way_on="Assess the base again.",
        )
    if base.in_order is None:
        return RULE.unknown(
            UNKNOWN, "Whether the base is in order is not known.", knowing, base.evidence
        )
    if base.in_order:
        beside = [other for other in bases.found if other is not base and other.in_order is False]
        also = "".join(f" Beside it: {_where(other)} is not." for other in beside)
        return RULE.passed(
            f"The base of {base.place} is in order.{also}",
            knowing,
            base.evidence,
            valid_through=base.valid_through,
        )
    idle = [left for step in base.failing if (left := _left_by(step, repairs)) is not None]
    if base.failing and not idle:
        steps = tuple(dict.fromkeys(step.step for step in base.failing))
        worked_on = f"{'steps' if len(steps) > 1 else 'step'}: {', '.join(steps)}"
        return RULE.passed(
            f"It works on the failing {worked_on}.",
            knowing,
            (*base.evidence, *stated_in),
            valid_through=base.valid_through,
        )
    return RULE.failed(
        NOT_IN_ORDER,
        f"The base of {base.place} is not in order{_failing(tuple(idle))}.",
        knowing,
        base.evidence,
        since=base.assessed,
        way_on="Repair the base first, or make repairing it part of the plan.",
    )


def _left_by(step: FailingStep, repairs: tuple[str, ...]) -> FailingStep | None:
    """What of a failing step is not repaired; none: every finding of it is."""
    words = (*step.says, *[""] * (len(step.findings) - len(step.says)))
    left = [
        (finding, said)
        for finding, said in zip(step.findings, words, strict=False)
        if finding not in repairs
    ]
    if step.findings and not left:
        return None
    says = tuple(said for _, said in left)
    return FailingStep(step.step, tuple(finding for finding, _ in left), says)


def _where(base: Base) -> str:
    return ", ".join(base.because_of) or base.place


def _failing(steps: tuple[FailingStep, ...]) -> str:
    told = []
    for step in steps:
        named = [
            f"{finding} ({said})" if said else finding
            for finding, said in zip(step.findings, step.says, strict=False)
        ]
        told.append(f"{step.step}: {', '.join(named)}" if named else step.step)
    return f" ({'; '.join(told)})" if told else ""
