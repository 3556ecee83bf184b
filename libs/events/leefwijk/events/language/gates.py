"""Gates: why an effort may or may not go ahead, line by line; one shape for support and levels."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from leefwijk.events.event import Wire
from leefwijk.events.fields import Reason


class Gate(StrEnum):
    """A condition that an effort must meet."""

    RESIDENTS_INVOLVEMENT = "residents-involvement"
    BASE_IN_ORDER = "base-in-order"
    COLLECTIVE_INTEREST = "collective-interest"
    EXPECTED_EFFECT_STATED = "expected-effect-stated"
    LEGAL_BASIS = "legal-basis"
    PERFORMANCE_AGREEMENTS = "performance-agreements"
    NO_OTHER_PARTY_RESPONSIBLE = "no-other-party-responsible"
    EFFORT_LEVEL_AND_BUDGET = "effort-level-and-budget"
    OWN_TENANTS_BENEFIT = "own-tenants-benefit"
    FORMAL_ADVICE = "formal-advice"


class GateOutcome(StrEnum):
    """What a gate answers; unknown does not pass."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class KnowledgeState(StrEnum):
    """How good the knowledge is that a line rests on."""

    KNOWN = "known"
    """Everything the owner said had been read not long before."""
    UNKNOWN = "unknown"
    """Nothing was heard of it yet, which is neither yes nor no."""
    STALE = "stale"
    """What is known is used, but nobody proved lately that it is all there is."""
    HELD = "held"
    """A message that bears on it waits to be understood."""


class Means(StrEnum):
    """How a line that does not pass can be set aside."""

    OVERRIDE = "override"
    EXPERIMENT = "experiment"


class Exempted(Wire):
    """That a line was set aside, by whom and until when; the line stays as red as it was."""

    means: Means
    role: str
    """The role that answers for it, never who."""
    on: date
    until: date | None = None
    """The last day on which it holds."""


class SetAside(Exempted):
    """A line that was set aside, and why."""

    reason: Reason
    """Of an experiment: its learning question."""


class GateVerdict(Wire):
    """One gate as it read at one moment, in codes: what partners are told.

    Sentences stay inside. They quote findings, plans and directors, and those words were written
    for people of the platform.
    """

    gate: Gate
    outcome: GateOutcome
    code: str | None = None
    """Why it does not pass; none where it passes."""
    evidence: tuple[str, ...] = ()
    """Ids of the events it rests on."""
    source: str
    """The law, or whose own rule it is."""
    overridable_by: str | None = None
    """The role that may set it aside; none: nobody."""
    knowledge: KnowledgeState = KnowledgeState.KNOWN
    as_of: datetime | None = None
    """The moment through which everything that bears on it is known to have been read."""
    since: date | None = None
    """The first day on which it did not pass, where that is known."""
    valid_through: date | None = None
    """The last day on which it passes by what is known now, where that is known."""
    set_aside: Exempted | None = None

    @property
    def passes(self) -> bool:
        """Whether the gate itself passes."""
        return self.outcome is GateOutcome.PASSED

    @property
    def clear(self) -> bool:
        """Whether the effort may go ahead as far as this line goes: passed, or set aside."""
        return self.passes or self.set_aside is not None


class GateLine(GateVerdict):
    """One gate as it read at one moment, with the sentences for people of the platform."""

    reason: str
    """The answer in plain words, made by the platform, with the figures."""
    way_on: str | None = None
    """What can be done instead, where it does not pass."""
    set_aside: SetAside | None = None

    def verdict(self) -> GateVerdict:
        """The same in codes alone."""
        said = self.model_dump(exclude={"reason": True, "way_on": True, "set_aside": {"reason"}})
        return GateVerdict.model_validate(said)


def in_codes(line: dict[str, Any]) -> dict[str, Any]:
    """A gate line as JSON without its sentences, as facts for partners once carried them."""
    said = {name: value for name, value in line.items() if name not in {"reason", "wayOn"}}
    if aside := said.get("setAside"):
        said["setAside"] = {name: value for name, value in aside.items() if name != "reason"}
    return said
