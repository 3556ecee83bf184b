"""Delimited text as a header and rows with their physical line numbers.

Quoted cells may hold newlines. A quote that does not pair costs its own line only: whatever it
swallowed is read again (one typing error must not stop a municipality's figures, MON-16).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from monitoring.importing.rows import Reason, RowFault, mismatch

LONGEST_SPAN: Final = 20
"""Physical lines that one row may take; more means that a quote does not pair."""


@dataclass(frozen=True)
class Table:
    """A file with a header, read once."""

    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str] | None]]
    """Physical line on which the row begins and its cells, or none when its quotes do not pair."""
    encoding: str


class _Lines:
    """Physical lines that count themselves and can be put back."""

    def __init__(self, text: str) -> None:
        # newline=None makes \r\n and a lone \r a \n, as editors count lines
        self._text = io.StringIO(text, newline=None)
        self._back: list[str] = []
        self.taken: list[str] = []
        self.line = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) == LONGEST_SPAN:
            raise StopIteration
        line = self._back.pop() if self._back else next(self._text)
        self.line += 1
        self.taken.append(line)
        return line

    def keep_first(self) -> None:
        """Put back all lines of the current row but its first."""
        self._back.extend(reversed(self.taken[1:]))
        self.line -= len(self.taken) - 1


def decode(content: bytes, encodings: Sequence[str]) -> tuple[str, str]:
    """The text and the first declared encoding that fits the whole file; a BOM is dropped."""
    if (at := content.find(b"\0")) >= 0:
        line = content.count(b"\n", 0, at) + 1
        raise mismatch(f"Line {line} holds a NUL byte: this is no text file in UTF-8 or cp1252.")
    for encoding in encodings:
        try:
            return content.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            fault = f"Line {line} holds bytes that are not {' or '.join(encodings)}."
    raise mismatch(fault)


def open_table(content: bytes, encodings: Sequence[str], delimiter: str) -> Table:
    """The table in a file; refused when it is empty, has no rows or is not text."""
    text, encoding = decode(content, encodings)
    rows = _rows(text, delimiter)
    header_line, header = next(rows, (0, None))
    if header is None:
        raise mismatch(
            f"The quotes of the header on line {header_line} do not pair."
            if header_line
            else "The file is empty."
        )
    first = next(rows, None)
    if first is None:
        raise mismatch("The file has a header and no rows.")
    return Table(tuple(cell.strip() for cell in header), _again(first, rows), encoding)


def _again(
    first: tuple[int, list[str] | None], rest: Iterator[tuple[int, list[str] | None]]
) -> Iterator[tuple[int, list[str] | None]]:
    yield first
    yield from rest


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    width: int | None = None
    while True:
        lines.taken.clear()
        line = lines.line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines.keep_first()
            yield line, None
            continue
        if not cells or (width != 1 and len(cells) == 1 and not cells[0].strip()):
            continue  # a blank line is no row
        width = width or len(cells)
        if len(lines.taken) > 1 and len(cells) != width:
            lines.keep_first()  # two stray quotes paired across lines
            yield line, None
            continue
        yield line, cells


def whole(cells: list[str] | None, width: int) -> list[str]:
    """The cells of a row that has as many as the header; a `RowFault` otherwise."""
    if cells is None:
        sentence = "The quotes in this row do not pair."
        raise RowFault(Reason.WRONG_NUMBER_OF_FIELDS, sentence, None, "")
    if len(cells) != width:
        sentence = f"The row has {len(cells)} fields, the header {width}."
        raise RowFault(Reason.WRONG_NUMBER_OF_FIELDS, sentence, None, "")
    return cells
