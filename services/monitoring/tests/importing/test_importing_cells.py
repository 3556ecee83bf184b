"""What one cell says under the signs that its mapping declares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from monitoring.importing.cells import CellFault, CellReader
from monitoring.importing.mapping import MeasurementsMapping
from monitoring.importing.rows import Missing, Reason


def reader(column: dict[str, Any] | None = None, **mapping: Any) -> CellReader:
    """A reader of one column under a mapping of which only the signs matter."""
    declared = MeasurementsMapping.model_validate(
        {
            "name": "m",
            "title": "m",
            "source": "m",
            "source_edition": "2020",
            "areas": {"column": "code", "policy": "known-only"},
            "years": {"fixed": 2020},
            "columns": [{"column": "a", "indicator": "i", "unit": "u", **(column or {})}],
            **mapping,
        }
    )
    return CellReader(declared.columns[0], declared)


CBS_TABLE = reader(
    {"minimum": 0, "maximum": 100},
    missing={".": "not_published", "x": "confidential", "": "not_applicable"},
    nil=["-"],
)
CBS_MAP = reader(missing={-99997: "not_published", "-99995": "not_yet_available"})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (".", Missing.NOT_PUBLISHED),
        ("x", Missing.CONFIDENTIAL),
        ("-", Decimal(0)),
        ("", Missing.NOT_APPLICABLE),
        ("0", Decimal(0)),
    ],
)
def test_signs_of_a_cbs_table(cell: str, expected: object) -> None:
    """MON-15: a table's `.`, `x`, `-`, empty and `0` are two gaps, zero, a gap and zero."""
    assert CBS_TABLE.read(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("-99997", Missing.NOT_PUBLISHED),
        ("-99997.0", Missing.NOT_PUBLISHED),
        ("-99995", Missing.NOT_YET_AVAILABLE),
        ("-0.3697", Decimal("-0.3697")),
    ],
)
def test_signs_of_a_cbs_map(cell: str, expected: object) -> None:
    """MON-15: a map's -99997 is a gap in a column in which -0.3697 is a value."""
    assert CBS_MAP.read(cell) == expected


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (CBS_MAP, ".", Reason.NOT_A_NUMBER),
        (CBS_MAP, "", Reason.NOT_A_NUMBER),
        (CBS_TABLE, "-99997", Reason.OUT_OF_RANGE),
        (CBS_TABLE, "100.1", Reason.OUT_OF_RANGE),
    ],
)
def test_a_sign_of_another_source_is_a_fault(column: CellReader, cell: str, reason: Reason) -> None:
    """MON-15: a sign that the mapping does not declare is never silently missing."""
    outcome = column.read(cell)
    assert isinstance(outcome, CellFault)
    assert outcome.reason is reason


@pytest.mark.parametrize(
    "cell",
    ["39,0", "n/a", "1 000", "NaN", "Infinity", "0x10", "1_000", "٣", "1.", ".5", "--1", "1" * 41],
)
def test_no_number(cell: str) -> None:
    """Only plain digits with the declared decimal sign are a number."""
    outcome = CBS_MAP.read(cell)
    assert isinstance(outcome, CellFault)
    assert outcome.reason is Reason.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("39,0", "39.0"), ("-0,5", "-0.5"), ("7", "7"), (" 8,25 ", "8.25"), ("9,1e-05", "0.000091")],
)
def test_a_decimal_comma(cell: str, expected: str) -> None:
    """With a decimal comma declared, commas part the decimals and points are no numbers."""
    comma = reader(decimal=",", delimiter=";")
    assert comma.read(cell) == Decimal(expected)
    assert isinstance(comma.read("39.0"), CellFault)


def test_all_digits_are_kept() -> None:
    """A figure keeps every digit of the file, also a last zero."""
    assert str(CBS_MAP.read("119.94000000000001")) == "119.94000000000001"
    assert str(CBS_MAP.read("47.0")) == "47.0"
    assert CBS_MAP.read("9.15237961440333e-05") == Decimal("0.0000915237961440333")


def test_classes_are_whole() -> None:
    """A class is a whole number on its scale, however it is written."""
    column = reader({"type": "class", "minimum": 1, "maximum": 9})
    assert str(column.read("6.0")) == "6"
    for cell in ("0", "10", "6.5"):
        outcome = column.read(cell)
        assert isinstance(outcome, CellFault)
        assert outcome.reason is Reason.OUT_OF_RANGE


def test_text_classes_are_listed() -> None:
    """A text class is one of those declared, nothing near it."""
    column = reader({"type": "text-class", "classes": ["hardly urbanised", "not urbanised"]})
    assert column.read("not urbanised ") == "not urbanised"
    outcome = column.read("Not urbanised")
    assert isinstance(outcome, CellFault)
    assert outcome.reason is Reason.OUT_OF_RANGE
