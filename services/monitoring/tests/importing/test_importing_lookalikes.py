"""The rules of the built-in mappings on small files that are shaped like the real ones."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from monitoring.importing import (
    BoundariesMapping,
    HierarchyMapping,
    KnownAreas,
    MeasurementsMapping,
    Outcome,
    builtin_indicators,
    builtin_mappings,
    division,
    import_boundaries,
    import_hierarchy,
)
from monitoring.importing.codes import Kind
from monitoring.importing.indicators import derived
from monitoring.importing.rows import Missing, Reason, RemarkCode

Read = Callable[[str], bytes]
Import = Callable[..., Outcome]


def test_rivm_registers_what_it_lacks(lookalike: Read, measure: Import) -> None:
    """MON-10 (reading side): an area without a value is registered and known as unpublished."""
    known = KnownAreas({2020: {"GM9901"}})
    outcome = measure(lookalike("rivm_2020_18plus.csv"), "rivm-2020-18plus", 2020, known)
    report = outcome.report
    assert (report.good, report.bad, report.values, report.missing) == (8, 0, 7 * 18, 18)
    assert report.areas_without_values == 1
    assert [(area.code, area.kind, area.name, area.parent) for area in outcome.areas] == [
        ("NL01", Kind.COUNTRY, "Nederland", None),
        ("GM9902", Kind.MUNICIPALITY, "Oost, West en Thuis", None),
        ("WK990100", Kind.WIJK, None, "GM9901"),
        ("WK990200", Kind.WIJK, None, "GM9902"),
        ("BU99010000", Kind.BUURT, None, "WK990100"),
        ("BU99010001", Kind.BUURT, None, "WK990100"),
        ("BU99020000", Kind.BUURT, None, "WK990200"),
    ]
    records = {record.area_code: record for record in outcome.records}
    assert records["BU99010001"].values == {}
    lonely = "rivm-eenzaam-18plus"
    assert records["BU99010001"].missing[lonely] == {"2020": Missing.NOT_PUBLISHED}
    assert records["BU99010000"].values["rivm-moeite-met-rondkomen-18plus"] == {"2020": Decimal(0)}
    assert str(records["NL01"].values[lonely]["2020"]) == "47.0"


def test_rivm_refuses_what_it_does_not_know(lookalike: Read, measure: Import) -> None:
    """MON-10 (reading side): with known areas only, a row about another area is bad."""
    mapping = builtin_mappings()["rivm-2020-18plus"]
    assert isinstance(mapping, MeasurementsMapping)
    known = KnownAreas({2020: {"GM9901", "WK990100"}})
    outcome = measure(
        lookalike("rivm_2020_18plus.csv"), mapping.with_policy("known-only"), 2020, known
    )
    assert (outcome.report.good, outcome.report.reasons) == (2, {Reason.AREA_NOT_IN_EDITION: 6})
    assert outcome.areas == ()


def test_key_figures_tell_zero_from_empty(lookalike: Read, measure: Import) -> None:
    """MON-12 (reading side): 0 is a value, empty is none, and a name may hold a comma."""
    outcome = measure(lookalike("kwb_2022_wijken.csv"), "cbs-kwb-2022-wijken", 2022)
    records = {record.area_code: record for record in outcome.records}
    owned = "cbs-dwelling-ownership"
    assert records["WK990200"].values[owned] == {"2022": Decimal(0)}
    assert records["WK990101"].missing[owned] == {"2022": Missing.NOT_PUBLISHED}
    assert records["WK990101"].values["cbs-pop-0-14"] == {"2022": Decimal(0)}
    assert str(records["WK990101"].values["cbs-area"]["2022"]) == "119.94000000000001"
    assert records["WK990101"].values["cbs-urbanity"] == {"2022": "not urbanised"}
    assert records["WK990299"].missing["cbs-urbanity"] == {"2022": Missing.NOT_PUBLISHED}
    assert records["WK990299"].values["cbs-population"] == {"2022": Decimal(0)}
    assert [area.name for area in outcome.areas if area.code == "WK990101"] == [
        "Heide, Veen en Bos"
    ]
    rent = builtin_indicators()["cbs-all-rent"]
    assert derived(rent, records["WK990200"].values[owned]["2022"]) == 100
    assert derived(rent, records["WK990101"].missing[owned]["2022"]) is Missing.NOT_PUBLISHED


def test_classes_and_developments(lookalike: Read, measure: Import) -> None:
    """MON-13 (reading side): classes per year, development per pair of years, wholly empty rows."""
    outcome = measure(lookalike("leefbaarometer2.csv"), "leefbaarometer-2-wijken", 2016)
    report = outcome.report
    assert (report.good, report.areas_without_values, report.areas_with_gaps) == (3, 1, 1)
    first, second, empty = outcome.records
    assert first.values["leefbaarometer2-klasse"]["2014"] == 8
    assert first.values["leefbaarometer2-ontwikkeling"]["2014-2016"] == 4
    assert set(second.values["leefbaarometer2-klasse"]) == {"2012", "2014", "2016"}
    assert set(second.missing["leefbaarometer2-klasse"]) == {"2002", "2008"}
    assert empty.values == {}
    assert len(empty.missing["leefbaarometer2-ontwikkeling"]) == 10
    assert {area.code for area in outcome.areas if area.kind is Kind.MUNICIPALITY} == {
        "GM9901",
        "GM9902",
    }


@pytest.mark.parametrize(
    ("cell", "reason"), [("0", "below 1"), ("10", "above 9"), ("6.5", "no class")]
)
def test_a_class_outside_its_scale_is_refused(
    lookalike: Read, measure: Import, cell: str, reason: str
) -> None:
    """MON-13 (reading side): a class 0, 10 or 6.5 makes its row bad, naming column and line."""
    content = lookalike("leefbaarometer2.csv").replace(b"7,8,9", f"7,{cell},9".encode())
    [bad] = measure(content, "leefbaarometer-2-wijken", 2016).report.bad_rows
    assert (bad.line, bad.column, bad.reason) == (2, "kl14", Reason.OUT_OF_RANGE)
    assert reason in bad.sentence


def test_rows_of_several_years_form_one_record(lookalike: Read, measure: Import) -> None:
    """MON-14 (reading side): rows of one area, wherever they stand, form one record."""
    known = KnownAreas({2022: {"WK990100", "WK990200"}})
    outcome = measure(lookalike("leefbaarometer3.csv"), "leefbaarometer-3-wijken", 2022, known)
    report = outcome.report
    assert (report.read, report.good, report.areas) == (4, 4, 2)
    assert outcome.areas == ()
    assert (report.values, report.missing, report.areas_with_gaps) == (27, 1, 1)
    first, second = outcome.records
    assert (first.area, first.lines, first.name) == ("WK990100@2022", (2, 4), "Voordorp")
    assert first.values["leefbaarometer3-afwijking"] == {
        "2020": Decimal("0.1683"),
        "2022": Decimal("0.2"),
    }
    assert second.lines == (3, 5)
    assert second.values["leefbaarometer3-voorzieningen"]["2020"] == Decimal("0.0000915")
    assert second.missing == {"leefbaarometer3-fysieke-omgeving": {"2022": Missing.NOT_PUBLISHED}}


def test_a_damaged_row_leaves_the_other_years(lookalike: Read, measure: Import) -> None:
    """MON-14 (reading side): a row that does not add up is bad, the area keeps its other years."""
    known = KnownAreas({2022: {"WK990100", "WK990200"}})
    content = lookalike("leefbaarometer3.csv").replace(b"-0.0037", b"0.0063")
    outcome = measure(content, "leefbaarometer-3-wijken", 2022, known)
    [bad] = outcome.report.bad_rows
    assert (bad.line, bad.column, bad.reason) == (2, "afw", Reason.INCONSISTENT_ROW)
    assert bad.sentence == "the five dimensions add up to 0.1783, afw says 0.1683"
    kept = outcome.records[1]
    assert (kept.area_code, kept.lines) == ("WK990100", (4,))


def test_map_signs_of_leefbaarometer3(lookalike: Read, measure: Import) -> None:
    """MON-15 (reading side): -99997 among scores is a gap, a score below zero is a value."""
    known = KnownAreas({2022: {"WK990100", "WK990200"}})
    content = lookalike("leefbaarometer3.csv").replace(b"3.732565,-0.3697", b"-99997,-0.3697")
    content = content.replace(b"4.302265", b"-99995")
    first, second = measure(content, "leefbaarometer-3-wijken", 2022, known).records
    total = "leefbaarometer3-totaal"
    assert first.missing[total] == {"2022": Missing.NOT_YET_AVAILABLE}
    assert second.missing[total] == {"2020": Missing.NOT_PUBLISHED}
    assert second.values["leefbaarometer3-afwijking"]["2020"] == Decimal("-0.3697")


def test_names_are_borrowed_within_an_equal_division(
    lookalike: Read, measure: Import, hierarchies: dict[str, HierarchyMapping]
) -> None:
    """MON-01 (reading side): a name is kept where both editions divide a municipality alike."""
    names = import_hierarchy(
        lookalike("buurtnamen_2014.csv"), hierarchies["cbs-buurtnamen-2014"], 2014, {}
    )
    assert len(names.areas) == 2 + 3 + 4
    key = measure(lookalike("kwb_2022_wijken.csv"), "cbs-kwb-2022-wijken", 2022)
    divisions = {
        2014: division(area.code for area in names.areas),
        2022: division(area.code for area in key.areas),
    }
    outcome = import_hierarchy(
        lookalike("gebieden_2020.csv"),
        hierarchies["gebieden-drenthe-ooststellingwerf"],
        2020,
        divisions,
    )
    assert [(area.code, area.name, area.name_edition) for area in outcome.areas] == [
        ("GM9901", "Voordorp", 2020),
        ("GM9902", "Thuis", 2020),
        ("WK990100", "Wijk 00 Voordorp", 2022),
        ("WK990101", "Heide, Veen en Bos", 2022),
        ("WK990200", None, None),
        ("WK990201", None, None),
        ("BU99010000", "Kern Voordorp", 2014),
        ("BU99010001", None, None),
        ("BU99010100", "Heide", 2014),
        ("BU99020000", None, None),
        ("BU99020100", None, None),
    ]
    remarks = [(one.line, one.code, one.area_code) for one in outcome.report.remarks]
    assert sorted(remarks) == [
        (3, RemarkCode.NAME_MISSING, "BU99010001"),
        (5, RemarkCode.NAME_FROM_OTHER_DIVISION, "BU99020000"),
        (5, RemarkCode.NAME_FROM_OTHER_DIVISION, "WK990200"),
        (6, RemarkCode.NAME_MISSING, "BU99020100"),
        (6, RemarkCode.NAME_MISSING, "WK990201"),
    ]


def test_boundaries_of_another_edition(lookalike: Read) -> None:
    """MON-08 (reading side): a boundary attaches only to an area of the import's edition."""
    mapping = builtin_mappings()["wijkgrenzen-2022"]
    assert isinstance(mapping, BoundariesMapping)
    known = KnownAreas(
        {
            2020: {"GM9902", "WK990100", "WK990101"},
            2022: {"WK990100", "WK990101", "WK990202"},
        }
    )
    outcome = import_boundaries(lookalike("wijkgrenzen.geojson"), mapping, 2022, known)
    assert [(one.area_code, one.box) for one in outcome.boundaries] == [
        ("WK990100", (6.5, 52.9, 6.6, 53.0)),
        ("WK990101", (6.6, 52.9, 6.7, 53.05)),
        ("WK990202", (6.7, 52.9, 6.8, 53.0)),
    ]
    wrong = import_boundaries(lookalike("wijkgrenzen.geojson"), mapping, 2020, known).report
    [bad] = wrong.bad_rows
    assert (bad.line, bad.reason, bad.cell) == (3, Reason.AREA_NOT_IN_EDITION, "WK990202")
    assert bad.sentence == "WK990202 does not exist in edition 2020; it exists in 2022."
    assert wrong.warnings[1] == "The divisions of the file and of 2020 differ for GM9902."


def test_a_total_row_is_no_municipality(lookalike: Read, measure: Import) -> None:
    """MON-44 (reading side): names become codes by the mapping's table, a total has no area."""
    known = KnownAreas({2020: {"GM0106", "GM1690"}})
    outcome = measure(lookalike("uitgaven.csv"), "actium-uitgaven-leefbaarheid", 2020, known)
    assert (outcome.report.good, outcome.report.reasons) == (3, {Reason.UNKNOWN_AREA: 2})
    assert [row.line for row in outcome.report.bad_rows] == [4, 6]
    assert outcome.report.warnings == ()
    assert outcome.records[0].values == {
        "actium-uitgaven-leefbaarheid": {"2019": Decimal(800), "2020": Decimal(768)}
    }


def test_importing_again_gives_the_same_in_the_same_order(lookalike: Read, measure: Import) -> None:
    """MON-19 (reading side): the same file comes to the same records in the same order."""
    once, again = (
        measure(lookalike("rivm_2020_18plus.csv"), "rivm-2020-18plus", 2020) for _ in range(2)
    )
    assert once == again
