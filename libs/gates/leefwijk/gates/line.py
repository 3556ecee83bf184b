"""How a gate says what it finds: one rule per gate, with its source and who may set it aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from leefwijk.events.clock import day_of
from leefwijk.events.language.gates import Gate, GateLine, GateOutcome, KnowledgeState
from leefwijk.events.small_counts import SMALLEST
from leefwijk.gates.settings import STALE_AFTER

DIRECTOR = "area_director"
"""The role that may set own rules aside."""
KNOWLEDGE_HELD = "knowledge-held"
"""Code of every line whose knowledge waits for a message to be understood."""
NOBODY = (
    "Nobody may set this line aside: it rests on law or on the collective purpose, "
    "or it can simply be repaired."
)


@dataclass(frozen=True)
class Freshness:
    """How far the facts of one owner are known to have been read."""

    proved: datetime | None = None
    """When it was last proved that everything had been read."""
    held: bool = False
    """Whether a message that bears on the question waits to be understood."""


UNPROVED = Freshness()
"""Nobody proved anything yet."""


def stale(proved: datetime | None, now: datetime) -> bool:
    """Whether nobody proved within the last day that everything was read."""
    return proved is None or now - proved > STALE_AFTER


@dataclass(frozen=True)
class Knowing:
    """How good the knowledge beneath a line is, and as of when."""

    state: KnowledgeState
    as_of: datetime | None


@dataclass(frozen=True)
class At:
    """The moment of judging."""

    now: datetime

    @property
    def today(self) -> date:
        """The calendar day in the Netherlands; a last day counts until its midnight."""
        return day_of(self.now)

    def knowing(self, fresh: Freshness) -> Knowing:
        """How good knowledge of this freshness is now."""
        if fresh.held:
            return Knowing(KnowledgeState.HELD, fresh.proved)
        if stale(fresh.proved, self.now):
            return Knowing(KnowledgeState.STALE, fresh.proved)
        return Knowing(KnowledgeState.KNOWN, fresh.proved)

    @property
    def own(self) -> Knowing:
        """Of the service's own facts: complete at any moment."""
        return Knowing(KnowledgeState.KNOWN, self.now)


@dataclass(frozen=True)
class Rule:
    """A gate with what it rests on and who may set it aside."""

    gate: Gate
    source: str
    overridable_by: str | None = None

    def passed(
        self,
        reason: str,
        knowing: Knowing,
        evidence: tuple[str, ...] = (),
        *,
        valid_through: date | None = None,
    ) -> GateLine:
        """The gate passes; while a message is held it does not, whatever else is known."""
        if knowing.state is KnowledgeState.HELD:
            return self.held(knowing, evidence)
        return GateLine(
            gate=self.gate,
            outcome=GateOutcome.PASSED,
            reason=reason,
            evidence=evidence,
            source=self.source,
            overridable_by=self.overridable_by,
            knowledge=knowing.state,
            as_of=knowing.as_of,
            valid_through=valid_through,
        )

    def failed(
        self,
        code: str,
        reason: str,
        knowing: Knowing,
        evidence: tuple[str, ...] = (),
        *,
        since: date | None = None,
        way_on: str | None = None,
    ) -> GateLine:
        """The gate does not pass."""
        if knowing.state is KnowledgeState.HELD:
            return self.held(knowing, evidence)
        return self._not_passed(GateOutcome.FAILED, code, reason, knowing, evidence, since, way_on)

    def unknown(
        self,
        code: str,
        reason: str,
        knowing: Knowing,
        evidence: tuple[str, ...] = (),
        *,
        since: date | None = None,
        way_on: str | None = None,
    ) -> GateLine:
        """Neither yes nor no; without evidence nothing was heard at all."""
        if knowing.state is KnowledgeState.HELD:
            return self.held(knowing, evidence)
        if not evidence:
            knowing = Knowing(KnowledgeState.UNKNOWN, knowing.as_of)
        return self._not_passed(GateOutcome.UNKNOWN, code, reason, knowing, evidence, since, way_on)

    def held(self, knowing: Knowing, evidence: tuple[str, ...]) -> GateLine:
        """A message waits to be understood: what is known may not be so."""
        return self._not_passed(
            GateOutcome.UNKNOWN,
            KNOWLEDGE_HELD,
            "A message that bears on this was received and waits to be understood.",
            knowing,
            evidence,
            None,
            None,
        )

    def _not_passed(
        self,
        outcome: GateOutcome,
        code: str,
        reason: str,
        knowing: Knowing,
        evidence: tuple[str, ...],
        since: date | None,
        way_on: str | None,
    ) -> GateLine:
        return GateLine(
            gate=self.gate,
            outcome=outcome,
            code=code,
            reason=reason,
            evidence=evidence,
            source=self.source,
            overridable_by=self.overridable_by,
            knowledge=knowing.state,
            as_of=knowing.as_of,
            since=since,
            way_on=way_on,
        )


def said_day(day: date) -> str:
    """A day as people read it: `5 October 2026`."""
    return f"{day.day} {day:%B %Y}"


def said_euros(amount: Decimal) -> str:
    """Euros as people read them: `1,500.00`."""
    return f"{amount:,.2f}"


def said_share(part: int, whole: int, what: str) -> str:
    """A share in figures, or without them where one of the two groups is too small to tell."""
    if any(0 < count < SMALLEST for count in (part, whole - part)):
        return f"part of the {what}"
    return f"{part} of {whole} {what}"
