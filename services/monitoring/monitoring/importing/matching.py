"""Whether a mapping is sound and fits a file: all faults at once, before the first row (MON-20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from monitoring.importing.codes import is_code
from monitoring.importing.mapping import Column, HierarchyMapping, MeasurementsMapping
from monitoring.importing.rows import Fault, ImportRefused
from monitoring.importing.tables import Table


def check(
    mapping: MeasurementsMapping | HierarchyMapping,
    table: Table,
    units: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """The columns that the mapping does not know; refuses with every fault there is.

    `units` are the defined indicators with their units.
    """
    if isinstance(mapping, MeasurementsMapping):
        faults = [*_own_faults(mapping, units or {}), *_file_faults(mapping, table)]
        named = {mapping.areas.column, *_other_columns(mapping)}
    else:
        faults = list(_hierarchy_faults(mapping, table))
        named = {*_code_columns(mapping), *_name_columns(mapping)}
    if faults:
        raise ImportRefused(*faults)
    return tuple(
        column for column in table.header if column and column not in {*named, *mapping.ignored}
    )


def _invalid(sentence: str) -> Fault:
    return Fault("mapping-invalid", sentence)


def _own_faults(mapping: MeasurementsMapping, units: Mapping[str, str]) -> Iterator[Fault]:
    for column in mapping.columns:
        yield from _column_faults(column, mapping, units)
    yield from _twice_faults(mapping)
    numbers = {column.column for column in mapping.columns if column.type == "number"}
    for total in mapping.sums:
        for name in (total.total, *total.parts):
            if name not in numbers:
                yield _invalid(f"The sum of {total.total} names {name}, which is no number here.")
    for name, code in mapping.areas.names.items():
        if not is_code(code):
            yield _invalid(f'The name {name} stands for "{code}", which is no area code.')


def _twice_faults(mapping: MeasurementsMapping) -> Iterator[Fault]:
    for name, times in Counter(column.column for column in mapping.columns).items():
        if times > 1:
            yield _invalid(f"The column {name} is mapped {times} times.")
    figures = Counter((column.indicator, column.period) for column in mapping.columns)
    for (indicator, _), times in figures.items():
        if times > 1:
            yield _invalid(f"{times} columns give {indicator} for the same period.")
    for sign in sorted(set(mapping.nil) & set(mapping.missing)):
        yield _invalid(f'The sign "{sign}" is declared both as missing and as zero.')


def _column_faults(
    column: Column, mapping: MeasurementsMapping, units: Mapping[str, str]
) -> Iterator[Fault]:
    if column.indicator not in units:
        yield _invalid(f"The indicator {column.indicator} is not defined.")
    elif units[column.indicator] != column.unit:
        yield _invalid(
            f"The column {column.column} is in {column.unit}, "
            f"the indicator {column.indicator} in {units[column.indicator]}."
        )
    if column.period is None and mapping.years.fixed is None and mapping.years.column is None:
        yield _invalid(f"Nothing says of which year the column {column.column} is.")
    if column.period is not None and mapping.years.per_row:
        yield _invalid(f"The column {column.column} has a year of its own and one per row.")
    if column.type == "class" and (column.minimum is None or column.maximum is None):
        yield _invalid(f"The classes of the column {column.column} have no lowest or highest.")
    if (column.type == "text-class") is not bool(column.classes):
        yield _invalid(f"The column {column.column} lists classes if and only if it holds text.")


def _other_columns(mapping: MeasurementsMapping) -> list[str]:
    areas, years = mapping.areas, mapping.years
    named = [areas.name.column if areas.name else None, areas.parent, years.column]
    named += [*mapping.must_match, *(column.column for column in mapping.columns)]
    return [name for name in dict.fromkeys(named) if name]


def _file_faults(mapping: MeasurementsMapping, table: Table) -> Iterator[Fault]:
    if mapping.areas.column not in table.header:
        yield _invalid(f"The area column {mapping.areas.column} is not in the file.")
    yield from _absent(_other_columns(mapping), table)
    yield from _repeated({mapping.areas.column, *_other_columns(mapping)}, table)


def _hierarchy_faults(mapping: HierarchyMapping, table: Table) -> Iterator[Fault]:
    for code in _code_columns(mapping):
        if code not in table.header:
            yield _invalid(f"The area column {code} is not in the file.")
    for kind, times in Counter(level.kind for level in mapping.levels).items():
        if times > 1:
            yield _invalid(f"The level {kind} is declared {times} times.")
    yield from _absent(_name_columns(mapping), table)
    yield from _repeated({*_code_columns(mapping), *_name_columns(mapping)}, table)


def _code_columns(mapping: HierarchyMapping) -> list[str]:
    return [level.code for level in mapping.levels]


def _name_columns(mapping: HierarchyMapping) -> list[str]:
    return [
        name
        for level in mapping.levels
        for name in (level.name, level.name_edition_column)
        if name is not None
    ]


def _absent(columns: list[str], table: Table) -> Iterator[Fault]:
    for name in columns:
        if name not in table.header:
            yield Fault("file-does-not-match-mapping", f"The column {name} is not in the file.")


def _repeated(columns: set[str], table: Table) -> Iterator[Fault]:
    for name, times in Counter(table.header).items():
        if times > 1 and name in columns:
            yield Fault(
                "file-does-not-match-mapping",
                f"The column {name} stands {times} times in the file.",
            )
