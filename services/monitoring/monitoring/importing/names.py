"""Which names of a hierarchy file may stand with its areas (MON-01).

A name of another edition is borrowed only where the municipality has the same set of wijk codes in
both editions: CBS hands codes out again after a redivision, so an equal code alone could put one
village's name on another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from monitoring.importing.areas import AreaRow, registrations
from monitoring.importing.codes import division, municipality_of, parent_of
from monitoring.importing.mapping import Level
from monitoring.importing.rows import GoodRow, Remark, RemarkCode

Divisions = Mapping[int, Mapping[str, AbstractSet[str]]]
"""Edition to municipality to its wijk codes, as `codes.division` makes them."""


@dataclass(frozen=True, slots=True)
class Named:
    """A code as one row gives it, with the name it claims."""

    line: int
    level: Level
    code: str
    name: str
    name_edition: int | None

    def completes(self, earlier: Named) -> bool:
        """Whether this row gives the name that the earlier row of the same area left empty."""
        return bool(self.name) and not earlier.name


class Names:
    """Decides which names are kept, once all wijken of the file are known."""

    def __init__(
        self, edition: int, divisions: Divisions, rows: Iterable[tuple[Named, ...]]
    ) -> None:
        self._edition = edition
        self._divisions = divisions
        self._first: dict[str, Named] = {}
        for row in rows:
            for one in row:
                if one.code not in self._first or one.completes(self._first[one.code]):
                    self._first[one.code] = one
        self._own: dict[str, AbstractSet[str]] = {
            municipality: wijken | divisions.get(edition, {}).get(municipality, frozenset())
            for municipality, wijken in division(self._first).items()
        }

    def good_row(self, row: tuple[Named, ...]) -> GoodRow:
        """The row of the innermost area, with remarks on it and on those it is first to name."""
        own = row[-1]
        name, _ = self._kept(own)
        remarks = tuple(
            remark
            for one in row
            if self._first[one.code] is one and (remark := self._remark(one)) is not None
        )
        return GoodRow(
            own.line, own.code, self._edition, name, parent_of(own.code), {}, {}, remarks
        )

    def areas(self) -> tuple[AreaRow, ...]:
        """All areas of the file and around them, parents first."""
        bare = registrations(((code, None) for code in self._first), self._edition, frozenset())
        return tuple(self._with_name(area) for area in bare)

    def _with_name(self, area: AreaRow) -> AreaRow:
        one = self._first.get(area.code)
        if one is None:
            return area
        name, name_edition = self._kept(one)
        return AreaRow(area.code, area.edition, area.kind, name, name_edition, area.parent)

    def _kept(self, one: Named) -> tuple[str | None, int | None]:
        if not one.name or not self._may_borrow(one):
            return None, None
        return one.name, one.name_edition

    def _may_borrow(self, one: Named) -> bool:
        if one.name_edition == self._edition:
            return True
        municipality = municipality_of(one.code) or ""
        if one.name_edition is None or municipality not in self._own:
            return False
        theirs = self._divisions.get(one.name_edition, {}).get(municipality)
        return theirs is not None and theirs == self._own[municipality]

    def _remark(self, one: Named) -> Remark | None:
        column = one.level.name
        if column is None:
            return None
        if not one.name:
            sentence = f"{one.code} has no name in the file."
            return Remark(one.line, RemarkCode.NAME_MISSING, one.code, column, sentence)
        if self._may_borrow(one):
            return None
        sentence = (
            f'"{one.name}" is not taken over: {municipality_of(one.code)} is divided otherwise in '
            f"{one.name_edition or 'an edition that the file does not name'} "
            f"than in {self._edition}."
        )
        return Remark(one.line, RemarkCode.NAME_FROM_OTHER_DIVISION, one.code, column, sentence)
