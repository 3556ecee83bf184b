"""One cell: a number, a class, a declared absence or a fault, never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from monitoring.importing.mapping import Column, MeasurementsMapping
from monitoring.importing.rows import Missing, Reason, Value, clip

LONGEST_NUMBER: Final = 40
"""Signs; nothing that is measured has more digits."""

_NUMBERS: Final = {
    ".": re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"),
    ",": re.compile(r"[+-]?[0-9]+(?:,[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"),
}
_SIGNS: Final = {".": "point", ",": "comma"}


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell."""

    reason: Reason
    sentence: str


Outcome: TypeAlias = Decimal | str | Missing | CellFault


MOST_REMEMBERED: Final = 2_000
"""Cells of one column; a percentage with one decimal has 1,001 forms."""


class CellReader:
    """Reads the cells of one column."""

    def __init__(self, column: Column, mapping: MeasurementsMapping) -> None:
        self._column = column
        self._decimal = mapping.decimal
        self._number = _NUMBERS[mapping.decimal]
        self._missing = mapping.missing
        self._nil = frozenset(mapping.nil)
        # -99997.0 means what -99997 means
        self._missing_numbers = [
            (Decimal(sign), reason)
            for sign, reason in mapping.missing.items()
            if _NUMBERS["."].fullmatch(sign)
        ]

    def read(self, cell: str) -> Outcome:
        """What the cell says."""
        text = cell.strip()
        if text in self._missing:
            return self._missing[text]
        if text in self._nil:
            return Decimal(0)
        if not text:
            return CellFault(
                Reason.NOT_A_NUMBER,
                "The cell is empty and the mapping does not say what that means.",
            )
        return self._judge_class(text) if self._column.classes else self._judge_number(text)

    def _judge_class(self, text: str) -> Outcome:
        if text in self._column.classes:
            return text
        return CellFault(
            Reason.OUT_OF_RANGE, f'"{clip(text)}" is none of: {", ".join(self._column.classes)}.'
        )

    def _judge_number(self, text: str) -> Outcome:
        if len(text) > LONGEST_NUMBER or not self._number.fullmatch(text):
            sign = _SIGNS[self._decimal]
            return CellFault(
                Reason.NOT_A_NUMBER, f'"{clip(text)}" is not a number with a decimal {sign}.'
            )
        value = Decimal(text.replace(",", "."))
        for missing, reason in self._missing_numbers:
            if value == missing:
                return reason
        if self._column.type == "class":
            if value != value.to_integral_value():
                return CellFault(Reason.OUT_OF_RANGE, f"{text} is no class: classes are whole.")
            value = Decimal(int(value))
        return self._outside(value, text) or value

    def _outside(self, value: Decimal, text: str) -> CellFault | None:
        lowest, highest = self._column.minimum, self._column.maximum
        if lowest is not None and value < lowest:
            return CellFault(Reason.OUT_OF_RANGE, f"{text} is below {lowest}.")
        if highest is not None and value > highest:
            return CellFault(Reason.OUT_OF_RANGE, f"{text} is above {highest}.")
        return None


class Held(NamedTuple):
    """A cell with its period, ready to stand in a row: a value, a gap or a fault."""

    values: dict[str, Value] | None
    missing: dict[str, Missing] | None
    fault: CellFault | None


class HeldCells(dict[str, Held]):
    """The cells of one column in one period; what was seen before is answered from memory.

    Percentages with one decimal take about a thousand forms, so that most cells of a national
    file cost one look-up and no memory of their own.
    """

    def __init__(self, reader: CellReader, period: str) -> None:
        super().__init__()
        self._reader = reader
        self._period = period

    def __missing__(self, cell: str) -> Held:
        outcome = self._reader.read(cell)
        if isinstance(outcome, CellFault):
            held = Held(None, None, outcome)
        elif isinstance(outcome, Missing):
            held = Held(None, {self._period: outcome}, None)
        else:
            held = Held({self._period: outcome}, None, None)
        if len(self) < MOST_REMEMBERED:
            self[cell] = held
        return held
