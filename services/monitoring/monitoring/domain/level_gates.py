"""The gates of a proposal, judged when it is agreed, and set aside by a director (MON-34, 35)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leefwijk.events.decider import Command, Context, Faults, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason
from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.events.language.monitoring import effort_levels as facts
from monitoring.domain.effort_level import EffortLevel
from monitoring.domain.proposing import require_open


@dataclass(frozen=True)
class LevelGates:
    """Every gate of a proposal, as it reads now."""

    lines: tuple[GateLine, ...] = ()

    @property
    def blocking(self) -> tuple[GateLine, ...]:
        """The lines that stand in the way of agreeing."""
        return tuple(line for line in self.lines if not line.clear)

    def fault(self, faults: Faults) -> None:
        """Note every line that stands in the way, with its code."""
        if self.blocking:
            faults.add(
                "gates-not-passed",
                " ".join(line.reason for line in self.blocking),
                lines=[
                    line.model_dump(mode="json", by_alias=True, exclude_none=True)
                    for line in self.blocking
                ],
            )


class OverrideLevelGate(Command[EffortLevel]):
    """Set a gate aside for this proposal, and for no other; it does not pass by that."""

    gate: Gate
    reason: Reason | None = None

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, a gate that passes, and one that nobody may set aside."""
        if self.reason is None:
            refuse("reason-missing", "Say why the gate is set aside.")
        require_open(level, context.today)
        lines = context.knowledge(LevelGates).lines
        line = next((one for one in lines if one.gate is self.gate), None)
        if line is None or line.clear or line.code is None:
            refuse("nothing-to-override", f"{self.gate.value} does not stand in the way.")
        if line.overridable_by is None:
            refuse(
                "gate-not-overridable",
                f"Nobody may set {self.gate.value} aside. {line.way_on or ''}".strip(),
            )
        yield facts.EffortGateOverridden(
            area=level.area,
            gate=self.gate,
            code=line.code,
            evidence=line.evidence,
            reason=self.reason,
            role=context.actor.role,
            on=context.today,
        )
