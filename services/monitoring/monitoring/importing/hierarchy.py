"""Areas out of a hierarchy file: each row judged, then each name (MON-01)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from monitoring.importing.areas import AreaRow
from monitoring.importing.codes import is_code, kind_of, lineage
from monitoring.importing.mapping import HierarchyMapping, Level
from monitoring.importing.matching import check
from monitoring.importing.names import Divisions, Named, Names
from monitoring.importing.rows import BadRow, GoodRow, Reason, RowFault
from monitoring.importing.tables import open_table, whole


@dataclass(frozen=True)
class HierarchyReading:
    """A hierarchy file, read as a whole: a name can only be judged when all wijken are known."""

    rows: tuple[GoodRow | BadRow, ...]
    areas: tuple[AreaRow, ...]
    """Each area once, parents first."""
    unknown_columns: tuple[str, ...]
    encoding: str


def read_hierarchy(
    content: bytes, mapping: HierarchyMapping, edition: int, divisions: Divisions
) -> HierarchyReading:
    """The rows and the areas of a hierarchy file.

    `divisions` hold the wijk codes of every edition that names are borrowed from; the edition of
    the import is completed with the wijken in the file itself.
    """
    table = open_table(content, mapping.encodings, mapping.delimiter)
    unknown_columns = check(mapping, table)
    reader = _Reader(mapping, table.header, edition)
    judged = [reader.read(line, cells) for line, cells in table.rows]
    names = Names(edition, divisions, (row for row in judged if not isinstance(row, BadRow)))
    rows = tuple(row if isinstance(row, BadRow) else names.good_row(row) for row in judged)
    return HierarchyReading(rows, names.areas(), unknown_columns, table.encoding)


class _Reader:
    """Judges each row on its own: codes, their order and what earlier rows said."""

    def __init__(self, mapping: HierarchyMapping, header: tuple[str, ...], edition: int) -> None:
        self._levels = mapping.levels
        self._at = {name: index for index, name in enumerate(header)}
        self._width = len(header)
        self._edition = edition
        self._stands: dict[str, Named] = {}

    def read(self, line: int, cells: list[str] | None) -> tuple[Named, ...] | BadRow:
        try:
            return self._good(line, cells)
        except RowFault as fault:
            return fault.on(line)

    def _good(self, line: int, cells: list[str] | None) -> tuple[Named, ...]:
        row = whole(cells, self._width)
        named = tuple(self._named(line, level, row) for level in self._levels)
        for outer, inner in pairwise(named):
            if outer.code not in lineage(inner.code):
                sentence = f"{inner.code} does not lie in {outer.code}."
                raise RowFault(Reason.INCONSISTENT_ROW, sentence, outer.level.code, outer.code)
        own = named[-1]
        if (first := self._stands.get(own.code)) is not None:
            sentence = f"{own.code} stands first on line {first.line}; the first stands."
            raise RowFault(Reason.DUPLICATE_AREA, sentence, own.level.code, own.code)
        for one in named:
            self._agrees(one)
        for one in named:
            if one.code not in self._stands or one.completes(self._stands[one.code]):
                self._stands[one.code] = one
        return named

    def _named(self, line: int, level: Level, cells: list[str]) -> Named:
        code = cells[self._at[level.code]].strip()
        if not is_code(code) or kind_of(code) is not level.kind:
            sentence = f'"{code}" is no code of a {level.kind}.'
            raise RowFault(Reason.MALFORMED_AREA_CODE, sentence, level.code, code)
        name = "" if level.name is None else " ".join(cells[self._at[level.name]].split())
        return Named(line, level, code, name, self._name_edition(level, cells, name))

    def _name_edition(self, level: Level, cells: list[str], name: str) -> int | None:
        if not name or level.name_edition_column is None:
            return self._edition if level.name_edition is None else level.name_edition
        text = cells[self._at[level.name_edition_column]].strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) == len("2014")):
            sentence = f'"{text}" is not a year.'
            raise RowFault(Reason.NOT_A_NUMBER, sentence, level.name_edition_column, text)
        return int(text)

    def _agrees(self, one: Named) -> None:
        first = self._stands.get(one.code)
        if first is not None and first.name and one.name and first.name != one.name:
            sentence = f'{one.code} is called "{first.name}" on line {first.line}.'
            raise RowFault(Reason.INCONSISTENT_ROW, sentence, one.level.name, one.name)
