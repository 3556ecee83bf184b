"""Gates as a decision sees them: judged elsewhere, by rules that need knowledge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from initiatives.domain.area_budget import AreaBudget
from leefwijk.events.decider import refuse
from leefwijk.events.language.initiatives.initiatives import (
    FirstGate,
    FirstGateOutcome,
    GateAnswer,
)

EFFORT_LEVEL_AND_BUDGET = "effort-level-and-budget"


class Verdict(StrEnum):
    """What a gate answers; unknown does not pass."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class GateLine:
    """One gate's answer, with its reason in plain words and the events it rests on."""

    gate: str
    verdict: Verdict
    reason: str
    code: str | None = None
    evidence: tuple[str, ...] = ()
    as_of: datetime | None = None
    """The recording moment of the newest event it rests on."""

    @property
    def answer(self) -> GateAnswer:
        """The line as a grant carries it."""
        return GateAnswer(
            gate=FirstGate(self.gate),
            outcome=FirstGateOutcome(self.verdict.value),
            code=self.code,
            reason=self.reason,
            evidence=self.evidence,
        )


@dataclass(frozen=True)
class KnownArea:
    """An area as monitoring registered it."""

    area: str
    name: str | None
    municipalities: tuple[str, ...]
    above: tuple[str, ...] = ()
    """The areas it lies in, nearest first."""


@dataclass(frozen=True)
class SupportGates:
    """What a grant is judged by: the budget that would pay, and the gates given its state."""

    budget_area: str
    year: int
    judge: Callable[[AreaBudget, Decimal], tuple[GateLine, ...]]
    """From the budget and the euros wanted of it to a line per gate."""
    level: str | None = None
    """The effort level whose budget would pay."""

    def require(self, budget: AreaBudget, wanted: Decimal) -> tuple[GateLine, ...]:
        """All lines, if every one passes; otherwise refuse with each that does not."""
        lines = self.judge(budget, wanted)
        failed = [line for line in lines if line.verdict is not Verdict.PASSED]
        if failed:
            refuse(
                "gates-not-passed",
                " ".join(line.reason for line in failed),
                lines=[
                    {
                        "gate": line.gate,
                        "code": line.code,
                        "outcome": line.verdict.value,
                        "reason": line.reason,
                        "evidence": list(line.evidence),
                    }
                    for line in failed
                ],
            )
        return lines
