"""Small support: a yearly assessment of the area stands in for the gates that are an own rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates import base, effect, involvement, levels
from leefwijk.gates.line import At

_STANDS_IN_FOR = {
    Gate.RESIDENTS_INVOLVEMENT: involvement.RULE,
    Gate.BASE_IN_ORDER: base.RULE,
    Gate.EXPECTED_EFFECT_STATED: effect.RULE,
}


@dataclass(frozen=True)
class SmallSupport:
    """That an area was assessed for small support in one calendar year."""

    area: str
    year: int
    evidence: tuple[str, ...]


def on_assessment(
    lines: Iterable[GateLine],
    assessment: SmallSupport | None,
    wanted: levels.Wanted,
    known: levels.Levels,
    at: At,
) -> tuple[GateLine, ...]:
    """The lines with the own rules resting on the assessment of the year.

    The legal gates are judged all the same, and the euros must still be left.
    """
    if assessment is None or assessment.year != at.today.year:
        return tuple(lines)
    return tuple(_on(line, assessment, wanted, known, at) for line in lines)


def _on(
    line: GateLine, assessment: SmallSupport, wanted: levels.Wanted, known: levels.Levels, at: At
) -> GateLine:
    told = f"Small support; {assessment.area} was assessed for {assessment.year}."
    if line.gate is Gate.EFFORT_LEVEL_AND_BUDGET:
        money = levels.budget_alone(wanted, known, at)
        if not money.passes:
            return money
        return levels.RULE.passed(
            f"{told} {money.reason}", at.own, (*assessment.evidence, *money.evidence)
        )
    rule = _STANDS_IN_FOR.get(line.gate)
    return line if rule is None else rule.passed(told, at.own, assessment.evidence)
