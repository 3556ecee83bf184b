"""The neighbourhood as people live it leads over the administrative one (MON-06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.effort_levels import EffortLevelProposed
from leefwijk.events.testing import Specification, given
from leefwijk.events.testing.specification import Decided
from monitoring.domain.agreeing import AgreeEffortLevel
from monitoring.domain.other_levels import AreaLevels, LeadingLevel
from monitoring.domain.proposing import ProposeEffortLevel, StatedPeriod

LARIKS = "WK010601@2020"
SAID = (
    "Pittelo lies wholly within Lariks en Pittelo, which has a level in force; "
    "propose for that area or end its level first."
)


def _leads(first: date, last: date | None) -> AreaLevels:
    lived = ("XA0123456789ab@1", "Lariks en Pittelo", "Pittelo")
    return AreaLevels(leading=(LeadingLevel("l1", EffortLevelName.EXTRA, first, last, *lived),))


IN_FORCE = _leads(date(2026, 1, 1), date(2027, 12, 31))


def test_no_level_is_proposed_inside_one_that_leads(all_known: tuple[Any, ...]) -> None:
    """MON-06: refused, naming the area as people live it; beside all else that is missing."""
    valid = StatedPeriod(from_=date(2027, 1, 1), through=date(2028, 12, 31))
    bare = ProposeEffortLevel(area=LARIKS, level=EffortLevelName.EXTRA, valid=valid, stories=("s",))
    known = given(at="2026-11-02T09:00:00Z").knowing(*all_known)
    known.when(bare).refused("expected-effect-missing")
    refused = known.knowing(IN_FORCE).when(bare)
    refused.refused("expected-effect-missing", "experienced-area-leads", saying=SAID)


@pytest.fixture
def agreeing(
    proposed: Specification, proposed_as: Callable[..., EffortLevelProposed]
) -> Callable[[AreaLevels], Decided]:
    """A proposal for 2027 and 2028 that nothing else stands in the way of is to be agreed."""

    def tried(levels: AreaLevels) -> Decided:
        before = given(proposed_as(invited=()), at="2026-11-02T09:00:00Z")
        return before.knowing(*proposed.known.values(), levels).when(AgreeEffortLevel())

    return tried


@pytest.mark.parametrize(
    ("levels", "leads"),
    [
        (_leads(date(2026, 1, 1), date(2027, 1, 1)), True),
        (_leads(date(2026, 1, 1), date(2026, 12, 31)), False),
        (_leads(date(2028, 12, 31), None), True),
        (_leads(date(2029, 1, 1), None), False),
        (AreaLevels(), False),
    ],
)
def test_it_leads_on_the_days_that_it_holds(
    agreeing: Callable[[AreaLevels], Decided], levels: AreaLevels, leads: bool
) -> None:
    """MON-06, MON-37: what is over before, or begins after, leaves the area its own level."""
    tried = agreeing(levels)
    if leads:
        tried.refused("experienced-area-leads")
    else:
        tried.recorded()


def test_a_level_to_come_is_said_to_come(agreeing: Callable[[AreaLevels], Decided]) -> None:
    """MON-06: agreed in the meantime for the lived-in area, it leads from its first day on."""
    refused = agreeing(_leads(date(2028, 1, 1), None))
    refused.refused("experienced-area-leads", saying="which has a level from 1 January 2028")
