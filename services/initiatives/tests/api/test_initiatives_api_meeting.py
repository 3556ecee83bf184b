"""Meeting over HTTP: offered and never imposed, counted and never told by person."""

from __future__ import annotations

from typing import Any

import pytest

WORKER, MANAGER = "neighbourhood_worker", "area_manager"
COFFEE = {"activity": "Coffee morning", "people": 12, "hours": "2.5"}
KINDS = {"co_funding_complete", "permit_present", "open_to_everyone", "settle_by"}


def _grant(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"lines": [{"line": 1, "amount": "1500.00"}], "conditions": list(conditions)}


@pytest.mark.parametrize(
    "condition",
    [
        {"kind": "attendance", "least": 6},
        {"kind": "attendance"},
        {"kind": "open_to_everyone", "says": "At least 6 coffee mornings for who uses the garden"},
        {"says": "At least 6 coffee mornings for who uses the garden"},
        {"kind": "settle_by"},
        {"kind": "permit_present", "by": "2026-12-31"},
    ],
    ids=str,
)
async def test_no_condition_asks_people_to_come(town: Any, condition: dict[str, Any]) -> None:
    """INI-31: four kinds of condition, none of them attendance, and no free text in its place."""
    i1 = await town.coffee()
    answer = await town.step(i1, "support-grants", _grant(condition), MANAGER)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
    assert await town.facts_named(i1, "support-granted") == []


async def test_four_kinds_of_condition_are_taken(town: Any) -> None:
    """INI-31: co-funding complete, permit present, open to everyone, settle by a date."""
    i1 = await town.coffee()
    given = [
        {"kind": kind, **({"by": "2026-12-31"} if kind == "settle_by" else {})}
        for kind in sorted(KINDS)
    ]
    await town.done(i1, "support-grants", _grant(*given), MANAGER)
    (grant,) = (await town.get(f"/initiatives/{i1}"))["grants"]
    assert [one["kind"] for one in grant["conditions"]] == sorted(KINDS)


async def test_an_activity_knows_a_number_of_people_and_nothing_of_them(town: Any) -> None:
    """INI-31: who came, who had to and who stayed away are unknown fields: all named at once."""
    i1 = await town.propose()
    forbidden = ("participants", "names", "mandatory", "absent", "households")
    body = {**COFFEE, **dict.fromkeys(forbidden, 1)}
    answer = await town.step(i1, "meeting-activities", body, WORKER)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "invalid-input")
    assert {name for name in forbidden if f"/{name}" in answer.text} == set(forbidden)
    assert await town.facts_named(i1, "meeting-activity-held") == []
    await town.done(i1, "meeting-activities", COFFEE, WORKER)
    (held,) = await town.facts_named(i1, "meeting-activity-held")
    assert held == {"activity": "Coffee morning", "people": 12, "hours": "2.5", "on": "2026-04-13"}


async def test_nobody_coming_is_no_failure(town: Any) -> None:
    """INI-31: 0 is recorded as 0, and no page, list or gate reads otherwise after it."""
    i1 = await town.coffee()
    before = await town.get(f"/initiatives/{i1}")
    lines = await town.lines(i1)
    await town.done(i1, "meeting-activities", {**COFFEE, "people": 0}, WORKER)
    (held,) = await town.facts_named(i1, "meeting-activity-held")
    assert held["people"] == 0
    after = await town.get(f"/initiatives/{i1}")
    assert {**after, "version": before["version"]} == before
    assert await town.lines(i1) == lines
    assert (await town.get("/initiatives?overdue=any"))["items"] == []
    await town.granted(i1)
