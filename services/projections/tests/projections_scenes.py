"""What specifications of the effort status begin with, and how they read an answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from leefwijk.events.event import Validity
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.plans import ContributionCategory
from leefwijk.events.language.monitoring import effort_levels as levels
from leefwijk.events.language.monitoring import efforts

LARIKS = "WK010601@2020"
BUURT = "BU01060100@2020"
GROUND = UUID("77777777-7777-4777-8777-777777777777")
MODE = levels.Mode(stance=levels.Stance.PROACTIVE, rhythm=levels.Rhythm.INCIDENTAL)


def only(items: list[Any]) -> Any:
    """The one item."""
    (item,) = items
    return item


def extra_proposed(
    first: date,
    through: date,
    *,
    area: str = LARIKS,
    mode: levels.Mode = MODE,
    invited: tuple[str, ...] = (),
    reaction_through: date,
    lapses_on: date,
) -> levels.EffortLevelProposed:
    """`extra` is proposed for a district: one figure, one story, one effect by its last day."""
    return levels.EffortLevelProposed(
        area=area,
        municipalities=(f"GM{area[2:6]}",),
        level=EffortLevelName.EXTRA,
        mode=mode,
        valid=Validity(from_=first, through=through),
        measurements=(
            levels.MeasurementGround(
                area=area,
                source_edition="rivm-2020",
                indicator="eenzaam",
                period="2020",
                figure="54.1",
                event_id=GROUND,
            ),
        ),
        stories=(levels.StoryGround(story="s1", event_id=GROUND),),
        effects=(
            levels.ExpectedEffect(indicator="eenzaam", movement=levels.Movement.DOWN, by=through),
        ),
        invited=invited,
        reaction_through=reaction_through,
        lapses_on=lapses_on,
    )


def extra_agreed(proposed: levels.EffortLevelProposed) -> levels.EffortLevelAgreed:
    """It is agreed as it was proposed, with a budget for 2026."""
    return levels.EffortLevelAgreed(
        area=proposed.area,
        level=proposed.level,
        mode=proposed.mode,
        valid=proposed.valid,
        budgets=(levels.YearBudget(year=2026, amount=Decimal("24000.00")),),
    )


def gate_set_aside(gate: Gate, code: str, reason: str, on: str) -> levels.EffortGateOverridden:
    """A director sets a gate of a proposed level aside."""
    return levels.EffortGateOverridden(
        area=LARIKS,
        gate=gate,
        code=code,
        reason=reason,
        role="area_director",
        on=date.fromisoformat(on),
    )


def effort(area: str, euros: str) -> efforts.EffortSpentRecorded:
    """Euros of effort in an area of Assen in March 2026."""
    return efforts.EffortSpentRecorded(
        area=area,
        municipalities=("GM0106",),
        year=2026,
        amount=Decimal(euros),
        contribution=ContributionCategory.MEETING,
        category=efforts.CostCategory.SOCIAL_ACTIVITIES,
        description="Buurtdag",
        on=date(2026, 3, 1),
    )


def extra_of_two_years() -> levels.EffortLevelProposed:
    """`extra` is proposed for Lariks for 2026 and 2027."""
    return extra_proposed(
        date(2026, 1, 1),
        date(2027, 12, 31),
        reaction_through=date(2025, 12, 20),
        lapses_on=date(2026, 6, 1),
    )


def questioned_for_the_base() -> levels.EffortLevelQuestioned:
    """The base fell away under the level on 18 May 2026."""
    return levels.EffortLevelQuestioned(
        area=LARIKS,
        level=EffortLevelName.EXTRA,
        ground=levels.Ground.BASE,
        because="The base is no longer in order",
        on=date(2026, 5, 18),
    )
