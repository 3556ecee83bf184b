"""What the shape of a CBS area code says: the kind of area, its parent, its municipality."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Final

CODE: Final = re.compile(r"NL[0-9]{2}|GM[0-9]{4}|WK[0-9]{6}|BU[0-9]{8}")
"""NLxx, GMxxxx, WKxxxxyy or BUxxxxyyzz; `fullmatch` it."""


class Kind(StrEnum):
    """The levels of the CBS division, outermost first."""

    COUNTRY = "country"
    """Reference only: never gets an effort level (DESIGN, settled questions)."""
    MUNICIPALITY = "municipality"
    WIJK = "wijk"
    BUURT = "buurt"


_KINDS: Final = {
    "NL": Kind.COUNTRY,
    "GM": Kind.MUNICIPALITY,
    "WK": Kind.WIJK,
    "BU": Kind.BUURT,
}


def is_code(text: str) -> bool:
    """Whether the text has the shape of an area code; says nothing about its existence."""
    return CODE.fullmatch(text) is not None


def kind_of(code: str) -> Kind:
    """The kind of area of a well-formed code."""
    return _KINDS[code[:2]]


def parent_of(code: str) -> str | None:
    """The area directly around this one, in the same edition; none around a municipality."""
    match kind_of(code):
        case Kind.BUURT:
            return "WK" + code[2:8]
        case Kind.WIJK:
            return "GM" + code[2:6]
        case _:
            return None


def municipality_of(code: str) -> str | None:
    """The municipality an area lies in or is; none for the country."""
    return None if kind_of(code) is Kind.COUNTRY else "GM" + code[2:6]


def lineage(code: str) -> tuple[str, ...]:
    """The area and all areas around it, outermost first."""
    parent = parent_of(code)
    return (code,) if parent is None else (*lineage(parent), code)


def division(codes: Iterable[str]) -> dict[str, frozenset[str]]:
    """The wijk codes per municipality of one edition, from its wijk and buurt codes."""
    wijken: defaultdict[str, set[str]] = defaultdict(set)
    for code in codes:
        if kind_of(code) in {Kind.WIJK, Kind.BUURT}:
            wijken["GM" + code[2:6]].add("WK" + code[2:8])
    return {municipality: frozenset(found) for municipality, found in wijken.items()}


class KnownAreas:
    """The registered areas, by edition: equal code is not equal place (MON-02)."""

    def __init__(self, by_edition: Mapping[int, AbstractSet[str]]) -> None:
        self._by_edition = by_edition

    def codes(self, edition: int) -> AbstractSet[str]:
        """The codes registered in this edition."""
        return self._by_edition.get(edition, frozenset())

    def editions(self, code: str) -> tuple[int, ...]:
        """The editions in which this code is registered, oldest first."""
        return tuple(sorted(year for year, codes in self._by_edition.items() if code in codes))


def not_in_edition(code: str, edition: int, known: KnownAreas) -> str:
    """The sentence on a code that its edition does not have."""
    years = known.editions(code)
    where = f"; it exists in {', '.join(map(str, years))}" if years else ""
    return f"{code} does not exist in edition {edition}{where}."
