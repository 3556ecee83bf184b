"""The decision term: it pauses while the takers are asked, and its passing decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from initiatives.domain.initiative import Initiative
from initiatives.domain.support import require_request
from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason
from leefwijk.events.language.initiatives.support_terms import (
    ClarificationAsked,
    ClarificationReceived,
    SupportDecisionOverdue,
    SupportRequestWithdrawn,
)


class WithdrawSupportRequest(Command[Initiative]):
    """For its takers: no longer ask for it."""

    reason: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `nothing-requested` where no request waits."""
        request = require_request(initiative)
        yield SupportRequestWithdrawn(request=request.number, reason=self.reason, on=context.today)


class AskClarification(Command[Initiative]):
    """Ask the takers something; the term stands still until they answered (INI-25)."""

    question: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses a second question while the first is open."""
        request = require_request(initiative)
        if initiative.term is not None and initiative.term.paused:
            refuse("question-is-open", "They are being asked something already.")
        yield ClarificationAsked(request=request.number, question=self.question, on=context.today)


class RecordClarification(Command[Initiative]):
    """Record what the takers answered; what was left of the term runs again."""

    answer: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `nothing-asked` where no question is open."""
        request = require_request(initiative)
        if initiative.term is None or not initiative.term.paused:
            refuse("nothing-asked", "No question is open.")
        yield ClarificationReceived(request=request.number, answer=self.answer, on=context.today)


def judge_decision_by_time(initiative: Initiative, context: Context) -> Iterator[Event]:
    """The term passed: recorded once, and nothing is granted or declined by it."""
    term, request = initiative.term, initiative.undecided
    if term is None or request is None or term.due is None or term.told:
        return
    if context.today > term.due:
        yield SupportDecisionOverdue(request=request.number, due=term.due, on=day_after(term.due))


@evolves(SupportRequestWithdrawn)
def _(initiative: Initiative, _event: SupportRequestWithdrawn) -> Initiative:
    assert initiative.request is not None  # noqa: S101 - it was asked for
    return replace(initiative, request=replace(initiative.request, decided=True), term=None)


@evolves(ClarificationAsked)
def _(initiative: Initiative, event: ClarificationAsked) -> Initiative:
    term = initiative.term
    return replace(initiative, term=term.pause(event.on) if term else None)


@evolves(ClarificationReceived)
def _(initiative: Initiative, event: ClarificationReceived) -> Initiative:
    term = initiative.term
    return replace(initiative, term=term.resume(event.on) if term else None)


@evolves(SupportDecisionOverdue)
def _(initiative: Initiative, _event: SupportDecisionOverdue) -> Initiative:
    return replace(
        initiative, term=replace(initiative.term, told=True) if initiative.term else None
    )
