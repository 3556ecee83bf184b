"""What time itself changes in an initiative: one deadline command, with a part per subject."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from initiatives.domain.area_budget import AreaBudget
from initiatives.domain.deciding import judge_decision_by_time
from initiatives.domain.effect import judge_evaluation_by_time
from initiatives.domain.ending import settle_by_time, to_settle
from initiatives.domain.experiment import judge_experiments_by_time
from initiatives.domain.initiative import Initiative
from initiatives.domain.judging_again import (
    DATE_PASSED,
    judged_again,
    lapsed,
    reviewed_again,
    standing_lines,
)
from initiatives.domain.referral import judge_referral_by_time
from initiatives.domain.releasing import NO_BUDGET, budget_to_release
from leefwijk.events.decider import Command, Context, OnSecond
from leefwijk.events.event import Event
from leefwijk.events.language.initiatives.gates import GatesAssessed


class JudgeInitiativeByTime(Command[Initiative], beside=AreaBudget, deadline=True):
    """Judge what days that have passed change; issued by the ticker."""

    def second(self, initiative: Initiative, context: Context) -> str:
        """The budget that gets something back, where a grant is settled."""
        grant = to_settle(initiative, context)
        return budget_to_release(grant) if grant else NO_BUDGET

    def decide(
        self, initiative: Initiative, _budget: AreaBudget, context: Context
    ) -> Iterator[Event | OnSecond]:
        """Each part looks at its own days; of what is over only overrides lapse, grants settle."""
        for part in AFTERWARDS if initiative.is_over else PARTS:
            yield from part(initiative, context)


def judge_gates_by_time(initiative: Initiative, context: Context) -> Iterator[Event]:
    """Overrides past their last day lapse; gates past theirs are judged again.

    A gate that still passes, on other ground, is assessed anew: its next last day must be known.
    """
    today = context.today
    for given in initiative.gates.running:
        if given.until < today:
            yield lapsed(given, DATE_PASSED, (), today)
            yield from reviewed_again(initiative, given, today)
    past = {
        grant.request: gates
        for grant in initiative.open_grants
        if (gates := initiative.gates.past(grant.request, today))
    }
    if not past:
        return
    lines = standing_lines(initiative, context)
    yield from judged_again(initiative, lines, frozenset().union(*past.values()), context)
    for request, gates in past.items():
        if any(line.passes for line in lines[request] if line.gate in gates):
            yield GatesAssessed(request=request, lines=lines[request], on=today)


Part = Callable[[Initiative, Context], Iterator[Event | OnSecond]]
PARTS: tuple[Part, ...] = (
    judge_gates_by_time,
    judge_decision_by_time,
    judge_referral_by_time,
    judge_experiments_by_time,
    judge_evaluation_by_time,
    settle_by_time,
)
AFTERWARDS: tuple[Part, ...] = (judge_gates_by_time, settle_by_time)
"""Handed over or stopped: no term of it passes any more (INI-37)."""
