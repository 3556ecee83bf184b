"""`large_scale` names everything it lacks: a direction, partners, a plan, a long commitment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from leefwijk.events.dates import add_months, day_after
from leefwijk.events.event import Validity
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import GateLine
from leefwijk.events.language.monitoring.area_roles import AreaRole
from leefwijk.events.language.monitoring.effort_levels import (
    EffortLevelAgreed,
    EffortLevelProposed,
    Rhythm,
    Stance,
    Together,
)
from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.events.testing import Specification
from leefwijk.events.testing.specification import Decided
from leefwijk.gates.advice import Advice, formal_advice
from leefwijk.gates.line import At, Freshness
from monitoring.domain.agreeing import AgreeEffortLevel
from monitoring.domain.area_roles import AreaRoles
from monitoring.domain.council import elections
from monitoring.domain.large_scale import longer_than_a_term
from monitoring.domain.level_gates import LevelGates
from monitoring.domain.proposing import StatedPeriod

LARIKS = "WK010601@2020"
PLAN = "Neighbourhood vision Lariks 2035 with its programme"
FIRST, SHORT, LONG = date(2027, 1, 1), date(2030, 6, 30), date(2031, 6, 30)


WELFARE = ("welfare", AreaRole.SUPPORTS, PartnerKind.WELFARE)
ASSEN = ("assen", AreaRole.DIRECTOR, PartnerKind.MUNICIPALITY)


@pytest.fixture
def large(
    proposed: Specification,
    proposed_as: Callable[..., EffortLevelProposed],
    held: Callable[..., AreaRoles],
) -> Specification:
    """`large_scale` is proposed for Lariks for three and a half years; all gates pass."""
    short = Validity(from_=FIRST, through=SHORT)
    proposal = proposed_as(invited=(), level=EffortLevelName.LARGE_SCALE, valid=short)
    spec = replace(proposed, events=(), actors=()).and_(proposal)
    return spec.at("2026-12-01T09:00:00Z").knowing(held(WELFARE))


def _lacking(decided: Decided) -> list[str]:
    decided.refused("large-scale-incomplete")
    assert decided.refusal is not None
    found: list[str] = decided.refusal.faults[0].figures["lacking"]
    return found


def test_everything_that_is_lacking_is_said_at_once(large: Specification) -> None:
    """MON-36: no director, no plan, three and a half years: one refusal names the three."""
    refused = large.when(AgreeEffortLevel())
    assert _lacking(refused) == ["director", "plan", "commitment"]
    assert refused.refusal is not None
    sentence = refused.refusal.faults[0].sentence
    for said in ("municipality", "neighbourhood vision", "4 years", "30 June 2030"):
        assert said in sentence


def test_with_direction_partners_plan_and_a_long_commitment_it_is_agreed(
    large: Specification, directed: AreaRoles
) -> None:
    """MON-36: Assen directs, welfare supports, a plan, through 2031: proactive and structural."""
    command = AgreeEffortLevel(plan=PLAN, valid=StatedPeriod(from_=FIRST, through=LONG))
    agreed = large.knowing(directed).when(command).events[0]
    assert isinstance(agreed, EffortLevelAgreed)
    assert (agreed.mode.stance, agreed.mode.rhythm) == (Stance.PROACTIVE, Rhythm.STRUCTURAL)
    assert agreed.valid == Validity(from_=FIRST, through=LONG)
    assert agreed.together == Together(plan=PLAN, director="assen", partners=("welfare",))


def test_the_plan_may_stand_in_the_proposal(
    large: Specification,
    proposed_as: Callable[..., EffortLevelProposed],
    directed: AreaRoles,
) -> None:
    """MON-36: partners that were asked for their view could see it; it need not be said twice."""
    proposal = proposed_as(
        invited=(),
        level=EffortLevelName.LARGE_SCALE,
        valid=Validity(from_=FIRST, through=LONG),
        plan=PLAN,
    )
    spec = replace(large, events=(), actors=()).and_(proposal)
    agreed = spec.knowing(directed).when(AgreeEffortLevel()).events[0]
    assert isinstance(agreed, EffortLevelAgreed)
    assert agreed.together is not None
    assert agreed.together.plan == PLAN


def test_the_municipality_alone_does_not_make_it_large_scale(
    large: Specification, held: Callable[..., AreaRoles]
) -> None:
    """MON-36: no other partner with a role: refused, and another role of Assen is no partner."""
    command = AgreeEffortLevel(plan=PLAN, valid=StatedPeriod(from_=FIRST, through=LONG))
    assert _lacking(large.knowing(held(ASSEN)).when(command)) == ["partners"]
    twice = ("assen", AreaRole.RESPONSIBLE, PartnerKind.MUNICIPALITY)
    assert _lacking(large.knowing(held(ASSEN, twice)).when(command)) == ["partners"]


def test_roles_count_on_the_first_day_of_the_level(
    large: Specification, held: Callable[..., AreaRoles]
) -> None:
    """MON-36: who directs from the day on which it begins directs it; a day later is too late."""
    command = AgreeEffortLevel(plan=PLAN, valid=StatedPeriod(from_=FIRST, through=LONG))
    large.knowing(held(ASSEN, WELFARE, first=FIRST)).when(command).recorded()
    late = held(ASSEN, WELFARE, first=day_after(FIRST))
    assert _lacking(large.knowing(late).when(command)) == ["director", "partners"]


def test_other_levels_need_none_of_it(
    large: Specification,
    proposed_as: Callable[..., EffortLevelProposed],
    directed: AreaRoles,
) -> None:
    """MON-36: `extra` is incidental; nobody has to direct it."""
    for level in (EffortLevelName.BASIC, EffortLevelName.EXTRA):
        proposal = proposed_as(invited=(), level=level)
        spec = replace(large, events=(), actors=()).and_(proposal).knowing(AreaRoles())
        agreed = spec.when(AgreeEffortLevel()).events[0]
        assert isinstance(agreed, EffortLevelAgreed)
        assert agreed.together is None


def test_what_gates_say_is_said_with_it(large: Specification) -> None:
    """MON-36, PAR-27: nobody finds them one by one: formal advice and what is lacking together."""
    december = large.now
    line: GateLine = formal_advice(Advice(due=True, fresh=Freshness(december)), At(december))
    refused = large.knowing(LevelGates((line,))).when(AgreeEffortLevel())
    refused.refused("gates-not-passed", "large-scale-incomplete")


@pytest.mark.parametrize(
    ("first", "through", "longer"),
    [
        (FIRST, SHORT, False),
        (FIRST, date(2030, 12, 31), False),
        (FIRST, date(2031, 1, 1), True),
        (date(2028, 2, 29), date(2032, 2, 28), False),
        (date(2028, 2, 29), date(2032, 2, 29), True),
        (FIRST, None, True),
    ],
)
def test_a_council_term_is_four_years_to_the_day(
    first: date, through: date | None, longer: bool
) -> None:
    """MON-36: exactly four years is a term; one day more reaches over it."""
    assert longer_than_a_term(first, through) is longer


@for_all(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 5000))
def test_a_longer_commitment_stays_long_enough(first: date, days: int) -> None:
    """MON-36: one day over the term is enough, and every day more is."""
    edge = add_months(first, 48)
    assert longer_than_a_term(first, date.fromordinal(edge.toordinal() + days))
    assert not longer_than_a_term(first, date.fromordinal(edge.toordinal() - 1 - days))


def test_a_council_election_within_the_period_is_shown_and_changes_nothing(
    large: Specification, directed: AreaRoles
) -> None:
    """MON-36: the election of 20 March 2030 stands on the time line; the level holds through it."""
    assert elections(FIRST, LONG) == (date(2030, 3, 20),)
    assert elections(date(2022, 1, 1), date(2026, 3, 18)) == (date(2022, 3, 16), date(2026, 3, 18))
    assert elections(date(2026, 3, 19), date(2030, 3, 19)) == ()
    command = AgreeEffortLevel(plan=PLAN, valid=StatedPeriod(from_=FIRST, through=LONG))
    agreed: Any = large.knowing(directed).when(command).recorded()
    level = agreed.events[-1][0]
    assert level.valid.through == LONG
