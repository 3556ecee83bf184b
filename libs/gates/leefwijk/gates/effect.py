"""An expected effect, stated up front: what changes for the tenants, from what to what, by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import At, Rule, said_day

RULE = Rule(Gate.EXPECTED_EFFECT_STATED, "own rule of Leefwijk (vision: focused and effective)")

NONE = "no-expected-effect"
_ASK = "say what changes for the tenants, from what to what, and by when."


@dataclass(frozen=True)
class Effect:
    """An effect as it was stated."""

    says: str
    outcome: bool
    """Whether something changes for people; an activity is not an effect."""
    for_own_tenants: bool
    start: str | None
    aim: str | None
    by: date | None


def expected_effect(
    effect: Effect | None,
    at: At,
    evidence: tuple[str, ...],
    *,
    learning_question: str | None = None,
) -> GateLine:
    """An outcome for own tenants with start, aim and date; of an experiment its question."""
    if learning_question is not None:
        return RULE.passed(
            f"An experiment; it wants to learn: {learning_question}", at.own, evidence
        )
    wrong = _wrong(effect, at.today)
    if wrong is not None:
        return RULE.failed(NONE, f"{wrong}; {_ASK}", at.own, evidence, way_on="State it.")
    assert effect is not None  # noqa: S101 - no effect is wrong
    assert effect.by is not None  # noqa: S101 - no date is wrong
    # start and aim are not repeated: partners read the lines of a grant, and a start may be a
    # count of few households
    return RULE.passed(f"{effect.says}, by {said_day(effect.by)}.", at.own, evidence)


def _wrong(effect: Effect | None, today: date) -> str | None:
    """Why this is no effect that one can hold oneself to."""
    if effect is None:
        return "No effect is stated"
    if not effect.outcome:
        return f"{effect.says} is what you do"
    if not effect.for_own_tenants:
        return "It changes nothing for own tenants"
    parts = (("start", effect.start), ("aim", effect.aim), ("date", effect.by))
    missing = [name for name, value in parts if value is None]
    if missing:
        return f"The effect has no {' and no '.join(missing)}"
    if effect.by is not None and effect.by < today:
        return f"The effect was to be seen by {said_day(effect.by)}, which is past"
    return None
