"""Reports: one import per content, doubts about the edition, and CSV that runs nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from monitoring.importing import (
    KnownAreas,
    Outcome,
    as_csv,
    builtin_mappings,
    content_hash,
    load_mapping,
)
from monitoring.importing.report import safe_cell

Read = Callable[[str], bytes]
Import = Callable[..., Outcome]


def test_same_content_mapping_and_edition_are_one_import(lookalike: Read) -> None:
    """MON-17 (reading side): the name of a file does not matter; content, mapping, edition do."""
    content = lookalike("rivm_2020_18plus.csv")
    mapping, other = (builtin_mappings()[name] for name in ("rivm-2020-18plus", "wijkgrenzen-2022"))
    first = content_hash(content, mapping, 2020)
    assert first == content_hash(b"".join([content]), mapping, 2020)
    assert len({first, content_hash(content + b"\n", mapping, 2020)}) == 2
    assert len({first, content_hash(content, other, 2020)}) == 2
    assert len({first, content_hash(content, mapping, 2022)}) == 2


@pytest.mark.parametrize(("unknown", "doubted"), [(1, False), (2, True)])
def test_the_edition_is_doubted_from_five_percent(
    measure: Import, lookalike: Read, unknown: int, doubted: bool
) -> None:
    """MON-18 (reading side): from 5 % unknown areas on the report asks for the edition."""
    codes = [f"WK99{number:04}" for number in range(40)]
    content = "code,eenzaam,moeite_met_rondkomen\n" + "".join(f"{code},1,2\n" for code in codes)
    mapping = load_mapping(lookalike("bad_rows.yaml"))
    report = measure(
        content.encode(), mapping, 2020, KnownAreas({2020: set(codes[unknown:])})
    ).report
    assert report.bad == unknown
    assert bool(report.warnings) is doubted
    if doubted:
        assert report.warnings == (
            "2 of 40 rows (5.0 %) name an area that edition 2020 does not have: "
            "is this the right edition?",
        )


def test_a_report_as_csv(measure: Import, lookalike: Read) -> None:
    """MON-16: the report can be had as CSV, with line, column, reason, sentence and cell."""
    mapping = load_mapping(lookalike("bad_rows.yaml"))
    known = KnownAreas({2020: {"WK010601"}})
    content = b"code,eenzaam,moeite_met_rondkomen\nWK010601,=1+1,2\nWK010601,1,-5\n@SUM(A1),1,2\n"
    text = as_csv(measure(content, mapping, 2020, known).report)
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["line", "kind", "area", "column", "reason", "sentence", "cell"]
    assert rows[1] == [
        "2",
        "bad",
        "WK010601",
        "eenzaam",
        "not-a-number",
        '"=1+1" is not a number with a decimal point.',
        "'=1+1",
    ]
    assert [row[-1] for row in rows[2:]] == ["-5", "'@SUM(A1)"]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=HYPERLINK()", "'=HYPERLINK()"),
        ("+31", "+31"),
        ("-99997", "-99997"),
        ("-1+cmd|'", "'-1+cmd|'"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("39,0", "39,0"),
        ("", ""),
    ],
)
def test_cells_that_a_spreadsheet_would_run(cell: str, safe: str) -> None:
    """A cell that a spreadsheet would run as a formula is shown as text; numbers stay numbers."""
    assert safe_cell(cell) == safe
