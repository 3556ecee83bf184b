"""Agreeing a level, withdrawing a proposal, and the end of a level (MON-33, MON-37, MON-38)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from leefwijk.events.dates import day_after
from leefwijk.events.decider import Command, Context, Faults, OnSecond, on, refuse
from leefwijk.events.event import Event, Validity
from leefwijk.events.fields import EffortLevelName, Identifier, Reason, ShortText
from leefwijk.events.language.monitoring import effort_levels as facts
from leefwijk.events.language.monitoring.effort_levels import YearBudget
from monitoring.domain.area_roles import AreaRoles
from monitoring.domain.effort_level import MODES, EffortLevel, Status, announcement_day
from monitoring.domain.large_scale import done_together
from monitoring.domain.level_gates import LevelGates
from monitoring.domain.other_levels import AreaLevels
from monitoring.domain.proposing import StatedPeriod, require_open


class _Agreement(Command[EffortLevel]):
    """What both ways of agreeing ask for."""

    valid: StatedPeriod | None = None
    """Where it differs from what was proposed."""
    budgets: Annotated[tuple[YearBudget, ...], Field(max_length=20)] = ()
    backdating: Reason | None = None
    plan: ShortText | None = None
    """Of `large_scale`: the neighbourhood vision with its programme, unless it was proposed."""

    def _agreed(
        self, level: EffortLevel, context: Context, replaces: str | None
    ) -> tuple[facts.EffortLevelAgreed, tuple[facts.EffortGatesJudged, ...]]:
        """The agreement, and why the gates let it through: the second stays inside."""
        require_open(level, context.today)
        _require_discussed(level, context.today)
        if self.valid is not None and self.valid.reversed:
            refuse("validity-reversed", "The last day lies before the first.")
        first, last = self._period(level)
        others = context.knowledge(AreaLevels)
        for other in others.found:
            if other.id != replaces and other.overlaps(first, last):
                refuse(
                    "validity-overlaps",
                    f"{other.level.value} is agreed from {other.valid_from} through "
                    f"{other.last_day or 'further notice'}; say that this one replaces it.",
                    level=other.id,
                )
        if first < context.today and self.backdating is None:
            refuse(
                "backdating-unexplained",
                f"It would begin on {first}, before today: say why.",
            )
        period = Validity(from_=first, through=last)
        faults = Faults()
        others.fault(first, last, context.today, faults)
        gates = context.knowledge(LevelGates)
        gates.fault(faults)
        together = None
        if level.level is EffortLevelName.LARGE_SCALE:
            plan, roles = self.plan or level.plan, context.knowledge(AreaRoles)
            together = done_together(period, plan, roles, context.today, faults)
        faults.refuse_any()
        silent = [partner for partner in level.invited if partner not in level.reactions]
        agreed = facts.EffortLevelAgreed(
            area=level.area,
            level=level.level,
            mode=MODES[level.level],
            valid=period,
            budgets=self.budgets,
            no_reaction=tuple(silent),
            replaces=replaces,
            backdating=self.backdating if first < context.today else None,
            gates=tuple(line.verdict() for line in gates.lines) or None,
            together=together,
        )
        if not gates.lines:
            return agreed, ()
        return agreed, (facts.EffortGatesJudged(lines=gates.lines, on=context.today),)

    def _period(self, level: EffortLevel) -> tuple[date, date | None]:
        if self.valid is not None:
            return self.valid.from_, self.valid.through
        assert level.valid_from is not None  # noqa: S101 - every proposal has a period
        return level.valid_from, level.valid_through


class AgreeEffortLevel(_Agreement):
    """Agree the level for its period, with euros per calendar year."""

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses while discussion or gates are not through, and where another level overlaps."""
        agreed, judged = self._agreed(level, context, None)
        yield from judged
        yield agreed


class ReplaceEffortLevel(_Agreement, beside=EffortLevel):
    """Agree the level in the place of another one, which ends when this one begins."""

    replaces: Identifier

    def second(self, _state: Any, _context: Context) -> str:
        """The level that is replaced."""
        return self.replaces

    def decide(
        self, level: EffortLevel, replaced: EffortLevel, context: Context
    ) -> Iterator[Event | OnSecond]:
        """As agreeing; the replaced level must be an agreed one of the same area."""
        if replaced.agreement is None or replaced.area != level.area:
            refuse("nothing-to-replace", "It replaces an agreed level of the same area.")
        agreed, judged = self._agreed(level, context, self.replaces)
        first = agreed.valid.from_
        if replaced.last_day is not None and replaced.last_day < first:
            refuse("nothing-to-replace", f"That level is over after {replaced.last_day}.")
        yield from judged
        yield agreed
        yield on(
            replaced,
            facts.EffortLevelEnded(
                area=replaced.area,
                level=replaced.level,
                on=first,
                superseded_by=context.stream,
            ),
        )


def _require_discussed(level: EffortLevel, today: date) -> None:
    """All have reacted or the term is over, and every objection has an answer."""
    silent = [partner for partner in level.invited if partner not in level.reactions]
    if silent and level.reaction_through is not None and today <= level.reaction_through:
        refuse(
            "reaction-term-running",
            f"{len(silent)} invited partners have not reacted; the term runs through "
            f"{level.reaction_through}.",
            partners=silent,
        )
    unanswered = [
        partner
        for partner, said in level.reactions.items()
        if not said.endorses and said.answer is None
    ]
    if unanswered:
        refuse(
            "objection-unanswered",
            f"Answer the objection of {', '.join(unanswered)} first.",
            partners=unanswered,
        )


class WithdrawProposal(Command[EffortLevel]):
    """Take the proposal back."""

    reason: Reason | None = None

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, and what is no proposal any more."""
        if self.reason is None:
            refuse("reason-missing", "Say why the proposal is withdrawn.")
        require_open(level, context.today)
        yield facts.EffortLevelProposalWithdrawn(reason=self.reason)


class EndEffortLevel(Command[EffortLevel]):
    """End an agreed level before its last day."""

    reason: ShortText | None = None
    on: date | None = None
    """First day without it; today where absent."""

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, and a level that is not in force or to come."""
        if self.reason is None:
            refuse("reason-missing", "Say why the level ends.")
        day = self.on or context.today
        if level.status is not Status.AGREED or (
            level.last_day is not None and level.last_day < context.today
        ):
            refuse("effort-level-expired", "This level is not in force.")
        if day < context.today or (level.last_day is not None and day > level.last_day):
            refuse("day-outside-validity", "It ends between today and its last day.")
        yield facts.EffortLevelEnded(area=level.area, level=level.level, on=day, reason=self.reason)


class JudgeLevelByTime(Command[EffortLevel], deadline=True):
    """Time passed: a proposal lapses, an end is announced, a level is over.

    Each fact names the day it fell due, however late the ticker comes (MON-38).
    """

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """What has fallen due by now, in order."""
        today = context.today
        if level.status is Status.PROPOSED:
            if level.lapses_on is not None and today >= level.lapses_on:
                yield facts.EffortLevelProposalLapsed(on=level.lapses_on)
            return
        last = level.valid_through
        if level.status is not Status.AGREED or last is None:
            return
        if not level.announced and today >= announcement_day(last):
            yield facts.EffortLevelExpiryAnnounced(on=announcement_day(last), last_day=last)
        if today > last:
            yield facts.EffortLevelExpired(area=level.area, level=level.level, on=day_after(last))
