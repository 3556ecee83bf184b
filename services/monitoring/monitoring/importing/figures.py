"""The figures of one row: every declared column, and whether its sums add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from monitoring.importing.cells import CellReader, HeldCells
from monitoring.importing.mapping import Column, MeasurementsMapping, Sum
from monitoring.importing.rows import Gaps, Missing, Reason, RowFault, Value, Values
from monitoring.importing.sums import sum_fault


@dataclass(frozen=True, slots=True)
class _Figure:
    index: int
    column: str
    indicator: str
    held: HeldCells


class FigureReader:
    """Reads the declared columns of a row, by the place they have in the file."""

    def __init__(self, mapping: MeasurementsMapping, at: Mapping[str, int]) -> None:
        self._at = at
        self._fixed_year = mapping.years.fixed
        self._by_name = {column.column: column for column in mapping.columns}
        self._columns = [(column, CellReader(column, mapping)) for column in mapping.columns]
        self._figures: dict[str | None, list[_Figure]] = {}
        self._sums = mapping.sums

    def _period(self, column: Column, year: str | None) -> str:
        """Each figure has a period by one of the three: the mapping was checked for that."""
        return column.period or self._fixed_year or year or ""

    def _figures_of(self, year: str | None) -> list[_Figure]:
        """The columns to read, in the year of the row if it has one of its own."""
        if year not in self._figures:
            self._figures[year] = [
                _Figure(
                    self._at[column.column],
                    column.column,
                    column.indicator,
                    HeldCells(reader, self._period(column, year)),
                )
                for column, reader in self._columns
            ]
        return self._figures[year]

    def read(self, cells: list[str], year: str | None) -> tuple[Values, Gaps]:
        """Values and gaps of the row; a `RowFault` for a bad cell or a sum that does not fit."""
        values: dict[str, dict[str, Value]] = {}
        missing: dict[str, dict[str, Missing]] = {}
        for figure in self._figures_of(year):
            held = figure.held[cells[figure.index]]
            indicator = figure.indicator
            if held.values is not None:
                earlier = values.get(indicator)
                values[indicator] = {**earlier, **held.values} if earlier else held.values
            elif held.missing is not None:
                gaps = missing.get(indicator)
                missing[indicator] = {**gaps, **held.missing} if gaps else held.missing
            elif held.fault is not None:
                cell = cells[figure.index]
                raise RowFault(held.fault.reason, held.fault.sentence, figure.column, cell)
        for total in self._sums:
            self._check_sum(total, values, cells, year)
        return values, missing

    def _check_sum(self, total: Sum, values: Values, cells: list[str], year: str | None) -> None:
        stated = self._number(total.total, values, year)
        parts = [self._number(part, values, year) for part in total.parts]
        if (sentence := sum_fault(total, stated, parts)) is not None:
            cell = cells[self._at[total.total]]
            raise RowFault(Reason.INCONSISTENT_ROW, sentence, total.total, cell)

    def _number(self, column: str, values: Values, year: str | None) -> Decimal | None:
        """What a column of numbers holds in this row; none where it is missing."""
        declared = self._by_name[column]
        value = values.get(declared.indicator, {}).get(self._period(declared, year))
        return value if isinstance(value, Decimal) else None
