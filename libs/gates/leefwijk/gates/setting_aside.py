"""Setting a line aside: by a director for one ground, or by an experiment; it stays as red."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from leefwijk.events.language.gates import Gate, GateLine, Means, SetAside
from leefwijk.gates.line import said_day

LAW = frozenset(
    {
        Gate.COLLECTIVE_INTEREST,
        Gate.LEGAL_BASIS,
        Gate.NO_OTHER_PARTY_RESPONSIBLE,
        Gate.OWN_TENANTS_BENEFIT,
        Gate.FORMAL_ADVICE,
    }
)
"""What rests on law or on the collective purpose: no override and no experiment touches it."""

GROUNDS = {
    "no-involvement-check": "a check that is not known",
    "involvement-check-expired": "an expired check",
    "involvement-check-other-subject": "a check on another subject",
    "involvement-check-other-area": "a check in another area",
    "involvement-check-withdrawn": "a withdrawn one",
    "involvement-check-in-doubt": "a check in doubt",
    "promise-below-wish-not-told": "a promise that was not explained",
    "base-unknown": "a base that is not known",
    "base-not-in-order": "a base that is not in order",
    "not-in-performance-agreements": "what is not in the performance agreements",
    "effort-level-not-known": "a level that is not known",
    "effort-level-expired": "an expired level",
    "effort-level-without-director": "a level without its director",
    "nature-beyond-effort-level": "support beyond the level",
    "budget-not-known": "a budget that is not known",
    "budget-exceeded": "a budget that is exceeded",
    "knowledge-held": "a message that waits to be understood",
}
"""Grounds of an override in words, by the code it was given for."""


@dataclass(frozen=True)
class Override:
    """A gate set aside for one ground, through a day."""

    gate: Gate
    code: str
    role: str
    reason: str
    on: date
    until: date
    ended: bool = False
    """Whether it lapsed or was taken back; then it counts for nothing and is only spoken of."""


@dataclass(frozen=True)
class Experiment:
    """Own rules set aside to learn something, through a day."""

    gates: frozenset[Gate]
    question: str
    role: str
    on: date
    until: date


def overridden(
    lines: Iterable[GateLine], overrides: Iterable[Override], today: date
) -> tuple[GateLine, ...]:
    """The lines with what directors set aside marked on them.

    An override counts for the code it was given for, where the line itself says that it can be
    overridden, through its last day. The outcome of the line never changes.
    """
    given = tuple(overrides)
    return tuple(_overridden(line, given, today) for line in lines)


def _overridden(line: GateLine, overrides: tuple[Override, ...], today: date) -> GateLine:
    if line.passes or line.set_aside is not None:
        return line
    mine = [
        override
        for override in overrides
        if override.gate is line.gate and override.on <= today <= override.until
    ]
    fitting = [override for override in mine if override.code == line.code and not override.ended]
    if fitting and line.overridable_by is not None and line.gate not in LAW:
        last = fitting[-1]
        mark = SetAside(
            means=Means.OVERRIDE,
            role=last.role,
            reason=last.reason,
            on=last.on,
            until=last.until,
        )
        return line.model_copy(update={"set_aside": mark})
    other = [override for override in mine if override.code != line.code]
    if other:
        last = other[-1]
        return line.model_copy(
            update={
                "reason": f"{line.reason} The override of {last.on.day} {last.on:%B} was given for "
                f"{said_ground(last.code)}, not for {said_ground(line.code or '')}."
            }
        )
    return line


def saidsaid_ground(code: str) -> str:
    """What an override was given for, in words."""
    return GROUNDS.get(code, code)


def said_ground(code: str) -> str:
    """What an override was given for, in words."""
    return GROUNDS.get(code, code)


def set_aside_by_experiment(
    lines: Iterable[GateLine], experiment: Experiment | None, today: date
) -> tuple[GateLine, ...]:
    """The lines with the own rules that an experiment sets aside marked, through its last day."""
    if experiment is None or not experiment.on <= today <= experiment.until:
        return tuple(lines)
    return tuple(
        line.model_copy(
            update={
                "set_aside": SetAside(
                    means=Means.EXPERIMENT,
                    role=experiment.role,
                    reason=experiment.question,
                    on=experiment.on,
                    until=experiment.until,
                ),
                "reason": f"{line.reason} Set aside by an experiment until "
                f"{said_day(experiment.until)}: {experiment.question}",
            }
        )
        if line.gate in experiment.gates and line.gate not in LAW and not line.passes
        else line
        for line in lines
    )
