"""Lists as sheets: CSV with Dutch column heads, for people who work in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

MEDIA_TYPE = "text/csv"
MOST_ROWS = 50_000
"""Rows of one sheet (*choice*); a longer list goes on by its `Link` header."""
ROWS_AT_ONCE = 500
LISTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}
}
"""For the route of a list: it may also answer a sheet."""
_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


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
    said = str(value)
    if isinstance(value, (int, float)):
        return said
    return f"'{said}" if said.lstrip(" ").startswith(_FORMULA) else said


def _row(values: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(values)
    return buffer.getvalue()


async def lines(
    heads: Mapping[str, str], pages: AsyncIterator[Sequence[Any]]
) -> AsyncIterator[str]:
    """The sheet, line by line: the heads, then a row for each item."""
    yield _MARK + _row(list(heads.values()))
    async for page in pages:
        for item in page:
            assert isinstance(item, BaseModel)  # noqa: S101 - lists answer resources
            said = item.model_dump(mode="json")
            yield _row([cell(said.get(name)) for name in heads])


def answer(name: str, sheet: AsyncIterator[str], headers: Mapping[str, str]) -> StreamingResponse:
    """The sheet as an answer that is sent while it is read."""
    return StreamingResponse(
        sheet,
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"', **headers},
    )
