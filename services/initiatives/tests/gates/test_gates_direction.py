"""A large-scale level whose director left: it stays, and no new euro passes its gate."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.effort_levels import (
    Answer,
    EffortLevelEnded,
    EffortLevelQuestionAnswered,
    EffortLevelQuestioned,
    Ground,
)

WIJK, GATE = "WK010601@2020", "effort-level-and-budget"
LARGE = EffortLevelName.LARGE_SCALE
LEFT = EffortLevelQuestioned(
    area=WIJK,
    level=LARGE,
    ground=Ground.DIRECTOR,
    because="No municipality directs the area any more.",
    on=date(2026, 4, 1),
)


def _answered(answer: Answer) -> EffortLevelQuestionAnswered:
    return EffortLevelQuestionAnswered(
        area=WIJK,
        level=LARGE,
        ground=Ground.DIRECTOR,
        answer=answer,
        reason="A new one comes in May" if answer is Answer.CONTINUE else None,
        on=date(2026, 4, 10),
    )


@pytest.fixture
async def undirected(town: Any, facts: Any) -> Any:
    """`large_scale` is agreed for Lariks, and its director left."""
    agreed = facts.level(name="large_scale", through="2031-12-31")
    await town.hear("monitoring", "lariks", agreed, "large")
    await town.hear("monitoring", "lariks", LEFT, "left")
    return town


async def test_new_spending_waits_for_another_director(undirected: Any) -> None:
    """MON-45: `effort-level-without-director`, with the fact that says so, until one is there."""
    id_ = await undirected.coffee()
    lines = await undirected.not_granted(id_)
    assert lines[GATE]["code"] == "effort-level-without-director"
    assert len(lines[GATE]["evidence"]) > 1
    # somebody answers for going on: the level does, its euros do not
    await undirected.hear("monitoring", "lariks", _answered(Answer.CONTINUE), "on")
    assert (await undirected.lines(id_))[GATE]["code"] == "effort-level-without-director"
    await undirected.hear("monitoring", "lariks", _answered(Answer.RESTORED), "back")
    assert (await undirected.lines(id_))[GATE]["outcome"] == "passed"


async def test_or_until_the_level_is_ended(undirected: Any) -> None:
    """MON-45: ended, there is no level whose direction is missing."""
    ended = EffortLevelEnded(area=WIJK, level=LARGE, on=date(2026, 4, 13), reason="No director")
    await undirected.hear("monitoring", "lariks", ended, "ended")
    id_ = await undirected.coffee()
    assert (await undirected.lines(id_))[GATE]["code"] == "effort-level-expired"
