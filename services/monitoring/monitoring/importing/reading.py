"""Reads a file of measurements row by row: every physical row is judged once and on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from monitoring.importing.codes import KnownAreas
from monitoring.importing.mapping import MeasurementsMapping
from monitoring.importing.matching import check
from monitoring.importing.row_reader import RowReader
from monitoring.importing.rows import BadRow, GoodRow, RowFault, mismatch
from monitoring.importing.tables import Table, open_table


@dataclass(frozen=True)
class Reading:
    """A file that fits its mapping, and its rows as they are read."""

    rows: Iterator[GoodRow | BadRow]
    unknown_columns: tuple[str, ...]
    """Columns of the file that the mapping does not know; they are not read."""
    encoding: str


def read_measurements(
    content: bytes,
    mapping: MeasurementsMapping,
    edition: int,
    known: KnownAreas,
    units: Mapping[str, str],
) -> Reading:
    """Check mapping and file, then give the rows one by one; refuses before the first row.

    `edition` is that of the areas, `units` are the defined indicators with their units.
    """
    table = open_table(content, mapping.encodings, mapping.delimiter)
    unknown_columns = check(mapping, table, units)
    reader = RowReader(mapping, table.header, edition, known)
    rows = _fitting(reader, table)
    return Reading(
        (reader.read(line, cells) for line, cells in rows), unknown_columns, table.encoding
    )


def _fitting(reader: RowReader, table: Table) -> Iterable[tuple[int, list[str] | None]]:
    """The rows, once the first whole one has shown that the file is of the mapping's year."""
    looked_at: list[tuple[int, list[str] | None]] = []
    for line, cells in table.rows:
        looked_at.append((line, cells))
        if cells is not None and len(cells) == len(table.header):
            try:
                reader.check_fixed(cells)
            except RowFault as fault:
                raise mismatch(f"Line {line}: {fault.sentence}") from fault
            break
    return chain(looked_at, table.rows)
