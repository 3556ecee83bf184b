"""The report of an import: what was read, what counts, what does not and why."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, TypeVar

from monitoring.importing.codes import Kind, kind_of, municipality_of
from monitoring.importing.mapping import Mapping, canonical
from monitoring.importing.records import AreaRecord
from monitoring.importing.rows import BadRow, Missing, Reason, Remark, RemarkCode

ASK_FROM: Final = 0.05
"""Share of areas that the edition does not have from which the edition is doubted (MON-18)."""
MOST_NAMED: Final = 10
"""Municipalities named in a warning."""


def content_hash(content: bytes, mapping: Mapping, edition: int) -> str:
    """Same content, mapping and area edition are the same import, whatever the file's name."""
    declared = canonical(mapping)
    head = f"{edition}\n{len(declared)}\n".encode()
    return hashlib.sha256(head + declared + content).hexdigest()


@dataclass(frozen=True)
class ImportReport:
    """Counts, reasons and remarks of one import."""

    mapping: str
    source: str
    source_edition: str
    edition: int
    """Of the areas."""
    content_hash: str
    encoding: str | None
    unknown_columns: tuple[str, ...]
    read: int
    good: int
    bad: int
    values: int
    missing: int
    missing_by_reason: dict[Missing, int]
    missing_by_indicator: dict[str, int]
    values_by_indicator: dict[str, int]
    areas: int
    """With a record; several rows of one area are one."""
    areas_without_values: int
    areas_with_gaps: int
    """With some values and some missing."""
    reasons: dict[Reason, int]
    bad_rows: tuple[BadRow, ...]
    remark_counts: dict[tuple[RemarkCode, Kind], int]
    """By kind of area: a hierarchy row may be good and its wijk without a name."""
    remarks: tuple[Remark, ...]
    warnings: tuple[str, ...]


_Row = TypeVar("_Row")


class Tally:
    """Counts an import while it streams by."""

    def __init__(
        self, content: bytes, mapping: Mapping, edition: int, known: AbstractSet[str] = frozenset()
    ) -> None:
        """`known` are the codes of the edition, to tell where divisions differ."""
        self._mapping = mapping
        self._edition = edition
        self._known = known
        self._hash = content_hash(content, mapping, edition)
        self._good = 0
        self._bad: list[BadRow] = []
        self._remarks: list[Remark] = []
        self._values: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._reasons: Counter[Missing] = Counter()
        self._areas = 0
        self._empty = 0
        self._gaps = 0

    def rows(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        """The same rows, counted."""
        for row in rows:
            if isinstance(row, BadRow):
                self._bad.append(row)
            else:
                self._good += 1
                self._remarks.extend(getattr(row, "remarks", ()))
            yield row

    def records(self, records: Iterable[AreaRecord]) -> Iterator[AreaRecord]:
        """The same records, counted."""
        for record in records:
            self._areas += 1
            for indicator, periods in record.values.items():
                self._values[indicator] += len(periods)
            for indicator, gaps in record.missing.items():
                self._missing[indicator] += len(gaps)
                self._reasons.update(gaps.values())
            if not record.values:
                self._empty += 1
            elif record.missing:
                self._gaps += 1
            yield record

    def report(
        self, encoding: str | None = None, unknown_columns: tuple[str, ...] = ()
    ) -> ImportReport:
        """What was counted so far."""
        remarks = Counter((remark.code, kind_of(remark.area_code)) for remark in self._remarks)
        return ImportReport(
            mapping=self._mapping.name,
            source=self._mapping.source,
            source_edition=self._mapping.source_edition,
            edition=self._edition,
            content_hash=self._hash,
            encoding=encoding,
            unknown_columns=unknown_columns,
            read=self._good + len(self._bad),
            good=self._good,
            bad=len(self._bad),
            values=self._values.total(),
            missing=self._missing.total(),
            missing_by_reason=dict(self._reasons),
            missing_by_indicator=dict(self._missing),
            values_by_indicator=dict(self._values),
            areas=self._areas,
            areas_without_values=self._empty,
            areas_with_gaps=self._gaps,
            reasons=dict(Counter(row.reason for row in self._bad)),
            bad_rows=tuple(self._bad),
            remark_counts=dict(remarks),
            remarks=tuple(self._remarks),
            warnings=tuple(self._warnings()),
        )

    def _warnings(self) -> Iterator[str]:
        unknown = [row for row in self._bad if row.reason is Reason.AREA_NOT_IN_EDITION]
        read = self._good + len(self._bad)
        if not unknown or len(unknown) / read < ASK_FROM:
            return
        share = f"{100 * len(unknown) / read:.1f}"
        yield (
            f"{len(unknown):,} of {read:,} rows ({share} %) name an area that edition "
            f"{self._edition} does not have: is this the right edition?"
        )
        municipalities = {
            municipality_of(row.area_code) for row in unknown if row.area_code
        } & self._known
        if municipalities:
            named = ", ".join(sorted(map(str, municipalities))[:MOST_NAMED])
            more = len(municipalities) - MOST_NAMED
            others = f" and {more} more" if more > 0 else ""
            yield f"The divisions of the file and of {self._edition} differ for {named}{others}."


_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_HEADER: Final = ("line", "kind", "area", "column", "reason", "sentence", "cell")


def as_csv(report: ImportReport) -> str:
    """The bad rows and remarks as CSV (UTF-8 when encoded), in the order of the file."""
    rows = [
        (row.line, "bad", row.area_code, row.column or "", row.reason, row.sentence, row.cell)
        for row in report.bad_rows
    ] + [
        (remark.line, "remark", remark.area_code, remark.column, remark.code, remark.sentence, "")
        for remark in report.remarks
    ]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    for row in sorted(rows, key=lambda row: row[0]):
        writer.writerow(safe_cell(str(cell)) for cell in row)
    return out.getvalue()


def safe_cell(text: str) -> str:
    """The text as a spreadsheet shows it instead of running it as a formula."""
    if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
