"""What reading a file gives: good rows, bad rows with a reason, remarks, and refusals of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final, Literal, TypeAlias

LONGEST_SENTENCE: Final = 300
"""Signs; a sentence may quote a cell, and a cell may hold anything."""


class Missing(Enum):
    """Why an area has no value; missing is never zero (MON-11, MON-12, MON-15)."""

    NOT_PUBLISHED = "not_published"
    CONFIDENTIAL = "confidential"
    NOT_APPLICABLE = "not_applicable"
    NOT_YET_AVAILABLE = "not_yet_available"


Value: TypeAlias = Decimal | str
"""A number or class with all digits of the file, or the text of a text class."""

Values: TypeAlias = Mapping[str, Mapping[str, Value]]
"""Indicator to period (`2020`, or `2014-2016` for a development) to value. Rows share their parts:
read only."""

Gaps: TypeAlias = Mapping[str, Mapping[str, Missing]]
"""Indicator to period to why there is no value."""


class Reason(StrEnum):
    """Why a row or a boundary is bad; the import goes on."""

    MALFORMED_AREA_CODE = "malformed-area-code"
    AREA_NOT_IN_EDITION = "area-not-in-edition"
    UNKNOWN_AREA = "unknown-area"
    WRONG_NUMBER_OF_FIELDS = "wrong-number-of-fields"
    NOT_A_NUMBER = "not-a-number"
    OUT_OF_RANGE = "out-of-range"
    DUPLICATE_AREA = "duplicate-area"
    INCONSISTENT_ROW = "inconsistent-row"
    BOUNDARY_NOT_CLOSED = "boundary-not-closed"
    BOUNDARY_SELF_INTERSECTS = "boundary-self-intersects"
    BOUNDARY_NOT_CRS84 = "boundary-not-crs84"


class RemarkCode(StrEnum):
    """What is worth saying about a row that is good all the same."""

    NAME_MISSING = "name-missing"
    NAME_FROM_OTHER_DIVISION = "name-from-other-division"


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on a good row: about the area of the row or, in a hierarchy, one around it."""

    line: int
    code: RemarkCode
    area_code: str
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row that counts, with every figure it holds."""

    line: int
    """Physical line on which the row begins; the header is line 1."""
    area_code: str
    edition: int
    name: str | None
    parent: str | None
    """Code of the area around this one, in the same edition."""
    values: Values
    missing: Gaps
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that counts for nothing: one bad cell makes the whole row bad (MON-16)."""

    line: int
    """Physical line on which the row begins, or the number of the feature in a GeoJSON file."""
    column: str | None
    reason: Reason
    sentence: str
    cell: str = ""
    area_code: str = ""
    """Where the row names a well-formed one."""


class RowFault(Exception):  # noqa: N818 -- it names a fault of the row, not an error of the program
    """The first thing wrong with a row; becomes a `BadRow`."""

    def __init__(self, reason: Reason, sentence: str, column: str | None, cell: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.column = column
        self.cell = cell

    def on(self, line: int, area_code: str = "") -> BadRow:
        """The bad row that this fault makes of a line."""
        sentence = clip(self.sentence, LONGEST_SENTENCE)
        return BadRow(line, self.column, self.reason, sentence, clip(self.cell), area_code)


RefusalCode: TypeAlias = Literal["mapping-invalid", "file-does-not-match-mapping"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a mapping, or with a file under that mapping."""

    code: RefusalCode
    sentence: str


class ImportRefused(Exception):  # noqa: N818 -- the outcome has a name of its own: refused
    """The import as a whole is refused before its first row; all faults are listed (MON-20)."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(fault.sentence for fault in faults))
        self.faults = faults

    @property
    def code(self) -> RefusalCode:
        """`mapping-invalid` if the mapping is at fault, else that the file does not match it."""
        codes = {fault.code for fault in self.faults}
        return "mapping-invalid" if "mapping-invalid" in codes else "file-does-not-match-mapping"


def mismatch(sentence: str) -> ImportRefused:
    """The refusal of a file that the mapping does not fit."""
    return ImportRefused(Fault("file-does-not-match-mapping", sentence))


def clip(text: str, longest: int = 80) -> str:
    """The text on one line, cut off when it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
