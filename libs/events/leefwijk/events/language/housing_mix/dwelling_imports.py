"""Deliveries of the stock, as VERA names it: every row judged, the good ones recorded."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Municipality, ShortText

Count = Annotated[int, Field(ge=0)]


class RowFault(StrEnum):
    """Why a row was not taken."""

    CODE_UNKNOWN = "code-unknown"
    CODE_EXPIRED = "code-expired"
    CODE_PARENT_MISMATCH = "code-parent-mismatch"
    SCORE_OUT_OF_RANGE = "score-out-of-range"
    AMOUNT_UNREADABLE = "amount-unreadable"
    UNKNOWN_AREA = "unknown-area"
    DUPLICATE_UNIT = "duplicate-unit"
    OLDER_THAN_RECORDED = "older-than-recorded"
    LEFT_STOCK = "left-stock"
    """The home left the stock; its departure must be corrected first."""
    WRONG_NUMBER_OF_FIELDS = "wrong-number-of-fields"
    VALUE_MISSING = "value-missing"


class RejectedRow(Wire):
    """A row that was not taken: where and why, never what it held."""

    line: Annotated[int, Field(ge=1)]
    """Physical line of the file, the header being line 1."""
    column: ShortText | None = None
    code: RowFault


class DwellingImportStarted(
    Event, type="nl.leefbaarheid.dwelling-imports.dwelling-import-started.v1"
):
    """A delivery of the stock as it was on its reference date is being recorded."""

    source: Identifier
    reference_date: date
    area_edition: Annotated[int, Field(ge=1900, le=2999)]
    content_hash: str
    file_name: ShortText
    rows: Count
    """Good rows to record."""
    full: bool = False
    """Whether it holds all units, so that one that is not in it is missing from it."""


class DwellingImportProgressed(
    Event, type="nl.leefbaarheid.dwelling-imports.dwelling-import-progressed.v1"
):
    """So many of the good rows are recorded; the number never goes down."""

    done: Count


class DwellingRowsRejected(
    Event, type="nl.leefbaarheid.dwelling-imports.dwelling-rows-rejected.v1"
):
    """These rows were not taken; the others were."""

    rows: Annotated[tuple[RejectedRow, ...], Field(min_length=1)]
    more: Count = 0
    """Further rows that the report holds and this fact does not."""


class DwellingImportCompleted(
    Event, type="nl.leefbaarheid.dwelling-imports.dwelling-import-completed.v1"
):
    """Every row was judged and the good ones are recorded.

    From the first completed import on, an area without a home in it has none.
    """

    reference_date: date
    municipalities: tuple[Municipality, ...]
    """Where the delivered homes lie."""
    read: Count
    taken: Count
    rejected: Count
    warnings: Count
    registered: Count
    changed: Count
    unchanged: Count
    older: Count = 0
    """Rows of a day of which more was known; they stand among the rejected too."""
    missing: Count = 0
    """Units in stock that a full delivery does not hold; they stay until a person says why."""
    areas: tuple[AreaId, ...] = ()
    """Neighbourhoods in which the delivery holds units."""
