"""From rows to one record per area and source edition, and to the areas that need registering."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitoring.importing.mapping import MeasurementsMapping
from monitoring.importing.rows import BadRow, Gaps, GoodRow, Missing, Value, Values


@dataclass(frozen=True, slots=True)
class AreaRecord:
    """Everything a source edition says about one area: readers see it together or not yet."""

    area_code: str
    edition: int
    name: str | None
    lines: tuple[int, ...]
    values: Values
    missing: Gaps

    @property
    def area(self) -> str:
        """The area as the platform names it: `WK010601@2020`."""
        return f"{self.area_code}@{self.edition}"


def records(rows: Iterable[GoodRow | BadRow], mapping: MeasurementsMapping) -> Iterator[AreaRecord]:
    """One record per area, in the order in which the areas first appear; bad rows are passed over.

    Streams, unless the mapping has a row per area and year: then the whole file is read first.
    """
    good = (row for row in rows if isinstance(row, GoodRow))
    if not mapping.years.per_row:
        for row in good:
            yield AreaRecord(
                row.area_code, row.edition, row.name, (row.line,), row.values, row.missing
            )
        return
    growing: dict[str, _Growing] = {}
    for row in good:
        growing.setdefault(row.area_code, _Growing()).add(row)
    for code, record in growing.items():
        yield record.done(code)


class _Growing:
    """The rows of one area put together; the rows themselves are let go."""

    def __init__(self) -> None:
        self._edition = 0
        self._name: str | None = None
        self._lines: list[int] = []
        self._values: dict[str, dict[str, Value]] = {}
        self._missing: dict[str, dict[str, Missing]] = {}

    def add(self, row: GoodRow) -> None:
        self._edition = row.edition
        # files go forward in time: the last name is the current one
        self._name = row.name or self._name
        self._lines.append(row.line)
        for indicator, periods in row.values.items():
            self._values.setdefault(indicator, {}).update(periods)
        for indicator, gaps in row.missing.items():
            self._missing.setdefault(indicator, {}).update(gaps)

    def done(self, code: str) -> AreaRecord:
        lines = tuple(self._lines)
        return AreaRecord(code, self._edition, self._name, lines, self._values, self._missing)
