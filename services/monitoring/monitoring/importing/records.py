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
    by_area: dict[str, list[GoodRow]] = {}
    for row in good:
        by_area.setdefault(row.area_code, []).append(row)
    for together in by_area.values():
        yield _merged(together)


def _merged(rows: list[GoodRow]) -> AreaRecord:
    values: dict[str, dict[str, Value]] = {}
    missing: dict[str, dict[str, Missing]] = {}
    for row in rows:
        for indicator, periods in row.values.items():
            values.setdefault(indicator, {}).update(periods)
        for indicator, gaps in row.missing.items():
            missing.setdefault(indicator, {}).update(gaps)
    return AreaRecord(
        rows[0].area_code,
        rows[0].edition,
        # the last row is of the last year, as files go: its name is the current one
        next((row.name for row in reversed(rows) if row.name), None),
        tuple(row.line for row in rows),
        values,
        missing,
    )
