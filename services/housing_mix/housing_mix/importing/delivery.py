"""Judges a delivery: good rows, rejected ones by line, column and code, and warnings."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from pydantic import ValidationError

from housing_mix.domain.codes import KnownCodes, code_faults
from housing_mix.domain.condition import BEST, WORST
from housing_mix.domain.counting import ALLOCATIONS, SOCIAL, is_own_home
from housing_mix.importing.columns import EXPECTED, REQUIRED, left_out, personal_columns, plain
from housing_mix.importing.vera import SUCCESSORS
from leefwijk.events.language.housing_mix.dwelling_imports import RejectedRow, RowFault
from leefwijk.events.language.housing_mix.dwellings import Dwelling, Score
from leefwijk.events.screen import personal_data_in

ENCODINGS = ("utf-8-sig", "cp1252")
_AMOUNT = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d{1,9}),\d{2}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,79}", re.ASCII)
_HOUSE_NUMBER = re.compile(r"\s\d{1,3}\s?[A-Za-z]?$", re.ASCII)
_SENTENCES = {
    RowFault.CODE_UNKNOWN: "VERA has no such code in this list.",
    RowFault.CODE_EXPIRED: "This code is not valid on the reference date.",
    RowFault.CODE_PARENT_MISMATCH: "This code belongs to another parent.",
    RowFault.SCORE_OUT_OF_RANGE: f"A condition is {BEST} to {WORST}.",
    RowFault.AMOUNT_UNREADABLE: "An amount has a decimal comma and two decimals: 1.012,50.",
    RowFault.UNKNOWN_AREA: "This neighbourhood is not registered in the edition of the delivery.",
    RowFault.DUPLICATE_UNIT: "The delivery holds this unit more than once; none of them is taken.",
    RowFault.OLDER_THAN_RECORDED: "Of a later day more is known.",
    RowFault.LEFT_STOCK: "It left the stock; correct that first.",
    RowFault.WRONG_NUMBER_OF_FIELDS: "The row has not as many fields as the header.",
    RowFault.VALUE_MISSING: "This cannot be empty or is not written as it should be.",
}
WARNINGS = {
    "rent-missing": "The rent is not delivered: its class is unknown, neither zero nor cheap.",
    "rent-above-social-limit": "The rent lies above the social limit; the home stays social rent.",
    "rent-class-differs": "The delivered class is not the one that the limits of the year give.",
    "label-withheld": "This label tells something about the household; "
    "count it per complex instead.",
    "street-withheld": "The street seems to hold a house number; it was left out.",
}


class Limits(Protocol):
    """The rent limits of the year of the reference date."""

    @property
    def social(self) -> Decimal:
        """The social limit."""
        ...

    def rent_class(self, rent: Decimal) -> str:
        """The class of a rent."""
        ...


class DeliveryRefusedError(Exception):
    """The delivery is refused as a whole; nothing of it is kept."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class GoodRow:
    """A row as it will be recorded."""

    line: int
    number: str
    dwelling: Dwelling
    condition: Score | None = None


@dataclass(frozen=True)
class Remark:
    """What is to be known of a row: rejected or taken with a warning."""

    line: int
    column: str | None
    code: str
    sentence: str
    rejected: bool


@dataclass
class Judged:
    """What became of a delivery."""

    read: int = 0
    good: list[GoodRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def warnings(self) -> int:
        """How many warnings rows were taken with."""
        return sum(not one.rejected for one in self.remarks)


@dataclass(frozen=True)
class Against:
    """What rows are judged against."""

    reference_date: date
    edition: int
    areas: frozenset[str]
    codes: KnownCodes
    limits: Limits | None = None


class _RowError(Exception):
    def __init__(self, column: str | None, fault: RowFault, more: str = "") -> None:
        super().__init__(fault)
        self.column = column
        self.fault = fault
        self.more = more


def judge(content: bytes, against: Against) -> Judged:
    """Judge every row. Raises DeliveryRefusedError where the file itself cannot be taken."""
    header, rows = _table(content)
    personal = personal_columns(header)
    if personal:
        raise DeliveryRefusedError(
            "personal-data-in-file",
            f"This file holds columns about tenants or addresses ({', '.join(personal)}). "
            "Deliver it again without them; nothing was stored.",
        )
    names = [EXPECTED.get(plain(one)) for one in header]
    missing = [one for one in REQUIRED if one not in names]
    if missing:
        columns = {what: column for column, what in EXPECTED.items()}
        said = ", ".join(columns[one] for one in missing)
        raise DeliveryRefusedError("columns-missing", f"The file has no column {said}.")
    titles = {name: title for name, title in zip(names, header, strict=True) if name}
    judged = Judged(left_out=left_out(header))
    split = list(_split(rows, names))
    twice = _twice(cells for _, cells in split)
    for line, cells in split:
        judged.read += 1
        try:
            good, warnings = _row(line, cells, twice, against)
        except _RowError as error:
            column = titles.get(error.column) if error.column else None
            judged.rejected.append(RejectedRow(line=line, column=column, code=error.fault))
            sentence = f"{_SENTENCES[error.fault]} {error.more}".strip()
            judged.remarks.append(Remark(line, column, error.fault.value, sentence, rejected=True))
            continue
        judged.good.append(good)
        judged.remarks += [
            Remark(line, titles.get(column), code, WARNINGS[code], rejected=False)
            for column, code in warnings
        ]
    return judged


def _table(content: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    if b"\0" in content:
        raise DeliveryRefusedError("file-unreadable", "This is no text file.")
    text = ""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    header = [one.strip() for one in next(reader, [])]
    if not any(header):
        raise DeliveryRefusedError("file-unreadable", "The file has no header.")
    return header, ((reader.line_num, cells) for cells in reader if any(map(str.strip, cells)))


def _split(
    rows: Iterator[tuple[int, list[str]]], names: list[str | None]
) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Cells by what they are; what is not expected is dropped here, unread."""
    try:
        for line, cells in rows:
            if len(cells) != len(names):
                yield line, None
                continue
            yield line, {n: one.strip() for n, one in zip(names, cells, strict=True) if n}
    except csv.Error as error:
        raise DeliveryRefusedError("file-unreadable", "The file is no readable CSV.") from error


def _twice(rows: Iterator[Mapping[str, str] | None]) -> frozenset[str]:
    counted = Counter(cells["unit_number"].lower() for cells in rows if cells is not None)
    return frozenset(number for number, count in counted.items() if number and count > 1)


def _row(
    line: int, cells: dict[str, str] | None, twice: frozenset[str], against: Against
) -> tuple[GoodRow, list[tuple[str, str]]]:
    if cells is None:
        raise _RowError(None, RowFault.WRONG_NUMBER_OF_FIELDS)
    number = cells["unit_number"].lower()
    if not _NUMBER.fullmatch(number) or personal_data_in(number):
        raise _RowError("unit_number", RowFault.VALUE_MISSING)
    if number in twice:
        raise _RowError("unit_number", RowFault.DUPLICATE_UNIT)
    warnings: list[tuple[str, str]] = []
    dwelling = _dwelling(cells, warnings, against)
    condition = _condition(cells, against.reference_date)
    _judge_rent(dwelling, cells.get("rent_class", ""), warnings, against.limits)
    return GoodRow(line, number, dwelling, condition), warnings


def _dwelling(cells: dict[str, str], warnings: list[tuple[str, str]], against: Against) -> Dwelling:
    area = f"{cells['area']}@{against.edition}"
    if area not in against.areas:
        raise _RowError("area", RowFault.UNKNOWN_AREA)
    allocation = cells.get("allocation") or None
    withheld = allocation is not None and allocation not in ALLOCATIONS
    if withheld or cells.get("additional"):
        warnings.append(("allocation" if withheld else "additional", "label-withheld"))
    street = cells.get("street") or None
    if street and (_HOUSE_NUMBER.search(street) or personal_data_in(street)):
        warnings.append(("street", "street-withheld"))
        street = None
    complex_ = cells.get("complex", "").lower() or None
    if complex_ and not _NUMBER.fullmatch(complex_):
        raise _RowError("complex", RowFault.VALUE_MISSING)
    try:
        dwelling = Dwelling(
            area=area,
            complex=complex_,
            unit=cells["unit"],
            unit_detail=cells.get("unit_detail") or None,
            tenancy=cells["tenancy"],
            tenancy_detail=cells.get("tenancy_detail") or None,
            social_label=cells.get("social_label") or None,
            allocation=None if withheld else allocation,
            rent=_amount(cells.get("rent", "")),
            street=street,
            rooms=_whole(cells.get("rooms", "")),
            accessibility=cells.get("accessibility") or None,
        )
    except ValidationError as error:
        raise _RowError(_place(error), RowFault.CODE_UNKNOWN) from None
    for column, code in code_faults(dwelling, against.reference_date, against.codes):
        name = EXPECTED[column]
        more = SUCCESSORS.get((column, cells.get(name, "")), "")
        raise _RowError(name, RowFault(code), more if code == RowFault.CODE_EXPIRED else "")
    return dwelling


def _place(error: ValidationError) -> str:
    """The first field that is wrong; its value is not repeated."""
    found = str(error.errors(include_input=False, include_context=False)[0]["loc"][0])
    return {
        "unitDetail": "unit_detail",
        "tenancyDetail": "tenancy_detail",
        "socialLabel": "social_label",
    }.get(found, found)


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise _RowError("rent", RowFault.AMOUNT_UNREADABLE)
    return Decimal(text.replace(".", "").replace(",", "."))


def _whole(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[1-9]\d?", text, re.ASCII):
        raise _RowError("rooms", RowFault.VALUE_MISSING)
    return int(text)


def _condition(cells: dict[str, str], reference: date) -> Score | None:
    text = cells.get("score", "")
    if not text:
        return None
    if not re.fullmatch(rf"[{BEST}-{WORST}]", text, re.ASCII):
        raise _RowError("score", RowFault.SCORE_OUT_OF_RANGE)
    measured = reference
    if cells.get("measured"):
        try:
            measured = date.fromisoformat(cells["measured"])
        except ValueError:
            raise _RowError("measured", RowFault.VALUE_MISSING) from None
        if measured > reference:
            raise _RowError("measured", RowFault.VALUE_MISSING)
    return Score(score=int(text), measured=measured)


def _judge_rent(
    dwelling: Dwelling,
    delivered: str,
    warnings: list[tuple[str, str]],
    limits: Limits | None,
) -> None:
    if not is_own_home(dwelling):
        return
    if dwelling.rent is None:
        warnings.append(("rent", "rent-missing"))
        return
    if limits is None:
        return
    if dwelling.social_label == SOCIAL and dwelling.rent > limits.social:
        warnings.append(("rent", "rent-above-social-limit"))
    if delivered and delivered != limits.rent_class(dwelling.rent):
        warnings.append(("rent_class", "rent-class-differs"))


def report_of(remarks: list[Remark], columns: list[str]) -> str:
    """Rejected rows and warnings as CSV, by line; columns that were left out stand on top."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("line", "kind", "column", "code", "sentence"))
    for column in columns:
        writer.writerow(
            (1, "left-out", column, "column-not-expected", "Its values are kept nowhere.")
        )
    for one in sorted(remarks, key=lambda remark: remark.line):
        kind = "rejected" if one.rejected else "warning"
        writer.writerow((one.line, kind, one.column or "", one.code, one.sentence))
    return out.getvalue()


def late(row: GoodRow, code: str) -> Remark:
    """A row that only the register could refuse."""
    return Remark(row.line, None, code, _SENTENCES[RowFault(code)], rejected=True)
