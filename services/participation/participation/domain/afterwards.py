"""Commands on a check after its conclusion: corrections, telling why, withdrawal, and time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason
from leefwijk.events.language.participation.involvement_checks import (
    AskingCorrected,
    CheckExpired,
    CheckExpiryAnnounced,
    CheckWithdrawn,
    ConclusionDoubted,
    CorrectionReason,
    ExplanationTold,
    WithdrawalReason,
)
from leefwijk.events.language.participation.ladder import Answers, People, rung
from leefwijk.events.language.participation.words import Form, Group
from participation.domain.asking import Reasons, require_counts, required_asking
from participation.domain.involvement_check import InvolvementCheck, Status
from participation.domain.settings import EXPIRY_NOTICE
from participation.domain.wish import shown_share_above, shown_wish, wished_level


class CorrectAsking(Command[InvolvementCheck]):
    """Correct a count that was wrong; history shows both.

    What is not named stays as it was: a corrected answer makes no invitation an open one.
    """

    asking: Identifier
    answers: Answers
    total: People | None = None
    invited: People | None = None
    reasons: Reasons = ()
    reason: CorrectionReason | None = None
    explanation: Reason | None = None
    """What was wrong, in words; kept encrypted."""

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, `check-not-open` and counts that cannot be (PAR-13)."""
        if check.status not in {Status.OPEN, Status.CONCLUDED, Status.IN_DOUBT, Status.EXPIRED}:
            refuse("check-not-open", f"This check is {check.status}.")
        asking = required_asking(check, self.asking)
        if asking.panel is not None:
            refuse("counted-by-panel", "A panel counts by itself; its tally is not corrected.")
        if self.reason is None:
            refuse("reason-missing", "Say what was wrong with the count.")
        invited = self.invited if "invited" in self.model_fields_set else asking.invited
        reasons = self.reasons if "reasons" in self.model_fields_set else asking.reasons
        require_counts(self.answers, self.total, invited, reasons)
        yield AskingCorrected(
            area=check.area,
            asking=self.asking,
            group=asking.group,
            from_=asking.answers,
            to=self.answers,
            from_invited=asking.invited,
            to_invited=invited,
            reasons=reasons,
            reason=self.reason,
            on=context.today,
        )
        yield from self._doubt(check, asking.group, context)

    def _doubt(self, check: InvolvementCheck, group: Group, context: Context) -> Iterator[Event]:
        """A conclusion whose promise now lies further below the wish than anybody answered for."""
        concluded = check.conclusion.of(group) if check.conclusion else None
        if concluded is None or not check.standing:
            return
        before = check.answers(group)
        after = sum(
            (
                self.answers if one.asking == self.asking else one.answers
                for one in check.of_group(group)
            ),
            Answers(),
        )
        wished, wished_before = wished_level(after), wished_level(before)
        if wished is None or rung(wished) <= rung(concluded.promise):
            return
        if wished_before is not None and rung(wished) <= rung(wished_before):
            return
        yield ConclusionDoubted(
            area=check.area,
            group=group,
            leading_wish=shown_wish(after),
            promise=concluded.promise,
            share_above=shown_share_above(concluded.promise, after, by_panel=check.by_panel(group)),
            on=context.today,
        )


class TellExplanation(Command[InvolvementCheck]):
    """Say that a group was told why less is promised than it wished."""

    group: Group
    form: Form
    told_on: date

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses a day to come, and one before they were asked: it counts when heard (PAR-12)."""
        if not check.standing or check.conclusion is None:
            refuse("not-concluded", "There is no promise yet that could be explained.")
        if check.conclusion.of(self.group) is None:
            refuse("group-not-in-check", "This group was promised nothing.")
        if self.told_on > context.today:
            refuse("told-in-future", "An explanation counts when they have heard it.")
        asked = check.conclusion.last_asked
        if self.told_on < asked:
            refuse("day-before-start", f"They were last asked on {asked}, not yet by then.")
        yield ExplanationTold(
            area=check.area, group=self.group, form=self.form, told_on=self.told_on
        )


class WithdrawCheck(Command[InvolvementCheck]):
    """Withdraw a check that was wrong as a whole."""

    reason: WithdrawalReason | None = None
    explanation: Reason | None = None
    """What was wrong, in words; kept encrypted."""

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`; a second withdrawal changes nothing."""
        if self.reason is None:
            refuse("reason-missing", "Say why the check counts no longer.")
        if check.status is not Status.WITHDRAWN:
            yield CheckWithdrawn(area=check.area, reason=self.reason, on=context.today)


class JudgeCheckByTime(Command[InvolvementCheck], deadline=True):
    """Announce the end of a check four weeks before, and end it the day after its last (PAR-09)."""

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Both, once each; what comes late comes all the same."""
        if not check.standing or check.conclusion is None:
            return
        until = check.conclusion.valid_until
        over = context.now >= begin_of(day_after(until))
        if not check.announced and context.now >= begin_of(until - EXPIRY_NOTICE):
            yield CheckExpiryAnnounced(area=check.area, valid_until=until, on=context.today)
        if over:
            yield CheckExpired(area=check.area, valid_until=until, on=day_after(until))
