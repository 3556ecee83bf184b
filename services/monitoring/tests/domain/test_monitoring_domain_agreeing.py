"""One level at a time, from a first day through a last one (MON-37, MON-38)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.effort_levels import (
    EffortLevelAgreed,
    EffortLevelEnded,
    EffortLevelExpired,
    EffortLevelExpiryAnnounced,
    EffortLevelProposed,
    Together,
    YearBudget,
)
from leefwijk.events.testing import Specification, given
from monitoring.domain.agreeing import (
    AgreeEffortLevel,
    EndEffortLevel,
    JudgeLevelByTime,
    ReplaceEffortLevel,
)
from monitoring.domain.area_roles import AreaRoles
from monitoring.domain.effort_level import EffortLevel, Status
from monitoring.domain.level_gates import LevelGates
from monitoring.domain.other_levels import AreaLevels, OtherLevel
from monitoring.domain.proposing import StatedPeriod

LARIKS = "WK010601@2020"
EXTRA = EffortLevelName.EXTRA
LARGE = EffortLevelName.LARGE_SCALE
LAST_DAY = date(2027, 12, 31)
OLD = OtherLevel("old", EXTRA, date(2026, 1, 1), LAST_DAY)
FROM_JULY = StatedPeriod(from_=date(2027, 7, 1), through=date(2031, 12, 31))
PLAN = "Neighbourhood vision Lariks 2035"
TOGETHER = Together(plan=PLAN, director="assen", partners=("welfare",))

Proposing = Callable[..., EffortLevelProposed]
Agreeing = Callable[..., EffortLevelAgreed]


@pytest.fixture
def in_force(proposed_as: Proposing, agreed_for: Agreeing) -> Specification:
    """`extra` was agreed on 1 December 2025, from 2026 through 2027."""
    before = given(proposed_as(invited=()), at="2025-11-01T09:00:00Z").knowing(
        LevelGates(), AreaLevels()
    )
    return before.at("2025-12-01T09:00:00Z").and_(agreed_for(date(2026, 1, 1), LAST_DAY))


@pytest.fixture
def successor(
    proposed_as: Proposing, in_force: Specification, directed: AreaRoles
) -> Specification:
    """`large_scale` is proposed beside it; only dates stand in the way."""
    proposal = proposed_as(invited=(), level=LARGE, plan=PLAN)
    known = (LevelGates(), AreaLevels((OLD,)), directed)
    before = given(proposal, at="2027-03-10T09:00:00Z").knowing(*known)
    return before.second(*(event for event, _ in in_force.events))


class TestOneAtATime:
    """The evaluation of EVA-11 is not judged here."""

    def test_an_overlap_is_refused_and_named(self, successor: Specification) -> None:
        """MON-37: without saying what it replaces, a level beside another is refused."""
        refused = successor.when(AgreeEffortLevel(valid=FROM_JULY))
        refused.refused("validity-overlaps", saying="from 2026-01-01 through 2027-12-31")

    @pytest.mark.parametrize(
        ("first", "last", "free"),
        [
            (date(2027, 12, 31), date(2028, 12, 31), False),
            (date(2028, 1, 1), date(2028, 12, 31), True),
            (date(2025, 1, 1), date(2026, 1, 1), False),
            (date(2025, 1, 1), date(2025, 12, 31), True),
            (date(2025, 1, 1), None, False),
            (date(2026, 5, 1), date(2026, 5, 1), False),
        ],
    )
    def test_both_ends_of_a_period_count(
        self,
        successor: Specification,
        proposed_as: Proposing,
        first: date,
        last: date | None,
        free: bool,
    ) -> None:
        """MON-37: one day in common is an overlap, the day after is none."""
        successor = replace(successor, events=(), actors=()).and_(proposed_as(invited=()))
        period = StatedPeriod(from_=first, through=last)
        outcome = successor.when(AgreeEffortLevel(valid=period, backdating="agreed on paper"))
        if free:
            outcome.recorded()
        else:
            outcome.refused("validity-overlaps")

    def test_the_replaced_level_ends_on_the_first_day_of_the_new_one(
        self, successor: Specification, agreed_for: Agreeing
    ) -> None:
        """MON-37: one command agrees the new level and supersedes the old one."""
        done = successor.when(ReplaceEffortLevel(valid=FROM_JULY, replaces="old"))
        ended = EffortLevelEnded(
            area=LARIKS, level=EXTRA, on=date(2027, 7, 1), superseded_by=successor.stream
        )
        done.then_second(ended)
        new = {"level": LARGE, "replaces": "old", "together": TOGETHER}
        done.then(agreed_for(date(2027, 7, 1), date(2031, 12, 31), **new))

    def test_until_then_one_is_in_force_and_one_is_to_come(
        self, successor: Specification, in_force: Specification
    ) -> None:
        """MON-37: `extra` answers through 30 June 2027, `large_scale` from 1 July on."""
        done = successor.when(ReplaceEffortLevel(valid=FROM_JULY, replaces="old")).recorded()
        new = done.state(EffortLevel)
        old = in_force.and_(done.beside[-1]).state(EffortLevel)
        assert (old.in_force(date(2027, 6, 30)), new.in_force(date(2027, 6, 30))) == (True, False)
        assert (old.in_force(date(2027, 7, 1)), new.in_force(date(2027, 7, 1))) == (False, True)

    def test_a_superseded_level_neither_expires_nor_is_announced(
        self, in_force: Specification
    ) -> None:
        """MON-38: what ended is over once: time has nothing to add to it."""
        ended = EffortLevelEnded(area=LARIKS, level=EXTRA, on=date(2027, 7, 1), superseded_by="new")
        before = in_force.and_(ended).at("2028-02-01T09:00:00Z")
        assert before.state(EffortLevel).due() is None
        before.when(JudgeLevelByTime()).nothing()

    def test_replacing_one_level_does_not_hide_a_third(self, successor: Specification) -> None:
        """MON-37: a level to come that is not replaced still overlaps."""
        third = OtherLevel("third", EXTRA, date(2028, 1, 1), date(2028, 12, 31))
        known = successor.knowing(LevelGates(), AreaLevels((OLD, third)))
        known.when(ReplaceEffortLevel(valid=FROM_JULY, replaces="old")).refused("validity-overlaps")

    def test_only_an_agreed_level_of_the_area_is_replaced(
        self,
        successor: Specification,
        proposed_as: Proposing,
        agreed_for: Agreeing,
        directed: AreaRoles,
    ) -> None:
        """MON-37: a proposal, another area's level and one that is over cannot be replaced."""
        alone = given(*(event for event, _ in successor.events), at="2027-03-10T09:00:00Z")
        alone = alone.knowing(LevelGates(), AreaLevels(), directed)
        command = ReplaceEffortLevel(valid=FROM_JULY, replaces="old")
        never = alone.second(proposed_as())
        never.when(command).refused("nothing-to-replace")
        over = alone.second(proposed_as(), agreed_for(date(2026, 1, 1), date(2027, 6, 30)))
        over.when(command).refused("nothing-to-replace")
        elsewhere = alone.second(
            proposed_as(area="WK010604@2020"), agreed_for(date(2026, 1, 1), LAST_DAY)
        )
        elsewhere.when(command).refused("nothing-to-replace")


class TestDates:
    def test_a_level_in_the_past_is_explained(
        self, proposed_as: Proposing, agreed_for: Agreeing
    ) -> None:
        """MON-37: agreed on 10 March as from 1 January only with a reason, which is recorded."""
        before = given(proposed_as(invited=()), at="2026-03-10T09:00:00Z").knowing(
            LevelGates(), AreaLevels()
        )
        period = StatedPeriod(from_=date(2026, 1, 1), through=LAST_DAY)
        before.when(AgreeEffortLevel(valid=period)).refused("backdating-unexplained")
        said = before.when(AgreeEffortLevel(valid=period, backdating="signed in December"))
        after = said.then(agreed_for(date(2026, 1, 1), LAST_DAY, backdating="signed in December"))
        assert after.state(EffortLevel).in_force(date(2026, 2, 1))

    def test_today_is_not_the_past(self, proposed_as: Proposing, agreed_for: Agreeing) -> None:
        """MON-37: a level may begin on the day it is agreed, and then explains nothing."""
        before = given(proposed_as(invited=()), at="2026-03-10T09:00:00Z").knowing(
            LevelGates(), AreaLevels()
        )
        period = StatedPeriod(from_=date(2026, 3, 10), through=LAST_DAY)
        before.when(AgreeEffortLevel(valid=period)).recorded()
        said = before.when(AgreeEffortLevel(valid=period, backdating="not needed"))
        said.then(agreed_for(date(2026, 3, 10), LAST_DAY))

    def test_a_reversed_period_is_refused(self, proposed: Specification) -> None:
        """MON-37: the end does not lie before the start."""
        period = StatedPeriod(from_=date(2027, 7, 1), through=date(2027, 6, 30))
        later = proposed.at("2026-12-01T09:00:00Z")
        later.when(AgreeEffortLevel(valid=period)).refused("validity-reversed")

    def test_euros_are_agreed_per_calendar_year(
        self, proposed: Specification, agreed_for: Agreeing
    ) -> None:
        """MON-37: the agreement carries its euros per calendar year, to the cent."""
        budgets = (YearBudget(year=2027, amount=Decimal("24000.00")),)
        later = proposed.at("2026-12-01T09:00:00Z")
        (agreed,) = later.when(AgreeEffortLevel(budgets=budgets)).events
        assert isinstance(agreed, EffortLevelAgreed)
        assert agreed.budgets == budgets


class TestRunningOut:
    def test_the_end_is_announced_once(self, in_force: Specification) -> None:
        """MON-38: on 2 October 2027, ninety days before, and not on the day before that."""
        in_force.at("2027-10-01T21:59:00Z").when(JudgeLevelByTime()).nothing()
        told = in_force.at("2027-10-01T22:00:00Z").when(JudgeLevelByTime())
        after = told.then(EffortLevelExpiryAnnounced(on=date(2027, 10, 2), last_day=LAST_DAY))
        after.when(JudgeLevelByTime()).nothing()
        assert after.state(EffortLevel).due().isoformat() == "2027-12-31T23:00:00+00:00"

    def test_a_level_is_gone_the_day_after_its_last(self, in_force: Specification) -> None:
        """MON-38: a service that was down until 3 January names 1 January as the day."""
        told = EffortLevelExpiryAnnounced(on=date(2027, 10, 2), last_day=LAST_DAY)
        known = in_force.at("2027-10-02T09:00:00Z").and_(told)
        known.at("2027-12-31T22:59:00Z").when(JudgeLevelByTime()).nothing()
        late = known.at("2028-01-03T09:00:00Z")
        after = late.when(JudgeLevelByTime()).then(
            EffortLevelExpired(area=LARIKS, level=EXTRA, on=date(2028, 1, 1))
        )
        assert after.state(EffortLevel).due() is None
        after.when(JudgeLevelByTime()).nothing()

    def test_what_fell_due_meanwhile_is_told_in_order(self, in_force: Specification) -> None:
        """MON-38: after a long silence announcement and end are both recorded, with their days."""
        in_force.at("2028-01-03T09:00:00Z").when(JudgeLevelByTime()).then(
            EffortLevelExpiryAnnounced(on=date(2027, 10, 2), last_day=LAST_DAY),
            EffortLevelExpired(area=LARIKS, level=EXTRA, on=date(2028, 1, 1)),
        )

    def test_the_date_decides_and_not_the_record(self, in_force: Specification) -> None:
        """MON-38: on 1 January the level is gone although nothing was recorded of it."""
        state = in_force.state(EffortLevel)
        assert state.status is Status.AGREED
        assert state.in_force(LAST_DAY)
        assert not state.in_force(date(2028, 1, 1))

    def test_the_end_of_a_level_in_force_is_not_moved(self, in_force: Specification) -> None:
        """MON-38: a longer period is a new proposal; agreeing this one again is refused."""
        longer = StatedPeriod(from_=date(2026, 1, 1), through=date(2029, 12, 31))
        again = in_force.at("2027-06-01T09:00:00Z").when(AgreeEffortLevel(valid=longer))
        again.refused("level-already-agreed")


class TestEnding:
    def test_ending_early_says_why(self, in_force: Specification) -> None:
        """MON-38: a level ends before its last day only with a reason, from today on."""
        now = in_force.at("2027-06-01T09:00:00Z")
        now.when(EndEffortLevel()).refused("reason-missing")
        ended = now.when(EndEffortLevel(reason="the plan was dropped")).then(
            EffortLevelEnded(
                area=LARIKS, level=EXTRA, on=date(2027, 6, 1), reason="the plan was dropped"
            )
        )
        state = ended.state(EffortLevel)
        assert state.in_force(date(2027, 5, 31))
        assert not state.in_force(date(2027, 6, 1))

    @pytest.mark.parametrize("day", [date(2027, 5, 31), date(2028, 1, 1)])
    def test_it_ends_between_today_and_its_last_day(
        self, in_force: Specification, day: date
    ) -> None:
        """MON-38: ending is no way to change the past or to move the end."""
        now = in_force.at("2027-06-01T09:00:00Z")
        now.when(EndEffortLevel(reason="why not", on=day)).refused("day-outside-validity")

    def test_what_is_over_does_not_end(self, in_force: Specification) -> None:
        """MON-38: a level that ran out cannot be ended, recorded or not."""
        late = in_force.at("2028-01-01T09:00:00Z").when(EndEffortLevel(reason="over"))
        late.refused("effort-level-expired")

    def test_a_proposal_does_not_end(self, proposed: Specification) -> None:
        """MON-38: there is nothing to end before it was agreed."""
        proposed.when(EndEffortLevel(reason="over")).refused("effort-level-expired")


def test_levels_are_found_by_area_level_and_partner(in_force: Specification) -> None:
    """MON-37: the levels of an area are found whatever became of them."""
    listing: Any = in_force.state(EffortLevel).listing()
    assert listing.terms() == [
        f"area:{LARIKS}",
        "level:extra",
        "municipality:GM0106",
        "status:agreed",
    ]
