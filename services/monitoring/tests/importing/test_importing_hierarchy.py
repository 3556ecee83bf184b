"""Hierarchy files: codes, areas around them and the names that may stand with them."""

from __future__ import annotations

import pytest

from monitoring.importing import HierarchyMapping, ImportRefused, Outcome, import_hierarchy
from monitoring.importing.areas import registrations
from monitoring.importing.codes import KnownAreas, division, lineage, municipality_of
from monitoring.importing.rows import Reason, RemarkCode

HEADER = "gm_code,gemeente,wk_code,wijk_naam_2022,bu_code,buurt_naam,buurt_naam_peiljaar"
DIVISIONS = {
    2014: {"GM9901": frozenset({"WK990100", "WK990101"})},
    2022: {"GM9901": frozenset({"WK990100", "WK990101"})},
}


def hierarchy(hierarchies: dict[str, HierarchyMapping], *lines: str) -> Outcome:
    """What a few rows come to."""
    mapping = hierarchies["gebieden-drenthe-ooststellingwerf"]
    content = "\n".join((HEADER, *lines)).encode()
    return import_hierarchy(content, mapping, 2020, DIVISIONS)


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("GM9901,Dorp,WK990100,Wijk,BU9901000,Kern,2014", "bu_code", Reason.MALFORMED_AREA_CODE),
        ("GM9901,Dorp,BU99010000,Wijk,BU99010000,Kern,2014", "wk_code", Reason.MALFORMED_AREA_CODE),
        ("GM9902,Dorp,WK990100,Wijk,BU99010000,Kern,2014", "gm_code", Reason.INCONSISTENT_ROW),
        ("GM9901,Dorp,WK990101,Wijk,BU99010000,Kern,2014", "wk_code", Reason.INCONSISTENT_ROW),
        ("GM9901,Dorp,WK990100,Wijk,BU99010099,Kern,2014", "bu_code", Reason.DUPLICATE_AREA),
        ("GM9901,Stad,WK990100,Wijk,BU99010000,Kern,2014", "gemeente", Reason.INCONSISTENT_ROW),
        (
            "GM9901,Dorp,WK990100,Wijk,BU99010000,Kern,oud",
            "buurt_naam_peiljaar",
            Reason.NOT_A_NUMBER,
        ),
        ("GM9901,Dorp,WK990100,Wijk,BU99010000,Kern", None, Reason.WRONG_NUMBER_OF_FIELDS),
        ('GM9901,Dorp,WK990100,Wijk,BU99010000,"Kern,2014', None, Reason.WRONG_NUMBER_OF_FIELDS),
    ],
)
def test_bad_rows(
    hierarchies: dict[str, HierarchyMapping], line: str, column: str | None, reason: Reason
) -> None:
    """A row whose codes or names contradict themselves or earlier rows is bad."""
    good = "GM9901,Dorp,WK990100,Wijk,BU99010099,Buiten,2014"
    outcome = hierarchy(hierarchies, good, line)
    [bad] = outcome.report.bad_rows
    assert (bad.line, bad.column, bad.reason) == (3, column, reason)
    assert [area.code for area in outcome.areas] == ["GM9901", "WK990100", "BU99010099"]


def test_a_name_given_later_counts_for_the_whole_area(
    hierarchies: dict[str, HierarchyMapping],
) -> None:
    """A wijk is named if any of its rows names it."""
    outcome = hierarchy(
        hierarchies,
        "GM9901,,WK990100,,BU99010000,Kern,2014",
        "GM9901,Dorp,WK990100,Wijk 00,BU99010001,Rand,2014",
        "GM9901,Dorp,WK990101,Wijk 01,BU99010100,Heide,2014",
    )
    assert outcome.report.remarks == ()
    assert [area.name for area in outcome.areas][:3] == ["Dorp", "Wijk 00", "Wijk 01"]


def test_the_own_edition_is_known_beyond_the_file(
    hierarchies: dict[str, HierarchyMapping],
) -> None:
    """A file with part of a municipality borrows by what is registered of its edition."""
    mapping = hierarchies["gebieden-drenthe-ooststellingwerf"]
    content = f"{HEADER}\nGM9901,Dorp,WK990100,Wijk,BU99010000,Kern,2014\n".encode()
    alone = import_hierarchy(content, mapping, 2020, DIVISIONS)
    assert [remark.code for remark in alone.report.remarks] == [
        RemarkCode.NAME_FROM_OTHER_DIVISION,
        RemarkCode.NAME_FROM_OTHER_DIVISION,
    ]
    registered = DIVISIONS | {2020: {"GM9901": frozenset({"WK990101"})}}
    assert import_hierarchy(content, mapping, 2020, registered).report.remarks == ()


@pytest.mark.parametrize("year", ["", "2016"])
def test_a_name_of_an_edition_nobody_knows(
    hierarchies: dict[str, HierarchyMapping], year: str
) -> None:
    """A name of an unregistered or unnamed edition is not taken over."""
    outcome = hierarchy(
        hierarchies,
        f"GM9901,Dorp,WK990100,Wijk 00,BU99010000,Kern,{year}",
        "GM9901,Dorp,WK990101,Wijk 01,BU99010100,Heide,2020",
    )
    [remark] = outcome.report.remarks
    assert (remark.area_code, remark.code) == ("BU99010000", RemarkCode.NAME_FROM_OTHER_DIVISION)
    names = {area.code: (area.name, area.name_edition) for area in outcome.areas}
    assert names["BU99010000"] == (None, None)
    assert names["BU99010100"] == ("Heide", 2020)


def test_a_hierarchy_file_without_its_codes(hierarchies: dict[str, HierarchyMapping]) -> None:
    """A file without a code column of the mapping is refused, naming every column it lacks."""
    mapping = hierarchies["cbs-buurtnamen-2014"]
    with pytest.raises(ImportRefused) as refusal:
        import_hierarchy(b"buurt,naam\nBU99010000,Kern\n", mapping, 2014, {})
    assert refusal.value.code == "mapping-invalid"
    assert {fault.sentence for fault in refusal.value.faults} == {
        "The area column code is not in the file.",
        "The column naam_2014 is not in the file.",
    }


def test_areas_around_come_first_and_once() -> None:
    """Registering a buurt registers what lies around it, each area once, known areas never."""
    areas = registrations(
        [("BU99010000", None), ("WK990100", "Wijk 00"), ("GM9901", "Dorp"), ("NL01", None)],
        2020,
        {"GM9901"},
    )
    assert [(area.code, area.name, area.parent) for area in areas] == [
        ("NL01", None, None),
        ("WK990100", "Wijk 00", "GM9901"),
        ("BU99010000", None, "WK990100"),
    ]


def test_code_shapes() -> None:
    """A code says what lies around it and divides its municipality."""
    assert lineage("BU01060104") == ("GM0106", "WK010601", "BU01060104")
    assert lineage("NL01") == ("NL01",)
    assert division(["NL01", "GM0106", "BU01060104", "WK010602"]) == {
        "GM0106": {"WK010601", "WK010602"}
    }
    assert [municipality_of(code) for code in ("NL01", "GM0106", "BU01060104")] == [
        None,
        "GM0106",
        "GM0106",
    ]
    known = KnownAreas({2022: {"WK010601"}, 2014: {"WK010601"}})
    assert (known.editions("WK010601"), known.codes(2020)) == ((2014, 2022), frozenset())
