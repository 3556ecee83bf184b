"""A finding or a measurement that is moved to another day, as it is heard elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from base_told import LARIKS, OOST, found, scored, told_of
from level_gates import BASE, BUURT, PITTELO, WELL, WORKER

from leefwijk.events.language.housing_mix.dwellings import ConditionCorrected, Score


async def _reads(pittelo: Any, area: str, *days: str) -> list[str]:
    """The verdict as of each day; the facts told of each must say the same."""
    path = f"/base-conditions/{area}"
    verdicts = [(await pittelo.look(path, asOf=day))["base"]["verdict"] for day in days]
    assert await told_of(pittelo, area, *days) == verdicts
    return verdicts


@pytest.mark.parametrize(("moved", "broken_from"), [("2026-09-04", 4), ("2026-08-30", 0)])
async def test_a_look_that_is_moved_is_judged_from_the_earlier_day_where_the_complex_lies(
    pittelo: Any, facts: Any, moved: str, broken_from: int
) -> None:
    """MON-28, MON-27: B lies in Lariks and was seen through Pittelo; its old day is judged anew."""
    await pittelo.hears("housing_mix", "home-a", facts.home(BUURT, "a"))
    await pittelo.hears("housing_mix", "home-b", facts.home(OOST, "b"))
    await pittelo.hears("housing_mix", "i", facts.delivered(2))
    pittelo.clock.set("2026-08-01T09:00:00Z")
    await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "a", "steps": WELL})
    path = f"/base-conditions/{LARIKS}/assessments"
    await pittelo.done(path, WORKER, {"complex": "b", "steps": WELL})
    pittelo.clock.set("2026-09-05T09:00:00Z")
    unsafe = {"complex": "b", "on": "2026-09-01", "steps": found(safe="insufficient")}
    wrong = (await pittelo.done(f"{BASE}/assessments", WORKER, unsafe))["events"][0]
    await pittelo.settle()
    days = ("2026-08-29", "2026-08-30", "2026-08-31", "2026-09-01", "2026-09-03", "2026-09-04")
    assert await _reads(pittelo, LARIKS, *days) == [*["in_order"] * 3, *["not_in_order"] * 3]

    pittelo.clock.set("2026-09-20T09:00:00Z")
    correction = {"assessment": wrong, "on": moved, "reason": "Typed wrong"}
    await pittelo.done(f"{BASE}/corrections", WORKER, correction)
    await pittelo.settle()
    good = 1 + broken_from
    after = [*["in_order"] * good, *["not_in_order"] * (len(days) - good)]
    assert await _reads(pittelo, LARIKS, *days) == after
    assert await _reads(pittelo, PITTELO, *days) == ["in_order"] * len(days)


async def test_a_measurement_that_is_moved_is_judged_from_the_earlier_day(
    pittelo: Any, facts: Any
) -> None:
    """MON-26, MON-28: a six of 5 September and not of the first; between them the base stood."""
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    pittelo.clock.set("2026-08-01T09:00:00Z")
    await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
    pittelo.clock.set("2026-09-06T09:00:00Z")
    (six,) = await pittelo.hears("housing_mix", "d1", scored(6, date(2026, 9, 1)))
    await pittelo.settle()
    days = ("2026-08-31", "2026-09-01", "2026-09-04", "2026-09-05")
    assert await _reads(pittelo, PITTELO, *days) == ["in_order", *["not_in_order"] * 3]
    moved = ConditionCorrected(
        area=BUURT,
        complex="c",
        corrects=six,
        condition=Score(score=6, measured=date(2026, 9, 5)),
        on=date(2026, 9, 5),
        reason="Typed wrong",
        was=date(2026, 9, 1),
    )
    await pittelo.hears("housing_mix", "d1", moved)
    await pittelo.settle()
    assert await _reads(pittelo, PITTELO, *days) == [*["in_order"] * 3, "not_in_order"]
