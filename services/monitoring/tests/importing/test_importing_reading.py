"""Reading rows: each is judged once and on its own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.importing import (
    ImportRefused,
    KnownAreas,
    MeasurementsMapping,
    Outcome,
    builtin_mappings,
    builtin_units,
    import_measurements,
    load_mapping,
)
from monitoring.importing.cells import MOST_REMEMBERED
from monitoring.importing.reading import read_measurements
from monitoring.importing.rows import BadRow, Missing, Reason, RemarkCode

Read = Callable[[str], bytes]
Import = Callable[..., Outcome]

KNOWN = KnownAreas(
    {
        2020: {
            "NL01",
            "GM0106",
            *(f"WK0106{number:02}" for number in (*range(9), 99)),
        },
        2022: {"WK010601", "WK168184"},
    }
)


def test_bad_rows_are_listed_and_good_rows_count(lookalike: Read, measure: Import) -> None:
    """MON-16: 6 of 13 rows are good with 9 values and 3 missing; 7 are bad, each by its reason."""
    mapping = load_mapping(lookalike("bad_rows.yaml"))
    outcome = measure(lookalike("bad_rows.csv"), mapping, 2020, KNOWN)
    report = outcome.report
    assert (report.read, report.good, report.bad) == (13, 6, 7)
    assert (report.values, report.missing) == (9, 3)
    assert [line for record in outcome.records for line in record.lines] == [2, 3, 9, 10, 11, 14]
    assert [(row.line, row.reason, row.cell) for row in report.bad_rows] == [
        (4, Reason.NOT_A_NUMBER, "39,0"),
        (5, Reason.MALFORMED_AREA_CODE, "WK01060"),
        (6, Reason.OUT_OF_RANGE, "104.1"),
        (7, Reason.DUPLICATE_AREA, "WK010601"),
        (8, Reason.AREA_NOT_IN_EDITION, "WK168184"),
        (12, Reason.NOT_A_NUMBER, "n/a"),
        (13, Reason.WRONG_NUMBER_OF_FIELDS, ""),
    ]
    assert [row.column for row in report.bad_rows] == [
        "eenzaam",
        "code",
        "eenzaam",
        "code",
        "code",
        "eenzaam",
        None,
    ]
    sentences = {row.line: row.sentence for row in report.bad_rows}
    assert sentences[7] == "WK010601 stands first on line 2; the first stands."
    assert sentences[8] == "WK168184 does not exist in edition 2020; it exists in 2022."
    records = {record.area_code: record for record in outcome.records}
    lonely, money = "rivm-eenzaam-18plus", "rivm-moeite-met-rondkomen-18plus"
    assert records["WK010601"].values[lonely] == {"2020": Decimal("54.1")}
    assert records["WK010605"].values == {
        lonely: {"2020": Decimal(0)},
        money: {"2020": Decimal(0)},
    }
    assert records["WK010604"].missing == {money: {"2020": Missing.NOT_PUBLISHED}}
    assert records["WK010606"].missing == {lonely: {"2020": Missing.NOT_PUBLISHED}}
    assert records["WK010607"].missing == {lonely: {"2020": Missing.NOT_PUBLISHED}}
    assert not {"WK010608", "WK010603"} & records.keys()


TWO = """
kind: measurements
name: two
title: Two
source: two
source_edition: "2020"
areas: {column: code, policy: register-missing, name: {column: naam}, parent: gm}
years: {column: jaar}
missing: {"": not_published}
columns:
  - {column: a, indicator: rivm-eenzaam-18plus, unit: percent, minimum: 0, maximum: 100}
"""


def two(*lines: str) -> Outcome:
    """What a small file with a name, a parent and a year per row comes to."""
    mapping = load_mapping(TWO)
    assert isinstance(mapping, MeasurementsMapping)
    content = "\n".join(("code,naam,gm,jaar,a", *lines)).encode()
    return import_measurements(content, mapping, 2020, KNOWN, builtin_units())


def test_the_first_good_row_of_an_area_and_year_stands() -> None:
    """A row is a double of a good row only, of the same area and the same year."""
    outcome = two(
        "WK010601,Lariks,GM0106,2020,x",
        "WK010601,Lariks,GM0106,2020,1",
        "WK010601,Lariks,GM0106,2021,2",
        "WK010601,Lariks,GM0106,2021,3",
    )
    assert [(row.line, row.reason) for row in outcome.report.bad_rows] == [
        (2, Reason.NOT_A_NUMBER),
        (5, Reason.DUPLICATE_AREA),
    ]
    [record] = outcome.records
    assert record.values == {"rivm-eenzaam-18plus": {"2020": Decimal(1), "2021": Decimal(2)}}


def test_a_record_has_the_last_name_of_its_area() -> None:
    """An area that was renamed carries its last name; a row without one takes no name away."""
    [record] = two(
        "WK010601,Lariks oud,GM0106,2018,1",
        "WK010601,Lariks,GM0106,2020,2",
        "WK010601,,GM0106,2022,3",
    ).records
    assert (record.name, record.lines) == ("Lariks", (2, 3, 4))


def test_more_cells_than_are_remembered() -> None:
    """A column with many different cells is read to the last digit all the same."""
    lines = [f"GM{number:04},Dorp,,2020,{number / 100}" for number in range(MOST_REMEMBERED + 50)]
    outcome = two(*lines)
    assert outcome.report.bad == 0
    last = outcome.records[-1].values["rivm-eenzaam-18plus"]["2020"]
    assert last == Decimal(MOST_REMEMBERED + 49) / 100


@pytest.mark.parametrize(
    ("year", "reason"),
    [
        ("", Reason.NOT_A_NUMBER),
        ("2020.0", Reason.NOT_A_NUMBER),
        ("٢٠٢٠", Reason.NOT_A_NUMBER),
        ("202", Reason.OUT_OF_RANGE),
        ("20200", Reason.OUT_OF_RANGE),
        ("9" * 5000, Reason.OUT_OF_RANGE),
    ],
)
def test_the_year_of_a_row_is_a_year(year: str, reason: Reason) -> None:
    """A row whose year is no year is bad, naming the column."""
    [bad] = two(f"WK010601,Lariks,GM0106,{year},1").report.bad_rows
    assert (bad.column, bad.reason) == ("jaar", reason)
    assert len(bad.cell) <= 80
    assert len(bad.sentence) <= 300


def test_a_parent_that_is_none() -> None:
    """A parent that contradicts the code makes the row bad."""
    [bad] = two("WK010601,Lariks,GM0114,2020,1").report.bad_rows
    assert (bad.column, bad.reason) == ("gm", Reason.INCONSISTENT_ROW)
    assert bad.sentence == 'WK010601 lies in GM0106, the row says "GM0114".'


def test_a_missing_name_is_a_remark() -> None:
    """A row without a name is good, with a remark."""
    outcome = two("WK168184,,GM1681,2020,1", 'WK168185,"In\ntwee",GM1681,2020,2')
    [remark] = outcome.report.remarks
    assert (remark.line, remark.code, remark.area_code) == (
        2,
        RemarkCode.NAME_MISSING,
        "WK168184",
    )
    assert [(area.code, area.name) for area in outcome.areas] == [
        ("GM1681", None),
        ("WK168184", None),
        ("WK168185", "In twee"),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "wk010601",
        "WK0106O1",
        "WK0106011",
        "BU010601",
        "GM106",
        "NL1",
        "XX0106",
        "WK" + "\u0660" * 6,
    ],
)
def test_malformed_codes(code: str) -> None:
    """A code of another shape is malformed, whatever areas are registered."""
    [bad] = two(f"{code},Lariks,GM0106,2020,1").report.bad_rows
    assert (bad.column, bad.reason) == ("code", Reason.MALFORMED_AREA_CODE)


def test_spaces_around_codes_are_no_part_of_them() -> None:
    """Exports pad codes and figures with spaces."""
    outcome = two("GM0106  ,Assen,, 2020 , 1.0 ")
    assert [record.area for record in outcome.records] == ["GM0106@2020"]


def test_rows_come_one_by_one(lookalike: Read) -> None:
    """The file is checked at once, the rows are judged as they are asked for."""
    mapping = builtin_mappings()["rivm-2020-18plus"]
    assert isinstance(mapping, MeasurementsMapping)
    content = lookalike("rivm_2020_18plus.csv")
    reading = read_measurements(content, mapping, 2020, KNOWN, builtin_units())
    assert next(reading.rows).line == 2
    assert [row.line for row in reading.rows] == [3, 4, 5, 6, 7, 8, 9]
    with pytest.raises(ImportRefused):
        read_measurements(b"", mapping, 2020, KNOWN, builtin_units())


CELLS = st.text(alphabet='W"K0160,1.x-\n\r\t =eGM٣\x85é', max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=6).map(",".join), max_size=12))
def test_no_text_makes_reading_fail(lines: list[str]) -> None:
    """Whatever follows the header, each row is good or bad, on lines that only go up."""
    mapping = load_mapping(TWO)
    assert isinstance(mapping, MeasurementsMapping)
    content = "\n".join(("code,naam,gm,jaar,a", "WK010601,Lariks,GM0106,2020,1", *lines)).encode()
    rows = list(read_measurements(content, mapping, 2020, KNOWN, builtin_units()).rows)
    assert not isinstance(rows[0], BadRow)
    numbers = [row.line for row in rows]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 2


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_importing_fail(content: bytes) -> None:
    """Whatever the bytes, the file is refused or its rows are counted."""
    mapping = load_mapping(TWO)
    assert isinstance(mapping, MeasurementsMapping)
    for tail in (content, b"code,naam,gm,jaar,a\n" + content):
        try:
            report = import_measurements(tail, mapping, 2020, KNOWN, builtin_units()).report
        except ImportRefused:
            continue
        assert report.read == report.good + report.bad
