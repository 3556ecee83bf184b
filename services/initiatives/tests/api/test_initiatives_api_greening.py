"""Green over HTTP: planned beside made, in its own units."""

from __future__ import annotations

from typing import Any

import pytest

WORKER = "neighbourhood_worker"
BUURT, WIJK = "BU01060100@2020", "WK010601@2020"

UNPAVED = {"measure": "unpaved", "countedIn": "m2", "purposes": ["heat", "water"]}
BARREL = {"measure": "rain_barrel", "countedIn": "piece", "litres": "200", "purposes": ["water"]}
TREE = {"measure": "tree", "countedIn": "piece", "purposes": ["heat", "biodiversity"]}
AWARENESS = {"measure": "awareness", "countedIn": "activity", "purposes": ["drought"]}
CRATE = {"measure": "infiltration_crate", "countedIn": "m3", "purposes": ["water"]}


async def _plan(town: Any, id_: str, measure: dict[str, Any], quantity: str) -> str:
    await town.done(id_, "green-plans", {**measure, "quantity": quantity}, WORKER)
    return str((await town.facts_named(id_, "greening-planned"))[-1]["item"])


async def _made(
    town: Any, id_: str, measure: dict[str, Any], quantity: str, item: str | None = None
) -> str:
    body = {**measure, "quantity": quantity, **({"item": item} if item else {})}
    await town.done(id_, "green-results", body, WORKER)
    return str((await town.facts_named(id_, "greening-realised"))[-1]["realised"])


@pytest.fixture
async def courtyard(town: Any) -> dict[str, str]:
    """I10 with what the scenario plans and makes; names of what was made."""
    i10 = await town.propose(title="Green courtyard", themes=["greening"])
    planned = {
        "unpaved": await _plan(town, i10, UNPAVED, "216"),
        "barrel": await _plan(town, i10, BARREL, "24"),
        "tree": await _plan(town, i10, TREE, "6"),
    }
    await _plan(town, i10, AWARENESS, "2")
    return {
        "id": str(i10),
        "unpaved": await _made(town, i10, UNPAVED, "163.5", planned["unpaved"]),
        "barrel": await _made(town, i10, BARREL, "22", planned["barrel"]),
        "tree": await _made(town, i10, TREE, "6", planned["tree"]),
        "crate": await _made(town, i10, CRATE, "1.5"),
    }


def _says(progress: dict[str, Any]) -> dict[str, str]:
    return {one["measure"]: one["says"] for one in progress["measures"]}


@pytest.mark.parametrize("area", [BUURT, WIJK])
async def test_green_is_counted_in_its_own_units(
    town: Any, courtyard: dict[str, str], area: str
) -> None:
    """INI-32: 75.7 %, 91.7 %, 100 %, nothing reported; water 5.9 of 4.8 m3, 1.5 not planned."""
    assert courtyard
    shown = await town.get(f"/area-greening/{area}")
    assert _says(shown) == {
        "unpaved": "75.7 %",
        "rain_barrel": "91.7 %",
        "tree": "100.0 %",
        "awareness": "nothing reported",
        "infiltration_crate": "not planned",
    }
    units = {one["measure"]: one["unit"] for one in shown["measures"]}
    assert units == {
        "unpaved": "m2",
        "rain_barrel": "piece",
        "tree": "piece",
        "awareness": "activity",
        "infiltration_crate": "m3",
    }
    aware = next(one for one in shown["measures"] if one["measure"] == "awareness")
    assert (aware["planned"], aware["realised"], aware["percentage"]) == ("2", None, None)
    water = shown["water"]
    assert [float(water[name]) for name in ("planned", "realised", "notPlanned")] == [4.8, 5.9, 1.5]
    assert water["percentage"] == "122.9"
    assert set(shown) == {"measures", "water", "purposes"}  # no total over units


async def test_a_measure_may_stand_under_several_purposes(
    town: Any, courtyard: dict[str, str]
) -> None:
    """INI-32: heat, water, drought or biodiversity, one or more; twice in a list, once in a sum."""
    shown = await town.get(f"/area-greening/{BUURT}")
    assert shown["purposes"] == {
        "heat": ["unpaved", "tree"],
        "water": ["unpaved", "rain_barrel", "infiltration_crate"],
        "drought": ["awareness"],
        "biodiversity": ["tree"],
    }
    trees = [one for one in shown["measures"] if one["measure"] == "tree"]
    assert [one["realised"] for one in trees] == ["6"]
    nothing = {**TREE, "quantity": "1", "purposes": []}
    answer = await town.step(courtyard["id"], "green-plans", nothing, WORKER)
    assert answer.status_code == 400
    other = {**TREE, "quantity": "1", "purposes": ["beauty"]}
    answer = await town.step(courtyard["id"], "green-plans", other, WORKER)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {**TREE, "countedIn": "m2"},
        {name: said for name, said in BARREL.items() if name != "litres"},
        {**CRATE, "countedIn": "m2"},
        {**CRATE, "countedIn": "piece"},
        {**UNPAVED, "countedIn": "m3"},
        {**TREE, "litres": "200"},
    ],
    ids=str,
)
async def test_a_unit_fits_its_measure(town: Any, wrong: dict[str, Any]) -> None:
    """INI-32: a tree in m2, or storage without litres or m3, is refused, planned and made alike."""
    i10 = await town.propose()
    for noun in ("green-plans", "green-results"):
        body = {**wrong, "quantity": "6"}
        await town.refused(i10, noun, body, WORKER, "unit-does-not-fit-measure")


async def test_corrections_and_losses_count(town: Any, courtyard: dict[str, str]) -> None:
    """INI-32: what was otherwise than recorded, and what is gone, read so; the rest stands."""
    id_ = courtyard["id"]
    fix = {"realised": courtyard["unpaved"], "quantity": "216", "reason": "Measured again"}
    await town.done(id_, "green-corrections", fix, WORKER)
    lost = {"realised": courtyard["tree"], "quantity": "2", "reason": "Storm"}
    await town.done(id_, "green-losses", lost, WORKER)
    more = {**lost, "quantity": "5"}
    await town.refused(id_, "green-losses", more, WORKER, "counts-do-not-add-up")
    less = {"realised": courtyard["tree"], "quantity": "1", "reason": "Counted again"}
    await town.refused(id_, "green-corrections", less, WORKER, "counts-do-not-add-up")
    dry = {"realised": courtyard["barrel"], "quantity": "22", "litres": "100", "reason": "Smaller"}
    await town.done(id_, "green-corrections", dry, WORKER)
    shown = await town.get(f"/area-greening/{BUURT}")
    assert {name: _says(shown)[name] for name in ("unpaved", "tree", "rain_barrel")} == {
        "unpaved": "100.0 %",
        "tree": "66.7 %",
        "rain_barrel": "91.7 %",
    }
    assert float(shown["water"]["realised"]) == 3.7  # 22 x 0.1 + 1.5
    mine = await town.get(f"/initiatives/{id_}/greening", "partner", "assen")
    made = {one["name"]: one for one in mine["made"]}
    assert (made[courtyard["tree"]]["quantity"], made[courtyard["tree"]]["lost"]) == ("6", "2")
    assert made[courtyard["crate"]]["item"] is None
    assert {one["measure"] for one in mine["planned"]} == {
        "unpaved",
        "rain_barrel",
        "tree",
        "awareness",
    }


async def test_green_of_several_initiatives_adds_up_per_measure(
    town: Any, courtyard: dict[str, str]
) -> None:
    """INI-32: another initiative in the area counts; one elsewhere, or none, does not."""
    assert courtyard
    other = await town.propose(title="Front gardens", themes=["greening"])
    await _plan(town, other, TREE, "4")
    elsewhere = await town.propose(title="Far away", area="BU01060102@2020")
    await _plan(town, elsewhere, TREE, "90")
    await town.propose(title="No green")
    shown = await town.get(f"/area-greening/{BUURT}")
    (trees,) = [one for one in shown["measures"] if one["measure"] == "tree"]
    assert (trees["planned"], trees["realised"], trees["says"]) == ("10", "6", "60.0 %")
    empty = await town.get("/area-greening/BU01060103@2020")
    assert empty["measures"] == []
