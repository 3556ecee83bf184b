"""Gates judged again after a grant: when knowledge arrives, a plan changes or a date passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from initiatives.domain.gate_state import GateState, GivenOverride
from initiatives.domain.gates import SupportGates
from initiatives.domain.grant_state import NOTHING
from initiatives.domain.initiative import Initiative
from initiatives.domain.settings import REVIEW_TERM
from leefwijk.events.decider import Command, Context
from leefwijk.events.event import Event
from leefwijk.events.language.gates import Gate, GateLine, KnowledgeState
from leefwijk.events.language.initiatives.gates import (
    GateNoLongerPassed,
    GateOverrideLapsed,
    GatePassedAgain,
    GatesAssessed,
    SupportReviewRequired,
)
from leefwijk.gates.setting_aside import LAW

DATE_PASSED = "date-passed"
GROUND_CHANGED = "ground-changed"
_NO_WORD_YET = frozenset({KnowledgeState.UNKNOWN, KnowledgeState.HELD})
"""Not knowing is no loss: nothing is recorded until there is word."""


class JudgeGatesAgain(Command[Initiative]):
    """Look again at gates that something was heard of; what changes no outcome records nothing."""

    gates: tuple[Gate, ...]

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Nothing for an initiative without open grants and running overrides."""
        if not initiative.open_grants and not initiative.gates.running:
            return
        lines = standing_lines(initiative, context)
        yield from judged_again(initiative, lines, frozenset(self.gates), context)


def standing_lines(initiative: Initiative, context: Context) -> tuple[GateLine, ...]:
    """The nine lines for what was granted already: it wants no further euros."""
    gates = context.knowledge(SupportGates)
    return gates.lines(initiative, NOTHING, context.now)


def judged_again(
    initiative: Initiative,
    lines: Iterable[GateLine],
    touched: frozenset[Gate],
    context: Context,
) -> Iterator[Event]:
    """What is recorded of the touched gates: lost, passing again, an override without ground."""
    judged = [line for line in lines if line.gate in touched]
    yield from _without_ground(initiative.gates, judged, context.today)
    if not initiative.open_grants:
        return
    sooner = False
    for line in judged:
        before = initiative.gates.of(line.gate)
        if line.passes and not before.passed and _was_lost(initiative.gates, line.gate):
            yield GatePassedAgain(
                gate=line.gate, reason=line.reason, evidence=line.evidence, on=context.today
            )
        elif line.passes:
            sooner |= _ends_sooner(before.valid_through, line.valid_through)
        elif line.knowledge not in _NO_WORD_YET and before.code != line.code:
            yield from _lost(initiative, line, context.today)
    if sooner:
        yield GatesAssessed(
            request=initiative.request.number if initiative.request else None,
            lines=tuple(lines),
            on=context.today,
        )


def _was_lost(gates: GateState, gate: Gate) -> bool:
    return any(lost.gate is gate and lost.again is None for lost in gates.lost)


def _ends_sooner(known: date | None, now: date | None) -> bool:
    """Whether it will stop to pass on a day that was not foreseen."""
    return now is not None and (known is None or now < known)


def _lost(initiative: Initiative, line: GateLine, today: date) -> Iterator[Event]:
    since = line.since or today
    assert line.code is not None  # noqa: S101 - a line that does not pass says why
    yield GateNoLongerPassed(
        gate=line.gate, code=line.code, reason=line.reason, evidence=line.evidence, on=since
    )
    for grant in initiative.open_grants:
        known = {
            (review.gate, review.code) for review in initiative.gates.under_review(grant.request)
        }
        untrue_then = line.since is not None and line.since < grant.on
        if (line.gate in LAW or untrue_then) and (line.gate, line.code) not in known:
            yield SupportReviewRequired(
                request=grant.request,
                gate=line.gate,
                code=line.code,
                reason=line.reason,
                evidence=line.evidence,
                since=since,
                due=today + REVIEW_TERM,
                on=today,
            )


def _without_ground(
    gates: GateState, judged: Iterable[GateLine], today: date
) -> Iterator[GateOverrideLapsed]:
    """Overrides whose ground became another one; one that is no longer needed stays."""
    for line in judged:
        for given in gates.running:
            if given.gate is line.gate and not line.passes and line.code != given.code:
                yield lapsed(given, GROUND_CHANGED, line.evidence, today)


def lapsed(
    given: GivenOverride, ground: str, evidence: tuple[str, ...], today: date
) -> GateOverrideLapsed:
    """The fact that an override holds no longer."""
    return GateOverrideLapsed(
        override=given.override, gate=given.gate, ground=ground, evidence=evidence, on=today
    )


@dataclass(frozen=True)
class Touched:
    """Which gates a change of plan touches."""

    before: Initiative
    after: Initiative

    def gates(self) -> frozenset[Gate]:
        """The gates that look at what is different."""
        was, now = self.before.plan, self.after.plan
        looked_at = {
            Gate.RESIDENTS_INVOLVEMENT: ("complex",),
            Gate.BASE_IN_ORDER: ("complex", "repairs"),
            Gate.COLLECTIVE_INTEREST: ("benefit",),
            Gate.EXPECTED_EFFECT_STATED: ("effect",),
            Gate.LEGAL_BASIS: ("service", "benefit", "programme"),
            Gate.NO_OTHER_PARTY_RESPONSIBLE: ("subjects", "other_party", "programme"),
            Gate.OWN_TENANTS_BENEFIT: ("benefit", "costs"),
        }
        found = {
            gate
            for gate, fields in looked_at.items()
            if any(getattr(was, name) != getattr(now, name) for name in fields)
        }
        if self.before.themes != self.after.themes:
            found |= {Gate.RESIDENTS_INVOLVEMENT, Gate.PERFORMANCE_AGREEMENTS}
        return frozenset(found)
