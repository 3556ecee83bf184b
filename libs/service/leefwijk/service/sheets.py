"""Lists as sheets: CSV with Dutch column heads, for people who work in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

MEDIA_TYPE = "text/csv"
ROWS_AT_ONCE = 100
"""Rows that are read and written in one go: what others ask meanwhile waits no longer than that."""
_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Sheet:
    """The columns of a list: Dutch heads, by the fields of what the list answers."""

    def __init__(self, resource: type[BaseModel], /, **heads: str) -> None:
        """Raises LookupError where the resource has no such field."""
        if unknown := heads.keys() - resource.model_fields.keys():
            raise LookupError(f"{resource.__name__} has no {', '.join(sorted(unknown))}")
        self.resource = resource
        self.heads = heads

    async def lines(self, pages: AsyncIterator[Sequence[Any]]) -> AsyncIterator[str]:
        """The heads, then a row for each item."""
        yield _MARK + _row(list(self.heads.values()))
        async for page in pages:
            rows = (item.model_dump(include=set(self.heads)) for item in page)
            yield "".join(_row([cell(said[name]) for name in self.heads]) for said in rows)


def accepts_csv(accept: str) -> bool:
    """Whether somebody asks for CSV rather than JSON, by the weights of the `Accept` header."""
    weights = {"text/csv": 0.0, "application/json": 0.0}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name in weights:
            weights[name] = _weight(parameters)
    return weights["text/csv"] > weights["application/json"]


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def cell(value: Any) -> str:
    """A value as a spreadsheet may hold it: never a formula, lists in one cell.

    What a spreadsheet would calculate gets an apostrophe before it; a plain number stays one.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, (list, tuple)):
        return cell("; ".join(cell(one) for one in value))
    if isinstance(value, Mapping):
        return cell("; ".join(f"{name}: {cell(one)}" for name, one in value.items()))
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    said = value.isoformat() if isinstance(value, (date, datetime)) else str(value)
    return f"'{said}" if said.lstrip(" ").startswith(_FORMULA) else said


def _row(values: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(values)
    return buffer.getvalue()


def answer(name: str, sheet: Sheet, pages: AsyncIterator[Sequence[Any]]) -> StreamingResponse:
    """The sheet as an answer that is sent while it is read; its file names the moment."""
    file = f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.csv"
    return StreamingResponse(
        sheet.lines(pages),
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
