"""Gates judged again after a grant: when knowledge arrives, a plan changes or a date passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from initiatives.domain.gate_state import GateState, GivenOverride
from initiatives.domain.gates import SupportGates
from initiatives.domain.grant_state import NOTHING
from initiatives.domain.grants import Grant
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
LinesByRequest = Mapping[int, tuple[GateLine, ...]]
"""How the gates read, by the number of the request that they are judged for."""


class JudgeGatesAgain(Command[Initiative]):
    """Look again at gates that something was heard of; what changes no outcome records nothing."""

    gates: tuple[Gate, ...]

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Nothing for an initiative without open grants and running overrides."""
        if not initiative.open_grants and not initiative.gates.running:
            return
        lines = standing_lines(initiative, context)
        yield from judged_again(initiative, lines, frozenset(self.gates), context)


def standing_lines(initiative: Initiative, context: Context) -> LinesByRequest:
    """The nine lines of each grant that stands, and of what a gate was set aside for.

    Each is judged on its own request; what was granted already wants no further euros.
    """
    gates = context.knowledge(SupportGates)
    found = {
        grant.request: gates.standing(initiative, grant, context.now)
        for grant in initiative.open_grants
    }
    request = initiative.request
    if request is not None and request.number not in found:
        found[request.number] = gates.lines(initiative, NOTHING, context.now)
    return found


def judged_again(
    initiative: Initiative,
    lines: LinesByRequest,
    touched: frozenset[Gate],
    context: Context,
    *,
    counts_from: date | None = None,
) -> Iterator[Event]:
    """What is recorded of the touched gates: lost, passing again, an override without ground.

    `counts_from` is the first day on which it counts, where it is the plan that changed: however
    long the fact holds that a gate fails on now, it is no ground of what was decided before. None:
    from the day that the gate says (decision 0040).
    """
    gates, days = initiative.gates, Days(context.today, counts_from)
    changed = list(_without_ground(gates, lines, touched))
    for given, line in changed:
        yield lapsed(given, GROUND_CHANGED, line.evidence, days.today)
    ended = frozenset((given.request, given.gate) for given, _ in changed if given.held)
    for grant in initiative.open_grants:
        yield from _grant_judged_again(gates, grant, lines[grant.request], touched, ended, days)


def _grant_judged_again(
    gates: GateState,
    grant: Grant,
    lines: tuple[GateLine, ...],
    touched: frozenset[Gate],
    ended: frozenset[tuple[int, Gate]],
    days: Days,
) -> Iterator[Event]:
    """Each grant by itself: what one of them lost, another may still have (INI-21, INI-23)."""
    anew = False
    for line in lines:
        if line.gate not in touched:
            continue
        before = gates.of(grant.request, line.gate)
        if line.passes and gates.is_lost(grant.request, line.gate):
            yield GatePassedAgain(
                request=grant.request,
                gate=line.gate,
                reason=line.reason,
                evidence=line.evidence,
                on=days.today,
            )
        elif line.passes:
            anew |= not before.passed or _ends_sooner(before.valid_through, line.valid_through)
        elif line.knowledge not in _NO_WORD_YET:
            waits_again = (grant.request, line.gate) in ended
            yield from _not_passed(gates, grant, line, days, waits_again=waits_again)
    if anew:
        yield GatesAssessed(request=grant.request, lines=lines, on=days.today)


@dataclass(frozen=True)
class Days:
    """From which day what is judged today counts."""

    today: date
    counts_from: date | None = None

    def lost(self, line: GateLine) -> date:
        """The first day on which the gate did not pass; of a changed plan that of the change."""
        return self.today if self.counts_from else line.since or self.today

    def since(self, line: GateLine) -> date:
        """The first day on which orders are not paid any more."""
        return self.counts_from or self.lost(line)

    def untrue_on(self, line: GateLine, decided: date) -> bool:
        """Whether it did not pass on the day of a decision already, as known now."""
        return self.counts_from is None and line.since is not None and line.since <= decided


def _ends_sooner(known: date | None, now: date | None) -> bool:
    """Whether it will stop to pass on a day that was not foreseen."""
    return now is not None and (known is None or now < known)


def _not_passed(
    gates: GateState, grant: Grant, line: GateLine, days: Days, *, waits_again: bool
) -> Iterator[Event]:
    """The loss, once; and a review of a grant that may not simply go on by that."""
    news = gates.of(grant.request, line.gate).code != line.code
    if news:
        assert line.code is not None  # noqa: S101 - a line that does not pass says why
        yield GateNoLongerPassed(
            request=grant.request,
            gate=line.gate,
            code=line.code,
            reason=line.reason,
            evidence=line.evidence,
            on=days.lost(line),
        )
    untrue_then = days.untrue_on(line, grant.decided_on)
    if not line.clear and (line.gate in LAW or (news and untrue_then) or waits_again):
        yield from _review(gates, grant, line, days)


def _review(
    gates: GateState, grant: Grant, line: GateLine, days: Days
) -> Iterator[SupportReviewRequired]:
    known = {(review.gate, review.code) for review in gates.under_review(grant.request)}
    if (line.gate, line.code) in known:
        return
    assert line.code is not None  # noqa: S101 - a line that does not pass says why
    yield SupportReviewRequired(
        request=grant.request,
        gate=line.gate,
        code=line.code,
        reason=line.reason,
        evidence=line.evidence,
        since=days.since(line),
        due=days.today + REVIEW_TERM,
        on=days.today,
    )


def _without_ground(
    gates: GateState, lines: LinesByRequest, touched: frozenset[Gate]
) -> Iterator[tuple[GivenOverride, GateLine]]:
    """Overrides whose ground became another one; one that is no longer needed stays."""
    for given in gates.running:
        for line in lines.get(given.request, ()):
            if line.gate is not given.gate or line.gate not in touched or line.passes:
                continue
            if line.knowledge not in _NO_WORD_YET and line.code != given.code:
                yield given, line


def reviewed_again(
    initiative: Initiative, ended: GivenOverride, today: date
) -> Iterator[SupportReviewRequired]:
    """What an override kept from the table comes back to it when nothing keeps it any longer."""
    if initiative.grant_of(ended.request) is None:
        return
    lost = [
        one
        for one in initiative.gates.lost
        if (one.request, one.gate) == (ended.request, ended.gate)
    ]
    for review in initiative.gates.waits_again(ended):
        yield SupportReviewRequired(
            request=review.request,
            gate=review.gate,
            code=review.code,
            reason=review.reason,
            evidence=lost[-1].evidence if lost else (),
            since=review.since,
            due=today + REVIEW_TERM,
            on=today,
        )


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
