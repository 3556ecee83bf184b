"""What was found of a base and measured of its homes, and what the facts told of each day."""

from __future__ import annotations

from datetime import date
from typing import Any

from level_gates import BUURT
from sqlalchemy import text

from leefwijk.events.language.housing_mix.dwellings import ConditionRecorded, Score

LARIKS, OOST = "WK010601@2020", "BU01060100@2020"


def found(**steps: str) -> list[dict[str, str]]:
    """What somebody found of these steps."""
    return [{"step": step, "found": said} for step, said in steps.items()]


def scored(score: int, day: date = date(2026, 10, 1), complex_: str = "c") -> ConditionRecorded:
    """The condition of a home in Pittelo was measured."""
    return ConditionRecorded(
        area=BUURT, complex=complex_, condition=Score(score=score, measured=day), on=day
    )


async def told_of(pittelo: Any, area: str, *days: str) -> list[str]:
    """The verdict on an area that the facts tell of each day: one ends those from its day on."""
    read = text(
        "select data from events where stream_id = :stream and type like '%base-verdict-changed%' "
        "order by version"
    )
    async with pittelo.context.reading.connect() as connection:
        rows = (await connection.execute(read, {"stream": f"base-conditions-{area}"})).scalars()
        facts = [row for row in rows if row.get("complex") is None]
    told: list[dict[str, Any]] = []
    for fact in facts:
        told = [*(one for one in told if one["on"] < fact["on"]), fact]
    return [
        next((one["verdict"] for one in reversed(told) if one["on"] <= day), "unknown")
        for day in days
    ]
