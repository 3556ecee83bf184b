"""The built-in sources through the API, on small files that are shaped like the real ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

LONELY = "rivm-eenzaam-18plus"
HIERARCHY = "gebieden-drenthe-ooststellingwerf"


@pytest.fixture
async def divided(monitoring: Any, small: Any) -> Any:
    """Names of 2014, wijken of 2022 and the hierarchy of 2020."""
    await monitoring.load(small("buurtnamen_2014.csv"), 2014, "cbs-buurtnamen-2014")
    await monitoring.load(small("kwb_2022_wijken.csv"), 2022, "cbs-kwb-2022-wijken")
    done = await monitoring.load(small("gebieden_2020.csv"), 2020, HIERARCHY)
    assert (done["status"], done["good"], done["bad"]) == ("completed", 5, 0)
    return monitoring


async def test_each_area_is_registered_once_in_its_edition(divided: Any, small: Any) -> None:
    """MON-01: names only within an equal division, each with its edition; again is nothing."""
    borrowed = await divided.look("/areas/BU99010000@2020")
    assert (borrowed["name"], borrowed["nameEdition"]) == ("Kern Voordorp", 2014)
    assert (borrowed["parent"], borrowed["municipalities"]) == ("WK990100@2020", ["GM9901"])
    own = await divided.look("/areas/GM9901@2020")
    assert (own["name"], own["nameEdition"]) == ("Voordorp", None)
    assert (await divided.look("/areas/BU99020000@2020"))["name"] is None
    before = await divided.facts()
    assert (await divided.facts("areas-%@2020")) == {"area-registered": 11}
    again = await divided.start(small("gebieden_2020.csv"), 2020, HIERARCHY, name="again.csv")
    await divided.work()
    assert (again.status_code, again.json()["alreadyDone"]) == (200, True)
    assert await divided.facts() == before


async def test_the_same_code_in_two_editions_is_two_areas(divided: Any) -> None:
    """MON-02: one code, two areas, each with its own figures; the other's are pointed at."""
    found = await divided.look("/areas", code="WK990100")
    editions = {"WK990100@2014", "WK990100@2020", "WK990100@2022"}
    assert {item["id"] for item in found["items"]} == editions
    figures = await divided.look("/areas/WK990100@2020/measurements")
    assert figures["items"] == []
    said = "a figure exists under this code in edition 2022; no mapping recorded"
    assert [note.partition(": ")[2] for note in figures["notes"]] == [said]


async def test_an_unpublished_area_is_known_as_unpublished(monitoring: Any, small: Any) -> None:
    """MON-10: eight areas of one file, one of them with eighteen figures that are missing."""
    done = await monitoring.load(small("rivm_2020_18plus.csv"), 2020, "rivm-2020-18plus")
    assert (done["read"], done["good"], done["bad"]) == (8, 8, 0)
    assert await monitoring.facts("measurements-%") == {"measurements-recorded": 8}
    country = await monitoring.look("/areas/NL01@2020")
    assert (country["kind"], country["municipalities"]) == ("country", [])
    missing = await monitoring.figures("BU99010001@2020")
    assert len(missing) == 18
    assert {(item["number"], item["missing"]) for item in missing.values()} == {
        (None, "not_published")
    }
    exact = await monitoring.figures("NL01@2020")
    assert (exact[LONELY, "2020"]["number"], exact[LONELY, "2020"]["estimate"]) == ("47.0", True)
    poor = (await monitoring.figures("BU99010000@2020"))["rivm-moeite-met-rondkomen-18plus", "2020"]
    assert (poor["number"], poor["missing"]) == ("0.0", None)


async def test_known_areas_only(divided: Any, small: Any) -> None:
    """MON-10: with known areas only, rows about other areas are bad and register nothing."""
    done = await divided.load(
        small("rivm_2020_18plus.csv"), 2020, "rivm-2020-18plus", areas="known-only"
    )
    assert (done["good"], done["bad"]) == (7, 1)
    assert (await divided.get("/areas/NL01@2020")).status_code == 404


async def test_a_year_that_is_not_there_is_no_figure(monitoring: Any, two_percentages: Any) -> None:
    """MON-11: not published is said as such; a year without the column is not in the series."""
    head = "code,eenzaam,moeite_met_rondkomen\n"
    of_2016 = two_percentages(edition="2016").replace('fixed: "2020"', 'fixed: "2016"')
    only = of_2016.replace(
        "  - {column: moeite_met_rondkomen, indicator: rivm-moeite-met-rondkomen-18plus}", ""
    )
    await monitoring.load("code,eenzaam\nWK010601,.\n", 2020, mapping=only)
    await monitoring.load(f"{head}WK010601,54.1,18.4\n", 2020, mapping=two_percentages())
    found = await monitoring.figures("WK010601@2020")
    assert {place: (one["number"], one["missing"]) for place, one in found.items()} == {
        (LONELY, "2016"): (None, "not_published"),
        (LONELY, "2020"): ("54.1", None),
        ("rivm-moeite-met-rondkomen-18plus", "2020"): ("18.4", None),
    }


@pytest.mark.parametrize(
    ("wijk", "rent", "missing"),
    [("WK990100", 60, None), ("WK990200", 100, None), ("WK990101", None, "not_published")],
)
async def test_all_rent_is_what_ownership_leaves(
    divided: Any, wijk: str, rent: int | None, missing: str | None
) -> None:
    """MON-12: 100 less ownership; from an empty cell nothing follows, least of all 100."""
    figures = await divided.figures(f"{wijk}@2022")
    found = figures["cbs-all-rent", "2022"]
    assert (found["number"] and int(Decimal(found["number"])), found["missing"]) == (rent, missing)
    assert found["derivedFrom"] == ["cbs-dwelling-ownership"]
    assert found["note"] == "corporation and private rent together"


async def test_zero_and_empty_differ(divided: Any) -> None:
    """MON-12: nobody of 0 to 14 is a figure, an area without people has none for it."""
    heath = await divided.figures("WK990101@2022")
    assert Decimal(heath["cbs-pop-0-14", "2022"]["number"]) == 0
    outside = await divided.figures("WK990299@2022")
    assert Decimal(outside["cbs-population", "2022"]["number"]) == 0
    assert outside["cbs-pop-0-14", "2022"]["number"] is None
    assert heath["cbs-urbanity", "2022"]["label"] == "not urbanised"


async def test_classes_and_what_the_source_says_of_development(monitoring: Any, small: Any) -> None:
    """MON-13: class 8 to 9 and development 4; a row without anything is one fact of gaps."""
    done = await monitoring.load(small("leefbaarometer2.csv"), 2016, "leefbaarometer-2-wijken")
    assert (done["good"], done["bad"]) == (3, 0)
    figures = await monitoring.figures("WK990100@2016")
    assert figures["leefbaarometer2-klasse", "2014"]["number"] == "8"
    assert figures["leefbaarometer2-klasse", "2016"]["number"] == "9"
    assert figures["leefbaarometer2-ontwikkeling", "2014-2016"]["number"] == "4"
    empty = await monitoring.figures("WK990200@2016")
    assert {item["number"] for item in empty.values()} == {None}
    assert (await monitoring.facts("measurements-WK990200@2016.%")) == {"measurements-recorded": 1}


async def test_a_class_outside_its_scale_names_column_and_line(monitoring: Any, small: Any) -> None:
    """MON-13: a cell 10 makes its row bad; the report names line, column and cell."""
    content = small("leefbaarometer2.csv").replace(b"7,8,9", b"7,10,9")
    done = await monitoring.load(content, 2016, "leefbaarometer-2-wijken")
    assert (done["good"], done["bad"]) == (2, 1)
    report = (await monitoring.get(f"/imports/{done['id']}/report")).text
    assert "kl14" in report
    assert "out-of-range" in report


async def test_scores_of_several_years_are_one_fact(divided: Any, small: Any) -> None:
    """MON-14: one fact per area and source edition, negative scores kept with all digits."""
    done = await divided.load(small("leefbaarometer3.csv"), 2022, "leefbaarometer-3-wijken")
    assert (done["good"], done["bad"]) == (4, 0)
    assert (await divided.facts("measurements-%.leefbaarometer%")) == {"measurements-recorded": 2}
    figures = await divided.figures("WK990200@2022")
    assert figures["leefbaarometer3-afwijking", "2020"]["number"] == "-0.3697"
    assert Decimal(figures["leefbaarometer3-voorzieningen", "2020"]["number"]) == Decimal(
        "9.15e-05"
    )


async def test_a_row_that_does_not_add_up_is_bad(divided: Any, small: Any) -> None:
    """MON-14: 0.1783 is not 0.1683: that row is bad with both sums, the other years are good."""
    content = small("leefbaarometer3.csv").replace(b"-0.0037", b"0.0063")
    done = await divided.load(content, 2022, "leefbaarometer-3-wijken")
    assert (done["good"], done["bad"]) == (3, 1)
    report = (await divided.get(f"/imports/{done['id']}/report")).text
    assert "the five dimensions add up to 0.1783, afw says 0.1683" in report
    figures = await divided.figures("WK990100@2022")
    assert {period for name, period in figures if name == "leefbaarometer3-totaal"} == {"2022"}


async def test_a_boundary_attaches_to_its_own_edition(divided: Any, small: Any) -> None:
    """MON-08: areas of 2022 get a border, those of 2020 have none; again records nothing."""
    done = await divided.load(small("wijkgrenzen.geojson"), 2022, "wijkgrenzen-2022")
    assert (done["good"], done["bad"]) == (2, 1)
    assert (await divided.facts("areas-%@2022"))["area-boundary-set"] == 2
    assert (await divided.look("/areas/WK990100@2022"))["hasBoundary"]
    before = await divided.look("/areas/WK990100@2020")
    assert (before["hasBoundary"], before["boundaryNote"]) == (
        False,
        "no boundary of this edition is known",
    )
    assert (await divided.get("/areas/WK990100@2020/boundary")).status_code == 404
    shape = await divided.look("/areas/WK990100@2022/boundary")
    assert shape["geometry"]["coordinates"][0][0][0] == [6.5, 52.9]
    again = await divided.start(small("wijkgrenzen.geojson"), 2022, "wijkgrenzen-2022")
    assert again.json()["alreadyDone"]


async def test_boundaries_under_the_wrong_edition_are_warned_of(divided: Any, small: Any) -> None:
    """MON-08: what is not in the edition is bad, and the report names where editions differ."""
    wrong = await divided.load(small("wijkgrenzen.geojson"), 2020, "wijkgrenzen-2022")
    assert (wrong["good"], wrong["bad"]) == (2, 1)
    assert any("differ for GM9902" in warning for warning in wrong["warnings"])
