"""The gates of a new round are its own: what was set aside before sets nothing aside now."""

from __future__ import annotations

from typing import Any

from initiatives_facts import BUURT, Facts
from initiatives_town import Town

STOP = {"reason": "Enough for now"}
AGREE = {
    "gates": ["base-in-order"],
    "question": "Does meeting first help?",
    "until": "2026-12-31",
}


async def _not_in_order(town: Town, facts: Facts) -> None:
    """M6: the base is not in order."""
    await town.hear(
        "monitoring", "base-lariks-oost", facts.verdict(on="2026-04-10", safe=("f1",)), "M6"
    )


async def _again(town: Town, id_: str) -> None:
    """It stops and is taken up anew; the same is asked for once more."""
    await town.done(id_, "stops", STOP, "neighbourhood_worker")
    await town.done(id_, "rounds", {"group": "g2"}, "neighbourhood_worker")
    role = {"role": "support"}
    await town.done(id_, "corporation-roles", role, "neighbourhood_worker")
    await town.request(id_)


async def _base(town: Town, id_: str) -> dict[str, Any]:
    """How the base reads now."""
    lines: dict[str, dict[str, Any]] = await town.lines(id_)
    return lines["base-in-order"]


async def test_override_of_an_earlier_round_sets_nothing_aside(town: Town, facts: Facts) -> None:
    """INI-12, INI-37: the override stays in the history; the new round waits for the base."""
    await _not_in_order(town, facts)
    id_ = await town.coffee()
    await town.override(id_, "base-in-order", "2026-12-31")
    await town.granted(id_)
    await _again(town, id_)
    failing = await town.not_granted(id_)
    assert list(failing) == ["base-in-order"]
    assert failing["base-in-order"].get("setAside") is None
    gates = await town.get(f"/initiatives/{id_}/gates")
    assert [(one["gate"], one["ended"]) for one in gates["overrides"]] == [
        ("base-in-order", "round-over")
    ]
    assert (gates["atGrant"], gates["assessed"], gates["lost"]) == ([], [], [])
    found = await town.get(f"/initiatives/{id_}")
    assert found["gatesSetAside"] == ["base-in-order"]
    assert [(grant["request"], grant["round"]) for grant in found["grants"]] == [(1, 1)]
    # what no longer runs is not looked at: nothing is recorded of it on its last day
    before = len(await town.facts(id_))
    await town.time_passes("2027-01-01T09:00:00Z")
    assert [name for name, _ in (await town.facts(id_))[before:]] == ["support-decision-overdue"]


async def test_experiment_of_an_earlier_round_sets_nothing_aside(town: Town, facts: Facts) -> None:
    """INI-34, INI-37: its rule holds again; its question waits, and it still ends by itself."""
    await _not_in_order(town, facts)
    id_ = await town.coffee()
    await town.done(id_, "experiments", AGREE, "area_director", who="d1")
    assert (await _base(town, id_))["setAside"]["means"] == "experiment"
    await town.granted(id_)
    await _again(town, id_)
    assert (await _base(town, id_)).get("setAside") is None
    assert list(await town.not_granted(id_)) == ["base-in-order"]
    await town.refused(
        id_, "experiments", AGREE, "area_director", "learning-question-unanswered", who="d1"
    )
    # who agreed it may decide on what it does not set aside any more
    await town.hear("monitoring", "base-lariks-oost", facts.verdict(on="2026-04-12"), "M7")
    await town.granted(id_)
    await town.time_passes("2027-01-01T09:00:00Z")
    assert len(await town.facts_named(id_, "experiment-expired")) == 1


async def test_grant_of_an_earlier_round_is_not_watched(town: Town, facts: Facts) -> None:
    """INI-14, INI-37: what a grant of before rested on may go; the new round has its own."""
    id_ = await town.coffee()
    await town.granted(id_)
    await _again(town, id_)
    await _not_in_order(town, facts)
    assert await town.facts_named(id_, "gate-no-longer-passed") == []
    assert list(await town.not_granted(id_)) == ["base-in-order"]
    rows = await town.rows(
        "select facets from documents where stream_id = :id", id=f"initiatives-{id_}"
    )
    assert "gates:watched" not in rows[0][0]


async def test_area_counts_green_of_every_round(town: Town) -> None:
    """INI-32, INI-37: the trees of the first round stand there in the second."""
    id_ = await town.coffee()
    trees = {"measure": "tree", "quantity": "6", "countedIn": "piece", "purposes": ["heat"]}
    await town.done(id_, "green-results", trees, "neighbourhood_worker")
    await _again(town, id_)
    found = await town.get(f"/area-greening/{BUURT}")
    assert [(one["measure"], one["realised"]) for one in found["measures"]] == [("tree", "6")]
