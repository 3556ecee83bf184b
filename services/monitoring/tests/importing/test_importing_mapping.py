"""Mappings: what they refuse, all at once and before the first row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitoring.importing import (
    ImportRefused,
    MeasurementsMapping,
    Outcome,
    builtin_indicators,
    builtin_mappings,
    load_mapping,
)
from monitoring.importing.mapping import LARGEST_MAPPING, canonical
from monitoring.importing.rows import Reason

Read = Callable[[str], bytes]
Import = Callable[..., Outcome]

TEXT = """
kind: measurements
name: m
title: M
source: m
source_edition: "2020"
areas: {column: code, policy: register-missing}
years: {fixed: 2020}
missing: {"": not_published}
columns:
  - {column: a, indicator: rivm-eenzaam-18plus, unit: percent}
"""


def refused(text: str, **changes: str) -> ImportRefused:
    """The refusal of a mapping text, after replacing some of it."""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(ImportRefused) as refusal:
        load_mapping(text)
    assert refusal.value.code == "mapping-invalid"
    return refusal.value


def test_faults_of_a_mapping_are_listed_together(measure: Import) -> None:
    """MON-20: unknown indicator, absent area column, same column twice: all three are named."""
    mapping = load_mapping(
        TEXT.replace("column: code", "column: gebied")
        + "  - {column: b, indicator: rivm-geluk, unit: percent}\n"
        + "  - {column: b, indicator: rivm-ernstig-eenzaam-18plus, unit: percent}\n"
    )
    with pytest.raises(ImportRefused) as refusal:
        measure(b"code,a,b\nGM0106,1,2\n", mapping, 2020)
    assert refusal.value.code == "mapping-invalid"
    assert {fault.sentence for fault in refusal.value.faults} == {
        "The indicator rivm-geluk is not defined.",
        "The area column gebied is not in the file.",
        "The column b is mapped 2 times.",
    }


def test_a_mapping_of_another_year(lookalike: Read, measure: Import) -> None:
    """MON-20: the mapping of RIVM 2016 does not fit the file of 2020."""
    with pytest.raises(ImportRefused) as refusal:
        measure(lookalike("rivm_2020_18plus.csv"), "rivm-2016-18plus", 2020)
    assert refusal.value.code == "file-does-not-match-mapping"
    assert str(refusal.value) == 'Line 2: jaar says "2020", the mapping is for 2016.'


def test_a_mapping_of_another_group(lookalike: Read, measure: Import) -> None:
    """A file of adults does not fit the mapping of people of 65 and over."""
    with pytest.raises(ImportRefused, match='leeftijd says "18\\+"') as refusal:
        measure(lookalike("rivm_2020_18plus.csv"), "rivm-2020-65plus", 2020)
    assert refusal.value.code == "file-does-not-match-mapping"


def test_a_stray_row_of_another_year(lookalike: Read, measure: Import) -> None:
    """A row of another year further down is bad by itself."""
    content = lookalike("rivm_2020_18plus.csv").replace(b"2020,18+,WK9901", b"2016,18+,WK9901")
    [bad] = measure(content, "rivm-2020-18plus", 2020).report.bad_rows
    assert (bad.line, bad.column, bad.reason) == (4, "jaar", Reason.INCONSISTENT_ROW)


def test_absent_and_repeated_columns(lookalike: Read, measure: Import) -> None:
    """Columns that the file lacks or has twice are all named, as a file that does not match."""
    content = lookalike("rivm_2020_18plus.csv")
    content = content.replace(b",veel_stress,", b",eenzaam,").replace(b",leeftijd,", b",groep,")
    with pytest.raises(ImportRefused) as refusal:
        measure(content, "rivm-2020-18plus", 2020)
    assert refusal.value.code == "file-does-not-match-mapping"
    assert {fault.sentence for fault in refusal.value.faults} == {
        "The column leeftijd is not in the file.",
        "The column veel_stress is not in the file.",
        "The column eenzaam stands 2 times in the file.",
    }


def test_unknown_columns_are_reported(measure: Import) -> None:
    """A column that the mapping does not know is not read, and said so."""
    content = b"code,a,b,c\nGM0106,1,2,3\n"
    mapping = load_mapping(TEXT + "ignored: [c]\n")
    report = measure(content, mapping, 2020).report
    assert (report.good, report.unknown_columns) == (1, ("b",))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("unit: percent", "unit: count", "is in count, the indicator"),
        ("years: {fixed: 2020}", "", "Nothing says of which year"),
        ("years: {fixed: 2020}", 'nil: [""]', 'The sign "" is declared both'),
        ("unit: percent", "unit: percent, type: class", "have no lowest or highest"),
        ("unit: percent", "unit: percent, type: text-class", "lists classes if and only if"),
        ("policy", "names: {Assen: 106}, policy", "no area code"),
        ("columns:", "sums: [{total: a, parts: [z]}]\ncolumns:", "names z, which is no number"),
        (
            "columns:",
            "columns:\n  - {column: z, indicator: rivm-eenzaam-18plus, unit: percent}",
            "2 columns give rivm-eenzaam-18plus for the same period.",
        ),
        (
            "years: {fixed: 2020}\n",
            "years: {column: z}\n",
            "The column z is not in the file.",
        ),
    ],
)
def test_faults_against_indicators_and_itself(
    measure: Import, old: str, new: str, sentence: str
) -> None:
    """A mapping that contradicts an indicator or itself is refused with a sentence."""
    text = TEXT.replace(old, new, 1).replace("Assen: 106", 'Assen: "106"')
    with pytest.raises(ImportRefused, match=sentence):
        measure(b"code,a\nGM0106,1\n", load_mapping(text), 2020)


def test_a_year_in_the_column_and_in_the_row(measure: Import) -> None:
    """A file has a year per column or per row, not both."""
    text = TEXT.replace("years: {fixed: 2020}", "years: {column: jaar}")
    mapping = load_mapping(text.replace("unit: percent", "unit: percent, period: 2019"))
    with pytest.raises(ImportRefused, match="has a year of its own and one per row"):
        measure(b"code,jaar,a\nGM0106,2019,1\n", mapping, 2020)


def test_a_mapping_file_lists_all_its_faults() -> None:
    """A wrong mapping file names each place that is wrong."""
    refusal = refused(TEXT, policy="polcy", not_published="unpublished", indicator="indicater")
    places = " ".join(fault.sentence for fault in refusal.faults)
    for place in ("areas.policy", "areas.polcy", "missing.", "columns.0.indicator"):
        assert place in places


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kind: [",
        "just text",
        "kind: measurements\nkind: boundaries\n",
        TEXT.replace("name: m", "name: &m m").replace("source: m", "source: *m"),
        TEXT + "title: M\n",
        "{[a, b]: c}",
        "kind: stories\n",
        "- a\n",
        "!!python/object/apply:os.system [ls]",
        "a: \x00",
        "[" * 5000,
        "x" * (LARGEST_MAPPING + 1),
    ],
)
def test_what_is_no_mapping(text: str) -> None:
    """Anything that is no mapping is refused, never a crash and never run."""
    refused(text)


def test_json_is_read_too() -> None:
    """A mapping may be JSON."""
    text = (
        '{"kind": "boundaries", "name": "b", "title": "B", "source": "s",'
        ' "source_edition": "2022", "code_property": "code"}'
    )
    assert load_mapping(text).name == "b"


def test_mappings_are_equal_by_meaning() -> None:
    """Layout, defaults and comments do not make another mapping; a sign does.

    What stands at its default is left out, so that a new setting does not make old imports new.
    """
    plain = load_mapping(TEXT)
    same = load_mapping(
        "# a comment\n" + TEXT.replace("unit: percent", "unit: percent, type: number")
    )
    other = load_mapping(TEXT.replace('{"": not_published}', '{"": confidential}'))
    assert canonical(plain) == canonical(same) != canonical(other)
    assert b"nil" not in canonical(plain)


def test_builtin_mappings_use_defined_indicators() -> None:
    """Every built-in mapping names defined indicators in their own unit and scale."""
    indicators = builtin_indicators()
    used = set()
    for mapping in builtin_mappings().values():
        if isinstance(mapping, MeasurementsMapping):
            for column in mapping.columns:
                definition = indicators[column.indicator]
                assert (definition.unit, definition.scale) == (column.unit, column.type)
                used.add(column.indicator)
    assert {name for name in indicators if name not in used} == {"cbs-all-rent"}
