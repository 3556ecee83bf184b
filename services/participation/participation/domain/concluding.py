"""Concluding a check: what each group is promised, and everything that stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from leefwijk.events.dates import add_months
from leefwijk.events.decider import Command, Context, Faults
from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import Reason, Theme
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    GroupConclusion,
    HardlyHeard,
)
from leefwijk.events.language.participation.ladder import Answers, OwnRole, Wish, rung
from leefwijk.events.language.participation.words import Explanation, Group, LeadingWish, Level
from participation.domain.asking import require_check_open
from participation.domain.involvement_check import InvolvementCheck, Status
from participation.domain.places import AgeShares, EarlierChecks
from participation.domain.reaching import judge_ages, judge_reach
from participation.domain.roles import MANAGER, judge_role
from participation.domain.settings import VALID_MONTHS, VALID_MONTHS_UNANSWERED
from participation.domain.wish import (
    PROMISING,
    WISHING,
    is_below,
    leading_wish,
    percent,
    said,
    shown_share_above,
    shown_wish,
    wished_level,
)


class Promise(Wire):
    """What one group is promised."""

    group: Group
    promise: Wish
    explanation: Explanation | None = None
    explanation_text: Reason | None = None
    """Why less is promised than wished, in words; kept encrypted, in no fact."""
    ask_again_on: date | None = None


class ConcludeCheck(Command[InvolvementCheck]):
    """Say what each group is promised, and what the corporation does in it."""

    groups: Annotated[tuple[Promise, ...], Field(min_length=1, max_length=10)]
    role: OwnRole
    hardly_heard: Annotated[tuple[HardlyHeard, ...], Field(max_length=10)] = ()

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses with everything that stands in the way at once (PAR-03 to PAR-09)."""
        if check.status is not Status.IN_DOUBT:
            require_check_open(check)
        faults = Faults()
        term = term_of(check)
        if term is None:
            faults.add("nobody-answered-yet", "Nobody was asked yet.")
        elif context.today > term.until:
            faults.add(
                "answers-too-old",
                f"People were last asked on {term.last_asked}; that counted until {term.until}.",
                lastAsked=term.last_asked.isoformat(),
                validUntil=term.until.isoformat(),
            )
        judge_reach(check, faults)
        ages = judge_ages(check, context.knowledge(AgeShares), self.hardly_heard, faults)
        self._judge_names(check, faults)
        for promise in self.groups:
            if promise.group in check.groups:
                self._judge(promise, check, context, term, faults)
        faults.refuse_any()
        assert term is not None  # noqa: S101 - refused above
        yield CheckConcluded(
            area=check.area,
            complex=check.complex,
            themes=tuple(Theme(theme) for theme in check.themes),
            asked_in=check.asked_in,
            groups=tuple(self._concluded(promise, check) for promise in self.groups),
            role=self.role,
            last_asked=term.last_asked,
            valid_until=term.until,
            nobody_answered=term.unanswered,
            hardly_heard=self.hardly_heard,
            ages_judged=ages,
            supersedes=_superseded(check, context),
            late=check.late,
            on=context.today,
        )

    def _judge_names(self, check: InvolvementCheck, faults: Faults) -> None:
        """Every group of the check gets one promise, and nothing is said of anybody else."""
        given = [promise.group for promise in self.groups]
        for group in check.groups:
            if given.count(group) != 1:
                faults.add("group-needs-one-promise", f"Say once what {said(group)} are promised.")
        named = {*given, *(one.group for one in self.hardly_heard)}
        for group in sorted(named - set(check.groups)):
            faults.add("group-not-in-check", f"The check was not opened for {said(group)}.")

    def _judge(
        self,
        given: Promise,
        check: InvolvementCheck,
        context: Context,
        term: Term | None,
        faults: Faults,
    ) -> None:
        answers = check.answers(given.group)
        if leading_wish(answers) is LeadingWish.NONE or given.ask_again_on is not None:
            _judge_asking_again(given, context.today, term, faults)
        if given.promise is Wish.NOT_NOW:
            faults.add(
                "promise-not-a-level",
                "Not now is their answer, not our promise; the least is to keep them informed.",
                group=given.group,
            )
            return
        level = Level(given.promise.value)
        if rung(level) > rung(Level.HELP) and context.actor.role != MANAGER:
            faults.add(
                "decision-room-needs-area-manager",
                "A promise above help gives away room to decide; that is for the area manager.",
                group=given.group,
            )
        if level is Level.SELF_MANAGE and not answers.self_manage:
            faults.add(
                "self-management-not-wished",
                "No one asked to run this; ownership cannot be handed to people who did not "
                "ask for it.",
                group=given.group,
            )
        judge_role(self.role, level, given.group, faults)
        wished = wished_level(answers)
        explained = given.explanation is not None and given.explanation_text is not None
        if wished is not None and is_below(level, answers) and not explained:
            faults.add(
                "promise-below-wish-needs-explanation",
                f"A quarter or more of the {said(given.group)} want to {WISHING[wished]}; "
                f"you promise to {PROMISING[level]}. Say why.",
                group=given.group,
                leadingWish=wished,
                promise=level,
                **_figures(given.group, level, wished, check),
            )

    def _concluded(self, given: Promise, check: InvolvementCheck) -> GroupConclusion:
        answers = check.answers(given.group)
        level = Level(given.promise.value)
        below = is_below(level, answers)
        wished = wished_level(answers)
        # of fewer than five answers, neither below nor an offer would be what they wish exactly
        shown = shown_wish(answers) is not None
        before = check.conclusion.of(given.group) if check.conclusion else None
        askings = check.of_group(given.group)
        made = GroupConclusion(
            group=given.group,
            leading_wish=shown_wish(answers),
            promise=level,
            share_above=shown_share_above(
                level,
                answers,
                by_panel=check.by_panel(given.group),
                beside=before.promise if before else None,
            ),
            below_wish=below,
            offer=shown and wished is not None and rung(level) > rung(wished),
            explanation=given.explanation if below else None,
            ask_again_on=given.ask_again_on,
            forms=tuple(sorted({asking.form for asking in askings})),
            asked_on=tuple(sorted({asking.on for asking in askings})),
        )
        return _told_already(made, check)


def _superseded(check: InvolvementCheck, context: Context) -> tuple[str, ...]:
    """The checks whose place it takes.

    Concluding again is not asking again: a check that has taken its place meanwhile keeps it.
    """
    if check.conclusion is not None:
        return check.conclusion.supersedes
    return context.knowledge(EarlierChecks).ids


def _figures(group: Group, level: Level, wished: Level, check: InvolvementCheck) -> dict[str, Any]:
    """How many wished more; not of what a panel counted, which tries would give (PAR-20)."""
    if check.by_panel(group):
        return {}
    answers = check.answers(group)
    return {
        "reach": answers.reach(wished),
        "ladder": answers.ladder,
        "shareAbove": percent(answers.above(level), answers.ladder),
    }


def _told_already(made: GroupConclusion, check: InvolvementCheck) -> GroupConclusion:
    """Who was told why need not be told again, if wish, promise and ground are the same."""
    before = check.conclusion.of(made.group) if check.conclusion else None
    told = check.told.get(made.group.value)
    if before is None or told is None or not made.below_wish:
        return made
    same = (before.leading_wish, before.promise, before.share_above, before.explanation) == (
        made.leading_wish,
        made.promise,
        made.share_above,
        made.explanation,
    )
    return made.model_copy(update={"told_on": told}) if same else made


@dataclass(frozen=True)
class Term:
    """Until when a conclusion counts, by when people were asked."""

    last_asked: date
    until: date
    unanswered: bool


def term_of(check: InvolvementCheck) -> Term | None:
    """12 months from the last asking, 6 where nobody answered (PAR-05, PAR-09).

    A conclusion in doubt keeps its last day: only asking again renews it (PAR-13).
    """
    if not check.counted:
        return None
    total = sum((asking.answers for asking in check.counted), Answers()).total
    if check.conclusion is not None:
        before = check.conclusion
        return Term(before.last_asked, before.valid_until, not total)
    last = max(asking.on for asking in check.counted)
    months = VALID_MONTHS if total else VALID_MONTHS_UNANSWERED
    return Term(last, add_months(last, months), not total)


def _judge_asking_again(given: Promise, today: date, term: Term | None, faults: Faults) -> None:
    day = given.ask_again_on
    if day is None:
        faults.add(
            "ask-again-date-missing",
            f"All {said(given.group)} said not now; say when you ask them again.",
            group=given.group,
        )
    elif day <= today or (term is not None and day > term.until):
        until = f" and no later than {term.until}" if term is not None else ""
        faults.add(
            "ask-again-date-missing",
            f"Ask {said(given.group)} again on a day after today{until}.",
            group=given.group,
        )
