"""One row of a file of measurements: every check in order, the first fault is its reason."""

from __future__ import annotations

from typing import Final

from monitoring.importing.codes import KnownAreas, is_code, kind_of, not_in_edition, parent_of
from monitoring.importing.figures import FigureReader
from monitoring.importing.mapping import MeasurementsMapping
from monitoring.importing.rows import BadRow, GoodRow, Reason, Remark, RemarkCode, RowFault
from monitoring.importing.tables import whole

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100


class RowReader:
    """Judges rows under one mapping and edition; remembers which areas have had theirs."""

    def __init__(
        self,
        mapping: MeasurementsMapping,
        header: tuple[str, ...],
        edition: int,
        known: KnownAreas,
    ) -> None:
        at = {name: index for index, name in enumerate(header)}
        self._edition = edition
        self._areas = mapping.areas
        self._known = known
        self._codes = known.codes(edition)
        self._must_know = mapping.areas.policy == "known-only"
        self._width = len(header)
        self._at = at
        self._fixed = [(at[name], name, value) for name, value in mapping.must_match.items()]
        self._year_at = at[mapping.years.column] if mapping.years.column else None
        self._year_column = mapping.years.column
        self._year = mapping.years.fixed
        if self._year is not None and self._year_column is not None:
            self._fixed.append((at[self._year_column], self._year_column, self._year))
        self._figures = FigureReader(mapping, at)
        self._stands: dict[tuple[str, str | None], int] = {}

    def read(self, line: int, cells: list[str] | None) -> GoodRow | BadRow:
        """The row, good or bad; the first fault found is its reason."""
        code = ""
        try:
            row = whole(cells, self._width)
            self.check_fixed(row)
            code = self._code(row)
            return self._good(line, code, row)
        except RowFault as fault:
            return fault.on(line, code)

    def check_fixed(self, cells: list[str]) -> None:
        """The columns that hold one value in the whole file must hold it in this row too."""
        for index, name, value in self._fixed:
            if cells[index].strip() != value:
                sentence = f'{name} says "{cells[index].strip()}", the mapping is for {value}.'
                raise RowFault(Reason.INCONSISTENT_ROW, sentence, name, cells[index])

    def _good(self, line: int, code: str, cells: list[str]) -> GoodRow:
        if self._must_know and code not in self._codes:
            sentence = not_in_edition(code, self._edition, self._known)
            cell = cells[self._at[self._areas.column]].strip()
            raise RowFault(Reason.AREA_NOT_IN_EDITION, sentence, self._areas.column, cell)
        year = self._year_of(cells)
        key = (code, year)
        if (first := self._stands.get(key)) is not None:
            sentence = f"{code} stands first on line {first}; the first stands."
            raise RowFault(Reason.DUPLICATE_AREA, sentence, self._areas.column, code)
        values, missing = self._figures.read(cells, year)
        parent = self._parent(code, cells)
        name, remarks = self._name(line, code, cells)
        self._stands[key] = line
        return GoodRow(line, code, self._edition, name, parent, values, missing, remarks)

    def _code(self, cells: list[str]) -> str:
        column = self._areas.column
        text = cells[self._at[column]].strip()
        code = text
        if self._areas.names:
            if text not in self._areas.names:
                sentence = f'The mapping knows no area called "{text}".'
                raise RowFault(Reason.UNKNOWN_AREA, sentence, column, text)
            code = self._areas.names[text]
        if not is_code(code):
            sentence = f'"{code}" is no area code: GMxxxx, WKxxxxyy or BUxxxxyyzz.'
            raise RowFault(Reason.MALFORMED_AREA_CODE, sentence, column, text)
        return code

    def _year_of(self, cells: list[str]) -> str | None:
        """The year of this row, where each row has its own."""
        if self._year_at is None or self._year is not None:
            return None
        text = cells[self._year_at].strip()
        if not (text.isascii() and text.isdigit()):
            raise RowFault(Reason.NOT_A_NUMBER, f'"{text}" is not a year.', self._year_column, text)
        if not FIRST_YEAR <= int(text[:9]) <= LAST_YEAR:
            sentence = f"{text} is not a year from {FIRST_YEAR} to {LAST_YEAR}."
            raise RowFault(Reason.OUT_OF_RANGE, sentence, self._year_column, text)
        return str(int(text))

    def _parent(self, code: str, cells: list[str]) -> str | None:
        parent = parent_of(code)
        column = self._areas.parent
        if column is not None:
            said = cells[self._at[column]].strip()
            if said != (parent or ""):
                sentence = f'{code} lies in {parent or "no other area"}, the row says "{said}".'
                raise RowFault(Reason.INCONSISTENT_ROW, sentence, column, said)
        return parent

    def _name(
        self, line: int, code: str, cells: list[str]
    ) -> tuple[str | None, tuple[Remark, ...]]:
        declared = self._areas.name
        if declared is None or kind_of(code) not in declared.kinds:
            return None, ()
        name = " ".join(cells[self._at[declared.column]].split())
        if name:
            return name, ()
        sentence = f"{code} has no name in the file."
        remark = Remark(line, RemarkCode.NAME_MISSING, code, declared.column, sentence)
        return None, (remark,)
