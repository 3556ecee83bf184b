"""What takes the place of what was said before, from a day on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from projections.rows import End, Row, Rows


def from_its_day_on(rows: Rows, row: Row) -> Iterator[Row | End]:
    """The row, and what it leaves of rows of its kind and link: those hold until the day before.

    A row that began on its first day or later is taken back: as far as is known now it never held.
    """
    first = row.valid_from or date.min
    for before in rows.values():
        if (before.kind, before.link) != (row.kind, row.link) or before.key == row.key:
            continue
        if (before.valid_from or date.min) >= first:
            yield End(before.kind, before.key)
        elif before.valid_through is None or before.valid_through >= first:
            yield before.holding(before.valid_from, first - timedelta(days=1))
    yield row
